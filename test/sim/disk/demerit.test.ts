import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { demeritNs } from '../../../sim/disk/demerit.ts';

const samples = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 50 });

describe('the demerit figure', () => {
  it('is the root mean square of the distances between equal shares', () => {
    expect(demeritNs([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(demeritNs([10, 20], [13, 24])).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
  });

  it('compares distributions, not one sample with another', () => {
    expect(demeritNs([1, 2, 3], [3, 1, 2])).toBe(0);
  });

  it('takes samples of different number', () => {
    expect(demeritNs([5, 9], [5, 5, 9, 9])).toBe(0);
    expect(demeritNs([0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
    expect(demeritNs([0, 6], [0, 3, 6])).toBeCloseTo(Math.sqrt((9 + 9) / 6), 12);
  });

  it('is refused without samples', () => {
    expect(() => demeritNs([], [1])).toThrow('no measured times');
    expect(() => demeritNs([1], [])).toThrow('no simulated times');
  });

  test.prop([samples, fc.integer({ min: 0, max: 1e6 })])(
    'of a distribution and the same later is the delay',
    (measured, delay) => {
      const later = measured.map((time) => time + delay);
      expect(demeritNs(measured, later)).toBeCloseTo(delay, 3);
    },
  );

  test.prop([samples, samples])('is the same from either side', (left, right) => {
    expect(demeritNs(left, right)).toBeCloseTo(demeritNs(right, left), 3);
  });
});
