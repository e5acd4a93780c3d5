import { expect, test } from 'vitest';
import { lambertW0, writeAmplification } from '../../../../sim/disk/ssd/write-amplification.ts';

// Law S2: cleaning in order, uniform random writes.
test.each([
  [0.07, 7.817],
  [0.15, 4.016],
  [0.28, 2.481],
  [0.5, 1.716],
])('with %d spare the closed form gives %d', (spareShare, expected) => {
  expect(writeAmplification(spareShare)).toBeCloseTo(expected, 3);
});

test('falls with every bit of spare flash, down to 1', () => {
  let before = Number.POSITIVE_INFINITY;
  for (let spareShare = 0.01; spareShare < 30; spareShare *= 1.1) {
    const amplification = writeAmplification(spareShare);
    expect(amplification).toBeLessThan(before);
    expect(amplification).toBeGreaterThan(1);
    before = amplification;
  }
  expect(writeAmplification(200)).toBe(1);
});

test('solves w e^w = x on the branch above -1', () => {
  for (let w = -1; w <= 0; w += 1 / 512) {
    const x = Math.max(w * Math.exp(w), -1 / Math.E);
    expect(Math.abs(lambertW0(x) - w)).toBeLessThan(w < -0.999 ? 1e-6 : 1e-9);
  }
});

test.each([-0.4, 0.1, Number.NaN])('refuses the branch at %d', (x) => {
  expect(() => lambertW0(x)).toThrow('expected -1/e to 0');
});

test('refuses a drive without spare flash', () => {
  expect(() => writeAmplification(0)).toThrow('expected above 0');
});
