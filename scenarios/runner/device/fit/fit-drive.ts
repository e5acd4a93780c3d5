// From measurements of fio to a drive: which runs say what, the fit, and how far off it is.
//
//   random reads of the smallest size over depths      controller, dies, what is neither
//   random writes likewise                             controller, acknowledgement
//   large reads and writes                             bandwidths
//   random writes with a flush after each              flush, and whether it moves data
//   everything else (mixes, other sizes)               not fitted: a check

import { type FitEffort, fitReads } from './fit-reads.ts';
import { type FittedDrive, fittedSpec } from './fit-spec.ts';
import { depthOf, labelOf, type MeasuredPoint } from './measured.ts';
import { bestOfGrid } from './read-grid.ts';
import { analyticRate, quantilesOf, type SingleRead, simulatedRate } from './read-model.ts';
import { bandwidthOf, fitWrites } from './write-model.ts';

/** How close one run came. */
export interface Residual {
  readonly point: MeasuredPoint;
  readonly iops: number;
  /** Simulated over measured, less one. */
  readonly error: number;
  /** The same with a fit that did not know this run; null where none was made. */
  readonly leftOutError: number | null;
  /** Whether some number was chosen for it. */
  readonly isFitted: boolean;
}

/** A drive, and how well it is known. */
export interface DriveFit {
  readonly drive: FittedDrive;
  readonly residuals: readonly Residual[];
}

/** A fit, or which runs are missing. */
export type DriveFitting =
  | { readonly ok: true; readonly fit: DriveFit }
  | { readonly ok: false; readonly message: string };

/** What is not in the measurements. */
export interface FitSettings {
  readonly id: string;
  readonly capacityBytes: number;
  readonly effort: FitEffort;
}

/** The runs of a set by what they tell. */
export interface Sorted {
  readonly reads: readonly MeasuredPoint[];
  readonly writes: readonly MeasuredPoint[];
  readonly flushed: MeasuredPoint | undefined;
  readonly largeReads: readonly MeasuredPoint[];
  readonly largeWrites: readonly MeasuredPoint[];
}

/** Sorts runs by what they tell; sweeps by depth. */
export function sorted(points: readonly MeasuredPoint[]): Sorted {
  const plain = points.filter(({ isMixed, fsyncEvery }) => !isMixed && fsyncEvery === 0);
  const random = plain.filter(({ isRandom }) => isRandom);
  const smallest = Math.min(...random.map(({ sizeBytes }) => sizeBytes));
  const sweep = (op: 'read' | 'write') =>
    random
      .filter((point) => point.op === op && point.sizeBytes === smallest)
      .sort((a, b) => depthOf(a) - depthOf(b));
  const large = (op: 'read' | 'write') =>
    plain.filter((point) => point.op === op && point.sizeBytes >= 65_536);
  return {
    reads: sweep('read'),
    writes: sweep('write'),
    flushed: points.find(
      ({ op, isMixed, fsyncEvery, syncNs, ...rest }) =>
        op === 'write' && !isMixed && fsyncEvery === 1 && syncNs > 0 && rest.iodepth === 1,
    ),
    largeReads: large('read'),
    largeWrites: large('write'),
  };
}

/** Fits a drive. */
export function fitDrive(points: readonly MeasuredPoint[], settings: FitSettings): DriveFitting {
  const runs = sorted(points);
  const one = runs.reads.find((point) => depthOf(point) === 1);
  if (one === undefined) {
    const found = runs.reads.map(depthOf).join(', ');
    return {
      ok: false,
      message:
        'expected a run of randread at iodepth 1: its latency is what all else is measured by; ' +
        `found ${found === '' ? 'no randread' : `iodepth ${found}`}`,
    };
  }
  const { effort } = settings;
  const single = singleOf(one, runs.reads);
  const dieGuess = Math.max(1, Math.ceil((runs.reads.at(-1)!.iops * single.meanNs) / 1e9));
  const rest = {
    id: settings.id,
    capacityBytes: settings.capacityBytes,
    readBytesPerSec: bandwidthOf(runs.largeReads),
    writes: fitWrites({
      sweep: runs.writes,
      flushed: runs.flushed,
      bytesPerSec: bandwidthOf(runs.largeWrites),
      submitNs: single.submitNs,
      dieCount: dieGuess,
    }),
  };
  const read = fitReads({ points: runs.reads, single, effort, rest });
  const drive: FittedDrive = { ...rest, read, single };
  return { ok: true, fit: { drive, residuals: residualsOf(points, runs, drive, effort) } };
}

/** Processor time is what a command takes in a closed loop beyond its completion. */
function singleOf(one: MeasuredPoint, sweep: readonly MeasuredPoint[]): SingleRead {
  const { meanNs } = one.latency;
  const beyondNs = Math.max(0, 1e9 / one.iops - meanNs);
  // Deep queues are submitted in batches, for less: a cost that forbids what was measured is wrong.
  const allowedNs = Math.min(...sweep.map(({ iops, numjobs }) => (0.95e9 * numjobs) / iops));
  return {
    meanNs,
    submitNs: Math.round(Math.min(beyondNs, allowedNs)),
    quantiles: quantilesOf(one.latency),
  };
}

function residualsOf(
  points: readonly MeasuredPoint[],
  runs: Sorted,
  drive: FittedDrive,
  effort: FitEffort,
): Residual[] {
  const spec = fittedSpec(drive);
  const fitted = new Set([...runs.reads, ...runs.writes, ...runs.largeReads, ...runs.largeWrites]);
  if (runs.flushed !== undefined) fitted.add(runs.flushed);
  const rates = new Map(
    points.map((point) => [point, simulatedRate(spec, point, countOf(point, effort))]),
  );
  return points.map((point) => {
    const iops = rates.get(point)!;
    const isFitted = fitted.has(point);
    const leftOut = leftOutRate(point, runs.reads, drive, rates, effort);
    const leftOutError = leftOut === null ? null : leftOut / point.iops - 1;
    return { point, iops, error: iops / point.iops - 1, leftOutError, isFitted };
  });
}

/** Large requests are simulated fewer: each is many pages. */
function countOf({ sizeBytes }: MeasuredPoint, { requestCount }: FitEffort): number {
  return Math.max(200, Math.round(requestCount / Math.max(1, sizeBytes / 16_384)));
}

/** What a fit to the other reads of a sweep says of one; without the single read there is none. */
function leftOutRate(
  point: MeasuredPoint,
  reads: readonly MeasuredPoint[],
  drive: FittedDrive,
  rates: ReadonlyMap<MeasuredPoint, number>,
  effort: FitEffort,
): number | null {
  if (!reads.includes(point) || depthOf(point) === 1) return null;
  const others = reads.filter((other) => other !== point);
  const ratios = others.map(
    (other) => rates.get(other)! / analyticRate(drive.read, drive.single, other),
  );
  const read = bestOfGrid({ points: others, single: drive.single }, ratios, drive.read);
  return simulatedRate(fittedSpec({ ...drive, read }), point, effort.requestCount);
}

/** Beyond this a model of a few numbers is not enough. */
const errorMax = 0.15;

/** What to do next, one line each. */
export function adviceOf({ drive, residuals }: DriveFit): readonly string[] {
  const found: string[] = [];
  const worst = residuals.reduce((a, b) => (Math.abs(b.error) > Math.abs(a.error) ? b : a));
  if (Math.abs(worst.error) > errorMax) {
    const percent = (100 * Math.abs(worst.error)).toFixed(0);
    found.push(
      `'${labelOf(worst.point)}' is off by ${percent} %: use the sweep itself instead, ` +
        'stormcell device fit --calibrated',
    );
  }
  const reads = residuals.filter(({ leftOutError }) => leftOutError !== null);
  if (reads.length < 3) found.push('few depths of randread: measure iodepth 1, 2, 4, ... 128');
  const { isMeasured, isFlushMeasured, isProtected, bytesPerSec } = drive.writes;
  if (!isMeasured) found.push('no randwrite at iodepth 1: writes are assumed');
  if (!isFlushMeasured) {
    found.push('no randwrite with fsync=1 at iodepth 1: flushes are assumed to move data');
  } else if (isProtected) {
    found.push('plp? a flush costs less than two writes: taken as power-loss protection');
  }
  if (drive.readBytesPerSec === null || bytesPerSec === null) {
    found.push('no reads or no writes of 64 KiB or more: bandwidth is not limited');
  }
  found.push('the write cliff is not fitted: it needs writes of twice the capacity');
  return found;
}
