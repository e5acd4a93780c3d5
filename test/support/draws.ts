// Random lengths of time out of the noise that devices draw from, exact enough to hold a closed
// form against: the inverse of the distribution, one draw for each length.
//
//   share u:   0 ........................ 15/16 ........... 1
//              | table of -ln(1 - u), 3840 steps | ln 16 + the same again, of what is left of u |
//
// What is left of an exponential beyond its p93.75 is an exponential again. So the tail reaches as
// far as 32 bits do (22 means), and the straight lines between the steps cost the mean less than
// one part in ten million.
import { type Noise, noiseCount } from '../../sim/disk/noise.ts';
import { draw, type QuantileTable } from '../../sim/distribution.ts';
import { portableLn } from '../../sim/portable-math.ts';
import type { Ns } from '../../sim/units.ts';

/** Draws a length of time in whole ns. */
export type Draw = () => Ns;

const stepCount = 4096;
const tailStart = (stepCount * 15) / 16;
const tailRise = portableLn(16);
const rises = Float64Array.from({ length: tailStart + 1 }, (_, step) =>
  step === 0 ? 0 : -portableLn(1 - step / stepCount),
);

/** An exponential of mean 1. */
function exponentialShare(noise: Noise): number {
  let base = 0;
  let scaled = noise.next() * (stepCount / noiseCount);
  while (scaled >= tailStart) {
    base += tailRise;
    scaled = (scaled - tailStart) * 16;
  }
  const step = Math.floor(scaled);
  const rise = rises[step]!;
  return base + rise + (rises[step + 1]! - rise) * (scaled - step);
}

/** Lengths without memory. */
export function exponential(meanNs: Ns, noise: Noise): Draw {
  return () => Math.round(meanNs * exponentialShare(noise));
}

/** Always the same length. */
export function constant(lengthNs: Ns): Draw {
  return () => lengthNs;
}

/** One of two exponentials: often a short one, seldom a long one. */
export interface TwoExponentials {
  readonly shortMeanNs: number;
  readonly longMeanNs: number;
  /** How often it is the short one, from 0 to 1. */
  readonly shortShare: number;
}

/**
 * The two exponentials whose mixture has this mean and second moment, each with half of the load.
 */
export function balancedExponentials(meanNs: number, secondMomentNs2: number): TwoExponentials {
  // p1 m1 = p2 m2 = mean / 2 and 2 (p1 m1^2 + p2 m2^2) = second moment.
  const sumNs = secondMomentNs2 / meanNs;
  const spreadNs = Math.sqrt(sumNs * sumNs - 2 * sumNs * meanNs);
  const shortMeanNs = (sumNs - spreadNs) / 2;
  const longMeanNs = (sumNs + spreadNs) / 2;
  return { shortMeanNs, longMeanNs, shortShare: meanNs / (2 * shortMeanNs) };
}

/** Lengths that vary more than exponential ones do. */
export function hyperexponential(shape: TwoExponentials, noise: Noise): Draw {
  const shortCount = Math.round(shape.shortShare * noiseCount);
  return () => {
    const meanNs = noise.next() < shortCount ? shape.shortMeanNs : shape.longMeanNs;
    return Math.round(meanNs * exponentialShare(noise));
  };
}

/** Lengths of a quantile table, drawn as the simulation draws them. */
export function tabled(table: QuantileTable, noise: Noise): Draw {
  const choices = {
    madeCount: 0,
    choose: (_kind: string, count: number) => noise.below(count),
    copy: () => choices,
  };
  return () => draw(table, choices, 'length', 'station');
}

/** The mean and the second moment of what a quantile table draws: straight lines between steps. */
export function momentsOf({ quantilesNs }: QuantileTable): {
  readonly meanNs: number;
  readonly secondMomentNs2: number;
} {
  const count = quantilesNs.length - 1;
  let [sum, squareSum] = [0, 0];
  for (let index = 0; index < count; index += 1) {
    const [from, to] = [quantilesNs[index]!, quantilesNs[index + 1]!];
    sum += (from + to) / 2;
    squareSum += (from * from + from * to + to * to) / 3;
  }
  return { meanNs: sum / count, secondMomentNs2: squareSum / count };
}
