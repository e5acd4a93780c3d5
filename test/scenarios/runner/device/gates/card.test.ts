import { describe, expect, test } from 'vitest';
import { accuracyCard } from '../../../../../scenarios/runner/device/gates/card.ts';
import { cardText } from '../../../../../scenarios/runner/device/gates/card-text.ts';
import { cleaningRows } from '../../../../../scenarios/runner/device/gates/cleaning.ts';
import { closedForms } from '../../../../../scenarios/runner/device/gates/closed-forms.ts';
import { crashRows } from '../../../../../scenarios/runner/device/gates/crash-images.ts';
import {
  type GateRow,
  holds,
  verdictOf,
} from '../../../../../scenarios/runner/device/gates/gate.ts';
import { volumeTables } from '../../../../../scenarios/runner/device/gates/volume-tables.ts';

const row: GateRow = {
  gate: 'G1',
  what: 'a law',
  expected: 100,
  found: 100,
  tolerance: 0.1,
  unit: 'io/s',
};

describe('a comparison', () => {
  test.each([
    [110, true],
    [111, false],
    [91, true],
    // Half as far off in the other direction is as far off in ratio.
    [90, false],
  ])('of 100 with %d within 10 %% holds: %s', (found, expected) => {
    expect(holds({ ...row, found })).toBe(expected);
  });

  test('with a bound looks one way only', () => {
    expect(holds({ ...row, tolerance: 0, bound: 'above', found: 1_000 })).toBe(true);
    expect(holds({ ...row, tolerance: 0, bound: 'above', found: 99 })).toBe(false);
    expect(holds({ ...row, tolerance: 0, bound: 'below', found: 0 })).toBe(true);
    expect(holds({ ...row, tolerance: 0, bound: 'below', found: 101 })).toBe(false);
  });

  test('exactly holds for nothing but the same', () => {
    expect(holds({ ...row, tolerance: 0, found: 100.001 })).toBe(false);
  });
});

const missing = (rows: readonly GateRow[]) =>
  rows.filter((each) => !holds(each)).map(({ what, found }) => `${what}: ${found}`);

describe('gates that hold in every build', () => {
  test('G1: closed loops and bounds; open queues within what fewer requests allow', () => {
    const rows = closedForms({ openCount: 60_000, closedCount: 200_000 });
    // A wait at high load needs the millions of the card.
    const loose = rows.map((each) =>
      each.what.includes('wait') ? { ...each, tolerance: 0.1 } : { ...each },
    );
    expect(missing(loose)).toEqual([]);
  });

  test('G2: the tables of cloud volumes', () => {
    expect(missing(volumeTables(4_000))).toEqual([]);
  });

  test('G5: the write cliff', () => {
    const cliff = cleaningRows(0.01).filter(({ what }) => what.includes('cliff'));
    expect(cliff.length).toBe(1);
    expect(missing(cliff)).toEqual([]);
  });

  test('G6: crash images and the flush rule', () => {
    expect(missing(crashRows())).toEqual([]);
  });
});

describe('the card', () => {
  const options = { dataFolder: 'nowhere', profiles: [], nowMs: () => 0 };

  test('says which gate was not measured, and why', () => {
    const card = accuracyCard({ ...options, gates: ['G3', 'G6'] });
    expect(verdictOf(card, 'G3')).toBe('not measured');
    expect(verdictOf(card, 'G6')).toBe('held');
    expect(cardText(card, { verbose: false })).toMatch(/^G3 {2}not measured: data absent/);
  });

  test('shows what misses, first of all', () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ ...row, what: `law ${index}` }));
    rows[17] = { ...row, what: 'the broken one', found: 50 };
    const card = { rows, curves: [], absent: {} };
    const text = cardText(card, { verbose: false });
    expect(verdictOf(card, 'G1')).toBe('missed');
    expect(text).toMatch(/! the broken one .* 100 +50 +-50\.0 % +10 %/);
    expect(text).toContain('and 12 more that hold');
    expect(cardText(card, { verbose: true })).toContain('law 19');
  });

  test('measures the speed with the clock it is given', () => {
    let now = 0;
    const nowMs = () => {
      now += 10;
      return now;
    };
    const card = accuracyCard({ ...options, gates: ['G7'], nowMs, effort: 0.001 });
    expect(card.rows[0]).toMatchObject({ gate: 'G7', expected: 1_000_000, found: 100_000 });
    expect(verdictOf(card, 'G7')).toBe('missed');
  });
});
