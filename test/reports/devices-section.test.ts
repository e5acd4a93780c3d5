import { describe, expect, it } from 'vitest';
import { devicesSection } from '../../reports/devices-section.ts';
import type { Verdict } from '../../sim/index.ts';

const use = { name: 'nvme-plp', profile: 'drive-1', summary: 'a <fast> drive', machineCount: 7 };
const markupOf = (devices: Verdict['devices']) =>
  devicesSection({ ...(devices === undefined ? {} : { devices }) } as Verdict).markup;

describe('the devices of a report', () => {
  it('are told with the share of their numbers that is assumed', () => {
    const markup = markupOf([{ ...use, assumedShare: 0.504 }]);
    expect(markup).toContain('nvme-plp (drive-1)');
    expect(markup).toContain('7 machines');
    expect(markup).toContain('50 %');
    expect(markup).toContain('a &lt;fast&gt; drive');
  });

  it('are left out when nobody said, and a share is not made up', () => {
    expect(markupOf(undefined)).toBe('');
    expect(markupOf([{ ...use, machineCount: 1 }])).toContain('not counted');
  });
});
