// Read parameters over everything likely, judged by the analytic network: where the search begins.
import { misfit } from './analytic.ts';
import type { MeasuredPoint } from './measured.ts';
import { analyticRate, type ReadParameters, readTimes, type SingleRead } from './read-model.ts';

const gridSteps = 24;
/** More dies than any drive that is fitted. */
export const dieCountMax = 512;
const shares = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1] as const;

/**
 * What bends the curve: a controller that is full, or dies that are. Either can look like the other
 * from afar, so the search begins from both.
 */
export const bounds = ['controller', 'dies'] as const;

/** One of them. */
export type Bound = (typeof bounds)[number];

/** What a grid is judged by. */
export interface GridSweep {
  readonly points: readonly MeasuredPoint[];
  readonly single: SingleRead;
}

/** The closest of a grid by the analytic network, corrected point by point. */
export function bestOfGrid(
  { points, single }: GridSweep,
  ratios: readonly number[],
  near?: ReadParameters,
  bound?: Bound,
): ReadParameters {
  const all = candidates(points, single, near);
  const own = all.filter((each) => bound === undefined || boundOf(each, single) === bound);
  const wanted = own.length === 0 ? all : own;
  let [best, bestSum] = [wanted[0]!, Number.POSITIVE_INFINITY];
  for (const candidate of wanted) {
    let sum = 0;
    for (const [index, point] of points.entries()) {
      sum += misfit(analyticRate(candidate, single, point) * ratios[index]!, point.iops);
      if (sum >= bestSum) break;
    }
    if (sum >= bestSum) continue;
    best = candidate;
    bestSum = sum;
  }
  return best;
}

/** What is full first when many are in flight. */
function boundOf(read: ReadParameters, single: SingleRead): Bound {
  const { dieNs } = readTimes(read, single);
  return read.controllerNs > dieNs / read.dieCount ? 'controller' : 'dies';
}

function candidates(
  points: readonly MeasuredPoint[],
  single: SingleRead,
  near: ReadParameters | undefined,
): ReadParameters[] {
  const bestRate = Math.max(...points.map(({ iops }) => iops));
  const controllerMaxNs = Math.min(0.9 * single.meanNs, 1.1e9 / bestRate);
  const found: ReadParameters[] = [];
  for (let step = 0; step < gridSteps; step += 1) {
    // Wide: from a hundredth of what the highest rate allows; near: 30 % to either side.
    const controllerNs =
      near === undefined
        ? controllerMaxNs * spaced(step, 0.01, 1)
        : near.controllerNs * spaced(step, 0.7, 1.4);
    for (const share of near === undefined ? shares : nearShares(near.dieShare)) {
      const dieNs = (single.meanNs - controllerNs) * share;
      const countMin = Math.max(1, Math.floor((0.8 * bestRate * dieNs) / 1e9));
      for (const dieCount of counts(countMin, near?.dieCount)) {
        found.push({ controllerNs: Math.round(controllerNs), dieCount, dieShare: share });
      }
    }
  }
  return found;
}

/** Steps with equal ratios from `from` to `to`: by repeated multiplication, no power needed. */
function spaced(step: number, from: number, to: number): number {
  const ratio = rootOf(to / from, gridSteps - 1);
  let value = from;
  for (let index = 0; index < step; index += 1) value *= ratio;
  return value;
}

/** The `count`-th root of a number above 1, by halving. */
function rootOf(value: number, count: number): number {
  let [low, high] = [1, value];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    let power = 1;
    for (let index = 0; index < count; index += 1) power *= middle;
    if (power < value) low = middle;
    else high = middle;
  }
  return low;
}

function nearShares(share: number): number[] {
  return [-0.1, -0.05, -0.025, 0, 0.025, 0.05, 0.1]
    .map((step) => share + step)
    .filter((each) => each > 0.05 && each <= 1);
}

function counts(countMin: number, near: number | undefined): number[] {
  const found: number[] = [];
  if (near !== undefined) {
    const reach = Math.max(2, Math.ceil(near * 0.15));
    const step = Math.max(1, Math.floor(reach / 4));
    for (let count = near - reach; count <= near + reach; count += step) {
      if (count >= 1 && count <= dieCountMax) found.push(count);
    }
    return found;
  }
  for (let count = countMin; count <= dieCountMax && found.length < 14; ) {
    found.push(count);
    count = Math.max(count + 1, Math.round(count * 1.15));
  }
  return found.length === 0 ? [dieCountMax] : found;
}
