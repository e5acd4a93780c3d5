import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureSchedule } from '../../../scenarios/runner/budget.ts';
import type { BudgetLineName } from '../../../scenarios/runner/budget-lines.ts';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { runScenario } from '../../../scenarios/runner/run.ts';
import type { Scenario } from '../../../scenarios/runner/scenario.ts';
import { seededChoices } from '../../../sim/choice.ts';
import { changed, readSample, sampleNames, sampleScenario } from './sample.ts';

const weather = (more = '', survives = '{ crashed: 2, zones: 1, lossShare: 20% }') => {
  const kinds = '{ crash: 3, partition: 1, message-loss: 2, clock-skew: 1 }';
  const storm = `{ kinds: ${kinds}, stormsPerMinute: 60, from: 1s, until: 25s${more} }`;
  return changed('expect:\n', `  weather: ${storm}\nsurvives: ${survives}\nexpect:\n`).replace(
    /^ {2}schedule:\n( {4}.*\n)+/m,
    '',
  );
};
const resolved = (scenario: Scenario, seed: string) =>
  resolveScenario(scenario, { seed, choices: seededChoices(seed) });
const peakOf = (scenario: Scenario, line: BudgetLineName) =>
  measureSchedule(scenario.survives ?? {}, scenario, scenario.faults).meter.peakOf(line);
const seeds = fc.integer({ min: 0, max: 1_000_000 }).map(String);

describe('weather', () => {
  test('stays inside the budget at every instant, whatever the seed', () => {
    const scenario = sampleScenario(weather());
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = resolved(scenario, seed);
        expect(measureSchedule(scenario.survives!, drawn, drawn.faults).excesses).toEqual([]);
        for (const { atNs, forNs } of drawn.faults) {
          expect(atNs).toBeGreaterThanOrEqual(1e9);
          expect(atNs + forNs!).toBeLessThanOrEqual(25e9);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('leaves room for the faults of the schedule', () => {
    const planned =
      '  schedule:\n    - { at: 5s, for: 15s, kind: crash, target: host-1 }\n  weather:';
    const scenario = sampleScenario(weather().replace('  weather:', planned));
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = resolved(scenario, seed);
        expect(measureSchedule(scenario.survives!, drawn, drawn.faults).excesses).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('steps outside by exactly one, on exactly one line, when told to', () => {
    const scenario = sampleScenario(weather(', outsideBy: 1', '{ crashed: 2 }'));
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = resolved(scenario, seed);
        expect(peakOf(drawn, 'crashed')).toBe(3);
      }),
      { numRuns: 40 },
    );
    const either = sampleScenario(weather(', outsideBy: 1', '{ crashed: 6, zones: 1 }'));
    const lines = Array.from({ length: 20 }, (_, seed) => {
      const drawn = resolved(either, `${seed}`);
      const excess = [peakOf(drawn, 'crashed') - 6, peakOf(drawn, 'zones') - 1];
      expect(excess.filter((by) => by > 0)).toEqual([1]);
      return excess[0] === 1 ? 'crashed' : 'zones';
    });
    expect(lines).toContain('zones');
  });

  test('draws another subset of kinds for another seed, and rates far apart', () => {
    const scenario = sampleScenario(weather());
    const subsets = new Set<string>();
    const counts: number[] = [];
    for (let seed = 0; seed < 40; seed += 1) {
      const kinds = resolved(scenario, `${seed}`).faults.map(({ kind }) => kind);
      subsets.add([...new Set(kinds)].sort().join(' '));
      counts.push(kinds.length);
    }
    expect(subsets.size).toBeGreaterThan(8);
    counts.sort((a, b) => a - b);
    expect(counts.at(-1)!).toBeGreaterThan(3 * counts[20]!);
  });

  test('has every kind in its share of seeds', () => {
    const countOf = (more: string) => {
      const scenario = sampleScenario(weather(more, '{}'));
      const present = Array.from({ length: 100 }, (_, seed) =>
        resolved(scenario, `${seed}`).faults.some(({ kind }) => kind === 'message-loss'),
      );
      return present.filter(Boolean).length;
    };
    // Half of the seeds, but for those on which a mild rate brings none, and chance.
    expect(countOf('')).toBeGreaterThan(25);
    expect(countOf('')).toBeLessThan(65);
    expect(countOf(', present: 100%')).toBeGreaterThan(75);
  });

  test('is written out fault by fault and read back as the same scenario', () => {
    const textOf = (scenario: Scenario) => scenarioText(scenario, sampleNames.faults);
    for (let seed = 0; seed < 30; seed += 1) {
      const drawn = resolved(sampleScenario(weather()), `${seed}`);
      expect(drawn.weather).toBeUndefined();
      const again = resolved(sampleScenario(textOf(drawn)), `${seed}`);
      expect(textOf(again)).toBe(textOf(drawn));
      expect(again.calmNs).toBe(5e9);
      expect(again.survives).toEqual(drawn.survives);
    }
  });
});

describe('weather that is refused', () => {
  const problemsOf = (text: string) => {
    const reading = readSample(text);
    return reading.ok ? [] : reading.problems.map(problemText);
  };

  test.each([
    [
      'an unknown kind',
      weather().replace('crash: 3', 'crush: 3'),
      /:27:23: unknown key of kinds of weather 'crush'.*did you mean 'crash'\?/,
    ],
    [
      'a kind of which the budget survives none',
      weather('', '{ crashed: 0 }'),
      /:27:\d+: fault 'crash' counts as crashed .* or write survives: \{ crashed: 1 \}/,
    ],
    [
      'an end after the run',
      weather().replace('until: 25s', 'until: 31s'),
      /:27:\d+: expected a time within the run's duration 30s, found '31s'/,
    ],
    [
      'an end before the beginning',
      weather().replace('from: 1s', 'from: 26s'),
      /:27:\d+: expected a time before the end of the weather 25s, found '26s'/,
    ],
    [
      'a step outside of nothing',
      weather(', outsideBy: 1', '{ lossShare: 1% }'),
      /:27:\d+: expected a budget to step outside of, found none; write survives/,
    ],
    [
      'a target without a node',
      weather(', target: [host-99]'),
      /:27:\d+: selector 'host-99' matches no node/,
    ],
    [
      'a core without a node',
      changed('expect:\n', 'heal: { core: [az-x] }\nexpect:\n'),
      /:30:16: selector 'az-x' matches no node/,
    ],
  ])('for %s', (_claim, text, message) => {
    expect(problemsOf(text).join('\n')).toMatch(message);
  });
});

describe('a run under weather', () => {
  const shipped = readFileSync('scenarios/weather.yaml', 'utf8');
  const scenarioOf = (text: string): Scenario => {
    const reading = readScenarioText(text, 'scenarios/weather.yaml', { names: knownNames });
    if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
    return reading.value;
  };
  /** The shipped scenario with these faults, and no weather. */
  const scheduled = (...lines: readonly string[]) => {
    const schedule = lines.map((line) => `    - ${line}\n`).join('');
    return shipped.replace(/^faults:\n( .*\n)+/m, `faults:\n  schedule:\n${schedule}`);
  };
  const calmed = (text: string) => text.replace('  schedule:', '  calm: 2s\n  schedule:');

  test('gives the same run again from its resolved text', () => {
    const drawn = resolved(scenarioOf(shipped), '6');
    const again = scenarioOf(scenarioText(drawn, knownNames.faults));
    const run = (scenario: Scenario) => runScenario(scenario, { seed: '6', level: 'hash' }).verdict;
    expect(run(again).fingerprint).toBe(run(scenarioOf(shipped)).fingerprint);
    expect(run(again).scenarioHash).toBe(run(scenarioOf(shipped)).scenarioHash);
  });

  test('lets up when nothing is completed: the longest fault ends at the next look', () => {
    const text = scheduled('{ at: 3500ms, kind: isolate, target: client-1 }');
    const { verdict } = runScenario(scenarioOf(calmed(text)), { level: 'hash' });
    expect(verdict.progress?.calmedFaultIds).toEqual([0]);
    // Something was completed from 2 s to 4 s; nothing was from 4 s to 6 s.
    expect(verdict.faults[0]).toMatchObject({ startNs: 3.5e9, endNs: 6e9 });
    expect(verdict.progress?.completedCount).toBeGreaterThan(500);
  });

  test('says so when no operation completed in the whole first act', () => {
    const text = scheduled('{ at: 0s, kind: isolate, target: client-1 }');
    const { verdict } = runScenario(scenarioOf(text), { level: 'hash' });
    expect(verdict.status).toBe('inconclusive');
    expect(verdict.reasons[0]).toBe('no operation completed in the whole first act');
  });

  test('judges the budget by what the record shows', () => {
    const { verdict } = runScenario(scenarioOf(shipped), { level: 'hash', seed: '2' });
    const zones = verdict.budget?.lines.find(({ line }) => line === ('zones' as BudgetLineName));
    expect(zones).toEqual({ line: 'zones', declared: '1', used: '1' });
    expect(verdict.budget?.outside).toEqual([]);
  });

  test('that heals a core makes all else permanent, and comes to rest without it', () => {
    const text = scheduled(
      '{ at: 20s, kind: power-loss, target: zone=az-c role=host }',
      '{ at: 28s, kind: pause, target: host-2 }',
    ).replace('heal: everything', 'heal: { core: [az-a, az-b] }');
    const { verdict } = runScenario(scenarioOf(text), { level: 'hash' });
    expect(verdict.faults.map(({ fault, endNs }) => [fault, endNs])).toEqual([
      ['power-loss', null],
      ['pause', 30e9],
    ]);
    expect(verdict.status).toBe('held');
  });

  test('that heals a core without its client waits for nothing that the client began', () => {
    const text = scheduled('{ at: 20s, kind: pause, target: client-1 }').replace(
      'heal: everything',
      'heal: { core: [role=host, role=authority, role=cell] }',
    );
    const { verdict } = runScenario(scenarioOf(text), { level: 'hash' });
    expect(verdict.exercised['stop.crash']).toBe(1);
    expect(verdict.properties.filter(({ status }) => status === 'stalled')).toEqual([]);
  });
});
