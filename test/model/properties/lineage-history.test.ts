// Histories of cells, moves and published snapshots that the short samples do not tell.
import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { fault, judge, pendingAfter } from '../../support/entries.ts';
import { lineageCalm, lineageTroubles, lineageWaits } from './lineage-samples.ts';
import { moveTroubles } from './move-samples.ts';

describe('what breaks a lineage', () => {
  it.each([...lineageTroubles, ...moveTroubles])(
    'is found in another history, too ($property, $words)',
    (trouble) => {
      const { violation } = judge(properties[trouble.property], trouble.record);
      const { what, expected, observed } = violation!;
      expect(`${what}; ${expected}; ${observed}`).toMatch(trouble.words);
    },
  );
});

describe('a cell whose control disks were all replaced', () => {
  it('may publish what nobody saw it take', () => {
    const trouble = lineageTroubles.find(({ words }) => words.source.includes('not taken'))!;
    const property = properties[trouble.property];
    const [created, ...rest] = trouble.record;
    const lost = (device: string) => fault('start', 'wipe', ['host-x'], { device });
    const judged = (device: string) => judge(property, [created!, lost(device), ...rest]);
    expect(judged('control').violation).toBeNull();
    expect(judged('nvme').violation).not.toBeNull();
  });
});

describe('cells that no routing metadata names', () => {
  it.each(lineageWaits)('are waited for, too ($words)', ({ record, words }) => {
    expect(pendingAfter(properties['lineage-converged'], record)).toMatch(words);
  });
});

describe('what may look like a broken lineage', () => {
  it.each(lineageCalm)('is not taken for one ($property)', ({ property, record }) => {
    const { violation, evaluatedCount } = judge(properties[property], record);
    expect(violation).toBeNull();
    expect(evaluatedCount).toBeGreaterThan(0);
  });
});
