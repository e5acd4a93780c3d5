import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { behaviorsOf } from '../../../model/index.ts';
import { Aim } from '../../../scenarios/runner/aim.ts';
import { windowsOf } from '../../../scenarios/runner/aim-places.ts';
import { endNsOf, measureSchedule } from '../../../scenarios/runner/budget.ts';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { runScenario } from '../../../scenarios/runner/run.ts';
import type { DeclaredFault, Scenario } from '../../../scenarios/runner/scenario.ts';
import { selectNodes } from '../../../scenarios/runner/selection.ts';
import { clusterNodes } from '../../../scenarios/runner/topology.ts';
import {
  type Entry,
  type FaultCoverage,
  knownModes,
  nsPerMs,
  nsPerSec,
  seededChoices,
} from '../../../sim/index.ts';
import { sampleNames, sampleScenario, sampleText } from './sample.ts';

const surviving = (survives: string) =>
  sampleScenario(sampleText.replace('expect:\n', `survives: ${survives}\nexpect:\n`));

function aimed(aim: Aim, scenario: Scenario, seed: string): Scenario {
  const choices = seededChoices(seed);
  return resolveScenario(scenario, { seed, choices, aim: (fixed) => aim.plan(fixed, choices) });
}

const aimsOf = ({ faults }: Scenario) => faults.filter(({ target }) => target === 'there');

/** What a fault aims at, as `host serving crash`. */
function pairOf({ kind, trigger }: DeclaredFault): string {
  const { machine, name } = trigger!.steps[0]!;
  return `${machine} ${name} ${kind}`;
}

function reached(pair: string): FaultCoverage {
  const [machine, state, fault] = pair.split(' ') as [string, string, string];
  const met = { state, byFault: { [fault]: 1 }, elsewhere: 0, none: 0 };
  return { faults: [fault], machines: [{ machine, states: [met], transitions: [] }] };
}

const seeds = fc.integer({ min: 0, max: 1_000_000 }).map(String);
const sampleModes = knownModes(behaviorsOf(sampleScenario().cluster));
const stateCount = [...sampleModes.values()].flat().length;

describe('aimed faults', () => {
  const scenario = sampleScenario();

  test('wait for a state of a machine that is known, and strike there', () => {
    const planned = aimsOf(aimed(new Aim(scenario, sampleNames, 5), scenario, '1'));
    expect(planned).toHaveLength(5);
    for (const { trigger, forNs, target } of planned) {
      const [{ on, name, machine }] = trigger!.steps as [(typeof trigger & object)['steps'][0]];
      expect([on, target, trigger!.optional]).toEqual(['state', 'there', true]);
      expect(sampleModes.get(machine!)).toContain(name);
      expect(forNs).toBeGreaterThan(0);
    }
  });

  test('are others for another seed, the same for the same', () => {
    const drawn = (seed: string) =>
      aimsOf(aimed(new Aim(scenario, sampleNames, 3), scenario, seed)).map(pairOf);
    expect(drawn('7')).toEqual(drawn('7'));
    const all = Array.from({ length: 12 }, (_, seed) => drawn(`${seed}`).join());
    expect(new Set(all).size).toBe(12);
  });

  test('leave the faults of the scenario as they are', () => {
    const bare = resolveScenario(scenario, { seed: '3', choices: seededChoices('3') });
    const more = aimed(new Aim(scenario, sampleNames, 3), scenario, '3');
    expect(more.faults.filter(({ target }) => target !== 'there')).toEqual(bare.faults);
  });

  test('are read back as they are written: a run needs no aim to be run again', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const tight = surviving('{ crashed: 1, zones: 1 }');
        const planned = aimed(new Aim(tight, sampleNames, 3), tight, seed);
        const text = scenarioText(planned, sampleNames.faults);
        expect(scenarioText(sampleScenario(text), sampleNames.faults)).toBe(text);
      }),
      { numRuns: 20 },
    );
  });
});

describe('what is aimed at next', () => {
  const scenario = sampleScenario();

  test('was never reached before: pairs that were are left for the end', () => {
    const aim = new Aim(scenario, sampleNames, 4);
    const crashed = [...sampleModes].flatMap(([machine, states]) =>
      states.map((state) => `${machine} ${state} crash`),
    );
    for (const pair of crashed) aim.add(reached(pair));
    const kinds = Array.from({ length: 10 }, (_, seed) =>
      aimsOf(aimed(aim, scenario, `${seed}`)).map(({ kind }) => kind),
    ).flat();
    expect(kinds).toHaveLength(40);
    expect(kinds).not.toContain('crash');
  });

  test('goes round: nothing is aimed at twice before all else was tried once', () => {
    const aim = new Aim(scenario, sampleNames, 1);
    for (const [machine, states] of sampleModes) {
      for (const state of states) {
        const met = { state, byFault: {}, elsewhere: 1, none: 0 };
        aim.add({ faults: [], machines: [{ machine, states: [met], transitions: [] }] });
      }
    }
    // Machines whose device was never seen to answer are not aimed at with faults of devices.
    const pairCount = stateCount * aim.kinds.filter((kind) => kind !== 'slow-disk').length;
    const pairs = Array.from({ length: pairCount }, (_, seed) =>
      pairOf(aimsOf(aimed(aim, scenario, `${seed}`))[0]!),
    );
    expect(new Set(pairs).size).toBe(pairCount);
  });

  test('is not a state for ever that nobody enters', () => {
    const aim = new Aim(scenario, sampleNames, 1);
    const met = { state: 'serving', byFault: { crash: 1 }, elsewhere: 0, none: 0 };
    aim.add({
      faults: ['crash'],
      machines: [{ machine: 'host', states: [met], transitions: [] }],
    });
    const pairs = Array.from({ length: 3 * stateCount + 9 }, (_, seed) =>
      pairOf(aimsOf(aimed(aim, scenario, `${seed}`))[0]!),
    );
    const vain = pairs.slice(0, 3 * stateCount).filter((pair) => pair.startsWith('cell full '));
    expect(vain.length).toBeLessThanOrEqual(3);
    // After three vain attempts at each, what was reached has its turn again.
    expect(pairs.slice(-12)).toContain('host serving crash');
  });

  test('is a fault of devices only where a device answered', () => {
    const entries = [
      { kind: 'start', actor: 'host-1', behavior: 'host', node: 'host-1' },
      { kind: 'io', actor: 'host-1' },
      { kind: 'start', actor: 'client-1', behavior: 'client', node: 'client-1' },
    ] as unknown as readonly Entry[];
    const aim = new Aim(scenario, sampleNames, 8);
    for (const entry of entries) aim.observe(entry);
    const machines = Array.from({ length: 20 }, (_, seed) =>
      aimsOf(aimed(aim, scenario, `${seed}`)),
    )
      .flat()
      .filter(({ kind }) => kind === 'slow-disk')
      .map(({ trigger }) => trigger!.steps[0]!.machine);
    expect(new Set(machines)).toEqual(new Set(['host']));
  });
});

describe('the budget', () => {
  test.each(['{ crashed: 1, zones: 1, skew: 300ppm }', '{ zones: 2 }', '{ crashed: 3 }'])(
    'holds with aimed faults, wherever they strike: %s',
    (survives) => {
      const scenario = surviving(survives);
      const bare = measureSchedule(scenario.survives!, scenario, scenario.faults).excesses.length;
      const nodes = clusterNodes(scenario.cluster);
      fc.assert(
        fc.property(seeds, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), (seed, picks) => {
          const planned = aimed(new Aim(scenario, sampleNames, 3), scenario, seed);
          const { excesses } = measureSchedule(scenario.survives!, planned, planned.faults);
          expect(excesses.length).toBeLessThanOrEqual(bare);
          // Each strikes one of the nodes where it may, whichever that is.
          const struck = aimsOf(planned).map((fault, index) => {
            const ids = selectNodes(fault.trigger!.steps[0]!.actor ?? 'any', nodes);
            // A node and hosts may go by one word: `cell-1` is a label of hosts, too.
            const single = ids.filter((id) => selectNodes(id, nodes).length === 1);
            const target = single[picks[index]! % Math.max(1, single.length)];
            return target === undefined ? fault : { ...fault, target };
          });
          const rest = planned.faults.filter(({ target }) => target !== 'there');
          const exact = measureSchedule(scenario.survives!, planned, [...rest, ...struck]);
          expect(exact.excesses.length).toBeLessThanOrEqual(bare);
        }),
        { numRuns: 40 },
      );
    },
  );

  test('leaves nothing to aim that it forbids', () => {
    const scenario = surviving('{ crashed: 0, zones: 0, slowed: 0, lossShare: 0%, skew: 0ppm }');
    const aim = new Aim(scenario, sampleNames, 3);
    expect(aim.kinds).toEqual([]);
    expect(aimsOf(aimed(aim, scenario, '1'))).toEqual([]);
  });

  test('is counted for a window that ends: until then, and as long as the fault lasts', () => {
    const scenario = sampleScenario();
    const fault = scenario.faults.find(({ kind }) => kind === 'crash')!;
    const { atNs, forNs } = fault;
    const [whole, ...gaps] = windowsOf([fault], scenario, 2 * nsPerSec);
    expect(whole).toEqual({ fromNs: 0, untilNs: scenario.durationNs });
    const after = { fromNs: atNs + forNs! + nsPerMs, untilNs: scenario.durationNs };
    const earlier = { fromNs: 0, untilNs: atNs - 2 * nsPerSec };
    expect(gaps).toEqual([after, earlier]);
    const steps = [{ on: 'state', name: 'serving', nth: 1 } as const];
    const trigger = { steps, delayNs: 0, times: 1, untilNs: earlier.untilNs };
    const waiting = { ...fault, atNs: 0, forNs: 2 * nsPerSec, trigger };
    expect(endNsOf(waiting, scenario)).toBe(atNs);
  });
});

describe('a sweep with aim (weather, 8 seeds of 10 s)', () => {
  const file = 'scenarios/weather.yaml';
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')
    .replace('duration: 30s', 'duration: 10s')
    .replace('until: 28s', 'until: 9s')
    .replace('{ at: 12s, for: 4s,', '{ at: 4s, for: 2s,');
  const reading = readScenarioText(text, file, { names: knownNames });
  const scenario = reading.ok ? reading.value : null;
  const aim = new Aim(scenario!, knownNames, 3);
  const modes = knownModes(behaviorsOf(scenario!.cluster));
  const machines = new Map<string, string>();
  const strays: string[] = [];
  const look = (entry: Entry) => {
    aim.observe(entry);
    if (entry.kind === 'start') machines.set(entry.actor, entry.behavior);
    if (entry.kind !== 'state') return;
    const machine = machines.get(entry.actor)!;
    if (!modes.get(machine)?.includes(entry.state)) strays.push(`${machine} ${entry.state}`);
  };
  const outcomes = Array.from({ length: 8 }, (_, seed) => {
    const planned = aimed(aim, scenario!, `${seed}`);
    const { verdict } = runScenario(planned, { seed: `${seed}`, level: 'hash', onEntry: look });
    aim.add(verdict.coverage);
    return { planned, verdict };
  });

  test('stays inside the budget, and what never came leaves no doubt', () => {
    for (const { verdict } of outcomes) {
      expect(verdict.budget!.outside).toEqual([]);
      expect(verdict.reasons.filter((reason) => reason.includes('never struck'))).toEqual([]);
    }
  });

  test('reaches most of the pairs it aims at', () => {
    let hitCount = 0;
    let aimCount = 0;
    for (const { planned, verdict } of outcomes) {
      for (const { kind, trigger } of aimsOf(planned)) {
        const { machine, name } = trigger!.steps[0]!;
        const met = verdict.coverage.machines
          .find((one) => one.machine === machine)!
          .states.find(({ state }) => state === name)!;
        aimCount += 1;
        if ((met.byFault[kind] ?? 0) > 0) hitCount += 1;
      }
    }
    expect(aimCount).toBe(24);
    expect(hitCount).toBeGreaterThan(aimCount / 3);
  });

  test('shows no machine and no mode that is not known beforehand', () => {
    expect(strays).toEqual([]);
    expect([...new Set(machines.values())].sort()).toEqual([...modes.keys()].sort());
  });

  test('gives the same run again without aim', () => {
    const { planned, verdict } = outcomes.at(-1)!;
    const again = readScenarioText(scenarioText(planned, knownNames.faults), file, {
      names: knownNames,
    });
    expect(again.ok).toBe(true);
    if (!again.ok) return;
    expect(runScenario(again.value, { level: 'hash' }).verdict.fingerprint).toBe(
      verdict.fingerprint,
    );
  });
});
