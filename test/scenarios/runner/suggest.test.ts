import { expect, test } from 'vitest';
import { editDistance, nearest, unknownName } from '../../../scenarios/runner/suggest.ts';

test.each([
  ['', 'abc', 3],
  ['partition', 'partition', 0],
  ['partion', 'partition', 2],
  ['carsh', 'crash', 1],
  ['kitten', 'sitting', 3],
])('counts the edits from %s to %s', (from, to, count) => {
  expect(editDistance(from, to)).toBe(count);
  expect(editDistance(to, from)).toBe(count);
});

test('proposes a near word and nothing far away', () => {
  expect(nearest('carsh', ['crash', 'pause'])).toBe('crash');
  expect(nearest('thunder', ['crash', 'pause'])).toBeUndefined();
});

test('cuts long lists of known names', () => {
  const known = Array.from({ length: 14 }, (_, index) => `name-${index}`);
  expect(unknownName('thing', 'x', known)).toMatch(/name-11 and 2 more$/);
});
