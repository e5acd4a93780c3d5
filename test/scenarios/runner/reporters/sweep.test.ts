import { describe, expect, test } from 'vitest';
import { palette } from '../../../../scenarios/runner/reporters/palette.ts';
import { sweepText } from '../../../../scenarios/runner/reporters/sweep.ts';
import { SweepTally } from '../../../../scenarios/runner/sweep-tally.ts';
import type { FaultCoverage, Verdict } from '../../../../sim/index.ts';
import { heldVerdict } from '../sample-run.ts';

function textOf(verdicts: readonly Verdict[]): string {
  const tally = new SweepTally();
  for (const verdict of verdicts) tally.add(verdict, null);
  const colors = palette({ color: 'never', ascii: false, isTty: false, plain: false });
  return sweepText({ name: 'sample', tally, ascii: false }, colors);
}

function paused(state: string): FaultCoverage {
  const met = { state, byFault: { pause: 1 }, elsewhere: 0, none: 0 };
  return { faults: ['pause'], machines: [{ machine: 'cell', states: [met], transitions: [] }] };
}

describe('the fault coverage of a sweep', () => {
  test('is one line: pairs that any seed reached, of all states and kinds in any seed', () => {
    const seeds = [
      heldVerdict,
      { ...heldVerdict, coverage: paused('idle') },
      { ...heldVerdict, coverage: paused('busy') },
    ];
    // Two states of hosts and two of cells; crash, partition and pause.
    expect(textOf(seeds)).toMatch(/^ {3}Coverage {3}4 of 12 states x fault kinds reached$/m);
    expect(textOf([...seeds, ...seeds])).toContain('4 of 12 states');
  });

  test('grows: it is told after each quarter of the seeds', () => {
    const runs = ['idle', 'busy', 'full', 'idle'].map((state) => ({
      ...heldVerdict,
      coverage: paused(state),
    }));
    expect(textOf([...runs, ...runs.slice(0, 2)])).toMatch(
      /^ {14}2 after 2, 3 after 3, 3 after 5, 3 after 6 seeds$/m,
    );
    expect(textOf(runs.slice(0, 3))).not.toContain(' after ');
  });

  test('is not told of a scenario without faults', () => {
    const coverage = { faults: [], machines: heldVerdict.coverage.machines };
    expect(textOf([{ ...heldVerdict, coverage }])).not.toContain('Coverage');
  });
});
