import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario } from '../../scenarios/runner/arbitraries.ts';
import { runScenario, type Scenario, scenarioText } from '../../scenarios/runner/index.ts';
import type { Judgement } from '../../sim/index.ts';

/** A fixed seed: the suite is the same everywhere. Other seeds are for campaigns. */
const seed = 20_260;
const runCount = 120;

/** What these draws never come to, and why; shipped scenarios do. */
const unexercised: Readonly<Record<string, string>> = {
  'blast-radius-confined': 'drawn clusters have one cell: no fault is confined to a part of them',
  'detached-io-has-no-effect': 'no drawn client detaches',
  'lease-never-outlived': 'no drawn authority grants leases',
  'leases-recover': 'no drawn authority grants leases',
  'receipt-implies-applied': 'drawn receipts are of the level `logged`',
  'slot-grace-kept': 'drawn runs are shorter than the grace of a slot and its next tenancy',
  'garbage-bounded': 'drawn runs are shorter than a reservation may live',
  'evacuation-rate-bounded': 'no drawn cell limits the hosts that are evacuated',
  'crash-leaves-old-or-new': 'no device of these draws loses what was under way in sectors',
  'writes-tear-between-sectors': 'no device of these draws has sectors smaller than a block',
  'failover-completeness': 'no drawn authority of several members loses its leader in these draws',
  'stale-entry-refreshed': 'no drawn client refreshes its map by time',
  'map-independent-of-clients': 'clients of these draws do not all die',
};

function broken(scenario: Scenario): readonly Judgement[] {
  const { verdict } = runScenario(scenario, { level: 'hash' });
  return verdict.properties.filter(({ status }) => status === 'violated' || status === 'stalled');
}

describe('drawn clusters, workloads and fault plans', () => {
  it(`keep every property (${runCount} draws)`, () => {
    fc.assert(
      fc.property(arbitraryScenario(), (scenario) => {
        const judgements = broken(scenario);
        // What fast-check shrinks to is printed as a scenario file.
        expect(judgements, scenarioText(scenario)).toEqual([]);
      }),
      { seed, numRuns: runCount },
    );
  });

  it('give the same fingerprint again, also after other runs', () => {
    const scenarios = fc.sample(arbitraryScenario(), { seed, numRuns: 12 });
    const fingerprintOf = (scenario: Scenario) =>
      runScenario(scenario, { level: 'hash' }).verdict.fingerprint;
    const forwards = scenarios.map(fingerprintOf);
    const backwards = [...scenarios].reverse().map(fingerprintOf).reverse();
    expect(backwards).toEqual(forwards);
    expect(new Set(forwards).size).toBe(forwards.length);
  });

  it('really exercise the properties: each is evaluated in some draw', () => {
    const evaluated = new Map<string, number>();
    for (const scenario of fc.sample(arbitraryScenario(), { seed, numRuns: 80 })) {
      for (const { id, evaluatedCount } of runScenario(scenario, { level: 'hash' }).verdict
        .properties) {
        evaluated.set(id, (evaluated.get(id) ?? 0) + evaluatedCount);
      }
    }
    const idle = [...evaluated].filter(([, count]) => count === 0).map(([id]) => id);
    expect(idle.sort()).toEqual(Object.keys(unexercised).sort());
  });
});
