// What is known of copies whose hosts died before a cut, or while it was made.
import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { type Body, judge, stop } from '../../support/entries.ts';
import { committed, completed, cutOf, put } from './snapshot-samples.ts';
import { on, reserved, stamp, stored } from './story.ts';

const copy = on('a');
const [earlier, later] = [stamp(1), stamp(2)];
const died = stop('host-a');
/** A snapshot that has this in block 0. */
const holding = (found: number): readonly Body[] => [
  ...[committed('s-1'), put('s-1', [found])],
  ...completed('s-1', [0]),
];
const wordsOf = (id: 'delta-exact' | 'delta-superset', record: readonly Body[]): string | null => {
  const { violation, evaluatedCount } = judge(properties[id], record);
  expect(evaluatedCount).toBeGreaterThan(0);
  return violation === null ? null : `${violation.expected}; ${violation.observed}`;
};

describe('a copy whose host has died', () => {
  const before = [stored(copy, 0, [later]), died];

  it('may hold a write whose end nobody saw', () => {
    const record = [stored(copy, 0, [earlier]), died, ...holding(later)];
    expect(wordsOf('delta-exact', record)).toBeNull();
  });

  it('never holds less than it had noted', () => {
    const words = wordsOf('delta-exact', [...before, ...holding(earlier)]);
    expect(words).toMatch(/sequence 2\) or later, as in.*host-a.*; .*sequence 1\)/);
  });

  it('is certain in a block that was stored anew', () => {
    const record = [died, stored(copy, 0, [earlier]), ...holding(later)];
    expect(wordsOf('delta-exact', record)).toMatch(/sequence 1\), as in.*; .*sequence 2\)/);
  });

  it('is certain when it was reserved since', () => {
    const anew = [...before, reserved(copy), ...holding(later)];
    expect(wordsOf('delta-exact', anew)).toMatch(/stamp 0 .*, as in.*sequence 2\)/);
  });

  it('leaves nothing out of a delta that has changed for sure', () => {
    const changed = [stored(copy, 0, [earlier]), ...holding(earlier), stored(copy, 0, [later])];
    const next = [committed('s-2'), ...completed('s-2', [], 's-1')];
    expect(wordsOf('delta-superset', [...changed, died, ...next])).toMatch(/since 's-1'/);
    const unknown = [
      stored(copy, 0, [earlier]),
      died,
      ...holding(earlier),
      stored(copy, 0, [later]),
    ];
    expect(wordsOf('delta-superset', [...unknown, ...next])).toBeNull();
  });
});

describe('a copy that nobody saw take part in a cut', () => {
  const [begun, taken] = [cutOf('cut.begun', 's-1'), cutOf('cut.taken', 's-1')];
  const judged = (record: readonly Body[]) =>
    judge(properties['completed-from-cut'], [...record, ...completed('s-1', [])]).violation;

  it('may have done so before its host died', () => {
    expect(judged([begun, died, taken])).toBeNull();
  });

  it.each([
    ['before the cut', [died, begun, taken]],
    ['after it', [begun, taken, died]],
  ])('has not where its host died %s', (_, record) => {
    expect(judged(record)).not.toBeNull();
  });
});
