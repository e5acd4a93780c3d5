// Distributions as integer tables: built once at setup, drawn from with one choice and integer
// arithmetic.
//
//   quantilesNs  q0      q1      q2   ...   qm        at shares 0, 1/m, 2/m, ... 1
//                 |-------|---*---|-----------|
//                             ^ a draw of 65536 falls between two of them and is interpolated
//
// What a table cannot do: it ends. The outermost quantiles of an unbounded distribution are placed
// so that its p0.01 and p99.99 come out right, and nothing beyond them is ever drawn. Rarer trouble
// is a fault's work.
import { assert } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import { normalQuantile, portableExp, portableLn, portablePower } from './portable-math.ts';
import type { Ns } from './units.ts';

/**
 * Quantiles at equal steps of share, from the smallest value to the largest; whole ns, never
 * falling.
 */
export interface QuantileTable {
  readonly quantilesNs: readonly Ns[];
}

/** How many different draws a table can give; also what one draw asks of the choice source. */
const drawCount = 65_536;
/** A step between two quantiles times `drawCount` must stay a safe integer. */
const stepNsMax = 137_438_953_471;
const quantilesCountMax = 1025;
/** 1025 quantiles: with 257, the p99 of a lognormal with p99 = 100 p50 would be 2 percent off. */
const segmentCount = 1024;
/** The share whose quantile the end of an unbounded table gets right. */
const tailShare = 0.9999;

/**
 * Draws a value in ns: one choice among 65536 alternatives, or none when the table holds one value
 * only.
 */
export function draw(table: QuantileTable, choices: ChoiceSource, kind: string, key: string): Ns {
  const { quantilesNs } = table;
  const last = quantilesNs.length - 1;
  if (quantilesNs[0] === quantilesNs[last]) return quantilesNs[0]!;
  return quantileAt(quantilesNs, choices.choose(kind, drawCount, key) * last);
}

/** The value at `scaledShare` / (65536 (length - 1)), rounded down. */
function quantileAt(quantilesNs: readonly Ns[], scaledShare: number): Ns {
  const index = Math.floor(scaledShare / drawCount);
  const startNs = quantilesNs[index]!;
  const stepNs = quantilesNs[index + 1]! - startNs;
  return startNs + Math.floor((stepNs * (scaledShare - index * drawCount)) / drawCount);
}

/**
 * A table of given quantiles, such as a measured one. They must be whole ns, at least one, never
 * falling.
 */
export function quantileTable(quantilesNs: readonly Ns[]): QuantileTable {
  const count = quantilesNs.length;
  assert(
    count >= 1 && count <= quantilesCountMax,
    `${count} quantiles, expected 1 to ${quantilesCountMax}`,
  );
  for (const [index, quantileNs] of quantilesNs.entries()) {
    assert(
      Number.isSafeInteger(quantileNs) && quantileNs >= 0,
      `quantile ${index} is ${quantileNs} ns, expected a whole number from 0`,
    );
    const stepNs = index === 0 ? 0 : quantileNs - quantilesNs[index - 1]!;
    assert(stepNs >= 0, `quantile ${index} falls by ${-stepNs} ns, expected none to fall`);
    assert(stepNs <= stepNsMax, `quantile ${index} rises by ${stepNs} ns, at most ${stepNsMax}`);
  }
  return { quantilesNs: Object.freeze([...quantilesNs]) };
}

/** Always `valueNs`; draws nothing. */
export function constantTable(valueNs: Ns): QuantileTable {
  return quantileTable([valueNs]);
}

/** Evenly between `minNs` and `maxNs`; the largest value drawn is just below `maxNs`. */
export function uniformTable(minNs: Ns, maxNs: Ns): QuantileTable {
  return quantileTable([minNs, maxNs]);
}

/** What a lognormal is known by. Both in ns, 0 < p50Ns <= p99Ns. */
export interface LognormalShape {
  readonly p50Ns: Ns;
  readonly p99Ns: Ns;
}

/**
 * Lognormal with a given median and p99. Drawn p50, p99, p99.9 and p99.99 are within 1 percent for
 * p99 up to 100 times p50 and values above 1 us, where rounding to ns does not matter.
 */
export function lognormalTable({ p50Ns, p99Ns }: LognormalShape): QuantileTable {
  assert(
    p50Ns > 0 && p99Ns >= p50Ns,
    `lognormal with p50 ${p50Ns} ns and p99 ${p99Ns} ns, expected 0 < p50 <= p99`,
  );
  // value(share) = p50 e^(sigma z(share)), and p99 fixes sigma.
  const sigma = portableLn(p99Ns / p50Ns) / normalQuantile(0.99);
  const valueNs = (share: number): number => p50Ns * portableExp(sigma * normalQuantile(share));
  return tableOf(valueNs, { isBoundedBelow: false });
}

/** Exponential with a given mean in ns; drawn p50 to p99.99 are within 1 percent. */
export function exponentialTable(meanNs: Ns): QuantileTable {
  assert(meanNs > 0, `exponential with mean ${meanNs} ns, expected a positive one`);
  return tableOf((share) => -meanNs * portableLn(1 - share), { isBoundedBelow: true });
}

function tableOf(
  valueNs: (share: number) => number,
  { isBoundedBelow }: { readonly isBoundedBelow: boolean },
): QuantileTable {
  const quantilesNs: number[] = [];
  for (let index = 1; index < segmentCount; index += 1) {
    quantilesNs.push(Math.round(valueNs(index / segmentCount)));
  }
  // The end is where a straight line from the outermost inner quantile through the tail's meets
  // share 1.
  const lastShare = (segmentCount - 1) / segmentCount;
  const stretch = (1 - lastShare) / (tailShare - lastShare);
  const extended = (innerNs: number, tailNs: number): number =>
    Math.round(innerNs + (tailNs - innerNs) * stretch);
  const lastNs = extended(quantilesNs[segmentCount - 2]!, valueNs(tailShare));
  const firstNs = isBoundedBelow ? valueNs(0) : extended(quantilesNs[0]!, valueNs(1 - tailShare));
  return quantileTable([Math.max(0, Math.round(firstNs)), ...quantilesNs, lastNs]);
}

/** Ranks from 0 to `rankCount` - 1, rank r drawn in proportion to (r + 1)^-exponent. */
export interface ZipfTable {
  readonly rankCount: number;
  /** The first rank of each bucket, and `rankCount` at the end. */
  readonly bucketStarts: Float64Array;
  /**
   * Draws below `bucketEnds[i]`, and not below the one before, fall into bucket i; the last is
   * 2^32.
   */
  readonly bucketEnds: Float64Array;
}

/** Ranks below this one have a bucket of their own. */
const exactRankCount = 4096;
/**
 * A bucket above them spans its first rank divided by this, so that chances inside differ little.
 */
const bucketSpanDivisor = 512;
const shareCount = 4_294_967_296;

/**
 * Zipf over `rankCount` ranks (1 to 2^32), exponent from 0 (uniform) to 4. Chances are exact to
 * 2^-32 below rank 4096; above it ranks share buckets, with an error of a single rank's chance
 * below exponent x 0.2 percent.
 */
export function zipf(rankCount: number, exponent: number): ZipfTable {
  assert(
    Number.isInteger(rankCount) && rankCount >= 1 && rankCount <= shareCount,
    `zipf over ${rankCount} ranks, expected an integer from 1 to 2^32`,
  );
  assert(exponent >= 0 && exponent <= 4, `zipf exponent ${exponent}, expected 0 to 4`);
  const starts = zipfBucketStarts(rankCount);
  const ends: number[] = [];
  let weightSum = 0;
  for (let index = 0; index + 1 < starts.length; index += 1) {
    weightSum += zipfWeight(starts[index]!, starts[index + 1]!, exponent);
    ends.push(weightSum);
  }
  const bucketEnds = Float64Array.from(ends, (end) => Math.round((end / weightSum) * shareCount));
  return { rankCount, bucketStarts: Float64Array.from(starts), bucketEnds };
}

/**
 * Draws a rank from 0, low ones more often: one choice among 2^32, and a second one where ranks
 * share a bucket. `choose(n)` answers an integer in [0, n).
 */
export function zipfRank(table: ZipfTable, choose: (n: number) => number): number {
  const { bucketStarts, bucketEnds, rankCount } = table;
  if (rankCount === 1) return 0;
  const share = choose(shareCount);
  let low = 0;
  let high = bucketEnds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (share < bucketEnds[middle]!) high = middle;
    else low = middle + 1;
  }
  const start = bucketStarts[low]!;
  return start + choose(bucketStarts[low + 1]! - start);
}

function zipfBucketStarts(rankCount: number): number[] {
  const starts: number[] = [];
  for (let rank = 0; rank < rankCount; ) {
    starts.push(rank);
    rank += rank < exactRankCount ? 1 : Math.floor(rank / bucketSpanDivisor);
  }
  starts.push(rankCount);
  return starts;
}

/**
 * The weight of ranks start to end - 1: exact for one, else the integral, which is within 1e-7 of
 * the sum.
 */
function zipfWeight(start: number, end: number, exponent: number): number {
  if (end === start + 1) return portablePower(end, -exponent);
  const from = start + 0.5;
  const to = end + 0.5;
  const rise = 1 - exponent;
  // Near exponent 1 the closed form cancels, while one weight in the middle is as good (bucket 0.2
  // % wide).
  if (rise > -0.001 && rise < 0.001) return (to - from) * portablePower((from + to) / 2, -exponent);
  return (portablePower(to, rise) - portablePower(from, rise)) / rise;
}
