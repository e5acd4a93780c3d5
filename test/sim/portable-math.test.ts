import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalQuantile, portableExp, portableLn, portablePower } from '../../sim/portable-math.ts';

const positive = fc.double({ min: 1e-12, max: 1e15, noNaN: true });

test('agrees with the logarithm of the engine (1e-12 to 1e15)', () => {
  fc.assert(
    fc.property(positive, (x) => {
      const expected = Math.log(x);
      expect(Math.abs(portableLn(x) - expected)).toBeLessThan(
        1e-14 * Math.max(1, -expected, expected),
      );
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('agrees with the exponential of the engine (-700 to 700)', () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(Math.abs(portableExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('agrees with the power of the engine (exponents -10 to 10)', () => {
  fc.assert(
    fc.property(positive, fc.double({ min: -10, max: 10, noNaN: true }), (base, exponent) => {
      expect(Math.abs(portablePower(base, exponent) / base ** exponent - 1)).toBeLessThan(1e-12);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

// Reference values from the 16-digit variant of the same algorithm.
test.each([
  [0.5, 0],
  [0.6, 0.2533471031357998],
  [0.75, 0.6744897501960818],
  [0.9, 1.2815515655446008],
  [0.95, 1.6448536269514715],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
  [0.9999, 3.7190164854557084],
  [1e-6, -4.753424308822899],
  [1e-11, -6.706023155495136],
  [1e-13, -7.348796102800677],
])('puts the normal quantile of %d at %d', (p, expected) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(1e-6);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the logarithm of %d', (x) => {
  expect(() => portableLn(x)).toThrow('expected a positive number');
});

test.each([701, -701, Number.NaN])('refuses the exponential of %d', (x) => {
  expect(() => portableExp(x)).toThrow('expected -700 to 700');
});

test.each([0, 1, Number.NaN])('refuses the normal quantile of %d', (p) => {
  expect(() => normalQuantile(p)).toThrow('expected a number between 0 and 1');
});
