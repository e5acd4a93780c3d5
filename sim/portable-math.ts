// Logarithm, exponential, power and the normal quantile from + - * / and the square root alone.
// IEEE 754 fixes the last bit of those five; engines differ in the last bits of their own
// logarithms and powers. Meant for setup: each is a hundred times slower than the engine's.
import { assert } from './assert.ts';

const ln2 = Math.LN2;

/** The natural logarithm of a finite x > 0; relative error below 1e-14. */
export function portableLn(x: number): number {
  assert(x > 0 && x < Number.POSITIVE_INFINITY, `logarithm of ${x}, expected a positive number`);
  let mantissa = x;
  let halvings = 0;
  // Halving and doubling are exact. What is left lies in [0.7, 1.4], where the series is short.
  while (mantissa > 1.4) {
    mantissa *= 0.5;
    halvings += 1;
  }
  while (mantissa < 0.7) {
    mantissa *= 2;
    halvings -= 1;
  }
  // ln m = 2 (t + t^3/3 + t^5/5 + ...) with t = (m - 1) / (m + 1), |t| < 0.18: 12 terms suffice.
  const t = (mantissa - 1) / (mantissa + 1);
  const tSquared = t * t;
  let sum = 0;
  for (let odd = 23; odd >= 1; odd -= 2) sum = sum * tSquared + 1 / odd;
  return halvings * ln2 + 2 * t * sum;
}

/** e to the x for |x| <= 700; relative error below 1e-13. */
export function portableExp(x: number): number {
  assert(x >= -700 && x <= 700, `exponential of ${x}, expected -700 to 700`);
  const doublings = Math.round(x / ln2);
  const rest = x - doublings * ln2;
  // Horner's form of the Taylor series; |rest| <= 0.35, so that 16 terms leave nothing.
  let product = 1;
  for (let term = 16; term >= 1; term -= 1) product = 1 + (product * rest) / term;
  for (let count = 0; count < doublings; count += 1) product *= 2;
  for (let count = 0; count > doublings; count -= 1) product *= 0.5;
  return product;
}

/**
 * `base` to the `exponent`, base > 0; relative error below 1e-12 while the result is between e^-700
 * and e^700.
 */
export function portablePower(base: number, exponent: number): number {
  return portableExp(exponent * portableLn(base));
}

/**
 * The standard normal quantile of p in (0, 1); absolute error below 1e-6. Algorithm AS 241 (PPND7),
 * M. J. Wichura, "The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988),
 * 477-484.
 */
export function normalQuantile(p: number): number {
  assert(p > 0 && p < 1, `normal quantile of ${p}, expected a number between 0 and 1`);
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180625 - q * q;
    const over = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    const under = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1;
    return (q * over) / under;
  }
  const tail = Math.sqrt(-portableLn(q < 0 ? p : 1 - p));
  const quantile = tail <= 5 ? nearTail(tail - 1.6) : farTail(tail - 5);
  return q < 0 ? -quantile : quantile;
}

function nearTail(r: number): number {
  const over = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
  return over / ((0.12021132975 * r + 0.7370016425) * r + 1);
}

function farTail(r: number): number {
  const over = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115;
  return over / ((0.012258202635 * r + 0.24197894225) * r + 1);
}
