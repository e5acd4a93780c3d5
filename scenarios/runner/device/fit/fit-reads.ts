// Finds the read parameters: a grid over the analytic network, then the simulator in the loop.
//
//   grid --> best --simulate--> ratios simulated / analytic --> grid, corrected --> ... (3 times)
//        --> for each number of dies near the best: the rest by the corrected network, judged by
//            the simulator; ever closer around the best
//
// Every simulation uses the same seed (common random numbers), so that a difference between two
// parameters is not noise.

import { misfit } from './analytic.ts';
import { type FittedDrive, fittedSpec } from './fit-spec.ts';
import type { MeasuredPoint } from './measured.ts';
import { type Bound, bestOfGrid, bounds, dieCountMax } from './read-grid.ts';
import { analyticRate, type ReadParameters, type SingleRead, simulatedRate } from './read-model.ts';

/** How hard to look. */
export interface FitEffort {
  /** Requests simulated for each point. */
  readonly requestCount: number;
  /** Simulations of the whole sweep at most. */
  readonly sweepCountMax: number;
}

/** What reads are fitted to. */
export interface ReadSweep {
  readonly points: readonly MeasuredPoint[];
  readonly single: SingleRead;
  readonly effort: FitEffort;
  /** Everything else of the drive. */
  readonly rest: Omit<FittedDrive, 'read' | 'single'>;
}

const correctionCount = 3;

interface Candidate {
  readonly read: ReadParameters;
  readonly sum: number;
}

/** The parameters that come closest to the sweep. */
export function fitReads(sweep: ReadSweep): ReadParameters {
  const simulated = new SweepSimulator(sweep);
  const starts = bounds.map((bound) => corrected(sweep, simulated, bound));
  const sweepCountEach = Math.ceil(sweep.effort.sweepCountMax / starts.length);
  const found = starts.map((start) => descend(sweep, simulated, start, sweepCountEach));
  return found.reduce((best, next) => (next.sum < best.sum ? next : best)).read;
}

function corrected(sweep: ReadSweep, simulated: SweepSimulator, bound: Bound): Candidate {
  const ones = sweep.points.map(() => 1);
  let read = bestOfGrid(sweep, ones, undefined, bound);
  let sum = simulated.misfitOf(read);
  for (let round = 0; round < correctionCount; round += 1) {
    const next = bestOfGrid(sweep, ratiosAt(sweep, simulated, read), read);
    const nextSum = simulated.misfitOf(next);
    if (nextSum >= sum) break;
    read = next;
    sum = nextSum;
  }
  return { read, sum };
}

/** Simulates the whole sweep, each set of parameters once. */
class SweepSimulator {
  readonly #sweep: ReadSweep;
  readonly #known = new Map<string, readonly number[]>();

  constructor(sweep: ReadSweep) {
    this.#sweep = sweep;
  }

  get sweepCount(): number {
    return this.#known.size;
  }

  ratesOf(read: ReadParameters): readonly number[] {
    const key = `${read.controllerNs}/${read.dieCount}/${read.dieShare.toFixed(6)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { points, single, rest, effort } = this.#sweep;
    const spec = fittedSpec({ ...rest, read, single });
    const rates = points.map((point) => simulatedRate(spec, point, effort.requestCount));
    this.#known.set(key, rates);
    return rates;
  }

  misfitOf(read: ReadParameters): number {
    const rates = this.ratesOf(read);
    return this.#sweep.points.reduce(
      (sum, point, index) => sum + misfit(rates[index]!, point.iops),
      0,
    );
  }
}

/** How far around the best is looked, round by round: shares of what is likely. */
const spans = [1, 0.5, 0.25, 0.1, 0.05] as const;
const localSteps = 6;

/**
 * Dies come in whole numbers and trade against their time: for each number near the best one the
 * corrected network says what else would be closest, and the simulator judges.
 */
function descend(
  sweep: ReadSweep,
  simulated: SweepSimulator,
  start: Candidate,
  sweepCountMax: number,
): Candidate {
  let best = start;
  const countMax = simulated.sweepCount + sweepCountMax;
  for (const span of spans) {
    if (simulated.sweepCount >= countMax) break;
    const ratios = ratiosAt(sweep, simulated, best.read);
    for (const dieCount of countsAround(best.read.dieCount, span)) {
      const read = bestWith(sweep, ratios, best.read, dieCount, span);
      const sum = simulated.misfitOf(read);
      if (sum < best.sum) best = { read, sum };
    }
  }
  return best;
}

/** Two to either side; further apart where there are many. */
function countsAround(dieCount: number, span: number): number[] {
  const step = Math.max(1, Math.round(dieCount * 0.06 * span));
  return [-2, -1, 0, 1, 2]
    .map((times) => dieCount + times * step)
    .filter((count) => count >= 1 && count <= dieCountMax);
}

/** The closest with so many dies by the corrected network. */
function bestWith(
  { points, single }: ReadSweep,
  ratios: readonly number[],
  near: ReadParameters,
  dieCount: number,
  span: number,
): ReadParameters {
  let [best, bestSum] = [{ ...near, dieCount }, Number.POSITIVE_INFINITY];
  // As busy as before with more dies means longer times.
  const centres = new Set([near.dieShare, (near.dieShare * dieCount) / near.dieCount]);
  for (const centre of centres) {
    for (let shareStep = -localSteps; shareStep <= localSteps; shareStep += 1) {
      const dieShare = Math.min(1, centre * (1 + (0.12 * span * shareStep) / localSteps));
      for (let step = -localSteps; step <= localSteps; step += 1) {
        const controllerNs = Math.round(near.controllerNs * (1 + (0.3 * span * step) / localSteps));
        const read = { controllerNs: Math.max(1, controllerNs), dieCount, dieShare };
        let sum = 0;
        for (const [index, point] of points.entries()) {
          sum += misfit(analyticRate(read, single, point) * ratios[index]!, point.iops);
          if (sum >= bestSum) break;
        }
        if (sum < bestSum) [best, bestSum] = [read, sum];
      }
    }
  }
  return best;
}

/** Simulated over analytic, point by point. */
function ratiosAt(
  { points, single }: ReadSweep,
  simulated: SweepSimulator,
  read: ReadParameters,
): number[] {
  const rates = simulated.ratesOf(read);
  return points.map((point, index) => rates[index]! / analyticRate(read, single, point));
}
