// The read side of a drive with four unknowns, three of them free: a command spends
//
//   controllerNs  serial        dieNs  on one of dieCount dies        delayNs  waiting for nobody
//
// and their sum is the latency of a single command, which was measured. `dieShare` is the part of
// the rest that keeps a die busy.
import type { DeviceSpec } from '../../../../sim/index.ts';
import type { FioJob } from '../fio-job.ts';
import { defaultFioJob } from '../fio-job.ts';
import type { FioLatency } from '../fio-json-reader.ts';
import { runDeviceJob } from '../job-run.ts';
import { networkRate, type StationDrive } from './analytic.ts';
import { depthOf, type MeasuredPoint } from './measured.ts';

/** What is fitted. */
export interface ReadParameters {
  readonly controllerNs: number;
  readonly dieCount: number;
  /** Of what a single command takes beyond the controller: the share that a die is busy. */
  readonly dieShare: number;
}

/** What was measured with one command in flight. */
export interface SingleRead {
  readonly submitNs: number;
  readonly meanNs: number;
  /** Quantiles of the latency, rising in share from 0 to 1. */
  readonly quantiles: readonly { readonly share: number; readonly ns: number }[];
}

type SsdDrive = Extract<DeviceSpec['medium'], { kind: 'ssd' }>['drive'];
type Shape = SsdDrive['flash']['readShape'];

/** One page of 4 KiB on a channel of this rate takes half a microsecond: channels bound nothing. */
export const channelBytesPerSec = 8_000_000_000;
const pageMoveNs = 512;

/** Times of the stations that the parameters stand for. */
export function readTimes(
  { controllerNs, dieShare }: ReadParameters,
  { meanNs }: SingleRead,
): { readonly dieNs: number; readonly delayNs: number } {
  const restNs = Math.max(2, meanNs - controllerNs - pageMoveNs);
  const dieNs = Math.max(1, Math.round(restNs * dieShare));
  return { dieNs, delayNs: Math.max(0, Math.round(restNs - dieNs)) };
}

/** How the time of a die varies, so that a single command varies as it was measured. */
export function dieShape(parameters: ReadParameters, single: SingleRead): Shape {
  const { dieNs, delayNs } = readTimes(parameters, single);
  const fixedNs = parameters.controllerNs + pageMoveNs + delayNs;
  const points = single.quantiles.map(({ share, ns }) => ({
    share,
    factor: Math.max(0.01, (ns - fixedNs) / dieNs),
  }));
  return points.length < 2 ? [{ share: 0.5, factor: 1 }] : points;
}

/** The squared coefficient of variation of a shape: straight lines between its points. */
export function variationOf(shape: Shape): number {
  let [mean, square] = [0, 0];
  for (let index = 1; index < shape.length; index += 1) {
    const [from, to] = [shape[index - 1]!, shape[index]!];
    const width = to.share - from.share;
    mean += (width * (from.factor + to.factor)) / 2;
    square +=
      (width * (from.factor * from.factor + from.factor * to.factor + to.factor * to.factor)) / 3;
  }
  return mean === 0 ? 0 : square / (mean * mean) - 1;
}

/** Quantiles from the bins of JSON+, else from percentiles; both ends from the extremes. */
export function quantilesOf(latency: FioLatency): SingleRead['quantiles'] {
  const { minNs, maxNs, bins, percentiles } = latency;
  const inner = bins.length > 0 ? binQuantiles(bins) : percentiles;
  const points = [{ share: 0, ns: minNs }];
  for (const { percent, ns } of inner) {
    const last = points.at(-1)!;
    const share = percent / 100;
    if (share > last.share && share < 1) points.push({ share, ns: Math.max(ns, last.ns) });
  }
  points.push({ share: 1, ns: Math.max(maxNs, points.at(-1)!.ns) });
  return points;
}

/** At most so many points come from bins: what a profile should hold. */
const binPointCount = 64;

function binQuantiles(
  bins: FioLatency['bins'],
): readonly { readonly percent: number; readonly ns: number }[] {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const points: { percent: number; ns: number }[] = [];
  let [below, nextShare] = [0, 0];
  for (const { ns, count } of bins) {
    below += count;
    const share = below / total;
    if (share < nextShare) continue;
    points.push({ percent: share * 100, ns });
    // Towards the tail the steps become finer: half of what is left, at most.
    nextShare = share + Math.min(1 / binPointCount, (1 - share) / 2);
  }
  return points;
}

/** The analytic rate of a point. */
export function analyticRate(
  parameters: ReadParameters,
  single: SingleRead,
  point: MeasuredPoint,
): number {
  const { dieNs, delayNs } = readTimes(parameters, single);
  const drive: StationDrive = {
    submitNs: single.submitNs,
    controllerNs: parameters.controllerNs,
    dieNs,
    dieCount: parameters.dieCount,
    dieVariation: variationOf(dieShape(parameters, single)),
    delayNs: delayNs + pageMoveNs,
  };
  return networkRate(drive, depthOf(point), point.numjobs);
}

/** The job that measured a point, without an end. */
function jobOf(point: MeasuredPoint): FioJob {
  const sizes = [{ sizeBytes: point.sizeBytes, percent: 100 }];
  return {
    ...defaultFioJob(point.name),
    direction: point.isMixed ? 'mixed' : point.op,
    readPercent: point.readPercent,
    isRandom: point.isRandom,
    blockSizes: { read: sizes, write: sizes },
    iodepth: point.iodepth,
    numjobs: point.numjobs,
    fsyncEvery: point.fsyncEvery,
    loops: 1_000_000,
  };
}

/** Requests of a direction a second, simulated; the first ones, until the depth is full, apart. */
export function simulatedRate(spec: DeviceSpec, point: MeasuredPoint, countMax: number): number {
  const rampCount = Math.min(countMax, 4 * depthOf(point));
  const result = runDeviceJob(spec, jobOf(point), { rampCount, countMax });
  return (result[point.op].latencyNs.length / result.runtimeNs) * 1e9;
}
