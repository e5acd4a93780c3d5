import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario } from '../../../scenarios/runner/arbitraries.ts';
import { type Scenario, scenarioText } from '../../../scenarios/runner/index.ts';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';

describe('what is drawn', () => {
  it('is a scenario file: it is read back as the same scenario (300 draws)', () => {
    for (const scenario of fc.sample(arbitraryScenario(), { seed: 5, numRuns: 300 })) {
      const text = scenarioText(scenario);
      const reading = readScenarioText(text, 'drawn.yaml', { names: knownNames });
      expect(reading.ok ? [] : reading.problems, text).toEqual([]);
      if (reading.ok) expect(scenarioText(reading.value)).toBe(text);
    }
  });

  it('shrinks towards one client of one volume in one cell', () => {
    const plainest = fc.check(
      fc.property<[Scenario]>(arbitraryScenario(), () => false),
      {
        seed: 5,
        numRuns: 1,
      },
    ) as fc.RunDetails<[Scenario]>;
    const { cluster, faults } = plainest.counterexample![0];
    expect(cluster.cells).toEqual(['cell-1']);
    expect(cluster.volumes).toHaveLength(1);
    expect(Object.keys(cluster.authority)).toEqual(['zone', 'device']);
    expect(cluster.clients).toHaveLength(1);
    expect(cluster).not.toHaveProperty('reMirror');
    expect(cluster).not.toHaveProperty('optimizer');
    expect(faults).toEqual([]);
  });
});
