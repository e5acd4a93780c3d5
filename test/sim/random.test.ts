import { expect, test } from 'vitest';
import { seededChoices } from '../../sim/choice.ts';
import { normalizeSeed, type StreamTable, seedProblem, streamTable } from '../../sim/random.ts';

function draws(table: StreamTable, key: string, count: number, n = 1000): number[] {
  return Array.from({ length: count }, () => table.below(key, n));
}

test("keeps the first draws of seed '1', stream 'net a->b' (golden)", () => {
  expect(draws(streamTable('1'), 'net a->b', 5)).toEqual([550, 606, 556, 390, 618]);
  expect(draws(streamTable('1'), 'net a->b', 3, 2 ** 32)).toEqual([
    2_365_287_346, 2_606_917_315, 2_389_250_564,
  ]);
});

test('shifts no stream by drawing from another', () => {
  const alone = draws(streamTable('7'), 'disk h3', 20);
  const table = streamTable('7');
  const together: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    draws(table, `actor ${index}`, index);
    together.push(table.below('disk h3', 1000));
  }
  expect(together).toEqual(alone);
});

test('differs between seeds and between names', () => {
  const reference = draws(streamTable('1'), 'a', 10);
  expect(draws(streamTable('2'), 'a', 10)).not.toEqual(reference);
  expect(draws(streamTable('1'), 'b', 10)).not.toEqual(reference);
});

test('continues identically on both sides of a copy, and apart from each other', () => {
  const table = streamTable('3');
  draws(table, 'a', 7);
  draws(table, 'b', 2);
  const copy = table.copy();
  const second = copy.copy();
  const expected = [...draws(table, 'a', 10), ...draws(table, 'b', 10), ...draws(table, 'new', 10)];
  for (const side of [copy, second]) {
    const got = [...draws(side, 'a', 10), ...draws(side, 'b', 10), ...draws(side, 'new', 10)];
    expect(got).toEqual(expected);
  }
});

test('draws nothing for one alternative', () => {
  const table = streamTable('4');
  const expected = draws(table.copy(), 'a', 5);
  expect(draws(table, 'a', 100, 1)).toEqual(Array(100).fill(0));
  expect(draws(table, 'a', 5)).toEqual(expected);
});

// With 400000 draws and m classes, chi-square has mean m - 1 and variance 2(m - 1); five deviations
// are far beyond chance, and the seed is fixed. The last n leaves almost half of all draws to be
// rejected.
test.each([2, 3, 10, 257, 2 ** 31 + 1])(
  'spreads draws below %d evenly (chi-square, 400000 draws)',
  (n) => {
    const table = streamTable('5');
    const classCount = Math.min(n, 64);
    const counts = new Array<number>(classCount).fill(0);
    const drawCount = 400_000;
    for (let index = 0; index < drawCount; index += 1) {
      const drawn = table.below('x', n);
      counts[n <= 64 ? drawn : Math.floor((drawn / n) * classCount)]! += 1;
    }
    let chiSquare = 0;
    for (let index = 0; index < classCount; index += 1) {
      const width =
        n <= 64
          ? 1
          : Math.ceil(((index + 1) * n) / classCount) - Math.ceil((index * n) / classCount);
      const expected = (drawCount * width) / n;
      chiSquare += (counts[index]! - expected) ** 2 / expected;
    }
    const freedom = classCount - 1;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
  },
);

test('reaches both ends of [0, 2^32)', () => {
  const drawn = draws(streamTable('6'), 'x', 10_000, 2 ** 32);
  expect(Math.max(...drawn)).toBeGreaterThan(2 ** 32 - 2 ** 21);
  expect(Math.min(...drawn)).toBeLessThan(2 ** 21);
  expect(drawn.every((draw) => Number.isInteger(draw) && draw >= 0)).toBe(true);
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuses a draw below %s', (n) => {
  expect(() => streamTable('1').below('a', n)).toThrow('expected an integer from 1 to 2^32');
});

test.each(['', undefined, null, 5])('refuses the seed %s instead of taking entropy', (seed) => {
  expect(() => streamTable(seed as string)).toThrow('expected text of 1 to 64 characters');
});

test('takes 1 and "1" for the same seed, and a commit id for a seed', () => {
  expect(normalizeSeed(1)).toBe(normalizeSeed('1'));
  const commit = '0123456789abcdef0123456789abcdef01234567';
  expect(normalizeSeed(commit)).toBe(commit);
  expect(seedProblem(-5)).toBe(null);
});

test.each([1.5, Number.NaN, 2 ** 53, '', '1.5', 'a b', 'a/b', 'x'.repeat(65), undefined, null, {}])(
  'refuses the seed %s with what was expected',
  (seed) => {
    expect(seedProblem(seed)).toContain('expected a whole number or 1 to 64 of the characters');
    expect(() => normalizeSeed(seed as string)).toThrow('expected a whole number');
  },
);

test('copies a choice source that answers the same questions the same way', () => {
  const choices = seededChoices('9');
  choices.choose('net.loss', 10, 'net a->b');
  const copy = choices.copy();
  const ask = (source: typeof choices) =>
    Array.from({ length: 20 }, () => source.choose('net.loss', 1000, 'net a->b'));
  expect(ask(copy)).toEqual(ask(choices));
  expect(copy.madeCount).toBe(21);
});

test('draws independently from streams of neighbouring names (orders of four)', () => {
  const keys = ['disk h1', 'disk h2', 'disk h3', 'disk h4'];
  const counts = new Map<string, number>();
  const seedCount = 4800;
  for (let seed = 0; seed < seedCount; seed++) {
    const table = streamTable(String(seed));
    const drawn = keys.map((key) => ({ key, value: table.below(key, 2 ** 32) }));
    drawn.sort((a, b) => a.value - b.value || (a.key < b.key ? -1 : 1));
    const order = drawn.map(({ key }) => key.slice(-1)).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const expected = seedCount / 24;
  let chiSquare = (24 - counts.size) * expected;
  for (const count of counts.values()) chiSquare += (count - expected) ** 2 / expected;
  // 23 degrees of freedom: above 49.7 by chance once in a thousand.
  expect(chiSquare).toBeLessThan(49.7);
});
