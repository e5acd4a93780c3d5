import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../scenarios/runner/index.ts';
import { type Judged, outcomeOf } from '../../../scenarios/runner/outcome.ts';
import { palette } from '../../../scenarios/runner/reporters/palette.ts';
import { runText } from '../../../scenarios/runner/reporters/spec.ts';
import { sweepText } from '../../../scenarios/runner/reporters/sweep.ts';
import type { Scenario } from '../../../scenarios/runner/scenario.ts';
import { SweepTally } from '../../../scenarios/runner/sweep-tally.ts';
import type { Judgement, Verdict } from '../../../sim/index.ts';
import { readShipped } from '../../support/shipped.ts';

const judged = (id: string, status: Judgement['status']): Judgement => ({
  id,
  mode: 'always',
  status,
  evaluatedCount: 1,
  violation: null,
});

const outcome = (judgements: readonly Judgement[]) => {
  const rest: Omit<Judged, 'judgements'> = {
    limits: [],
    pending: [],
    budget: null,
    progress: { completedCount: 0, calmedFaultIds: [] },
    missed: [],
    violates: ['a', 'b'],
  };
  return outcomeOf({ ...rest, judgements });
};

describe('a scenario that names what it violates', () => {
  test.each(['violated', 'stalled'] as const)('is met when that is %s', (status) => {
    expect(outcome([judged('a', status), judged('c', 'held')])).toEqual({
      status: 'violated as expected',
      exit: 0,
      reasons: [`as expected: 'a'`],
    });
  });

  test('is not met when nothing is violated', () => {
    const { status, exit, reasons } = outcome([judged('a', 'held'), judged('b', 'not exercised')]);
    expect([status, exit]).toEqual(['not violated', 1]);
    expect(reasons).toEqual([`expected a violation of 'a' or 'b', found none; sweep more seeds`]);
  });

  test('is not met when anything else is violated, too', () => {
    const { status, exit, reasons } = outcome([judged('a', 'violated'), judged('c', 'violated')]);
    expect([status, exit]).toEqual(['violated', 1]);
    expect(reasons).toEqual([`expected a violation of 'a' or 'b' only, found one of 'c'`]);
  });
});

const colors = palette({ color: 'never', ascii: true, isTty: false, plain: true });
const shipped = readShipped('authority-power-loss');
const source = { file: 'x.yaml', line: 1, column: 1 };

function wrong(mutant: string, property: string): Scenario {
  const { cluster, expect: expected } = shipped;
  return {
    ...shipped,
    cluster: { ...cluster, mutants: [mutant] },
    expect: { ...expected, sometimes: [], violates: [{ property, source }] },
  };
}

describe('a run of a known wrong variant', () => {
  const scenario = wrong('receipt-before-flush', 'receipt-implies-durable');
  const met = runScenario(scenario, { level: 'hash', seed: '1' }).verdict;
  const story = { scenario, directory: null, hasReport: false, verbose: false, ascii: true };

  test('is met by the property that it names, and says so first', () => {
    expect(met.exit).toBe(0);
    const first = runText({ ...story, verdict: met }, colors).split('\n')[0];
    expect(first).toMatch(/authority-power-loss {2}seed 1 {2}violated as expected$/);
  });

  test('is failed by another', () => {
    const other = wrong('receipt-before-flush', 'exclusive-slot');
    const { verdict } = runScenario(other, { level: 'hash', seed: '1' });
    expect([verdict.status, verdict.exit]).toEqual(['violated', 1]);
  });

  test('needs one seed of a sweep, and the others are told', () => {
    const none: Verdict = { ...met, status: 'not violated', exit: 1, seed: '7', properties: [] };
    const tally = new SweepTally();
    tally.add(none, null);
    expect(tally.exit()).toBe(1);
    tally.add(met, null);
    expect(tally.exit()).toBe(0);
    const text = sweepText({ name: 'wrong', tally, ascii: true }, colors);
    expect(text).toMatch(/Violated {3}1 of 2 seeds, as expected; not by 7/);
    expect(text).not.toMatch(/REASON/);
    tally.add({ ...met, status: 'violated', exit: 1 }, null);
    expect(tally.exit()).toBe(1);
  });
});
