import { describe, expect, test } from 'vitest';
import { palette } from '../../../../scenarios/runner/reporters/palette.ts';
import { RuleTally } from '../../../../scenarios/runner/reporters/rule-tally.ts';
import { rulesText, sweepText } from '../../../../scenarios/runner/reporters/sweep.ts';
import { SweepTally } from '../../../../scenarios/runner/sweep-tally.ts';
import type { Entry } from '../../../../sim/index.ts';
import { heldVerdict, sampleEntries } from '../sample-run.ts';

function decided(rule: string): Entry {
  return { ...sampleEntries[0]!, name: 'rule.applied', facts: { rule } } as Entry;
}

function tallyOf(rules: readonly string[]): RuleTally {
  const tally = new RuleTally();
  for (const rule of rules) tally.observe(decided(rule));
  return tally;
}

describe('the rules that many runs decided by', () => {
  test('are counted pair by pair, over all runs', () => {
    const all = tallyOf(['active/retired', 'sealed/creating']);
    all.merge(tallyOf(['active/retired']));
    const rows = all.rows();
    expect(rows).toHaveLength(49);
    expect(rows.filter(({ count }) => count > 0)).toEqual([
      { first: 'active', alternate: 'retired', codes: 'T1*', count: 2 },
      { first: 'sealed', alternate: 'creating', codes: 'D', count: 1 },
    ]);
  });

  test('are nothing where no router decided anything', () => {
    const tally = tallyOf([]);
    tally.observe({ ...decided('active/retired'), name: 'another.mark' } as Entry);
    expect(tally.rows()).toEqual([]);
  });

  test('are a line of a sweep, and of all its scenarios', () => {
    const tally = new SweepTally();
    tally.add(heldVerdict, null);
    const colors = palette({ color: 'never', ascii: false, isTty: false, plain: false });
    const story = { name: 'sample', tally, ascii: false };
    expect(sweepText(story, colors)).not.toContain('Rules');
    tally.rules.merge(tallyOf(['active/retired', 'active/retired']));
    const line = '   Rules      1 of 49 pairs of observations met in 2 decisions\n';
    expect(sweepText(story, colors)).toContain(line);
    expect(rulesText(tally.rules.rows(), 'out/rule-table.svg')).toBe(
      ` All scenarios\n${line}   PICTURE    out/rule-table.svg\n`,
    );
  });

  test('name the pairs that are missing once there are few', () => {
    const rows = tallyOf(['active/retired'])
      .rows()
      .map((row, i) => ({ ...row, count: i < 2 ? 0 : 1 }));
    expect(rulesText(rows, 'x')).toContain(
      'met in 47 decisions; not not-found/not-found not-found/creating\n',
    );
  });
});
