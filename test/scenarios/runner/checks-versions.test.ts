import { describe, expect, it } from 'vitest';
import type { CheckInput } from '../../../scenarios/runner/checks.ts';
import { checkVersions } from '../../../scenarios/runner/checks-versions.ts';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { weatherKind } from '../../../scenarios/runner/weather-kinds.ts';
import { faults } from '../../../sim/index.ts';

type Faults = CheckInput['text']['faults'];

/** What is refused of these faults, a line each. */
function refused(listed: Pick<Faults, 'schedule' | 'random'>): readonly string[] {
  const lines: string[] = [];
  checkVersions({
    text: { faults: listed } as CheckInput['text'],
    names: knownNames,
    refuse: (path, message) => lines.push(`${path.join('.')}: ${message}`),
  });
  return lines;
}

const at = { kind: 'mixed-versions', at: 0, target: 'host-1' };
const between = { min: 0, max: 1 };

describe('versions of a roll-out', () => {
  it('are refused when nobody has them, with those that are known', () => {
    const random = { ...at, count: { min: 1, max: 1 }, between, version: 'next' };
    expect(refused({ schedule: [at, { ...at, version: 'previus' }], random: [random] })).toEqual([
      "faults.schedule.1.version: unknown version 'previus', expected one of previous; " +
        "did you mean 'previous'?",
      "faults.random.0.version: unknown version 'next', expected one of previous",
    ]);
  });

  it('are accepted when some behavior has them, or when none is named', () => {
    expect(refused({ schedule: [at, { ...at, version: 'previous' }] })).toEqual([]);
    expect(refused({})).toEqual([]);
  });

  it('are looked for in the parameters that name one, not in other texts', () => {
    const point = { kind: 'fault-point', at: 0, target: 'host-1', name: 'next' };
    expect(refused({ schedule: [point] })).toEqual([]);
  });

  it('include the default, which is what weather brings', () => {
    const { version } = faults['mixed-versions'].params;
    expect(Object.keys(knownNames.versions)).toContain(version.default);
    const nodes = [{ id: 'host-1', labels: { role: 'host', zone: 'az-a' } }];
    const ground = { nodes, targets: null, budget: {} };
    const drawn = weatherKind({ kind: 'mixed-versions', weight: 1 }, knownNames, ground);
    expect(drawn.params.version).toEqual({ kind: 'one of', values: ['previous'] });
    expect(drawn.targets).toEqual(['host-1', 'role=authority', 'zone=az-a role=host']);
  });
});
