import type { DriveOptions } from './driven-device.ts';
import type { FioJob } from './fio-job.ts';
import { Samples } from './samples.ts';

/** How many workers of all jobs are at work. */
export interface Crew {
  runningCount: number;
}

/** What the workers of one job count together. Kinds: 0 reads, 1 writes, 2 trims, 3 flushes. */
export class JobTally {
  readonly job: FioJob;
  readonly crew: Crew;
  /** What is done before does not count. */
  startNs: number;
  /** Nothing is submitted from here on, and what is done later does not count. */
  endNs: number;
  readonly times = [new Samples(), new Samples(), new Samples(), new Samples()] as const;
  readonly bytes: [number, number, number, number] = [0, 0, 0, 0];
  readonly errorCounts: [number, number, number, number] = [0, 0, 0, 0];
  /** Workers that had nothing more to do before the end. */
  finishedCount = 0;
  #lastNs: number;
  /** Requests that are still to be done before anything counts. */
  #rampLeft: number;
  #countLeft: number;
  #isFull = false;

  constructor(job: FioJob, crew: Crew, nowNs: number, options: DriveOptions) {
    this.job = job;
    this.crew = crew;
    this.startNs = nowNs + job.rampNs;
    const { runtimeNs = Number.POSITIVE_INFINITY } = job;
    this.endNs = this.startNs + runtimeNs;
    this.#lastNs = this.startNs;
    this.#rampLeft = options.rampCount ?? 0;
    this.#countLeft = options.countMax ?? Number.POSITIVE_INFINITY;
  }

  /** How long was measured. */
  get runtimeNs(): number {
    const isCut = this.finishedCount < this.job.numjobs;
    return Math.max(1, (isCut ? this.endNs : this.#lastNs) - this.startNs);
  }

  count(kind: 0 | 1 | 2 | 3, tookNs: number, bytes: number, isOk: boolean, nowNs: number): void {
    if (this.#isFull || nowNs < this.startNs || nowNs > this.endNs) return;
    // What is done at the very end of the ramp is of the ramp.
    if (nowNs === this.startNs && this.job.rampNs > 0) return;
    if (this.#rampLeft > 0) {
      if (kind < 3) this.#rampLeft -= 1;
      if (this.#rampLeft === 0) this.startNs = nowNs;
      return;
    }
    this.times[kind].add(tookNs);
    this.bytes[kind] += bytes;
    if (!isOk) this.errorCounts[kind] += 1;
    this.#lastNs = nowNs;
    if (kind === 3) return;
    this.#countLeft -= 1;
    if (this.#countLeft > 0) return;
    // Others of this very instant do not count any more.
    this.endNs = nowNs;
    this.#isFull = true;
  }
}
