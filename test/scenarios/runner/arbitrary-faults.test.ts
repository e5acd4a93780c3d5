// Property-based tests draw every kind of fault, at times and at events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario } from '../../../scenarios/runner/arbitraries.ts';
import { undrawnKinds } from '../../../scenarios/runner/arbitrary-faults.ts';
import { runScenario } from '../../../scenarios/runner/index.ts';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { faults } from '../../../sim/index.ts';

const scenarios = fc.sample(arbitraryScenario(), { seed: 5, numRuns: 1500 });
const drawn = scenarios.flatMap((scenario) => scenario.faults);

describe('drawn faults', () => {
  it('are of every kind of the table but those that say why not', () => {
    const kinds = new Set(drawn.map(({ kind }) => kind));
    const missing = Object.keys(faults).filter((kind) => !kinds.has(kind));
    expect(missing.sort()).toEqual(Object.keys(undrawnKinds).sort());
  });

  it('come at a time and at an event, last for a moment, for long and until healing', () => {
    const triggered = drawn.filter(({ trigger }) => trigger !== undefined);
    expect(triggered.length / drawn.length).toBeGreaterThan(0.2);
    expect(triggered.length / drawn.length).toBeLessThan(0.8);
    const lasting = new Set(drawn.map(({ forNs }) => forNs));
    expect([...lasting].sort((a, b) => (a ?? 0) - (b ?? 0)).map((ns) => (ns ?? 0) / 1e6)).toEqual(
      expect.arrayContaining([0, 1, 20, 300, 1000, 2500]),
    );
  });

  it('wait for what the tables of names have, twice at most and not for long', () => {
    const table = { state: knownNames.modes, mark: knownNames.marks, message: knownNames.messages };
    for (const { trigger } of drawn) {
      if (trigger === undefined) continue;
      expect(trigger.times).toBeLessThanOrEqual(2);
      for (const { on, name, nth } of trigger.steps) {
        expect(nth).toBeLessThanOrEqual(5);
        if (on === 'mark' || on === 'message') expect(Object.keys(table[on])).toContain(name);
        else if (on === 'state')
          expect(table.state.some((mode) => mode.startsWith(name))).toBe(true);
        else expect(['read', 'write', 'flush']).toContain(name);
      }
    }
  });

  it('strike: of each kind of event some did', () => {
    const missing = new Set<string>(['state', 'mark', 'message', 'io.submitted', 'io.completed']);
    const awaited = (fault: (typeof drawn)[number] | undefined) => fault?.trigger?.steps.at(-1)?.on;
    // The small clusters do.
    for (const scenario of scenarios.filter(({ cluster }) => cluster.lineage === undefined)) {
      if (!scenario.faults.some((fault) => missing.has(awaited(fault) ?? ''))) continue;
      runScenario(scenario, {
        level: 'hash',
        onEntry(entry) {
          if (entry.kind !== 'fault' || entry.phase === 'end') return;
          missing.delete(awaited(scenario.faults[entry.faultId]) ?? '');
        },
      });
      if (missing.size === 0) break;
    }
    expect([...missing]).toEqual([]);
  });
});
