// Runs fio jobs on one device.
//
//   job: numjobs workers, each a thread that submits one request after the other
//
//        worker: [submit][submit]  ...  until iodepth are under way, or the rate or a pause holds
//                                  <-- done: one more
//
//   |---- ramp: not counted ----|---- runtime: what is done in it counts ----|   the rest drains
//
// As fio does: a flush (fsync, fdatasync) takes a place of the depth, and the rates of reads and
// writes are kept apart. Otherwise than fio: what is done after the end does not count; the copies
// of a job are one report, as with group_reporting.
import type { DeviceSpec } from '../../../sim/index.ts';
import { blockBytes, DrivenDevice, type DriveOptions } from './driven-device.ts';
import type { FioJob } from './fio-job.ts';
import { type JobPart, partOf } from './job-places.ts';
import { type Crew, JobTally } from './job-tally.ts';
import { JobWorker } from './job-worker.ts';

/** The requests of one direction. */
export interface DirectionResult {
  /** From submission to completion, in order of completion. */
  readonly latencyNs: Float64Array;
  readonly bytes: number;
  /** Requests that failed; their times count as well. */
  readonly errorCount: number;
}

/** What one job did. */
export interface JobResult {
  readonly job: FioJob;
  /** When what counts began: after the ramp. */
  readonly startNs: number;
  /** How long was measured. */
  readonly runtimeNs: number;
  /** Processor time that each request took before the device had it. */
  readonly submitNs: number;
  readonly read: DirectionResult;
  readonly write: DirectionResult;
  readonly trim: DirectionResult;
  /** Of flushes. */
  readonly syncNs: Float64Array;
}

/** A job that this device cannot do. */
export class JobRefusal extends Error {
  override readonly name = 'JobRefusal';
}

/** Runs one job on a new device. */
export function runDeviceJob(spec: DeviceSpec, job: FioJob, options: DriveOptions = {}): JobResult {
  return runDeviceJobs(spec, [job], options)[0]!;
}

/** Runs jobs on one new device: at once, but for those that wait for all before them. */
export function runDeviceJobs(
  spec: DeviceSpec,
  jobs: readonly FioJob[],
  options: DriveOptions = {},
): readonly JobResult[] {
  const driven = new DrivenDevice(spec, options);
  const deviceBytes = driven.device.blockCount * blockBytes;
  const parts = jobs.map((job) => {
    const reading = partOf(job, deviceBytes);
    if (job.isTimeBased && job.runtimeNs === undefined) {
      throw new JobRefusal(`job '${job.name}': time_based without runtime; give runtime=10s`);
    }
    if (!reading.ok) throw new JobRefusal(`job '${job.name}': ${reading.message}`);
    return reading.part;
  });
  const results: JobResult[] = [];
  for (let start = 0; start < jobs.length; ) {
    let end = start + 1;
    while (end < jobs.length && !jobs[end]!.isStonewall) end += 1;
    const planned = jobs.slice(start, end).map((job, at) => ({ job, part: parts[start + at]! }));
    const seedOf = (at: number) => `${options.seed ?? 1}/${start + at}`;
    const crew: Crew = { runningCount: 0 };
    const tallyOf = (job: FioJob) => new JobTally(job, crew, driven.nowNs, options);
    results.push(...runTogether({ driven, crew, tallyOf, seedOf }, spec, planned));
    start = end;
  }
  return results;
}

interface Planned {
  readonly job: FioJob;
  readonly part: JobPart;
}

interface Together {
  readonly driven: DrivenDevice;
  readonly crew: Crew;
  tallyOf(job: FioJob): JobTally;
  seedOf(index: number): string;
}

function runTogether(
  { driven, crew, tallyOf, seedOf }: Together,
  spec: DeviceSpec,
  planned: readonly Planned[],
): JobResult[] {
  const tallies: JobTally[] = [];
  const workers: JobWorker[] = [];
  const workerOfOwner: number[] = [];
  const { submitNs } = spec.host;
  for (const [index, { job, part }] of planned.entries()) {
    const tally = tallyOf(job);
    tallies.push(tally);
    for (let copy = 0; copy < job.numjobs; copy += 1) {
      const seed = `${job.randseed ?? ''}/${seedOf(index)}/${copy}`;
      const own = { index: workers.length, firstOwner: workerOfOwner.length, seed };
      for (let place = 0; place < job.iodepth; place += 1) workerOfOwner.push(workers.length);
      workers.push(new JobWorker(driven, tally, { job, part, submitNs, ...own }));
    }
  }
  const workerOf = Int32Array.from(workerOfOwner);
  const driver = {
    done: (owner: number, isOk: boolean) => workers[workerOf[owner] as number]!.done(owner, isOk),
    due: (timer: number) => workers[timer]!.due(),
  };
  for (const worker of workers) worker.start();
  while (crew.runningCount > 0 && driven.step(driver)) {
    // Each step is one event.
  }
  return tallies.map((tally) => resultOf(tally, submitNs));
}

function resultOf(tally: JobTally, submitNs: number): JobResult {
  const { job, startNs, runtimeNs, times, bytes, errorCounts } = tally;
  const direction = (kind: 0 | 1 | 2): DirectionResult => ({
    latencyNs: times[kind].values(),
    bytes: bytes[kind],
    errorCount: errorCounts[kind],
  });
  return {
    job,
    startNs,
    runtimeNs,
    submitNs,
    read: direction(0),
    write: direction(1),
    trim: direction(2),
    syncNs: times[3].values(),
  };
}
