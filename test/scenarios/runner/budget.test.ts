import { describe, expect, test } from 'vitest';
import { budgetWarnings, measureSchedule } from '../../../scenarios/runner/budget.ts';
import { type Budget, budgetLineNames, linesOf } from '../../../scenarios/runner/budget-lines.ts';
import { type Judged, outcomeOf } from '../../../scenarios/runner/outcome.ts';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { faults } from '../../../sim/faults.ts';
import type { Judgement } from '../../../sim/property.ts';
import { changed, readSample, sampleFile, sampleScenario } from './sample.ts';

const schedule = (...lines: readonly string[]) =>
  changed(
    `    - { at: 20s, for: 5s, kind: partition, groups: [[az-c], [az-a, az-b]] }
    - { at: 8s, for: 6s, kind: crash, target: zone=az-b role=host }
`,
    lines.map((line) => `    - ${line}\n`).join(''),
  );
const withBudget = (budget: string, text: string) =>
  changed('expect:\n', `survives: ${budget}\nexpect:\n`, text);
const usesOf = (budget: Budget, text: string) => {
  const scenario = sampleScenario(text);
  return measureSchedule(budget, scenario, scenario.faults);
};

describe('what faults use of a budget', () => {
  test('counts nodes down at one instant, not over time', () => {
    const apart = schedule(
      '{ at: 1s, for: 1s, kind: crash, target: host-1 }',
      '{ at: 3s, for: 1s, kind: crash, target: host-2 }',
    );
    const together = schedule(
      '{ at: 1s, for: 3s, kind: crash, target: host-1 }',
      '{ at: 3s, for: 1s, kind: crash, target: host-2 }',
    );
    expect(usesOf({}, apart).meter.peakOf('crashed')).toBe(1);
    expect(usesOf({}, together).meter.peakOf('crashed')).toBe(2);
    expect(usesOf({}, together).meter.peakOf('zones')).toBe(2);
  });

  test('counts a node once that two faults hold down', () => {
    const twice = schedule(
      '{ at: 1s, for: 3s, kind: crash, target: host-1 }',
      '{ at: 2s, for: 3s, kind: crash, target: host-1 }',
    );
    expect(usesOf({}, twice).meter.peakOf('crashed')).toBe(1);
  });

  test('counts what ends and what begins at one instant together', () => {
    const touching = schedule(
      '{ at: 1s, for: 1s, kind: crash, target: host-1 }',
      '{ at: 2s, for: 1s, kind: crash, target: host-2 }',
    );
    expect(usesOf({}, touching).meter.peakOf('crashed')).toBe(2);
  });

  test('counts the zones that a partition cuts off from the largest group', () => {
    const cut = schedule('{ at: 1s, kind: partition, groups: [[az-a], [az-b, az-c]] }');
    expect(usesOf({}, cut).meter.peakOf('zones')).toBe(1);
  });

  test('adds shares and rates to what the scenario has anyway', () => {
    const rough = schedule(
      '{ at: 1s, for: 9s, kind: message-loss, target: host-1, share: 10% }',
      '{ at: 2s, for: 1s, kind: message-loss, target: host-2, share: 20% }',
      '{ at: 3s, for: 1s, kind: clock-skew, target: host-1, by: -100ppm }',
      '{ at: 3s, for: 1s, kind: clock-skew, target: any, by: 20ppm }',
    );
    const { meter } = usesOf({}, rough);
    expect(meter.peakOf('lossShare')).toBe(0.3001);
    expect(meter.peakOf('skew')).toBe(50 + 100 + 20);
  });

  test('claims nothing of kinds that it does not know', () => {
    expect(linesOf('a-new-kind', {})).toEqual(['other']);
  });

  test('has a line, or none on purpose, for every fault of the table but named points', () => {
    const kinds = Object.keys(faults).filter((kind) => linesOf(kind, {}).includes('other'));
    expect(kinds).toEqual(['fault-point']);
    for (const kind of Object.keys(faults)) {
      for (const line of linesOf(kind, {})) expect(budgetLineNames).toContain(line);
    }
  });
});

describe('a schedule that steps outside', () => {
  const text = withBudget(
    '{ crashed: 1, lossShare: 5% }',
    schedule(
      '{ at: 1s, for: 3s, kind: crash, target: host-1 }',
      '{ at: 2s, for: 1s, kind: crash, target: host-2 }',
      '{ at: 9s, for: 1s, kind: message-loss, target: any, share: 5% }',
    ),
  );

  test('is told of at the fault that does it', () => {
    expect(budgetWarnings(sampleScenario(text))).toEqual([
      `${sampleFile}:29:7: warning: fault 'crash' steps outside the declared budget: ` +
        'crashed 2 of 1',
      `${sampleFile}:30:7: warning: fault 'message-loss' steps outside the declared budget: ` +
        'lossShare 5.01% of 5%',
    ]);
  });

  test('is not told of without a budget, or inside of it', () => {
    expect(budgetWarnings(sampleScenario())).toEqual([]);
    expect(budgetWarnings(sampleScenario(text.replace('crashed: 1', 'crashed: 2')))).toHaveLength(
      1,
    );
  });
});

describe('what is judged of a run outside its budget', () => {
  const judged = (mode: Judgement['mode'], status: Judgement['status']): Judgement => ({
    id: `${mode}-one`,
    mode,
    status,
    evaluatedCount: 1,
    violation: null,
  });
  const excess = { line: 'crashed', declared: '1', used: '2', faultId: 1, fault: 'crash', atNs: 5 };
  const run = (changes: Partial<Judged>): Judged => ({
    judgements: [judged('always', 'held'), judged('eventually', 'held')],
    limits: [],
    pending: [],
    budget: { lines: [], outside: [excess] },
    progress: { completedCount: 9, calmedFaultIds: [] },
    missed: [],
    violates: [],
    ...changes,
  });
  const inside = { lines: [], outside: [] };
  const because = `fault 'crash' steps outside the declared budget: crashed 2 of 1`;

  test('a broken always property, as ever, and the reason says where the run was', () => {
    const judgements = [judged('always', 'violated'), judged('eventually', 'stalled')];
    const expected = { status: 'violated', exit: 1, reasons: [because] };
    expect(outcomeOf(run({ judgements }))).toEqual(expected);
  });

  test('what does not come true is excused outside, and stalls inside', () => {
    const judgements = [judged('always', 'held'), judged('eventually', 'stalled')];
    const pending = ['eventually-one: 3 operations'];
    expect(outcomeOf(run({ judgements, pending }))).toEqual({
      status: 'inconclusive',
      exit: 3,
      reasons: ['excused: eventually-one: 3 operations', because],
    });
    const expected = { status: 'stalled', exit: 1, reasons: pending };
    expect(outcomeOf(run({ judgements, pending, budget: inside }))).toEqual(expected);
    expect(outcomeOf(run({ judgements, pending, budget: null }))).toEqual(expected);
  });

  test('a threshold is excused outside, and broken inside', () => {
    const limits = [
      { metric: 'iops.min', expected: 'above 9', observed: '0', status: 'broken' },
    ] as const;
    expect(outcomeOf(run({ limits })).exit).toBe(3);
    expect(outcomeOf(run({ limits })).reasons[0]).toBe('excused: iops.min above 9: 0');
    expect(outcomeOf(run({ limits, budget: inside })).exit).toBe(4);
  });

  test('a run that holds, holds outside, too', () => {
    expect(outcomeOf(run({}))).toEqual({ status: 'held', exit: 0, reasons: [] });
  });

  test('a run that a planned fault never struck says so', () => {
    const missed = [{ fault: 'crash', reason: 'never came: 2 receipts' }];
    expect(outcomeOf(run({ missed, budget: inside }))).toEqual({
      status: 'inconclusive',
      exit: 3,
      reasons: [`fault 'crash' never struck: never came: 2 receipts`],
    });
  });

  test('a run that completed nothing says so, inside or outside', () => {
    const progress = { completedCount: 0, calmedFaultIds: [] };
    const expected = {
      status: 'inconclusive',
      exit: 3,
      reasons: ['no operation completed in the whole first act'],
    };
    expect(outcomeOf(run({ progress }))).toEqual(expected);
    expect(outcomeOf(run({ progress, budget: inside }))).toEqual(expected);
  });
});

describe('a budget that is refused', () => {
  const problemOf = (budget: string) => {
    const reading = readSample(changed('expect:\n', `survives: ${budget}\nexpect:\n`));
    return reading.ok ? '' : problemText(reading.problems[0]!);
  };

  test.each([
    ['an unknown line', '{ crashes: 1 }', /:30:13: unknown key of what is survived 'crashes'.*did/],
    [
      'a bare share',
      '{ lossShare: 5 }',
      /:30:24: expected a share with a unit, found 5; write '5%'/,
    ],
    [
      'half a node',
      '{ crashed: 0.5 }',
      /:30:22: expected a whole number from 0 to 1024, found 0.5/,
    ],
  ])('for %s', (_claim, budget, message) => {
    expect(problemOf(budget)).toMatch(message);
  });
});
