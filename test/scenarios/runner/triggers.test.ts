import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import type { DeclaredFault } from '../../../scenarios/runner/scenario.ts';
import { faults, nsPerMs, nsPerSec, seededChoices } from '../../../sim/index.ts';
import { changed, readSample, sampleNames, sampleScenario } from './sample.ts';

const written = 'at: 8s, for: 6s, kind: crash, target: zone=az-b role=host';

/** The sample with another fault in place of its crash, which begins at line 29, column 7. */
const withFault = (text: string) => changed(written, text);

function crashOf(text: string): Omit<DeclaredFault, 'source'> {
  const { source: _, ...fault } = sampleScenario(withFault(text)).faults.find(
    ({ kind }) => kind === 'crash',
  )!;
  return fault;
}

function problemsOf(text: string): string[] {
  const reading = readSample(withFault(text));
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

describe('what the words mean', () => {
  test('a state, with what it is watched for since, how late and how often', () => {
    const when = '{ state: recovering, actor: authority, from: 2s, delay: 3ms, times: 4 }';
    expect(crashOf(`when: ${when}, for: 1s, kind: crash, target: host-1`)).toEqual({
      kind: 'crash',
      atNs: 2 * nsPerSec,
      forNs: nsPerSec,
      target: 'host-1',
      trigger: {
        steps: [{ on: 'state', name: 'recovering', actor: 'authority', nth: 1 }],
        delayNs: 3 * nsPerMs,
        times: 4,
      },
      params: {},
    });
  });

  test.each([
    ['{ mark: receipt.sent, nth: 2 }', [{ on: 'mark', name: 'receipt.sent', nth: 2 }]],
    ['{ message: copy-to }', [{ on: 'message', name: 'copy-to', nth: 1 }]],
    ['{ io: flush }', [{ on: 'io.submitted', name: 'flush', nth: 1 }]],
    ['{ io: read, phase: completed }', [{ on: 'io.completed', name: 'read', nth: 1 }]],
    [
      '{ io: flush, after: { mark: map.applied, nth: 3, actor: role=authority } }',
      [
        { on: 'mark', name: 'map.applied', actor: 'role=authority', nth: 3 },
        { on: 'io.submitted', name: 'flush', nth: 1 },
      ],
    ],
  ])('when: %s', (when, steps) => {
    const { atNs, trigger } = crashOf(`when: ${when}, kind: crash, target: host-1`);
    expect(atNs).toBe(0);
    expect(trigger).toEqual({ steps, delayNs: 0, times: 1 });
  });

  test('a period, with its end or a count', () => {
    const periodOf = (again: string) =>
      crashOf(`at: 1s, again: ${again}, kind: crash, target: host-1`).period;
    expect(periodOf('{ every: 3s }')).toEqual({ everyNs: 3 * nsPerSec });
    expect(periodOf('{ every: 3s, until: 9s, count: 2 }')).toEqual({
      everyNs: 3 * nsPerSec,
      untilNs: 9 * nsPerSec,
      count: 2,
    });
  });

  test('are never those of a parameter of a fault', () => {
    const taken = ['kind', 'at', 'again', 'when', 'for', 'target', 'between', 'count'];
    for (const { params } of Object.values(faults)) {
      for (const key of Object.keys(params)) expect(taken).not.toContain(key);
    }
  });
});

describe('a resolved scenario with triggers, periods and targets', () => {
  test.each([
    'when: { state: recovering, actor: authority, from: 2s, delay: 3ms, times: 4 }',
    'when: { mark: receipt.sent, nth: 2 }',
    'when: { io: flush, after: { message: notify, actor: client-1, nth: 7 }, delay: 1ns }',
    'when: { io: write, phase: completed, actor: role=host zone=az-b }',
    'when: { state: serving, machine: host, from: 1s, until: 9s, optional: true }',
    'at: 1s, again: { every: 3s, until: 9s, count: 2 }',
    'at: 0s, again: { every: 1500us }',
  ])('is read back as the same (%s)', (moment) => {
    const targets = ['one of role=host', 'primary-of vol-1 range=3', 'host-1'];
    if (moment.startsWith('when')) targets.push('there');
    for (const target of targets) {
      const text = withFault(`${moment}, for: 1s, kind: crash, target: ${target}`);
      const choices = seededChoices('4');
      const scenario = resolveScenario(sampleScenario(text), { seed: '4', choices });
      const again = sampleScenario(scenarioText(scenario, sampleNames.faults));
      const bare = (of: readonly DeclaredFault[]) => of.map(({ source: _, ...fault }) => fault);
      expect(bare(again.faults)).toEqual(bare(scenario.faults));
      expect(scenarioText(again, sampleNames.faults)).toBe(
        scenarioText(scenario, sampleNames.faults),
      );
    }
  });

  test('keeps roles and quantifiers of random faults as they are written', () => {
    const random =
      '  random:\n    - { kind: crash, count: 2, target: [one of role=host, primary-of vol-1], ' +
      'between: 1s..2s }\nexpect:\n';
    const text = changed('expect:\n', random);
    for (const seed of ['1', '2', '3']) {
      const choices = seededChoices(seed);
      const { faults: drawn } = resolveScenario(sampleScenario(text), { seed, choices });
      for (const { kind, target, atNs } of drawn) {
        if (kind !== 'crash' || atNs >= 8 * nsPerSec) continue;
        expect(['one of role=host', 'primary-of vol-1']).toContain(target);
      }
    }
  });
});

const f = 'scenarios/sample.yaml:29:';

describe('refuses, where it stands', () => {
  test.each([
    [
      'kind: crash, target: host-1',
      `7: expected 'at' or 'when', found neither; write at: 5s, or when: { mark: ... }`,
    ],
    [
      'at: 5s, when: { mark: a }, kind: crash, target: host-1',
      `7: expected 'at' or 'when', found both; write at: 5s, or when: { mark: ... }`,
    ],
    [
      'when: { nth: 2 }, kind: crash, target: host-1',
      '15: expected one of state, mark, message, io, found none',
    ],
    [
      'when: { mark: a, io: flush }, kind: crash, target: host-1',
      '15: expected one of state, mark, message, io, found mark, io',
    ],
    [
      'when: { mark: a, after: { nth: 1 } }, kind: crash, target: host-1',
      '33: expected one of state, mark, message, io, found none',
    ],
    [
      'when: { mark: a, phase: submitted }, kind: crash, target: host-1',
      `33: 'phase' is of a request, found no 'io'; write io: flush beside it`,
    ],
    [
      'when: { io: flsh }, kind: crash, target: host-1',
      `21: unknown request 'flsh', expected one of read, write, flush; did you mean 'flush'?`,
    ],
    [
      'when: { mrak: a }, kind: crash, target: host-1',
      "17: unknown key of a trigger 'mrak', expected one of state, mark, message, io, phase, " +
        "actor, machine, nth, after, from, delay, times and 2 more; did you mean 'mark'?",
    ],
    [
      'when: { mark: a, actor: authorty }, kind: crash, target: host-1',
      `33: selector 'authorty' matches no node; did you mean 'authority'?`,
    ],
    [
      'when: { state: serving, machine: hots }, kind: crash, target: there',
      "42: unknown machine 'hots', expected one of authority-member, backup, backup-set, cell, " +
        'cell-member, client, cut, host, lineage-store, map-authority, mover, optimizer ' +
        'and 4 more; ' +
        "did you mean 'host'?",
    ],
    [
      'when: { state: servng, machine: map-authority }, kind: crash, target: there',
      "24: unknown state of 'map-authority' 'servng', expected one of recovering.reading, " +
        'recovering.flushing, serving.idle, serving.flushing, failed',
    ],
    [
      'when: { mark: a, from: 5s, until: 5s }, kind: crash, target: there',
      "43: expected a time after the first one that counts, 5s, found '5s'",
    ],
    [
      'at: 5s, kind: crash, target: there',
      "38: 'there' is the node where the trigger happened, found no 'when'; " +
        'write when: { state: serving, machine: host }',
    ],
    [
      'at: 5s, kind: crash, target: one of there',
      '38: target "one of there" says how many, but "there" is one node',
    ],
    [
      'when: { mark: a, delay: 3 }, kind: crash, target: host-1',
      "33: expected a duration with a unit, found 3; write '3s'",
    ],
    [
      'when: { mark: a, from: 30s }, kind: crash, target: host-1',
      "32: expected a time before the run's duration 30s, found '30s'",
    ],
    [
      'when: { mark: a }, again: { every: 3s }, kind: crash, target: host-1',
      "35: 'again' repeats a time, found no 'at'; write at: 5s beside it",
    ],
    [
      'at: 5s, again: { every: 3s, until: 4s }, kind: crash, target: host-1',
      "44: expected a time after the first one at 5s, found '4s'",
    ],
    [
      'at: 5s, kind: crash, target: primry-of vol-1',
      "38: unknown role 'primry-of', expected one of primary-of; did you mean 'primary-of'?",
    ],
    [
      'at: 5s, kind: crash, target: one of primary-of vol-2',
      "38: unknown volume 'vol-2', expected one of vol-1; did you mean 'vol-1'?",
    ],
    [
      'at: 5s, kind: crash, target: primary-of vol-1 range=16',
      "38: volume 'vol-1' has ranges 0 to 15, found 16",
    ],
    [
      'at: 5s, kind: crash, target: primary-of',
      "38: role 'primary-of' asks about a volume: '' is no volume, expected vol-1 or vol-1 range=3",
    ],
    [
      'at: 5s, kind: crash, target: one of zone=az-d',
      "38: selector 'zone=az-d' matches no node; known are az-a, az-b, az-c, cell-1, cell-2, " +
        'host, client, authority, authority, cell-1, cell-2, host-1 and 6 more',
    ],
    [
      'at: 5s, kind: crash, target: minority of zone=az-b',
      "38: minority of 2 is nobody, 'minority of zone=az-b' needs a selector of more nodes",
    ],
    ['at: 5s, kind: crash, target: one of', '38: target "one of" names nobody, expected a'],
  ])('%s', (text, problem) => {
    const found = problemsOf(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${f}${problem}`);
  });
});
