import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { type LatencyShape, ShapeTable } from '../../../../sim/disk/ssd/latency-shape.ts';

const skewed: LatencyShape = [
  { share: 0, factor: 80 },
  { share: 0.5, factor: 95 },
  { share: 0.99, factor: 150 },
  { share: 1, factor: 400 },
];

function draws(shape: LatencyShape, count: number): Float64Array {
  const table = new ShapeTable(shape);
  const noise = new Noise(noiseLane(1, 'shape'));
  return Float64Array.from({ length: count }, () => table.draw(noise)).sort();
}

test('draws factors with mean 1, whatever the unit of the points (standard error 0.03 %)', () => {
  const factors = draws(skewed, 1_000_000);
  expect(factors.reduce((sum, factor) => sum + factor, 0) / 1e6).toBeCloseTo(1, 2.5);
});

test('keeps the ratios of its quantiles, on and off the steps of a table', () => {
  const factors = draws(skewed, 1_000_000);
  const quantile = (share: number): number => factors[Math.round(share * 1e6)]!;
  // At the kink a standard error of the share, 0.01 %, is 1.7 % of the factor.
  expect(Math.abs(quantile(0.99) / quantile(0.5) / (150 / 95) - 1)).toBeLessThan(0.05);
  expect(quantile(0.98) / quantile(0.5)).toBeCloseTo((95 + (55 * 48) / 49) / 95, 2);
  expect(quantile(0.5) / factors[0]!).toBeCloseTo(95 / 80, 2);
  expect(factors.at(-1)! / factors[0]!).toBeGreaterThan(4.9);
});

test('keeps steps that are closer than those of a table', () => {
  const factors = draws(
    [
      { share: 0, factor: 1 },
      { share: 0.9985, factor: 1 },
      { share: 0.999, factor: 2 },
      { share: 1, factor: 2 },
    ],
    1_000_000,
  );
  const mean = 1 + 0.0005 / 2 + 0.001;
  const slowCount = factors.filter((factor) => factor > 1.999 / mean).length;
  // One in a thousand, with a standard error of 3 %.
  expect(slowCount).toBeGreaterThan(850);
  expect(slowCount).toBeLessThan(1_150);
});

test('draws nothing when it never varies', () => {
  const noise = new Noise(noiseLane(1, 'shape'));
  const table = new ShapeTable([{ share: 0.5, factor: 7 }]);
  expect([table.draw(noise), table.draw(noise)]).toEqual([1, 1]);
  expect(noise.next()).toBe(new Noise(noiseLane(1, 'shape')).next());
});

test('has mean 1 for any rising points', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat(1000)), {
    maxLength: 9,
  });
  fc.assert(
    fc.property(points, (inner) => {
      const shares = [...new Set(inner.map(([share]) => share))].sort((a, b) => a - b);
      const steps = inner.map(([, step]) => step);
      let factor = 10;
      const shape = [0, ...shares, 100].map((share, index) => {
        factor += steps[index] ?? 1;
        return { share: share / 100, factor };
      });
      const table = new ShapeTable(shape);
      const noise = new Noise(5);
      let sum = 0;
      for (let count = 0; count < 20_000; count += 1) sum += table.draw(noise);
      // Five standard errors of the widest of these shapes.
      expect(Math.abs(sum / 20_000 - 1)).toBeLessThan(0.08);
    }),
    { seed: 1, numRuns: 50 },
  );
});

const refused: readonly [LatencyShape, string][] = [
  [[], 'without a point'],
  [[{ share: 0, factor: 0 }], 'expected above 0'],
  [
    [
      { share: 0.1, factor: 1 },
      { share: 1, factor: 1 },
    ],
    'expected from 0',
  ],
  [
    [
      { share: 0, factor: 1 },
      { share: 0.9, factor: 1 },
    ],
    'expected 1',
  ],
  [
    [
      { share: 0, factor: 2 },
      { share: 1, factor: 1 },
    ],
    'factor 1 after 2',
  ],
  [
    [
      { share: 0, factor: -1 },
      { share: 1, factor: 1 },
    ],
    'expected 0 or more',
  ],
  [
    [
      { share: 0, factor: 0 },
      { share: 1, factor: 0 },
    ],
    'expected above 0',
  ],
];

test.each(refused)('refuses %j', (shape, text) => {
  expect(() => new ShapeTable(shape)).toThrow(text);
});
