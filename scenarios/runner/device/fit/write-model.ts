// The write side: a write passes the controller, finds room in the buffer and is acknowledged. In a
// closed loop that is min(n / (submit + controller + ack), 1 / controller, jobs / submit); programs
// of the flash are assumed to keep up, so a run long enough to reach the write cliff is not told.
import { misfit } from './analytic.ts';
import { depthOf, type MeasuredPoint } from './measured.ts';

/** What writes and flushes cost. Times in whole ns. */
export interface FittedWrites {
  readonly controllerNs: number;
  readonly ackNs: number;
  /** null: no large writes were measured. */
  readonly bytesPerSec: number | null;
  readonly programNs: number;
  /** A flush is an answer, not work: the drive seems to survive a power loss. */
  readonly isProtected: boolean;
  readonly flushNs: number;
  readonly mapCommitNs: number;
  /** Whether writes were measured at all; what stands here is assumed when they were not. */
  readonly isMeasured: boolean;
  readonly isFlushMeasured: boolean;
}

/** A flush this many times as long as a write says that data were moved. */
const flushRatioMax = 2;
/** Assumed: TLC. */
const programDefaultNs = 1_000_000;
const programBytes = 32_768;
const stepCount = 400;

/** What is known when writes are fitted. */
export interface WriteInput {
  /** Random writes of the smallest size, without flushes. */
  readonly sweep: readonly MeasuredPoint[];
  readonly flushed: MeasuredPoint | undefined;
  readonly bytesPerSec: number | null;
  readonly submitNs: number;
  readonly dieCount: number;
}

/** Fits the writes. */
export function fitWrites(input: WriteInput): FittedWrites {
  const { sweep, flushed, bytesPerSec, submitNs, dieCount } = input;
  const single = sweep.find((point) => depthOf(point) === 1);
  const singleNs = single?.latency.meanNs ?? 20_000;
  const bestRate = Math.max(0, ...sweep.map(({ iops }) => iops));
  const controllerNs = single === undefined ? 1_000 : bestController(input, singleNs, bestRate);
  const ackNs = Math.max(0, Math.round(singleNs - controllerNs));
  const flushMeanNs = flushed?.syncNs ?? 0;
  const isProtected = flushMeanNs > 0 && flushMeanNs < flushRatioMax * singleNs;
  // Programs keep up with half as much again as was ever written.
  const bytesMax = Math.max(bestRate * 4_096, bytesPerSec ?? 0) * 1.5;
  const keepsUpNs = bytesMax === 0 ? programDefaultNs : (dieCount * programBytes * 1e9) / bytesMax;
  // An unprotected flush is a program, then the map, which is at least a program again.
  const withinFlushNs = isProtected || flushMeanNs === 0 ? programDefaultNs : flushMeanNs / 2.5;
  const programNs = Math.max(1, Math.round(Math.min(programDefaultNs, keepsUpNs, withinFlushNs)));
  const moveNs = Math.round((programBytes * 1e9) / 8_000_000_000);
  return {
    controllerNs,
    ackNs,
    bytesPerSec,
    programNs,
    isProtected,
    flushNs: Math.max(0, Math.round(isProtected ? flushMeanNs - submitNs : ackNs)),
    mapCommitNs: isProtected
      ? 0
      : Math.max(0, Math.round(flushMeanNs - submitNs - 2 * programNs - moveNs)),
    isMeasured: single !== undefined,
    isFlushMeasured: flushMeanNs > 0,
  };
}

function bestController(
  { sweep, submitNs }: WriteInput,
  singleNs: number,
  bestRate: number,
): number {
  const highestNs = Math.min(singleNs, 1.2e9 / bestRate);
  let [bestNs, bestSum] = [1, Number.POSITIVE_INFINITY];
  for (let step = 1; step <= stepCount; step += 1) {
    const controllerNs = Math.max(1, Math.round((highestNs * step) / stepCount));
    const sum = sweep.reduce(
      (total, point) =>
        total + misfit(closedRate(controllerNs, singleNs, submitNs, point), point.iops),
      0,
    );
    if (sum >= bestSum) continue;
    bestNs = controllerNs;
    bestSum = sum;
  }
  return bestNs;
}

function closedRate(
  controllerNs: number,
  singleNs: number,
  submitNs: number,
  point: MeasuredPoint,
): number {
  const free = depthOf(point) / (submitNs + singleNs);
  const host = submitNs === 0 ? free : point.numjobs / submitNs;
  return 1e9 * Math.min(free, 1 / controllerNs, host);
}

/** Bytes a second at which large requests go: by the slope over sizes, else the most there was. */
export function bandwidthOf(points: readonly MeasuredPoint[]): number | null {
  const large = points
    .filter(({ sizeBytes }) => sizeBytes >= 65_536)
    .sort((a, b) => a.sizeBytes - b.sizeBytes);
  if (large.length === 0) return null;
  const most = Math.max(...large.map(({ bytesPerSec }) => bytesPerSec));
  const [to, from] = [large.at(-1)!, large.findLast((p) => p.sizeBytes < large.at(-1)!.sizeBytes)];
  if (from === undefined) return Math.round(most);
  const slope = (to.sizeBytes - from.sizeBytes) / (1 / to.iops - 1 / from.iops);
  // Each is a time for all in flight: only full pipes have a slope that means something.
  const isClose = slope > 0.9 * most && slope < 1.25 * most;
  return Math.round(isClose ? Math.max(slope, most) : most);
}
