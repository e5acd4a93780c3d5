// Windows and percentiles: what turns many samples into few marks. Only exact arithmetic: the same
// numbers on every engine.

/** Equal windows over [0, lengthNs); the last one may be cut short by the end. */
export interface Windows {
  readonly widthNs: number;
  readonly count: number;
}

/** At most `countMax` windows of a round width (1, 2 or 5 times a power of ten ns). */
export function windowsOver(lengthNs: number, countMax: number): Windows {
  let widthNs = 1;
  for (let step = 0; lengthNs / widthNs > countMax; step += 1) widthNs *= step % 3 === 1 ? 2.5 : 2;
  return { widthNs, count: Math.max(1, Math.ceil(lengthNs / widthNs)) };
}

/** The window that `atNs` falls into, counted from 0; the end belongs to the last one. */
export function windowIndex(windows: Windows, atNs: number): number {
  return Math.min(windows.count - 1, Math.floor(atNs / windows.widthNs));
}

/**
 * The value at or below which at least `share` of the samples lie (nearest rank); null without
 * samples.
 */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  // Products such as 0.999 * 1000 may come out a hair above the whole number that is meant.
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
  return sorted[Math.min(sorted.length, rank) - 1]!;
}

/** Sorts numbers upwards, in place. */
export function sortNumbers(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

/** The powers of ten that enclose all positive values, and all between them. */
export function decades(values: Iterable<number>, lowest: number): readonly number[] {
  let min = Number.POSITIVE_INFINITY;
  let max = lowest;
  for (const value of values) {
    min = Math.min(min, Math.max(lowest, value));
    max = Math.max(max, value);
  }
  const powers: number[] = [];
  for (let exponent = -9; exponent <= 15; exponent += 1) powers.push(Number(`1e${exponent}`));
  const first = powers.findLastIndex((power) => power <= min);
  const last = powers.findIndex((power) => power >= max);
  const end = last < 0 ? powers.length - 1 : Math.max(last, first + 1);
  return powers.slice(Math.max(0, Math.min(first, end - 1)), end + 1);
}
