// One copy of a job: a thread that keeps requests under way.
import { type Noise, nsPerSec } from '../../../sim/index.ts';
import { drawsOf } from './draws.ts';
import { type Ask, aim, askOf, type DrivenDevice, sectorBytes } from './driven-device.ts';
import type { FioJob } from './fio-job.ts';
import { type JobPart, JobPlaces } from './job-places.ts';
import type { JobTally } from './job-tally.ts';

/** What a worker is told of its work. */
export interface WorkerPlan {
  readonly job: FioJob;
  readonly part: JobPart;
  /** Processor time of each request. */
  readonly submitNs: number;
  /** Its number, from 0: its queue at the host, and its timer. */
  readonly index: number;
  /** Its owners are this one and those after it, as many as the job is deep. */
  readonly firstOwner: number;
  readonly seed: string;
}

const kinds = { read: 0, write: 1, trim: 2, sync: 3 } as const;
type Kind = 0 | 1 | 2 | 3;
const opOfKind = ['read', 'write', 'discard', 'flush'] as const;

/** A thread of a job. */
export class JobWorker {
  readonly #driven: DrivenDevice;
  readonly #tally: JobTally;
  readonly #plan: WorkerPlan;
  readonly #places: JobPlaces;
  readonly #mix: Noise;
  readonly #bytesMax: number;
  /** Places of the depth that are free, the last one goes next. */
  readonly #free: number[];
  /** By place and kind, made when first needed. */
  readonly #asks: (Ask | undefined)[];
  readonly #submittedAtNs: Float64Array;
  readonly #kindAt: Uint8Array;
  readonly #bytesAt: Float64Array;
  readonly #issuedCounts: [number, number] = [0, 0];
  #issuedBytes = 0;
  #unsyncedCount = 0;
  #sincePauseCount = 0;
  #startNs = 0;
  /** When the processor is free again. */
  #freeAtNs = 0;
  /** The next request, decided but held back; -1: not decided. */
  #nextKind: Kind | -1 = -1;
  #isTrimmed = false;
  #isTimerSet = false;
  #isOver = false;

  constructor(driven: DrivenDevice, tally: JobTally, plan: WorkerPlan) {
    const { job, part } = plan;
    this.#driven = driven;
    this.#tally = tally;
    this.#plan = plan;
    this.#places = new JobPlaces(job, part, plan.seed);
    this.#mix = drawsOf(plan.seed, 'mix');
    const wholeBytes = (job.ioSize?.bytes ?? part.sizeBytes) * job.loops;
    this.#bytesMax = job.isTimeBased ? Number.POSITIVE_INFINITY : wholeBytes;
    this.#free = Array.from({ length: job.iodepth }, (_, place) => job.iodepth - 1 - place);
    this.#asks = new Array<Ask | undefined>(job.iodepth * opOfKind.length).fill(undefined);
    this.#submittedAtNs = new Float64Array(job.iodepth);
    this.#kindAt = new Uint8Array(job.iodepth);
    this.#bytesAt = new Float64Array(job.iodepth);
  }

  start(): void {
    this.#startNs = this.#driven.nowNs;
    this.#tally.crew.runningCount += 1;
    this.#pump();
  }

  /** A request is done. */
  done(owner: number, isOk: boolean): void {
    const place = owner - this.#plan.firstOwner;
    const nowNs = this.#driven.nowNs;
    const tookNs = nowNs - (this.#submittedAtNs[place] as number);
    const kind = this.#kindAt[place] as Kind;
    this.#tally.count(kind, tookNs, this.#bytesAt[place] as number, isOk, nowNs);
    this.#free.push(place);
    this.#pump();
  }

  /** Its timer is due. */
  due(): void {
    this.#isTimerSet = false;
    this.#pump();
  }

  get #isIdle(): boolean {
    return this.#free.length === this.#plan.job.iodepth;
  }

  #pump(): void {
    const { job } = this.#plan;
    while (!this.#isOver && !this.#isTimerSet && this.#free.length > 0) {
      const { nowNs } = this.#driven;
      if (this.#isEnough(nowNs)) {
        this.#end();
        return;
      }
      if (job.thinktimeNs > 0 && this.#sincePauseCount >= job.thinktimeBlocks) {
        // fio lets everything come back before it pauses.
        if (!this.#isIdle) return;
        this.#sincePauseCount = 0;
        this.#wake(nowNs + job.thinktimeNs);
        return;
      }
      if (this.#nextKind === -1) this.#nextKind = this.#decide();
      const atNs = Math.max(this.#freeAtNs, this.#dueAtNs(this.#nextKind));
      if (atNs > nowNs) {
        this.#wake(atNs);
        return;
      }
      this.#submit(this.#nextKind, nowNs);
      this.#nextKind = -1;
    }
  }

  #isEnough(nowNs: number): boolean {
    const { requestCount = Number.POSITIVE_INFINITY } = this.#plan.job;
    if (nowNs >= this.#tally.endNs) return true;
    const isAmount = this.#issuedBytes >= this.#bytesMax || this.#issuedCount >= requestCount;
    // The flush that is due after the last write is still done.
    return isAmount && !this.#isSyncDue;
  }

  get #issuedCount(): number {
    return this.#issuedCounts[0] + this.#issuedCounts[1];
  }

  get #isSyncDue(): boolean {
    const { fsyncEvery, fdatasyncEvery } = this.#plan.job;
    const count = this.#unsyncedCount;
    return (
      (fsyncEvery > 0 && count >= fsyncEvery) || (fdatasyncEvery > 0 && count >= fdatasyncEvery)
    );
  }

  #end(): void {
    if (!this.#isIdle) return;
    this.#isOver = true;
    this.#tally.crew.runningCount -= 1;
    if (this.#driven.nowNs < this.#tally.endNs) this.#tally.finishedCount += 1;
  }

  #decide(): Kind {
    if (this.#isSyncDue) return kinds.sync;
    const { direction, readPercent } = this.#plan.job;
    switch (direction) {
      case 'read':
        return kinds.read;
      case 'write':
        return kinds.write;
      case 'trim':
        return kinds.trim;
      case 'trimwrite':
        return this.#isTrimmed ? kinds.write : kinds.trim;
      case 'mixed':
        return this.#mix.share() * 100 < readPercent ? kinds.read : kinds.write;
    }
  }

  /** When the rate lets a request go: the n-th of a direction at n / rate. */
  #dueAtNs(kind: Kind): number {
    if (kind === kinds.sync) return 0;
    const { read, write } = this.#plan.job.rateIops;
    const direction = kind === kinds.read ? 0 : 1;
    const rate = direction === 0 ? read : write;
    if (rate === 0) return 0;
    return this.#startNs + Math.floor((this.#issuedCounts[direction] * nsPerSec) / rate);
  }

  #submit(kind: Kind, nowNs: number): void {
    const { firstOwner, submitNs, job } = this.#plan;
    const place = this.#free.pop() as number;
    const ask = this.#askAt(place, kind);
    let bytes = 0;
    if (kind === kinds.sync) this.#unsyncedCount = 0;
    else {
      const places = this.#places;
      const direction = kind === kinds.read ? 0 : 1;
      // A trim and the write after it go to one place.
      if (!this.#isTrimmed) places.place(direction);
      this.#isTrimmed = job.direction === 'trimwrite' && !this.#isTrimmed;
      bytes = places.sizeBytes;
      aim(ask, places.startBytes / sectorBytes, bytes / sectorBytes);
      this.#issuedCounts[direction] += 1;
      this.#issuedBytes += bytes;
      this.#sincePauseCount += 1;
      if (kind === kinds.write) this.#unsyncedCount += 1;
    }
    this.#submittedAtNs[place] = nowNs;
    this.#kindAt[place] = kind;
    this.#bytesAt[place] = bytes;
    this.#freeAtNs = nowNs + submitNs;
    this.#driven.submit(ask, firstOwner + place);
  }

  #askAt(place: number, kind: Kind): Ask {
    const index = place * opOfKind.length + kind;
    const known = this.#asks[index];
    if (known !== undefined) return known;
    const made = askOf(opOfKind[kind], kind === kinds.write && this.#plan.job.isSync);
    made.queue = this.#plan.index;
    this.#asks[index] = made;
    return made;
  }

  #wake(atNs: number): void {
    this.#isTimerSet = true;
    this.#driven.wake(Math.max(this.#driven.nowNs, atNs), this.#plan.index);
  }
}
