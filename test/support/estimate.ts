// A mean of numbers that depend on each other, such as the waits of neighbours in a line, and how
// far off it may be: means of 50 long batches are nearly independent of each other.
import { expect } from 'vitest';

const batchCount = 50;

/** A measured mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Collects `count` values in equal batches, after `skippedCount` that are left out. */
export class BatchMeans {
  readonly #sums = new Float64Array(batchCount);
  readonly #skippedCount: number;
  readonly #batchLength: number;
  #seenCount = 0;

  constructor(count: number, skippedCount: number) {
    this.#skippedCount = skippedCount;
    this.#batchLength = Math.floor((count - skippedCount) / batchCount);
  }

  add(value: number): void {
    const index = this.#seenCount++ - this.#skippedCount;
    if (index < 0) return;
    const batch = Math.floor(index / this.#batchLength);
    if (batch < batchCount) this.#sums[batch] = this.#sums[batch]! + value;
  }

  estimate(): Estimate {
    return estimateOf(Array.from(this.#sums, (sum) => sum / this.#batchLength));
  }
}

/** The mean of independent values, and its standard error. */
export function estimateOf(values: readonly number[]): Estimate {
  let [sum, squareSum] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squareSum += (value - mean) ** 2;
  return { mean, error: Math.sqrt(squareSum / (values.length - 1) / values.length) };
}

/** Whether a measured mean is within a gate (a share of the law's value) around a law. */
export function isWithin({ mean }: Estimate, law: number, gate: number): boolean {
  return Math.abs(mean - law) <= gate * law;
}

/**
 * Holds a measurement against a law. The sample must be large enough for the gate to mean
 * something: the 95 percent interval, two standard errors either way, fits into it.
 */
export function expectLaw(measured: Estimate, law: number, gate: number): void {
  expect(2 * measured.error, 'two standard errors').toBeLessThanOrEqual(gate * law);
  expect(measured.mean).toBeGreaterThanOrEqual(law * (1 - gate));
  expect(measured.mean).toBeLessThanOrEqual(law * (1 + gate));
}
