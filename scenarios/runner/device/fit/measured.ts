// Measurements of fio as points of sweeps, and what is doubtful about them.
import type { FioLatency, FioReport, FioResult } from '../fio-json-reader.ts';
import { sha256 } from './sourced.ts';

/** One run of fio, one direction of it. */
export interface MeasuredPoint {
  readonly name: string;
  /** The file it is from, its content and the version of fio. */
  readonly ref: string;
  /** Of a mixed run there is a point for each. */
  readonly op: 'read' | 'write';
  readonly isRandom: boolean;
  readonly isMixed: boolean;
  readonly readPercent: number;
  readonly sizeBytes: number;
  readonly iodepth: number;
  readonly numjobs: number;
  /** Writes between two flushes; 0: never. */
  readonly fsyncEvery: number;
  readonly iops: number;
  readonly bytesPerSec: number;
  /** From the submission to the completion. */
  readonly latency: FioLatency;
  /** Mean time of a flush; 0 without. */
  readonly syncNs: number;
}

/** A file that was read. */
export interface MeasuredFile {
  readonly file: string;
  readonly text: string;
  readonly report: FioReport;
}

/** All points of some files. */
export function measuredPoints(files: readonly MeasuredFile[]): readonly MeasuredPoint[] {
  return files.flatMap(({ file, text, report }) => {
    const name = file.split(/[\\/]/).at(-1)!;
    const ref = `${name} sha256 ${sha256(text).slice(0, 16)}, ${report.version}`;
    return report.results.flatMap((result) => pointsOf(result, ref));
  });
}

function pointsOf(result: FioResult, ref: string): MeasuredPoint[] {
  const { job } = result;
  // What failed half-way measured something else.
  if (result.error !== 0) return [];
  return (['read', 'write'] as const).flatMap((op) => {
    const direction = result[op];
    const latency = direction?.completion ?? direction?.total;
    if (direction === undefined || latency === undefined) return [];
    return [
      {
        name: result.name,
        ref,
        op,
        isRandom: job.isRandom,
        isMixed: job.direction === 'mixed',
        readPercent: job.readPercent,
        sizeBytes: job.blockSizes[op][0]!.sizeBytes,
        iodepth: job.iodepth,
        numjobs: job.numjobs,
        fsyncEvery: Math.max(job.fsyncEvery, job.fdatasyncEvery),
        iops: direction.iops,
        bytesPerSec: direction.bytesPerSec,
        latency,
        syncNs: result.sync?.latency.meanNs ?? 0,
      },
    ];
  });
}

/** Requests in flight of all copies. */
export function depthOf({ iodepth, numjobs }: MeasuredPoint): number {
  return iodepth * numjobs;
}

/** `reads randread 4k QD32`: the job's name and what it did. */
export function labelOf(point: MeasuredPoint): string {
  const { name, op, isRandom, isMixed, sizeBytes, fsyncEvery } = point;
  const size = sizeBytes >= 1_048_576 ? `${sizeBytes / 1_048_576}m` : `${sizeBytes / 1_024}k`;
  const mixed = isMixed ? ' of a mix' : '';
  const flush = fsyncEvery === 0 ? '' : ` fsync ${fsyncEvery}`;
  return `${name} ${isRandom ? 'rand' : ''}${op}${mixed} ${size} QD${depthOf(point)}${flush}`;
}

/** A run of this is too short to be sure: caches, cleaning and heat need longer. */
const runtimeMinMs = 30_000;
/** A part of a device that fits into a controller's memory measures that memory. */
const sizeMinBytes = 8 * 1024 ** 3;
const utilMinPercent = 90;
/** At most so many percent of the requests may have found less than half of the depth. */
const shallowMaxPercent = 20;

/** What is doubtful about runs, one line each. */
export function lintFiles(files: readonly MeasuredFile[]): readonly string[] {
  return files.flatMap(({ file, report }) => [
    ...report.results.flatMap((result) =>
      lintResult(result).map((message) => `${file}: job '${result.name}': ${message}`),
    ),
    ...report.disks
      .filter(({ utilPercent }) => utilPercent > 0 && utilPercent < utilMinPercent)
      .map(
        ({ name, utilPercent }) =>
          `${file}: disk ${name} was busy ${utilPercent.toFixed(0)} % of the time: ` +
          'the host was the limit',
      ),
  ]);
}

function lintResult(result: FioResult): string[] {
  const { job, runtimeMs, error, depthPercents, notes } = result;
  const found = [...notes];
  if (error !== 0) found.push(`fio reported error ${error}: this run is left out`);
  if (runtimeMs < runtimeMinMs) {
    found.push(`ran ${(runtimeMs / 1e3).toFixed(1)} s; give --runtime=30 or more`);
  }
  if (job.rampNs === 0) found.push('no ramp_time: the start is in the numbers; give --ramp_time=5');
  if (!job.isDirect) found.push('without direct=1 the page cache is measured');
  const { bytes } = job.size ?? {};
  if (bytes !== undefined && bytes < sizeMinBytes) {
    found.push(`size ${(bytes / 1024 ** 3).toFixed(1)} GiB may fit into a cache of the drive`);
  }
  const shallow = shallowPercent(depthPercents, job.iodepth);
  if (shallow > shallowMaxPercent) {
    found.push(
      `iodepth ${job.iodepth} was not reached by ${shallow.toFixed(0)} % of the requests; ` +
        'use an asynchronous ioengine (libaio, io_uring)',
    );
  }
  return found;
}

/** Percent of the requests that were submitted at less than half of a depth. */
function shallowPercent(levels: Readonly<Record<string, number>>, iodepth: number): number {
  let percent = 0;
  for (const [name, share] of Object.entries(levels)) {
    const level = Number(name.replace('>=', ''));
    if (level * 2 <= Math.min(64, iodepth) / 2) percent += share;
  }
  return percent;
}
