import { expect, test } from 'vitest';
import { type ChoiceSource, seededChoices } from '../../sim/choice.ts';
import {
  constantTable,
  draw,
  exponentialTable,
  lognormalTable,
  type QuantileTable,
  quantileTable,
  uniformTable,
  zipf,
  zipfRank,
} from '../../sim/distribution.ts';

/** Answers every question with the same share of its alternatives. */
function choicesAt(share: number): ChoiceSource {
  return {
    choose: (_kind, n) => Math.min(n - 1, Math.floor(share * n)),
    madeCount: 0,
    copy: () => choicesAt(share),
  };
}

function valueAt(table: QuantileTable, share: number): number {
  return draw(table, choicesAt(share), 'test', 'test');
}

const shapes: readonly { readonly name: string; readonly table: QuantileTable }[] = [
  { name: 'constant', table: constantTable(5_000) },
  { name: 'uniform', table: uniformTable(100_000, 250_000) },
  { name: 'narrow lognormal', table: lognormalTable({ p50Ns: 250_000, p99Ns: 300_000 }) },
  { name: 'wide lognormal', table: lognormalTable({ p50Ns: 250_000, p99Ns: 25_000_000 }) },
  { name: 'lognormal of one value', table: lognormalTable({ p50Ns: 7, p99Ns: 7 }) },
  { name: 'exponential', table: exponentialTable(1_000_000) },
];

test.each(shapes)('never falls and holds whole numbers ($name)', ({ table }) => {
  let last = 0;
  let fallCount = 0;
  for (let drawn = 0; drawn < 65_536; drawn += 1) {
    const value = valueAt(table, drawn / 65_536);
    if (!(value >= last)) fallCount += 1;
    last = value;
  }
  expect(fallCount).toBe(0);
  expect(table.quantilesNs.every((quantile) => Number.isSafeInteger(quantile))).toBe(true);
  expect(last).toBeLessThanOrEqual(table.quantilesNs.at(-1)!);
});

test.each([
  { p50Ns: 250_000, p99Ns: 300_000 },
  { p50Ns: 250_000, p99Ns: 2_000_000 },
  { p50Ns: 10_000, p99Ns: 1_000_000 },
])('draws p50, p99, p99.9 and p99.99 of a lognormal within 1 percent ($p50Ns, $p99Ns)', (shape) => {
  const table = lognormalTable(shape);
  const { p50Ns, p99Ns } = shape;
  const zScores = [
    [0.5, 0],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.9999, 3.7190164854557084],
  ] as const;
  for (const [share, z] of zScores) {
    const expectedNs = p50Ns * (p99Ns / p50Ns) ** (z / 2.3263478740408408);
    expect(Math.abs(valueAt(table, share) / expectedNs - 1)).toBeLessThan(0.01);
  }
});

test.each([0.5, 0.9, 0.99, 0.999, 0.9999])(
  'draws quantile %d of an exponential within 1 percent',
  (share) => {
    const expected = -1_000_000 * Math.log(1 - share);
    expect(Math.abs(valueAt(exponentialTable(1_000_000), share) / expected - 1)).toBeLessThan(0.01);
  },
);

test('draws an exponential with the mean it was given (200000 draws, 1 percent)', () => {
  const choices = seededChoices('1');
  const table = exponentialTable(1_000_000);
  let sumNs = 0;
  for (let index = 0; index < 200_000; index += 1) sumNs += draw(table, choices, 'test', 'a');
  expect(Math.abs(sumNs / 200_000 / 1_000_000 - 1)).toBeLessThan(0.01);
});

test('draws a uniform from its smallest value to just below its largest', () => {
  const table = uniformTable(100, 65_636);
  expect(valueAt(table, 0)).toBe(100);
  expect(valueAt(table, 0.5)).toBe(32_868);
  expect(valueAt(table, 1)).toBe(65_635);
});

test('makes one choice per draw, none for a constant', () => {
  const choices = seededChoices('1');
  draw(constantTable(5), choices, 'test', 'a');
  expect(choices.madeCount).toBe(0);
  draw(uniformTable(0, 9), choices, 'test', 'a');
  expect(choices.madeCount).toBe(1);
});

test('keeps the integers of its tables (golden)', () => {
  const lognormal = lognormalTable({ p50Ns: 250_000, p99Ns: 2_000_000 }).quantilesNs;
  const exponential = exponentialTable(1_000_000).quantilesNs;
  const at = (quantiles: readonly number[]) =>
    [0, 1, 256, 512, 768, 1023, 1024].map((i) => quantiles[i]);
  expect([lognormal.length, exponential.length]).toEqual([1025, 1025]);
  expect(at(lognormal)).toEqual([8236, 15688, 136805, 250000, 456854, 3983841, 7282684]);
  expect(at(exponential)).toEqual([0, 977, 287682, 693147, 1386294, 6931472, 9470318]);
  expect(quantilesHash(lognormal)).toBe(1561874577);
  expect(quantilesHash(exponential)).toBe(1303874424);
  expect(quantilesHash([...zipf(100_000, 0.99).bucketEnds])).toBe(1182662407);
});

function quantilesHash(quantilesNs: readonly number[]): number {
  let hash = 17;
  for (const quantileNs of quantilesNs) hash = (Math.imul(hash, 31) + quantileNs) | 0;
  return hash;
}

test.each([
  { quantilesNs: [], message: '0 quantiles, expected 1 to 1025' },
  { quantilesNs: [2, 1], message: 'quantile 1 falls by 1 ns' },
  { quantilesNs: [0, 0.5], message: 'quantile 1 is 0.5 ns' },
  { quantilesNs: [-1], message: 'quantile 0 is -1 ns' },
  { quantilesNs: [0, 2 ** 37], message: 'quantile 1 rises by 137438953472 ns' },
])('refuses the quantiles $quantilesNs', ({ quantilesNs, message }) => {
  expect(() => quantileTable(quantilesNs)).toThrow(message);
});

test('refuses shapes that are none', () => {
  expect(() => lognormalTable({ p50Ns: 0, p99Ns: 5 })).toThrow('expected 0 < p50 <= p99');
  expect(() => lognormalTable({ p50Ns: 9, p99Ns: 5 })).toThrow('expected 0 < p50 <= p99');
  expect(() => exponentialTable(0)).toThrow('expected a positive one');
  expect(() => zipf(0, 1)).toThrow('zipf over 0 ranks');
  expect(() => zipf(10, -1)).toThrow('zipf exponent -1');
});

/** The exact chance of each rank. */
function zipfChances(rankCount: number, exponent: number): number[] {
  const weights = Array.from({ length: rankCount }, (_, rank) => (rank + 1) ** -exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

test.each([
  { rankCount: 1000, exponent: 0.99 },
  { rankCount: 100_000, exponent: 0.99 },
  { rankCount: 100_000, exponent: 1 },
  { rankCount: 100_000, exponent: 1.5 },
  { rankCount: 50_000, exponent: 0 },
])('gives each bucket of a zipf its chance ($rankCount ranks, exponent $exponent)', (shape) => {
  const { bucketStarts, bucketEnds } = zipf(shape.rankCount, shape.exponent);
  const chances = zipfChances(shape.rankCount, shape.exponent);
  let expected = 0;
  let rank = 0;
  for (const [index, end] of bucketEnds.entries()) {
    for (; rank < bucketStarts[index + 1]!; rank += 1) expected += chances[rank]!;
    expect(Math.abs(end / 2 ** 32 - expected)).toBeLessThan(1e-7);
  }
  expect(rank).toBe(shape.rankCount);
  expect(bucketEnds.at(-1)).toBe(2 ** 32);
});

test('draws ranks as often as zipf says (100000 ranks, exponent 0.99, 300000 draws)', () => {
  const choices = seededChoices('1');
  const table = zipf(100_000, 0.99);
  const chances = zipfChances(100_000, 0.99);
  const counts = new Float64Array(100_000);
  for (let index = 0; index < 300_000; index += 1) {
    counts[zipfRank(table, (n) => choices.choose('test', n, 'a'))]! += 1;
  }
  for (const [start, end] of [
    [0, 1],
    [1, 2],
    [2, 10],
    [10, 4096],
    [4096, 5000],
    [5000, 100_000],
  ]) {
    const count = counts.subarray(start, end).reduce((total, value) => total + value, 0);
    const expected = chances.slice(start, end).reduce((total, value) => total + value, 0) * 300_000;
    expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
});

test('stays within its ranks at both ends (1, 5, 5000 and 2^32 ranks)', () => {
  for (const rankCount of [1, 5, 5000, 2 ** 32]) {
    const table = zipf(rankCount, 0.8);
    expect(zipfRank(table, (n) => choicesAt(0).choose('test', n, 'a'))).toBe(0);
    expect(zipfRank(table, (n) => choicesAt(1).choose('test', n, 'a'))).toBe(rankCount - 1);
  }
});

test('parts two equal ranks in the middle (exponent 0)', () => {
  const table = zipf(2, 0);
  expect(zipfRank(table, (n) => choicesAt(0.5 - 2 ** -32).choose('test', n, 'a'))).toBe(0);
  expect(zipfRank(table, (n) => choicesAt(0.5).choose('test', n, 'a'))).toBe(1);
});
