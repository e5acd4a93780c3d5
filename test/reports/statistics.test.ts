import { fc, test as lawTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { decades, percentile, windowIndex, windowsOver } from '../../reports/statistics.ts';

describe('windows', () => {
  test('has a round width and never more windows than allowed (60 s, 120)', () => {
    expect(windowsOver(60e9, 120)).toEqual({ widthNs: 500_000_000, count: 120 });
    expect(windowsOver(61e9, 120)).toEqual({ widthNs: 1_000_000_000, count: 61 });
  });

  lawTest.prop([fc.integer({ min: 1, max: 2 ** 52 }), fc.integer({ min: 1, max: 500 })])(
    'covers every instant from 0 to the end, once',
    (lengthNs, countMax) => {
      const windows = windowsOver(lengthNs, countMax);
      expect(windows.count).toBeLessThanOrEqual(countMax);
      expect(windows.count * windows.widthNs).toBeGreaterThanOrEqual(lengthNs);
      expect((windows.count - 1) * windows.widthNs).toBeLessThan(lengthNs);
      expect(windowIndex(windows, 0)).toBe(0);
      expect(windowIndex(windows, lengthNs)).toBe(windows.count - 1);
    },
  );
});

describe('percentiles', () => {
  test('takes the nearest rank', () => {
    const sorted = Array.from({ length: 1_000 }, (_, index) => index + 1);
    expect([0.5, 0.99, 0.999, 1].map((share) => percentile(sorted, share))).toEqual([
      500, 990, 999, 1_000,
    ]);
  });

  test('answers null without samples and the only sample with one', () => {
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile([7], 0.999)).toBe(7);
  });

  lawTest.prop([fc.array(fc.nat(), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true })])(
    'has at least that share of samples at or below it',
    (values, share) => {
      const sorted = [...values].sort((a, b) => a - b);
      const answer = percentile(sorted, share)!;
      const below = sorted.filter((value) => value <= answer).length;
      expect(below / sorted.length).toBeGreaterThanOrEqual(share - 1e-9);
    },
  );
});

describe('decades', () => {
  test('encloses all values in powers of ten, and is never a single point', () => {
    expect(decades([0.2, 400], 0.001)).toEqual([0.1, 1, 10, 100, 1_000]);
    expect(decades([10], 0.001)).toEqual([10, 100]);
    expect(decades([0], 0.001)).toEqual([0.001, 0.01]);
  });
});
