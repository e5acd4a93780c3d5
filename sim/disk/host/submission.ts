// The host's side of a command before anything waits: the processor time that submitting takes, and
// the split of what is larger than one command may be.
//
//   queue 0   [ submit ][ submit ]     [ submit ]          one at a time in each queue
//   queue 1        [ submit ]
//
//   sector .. sector + 9, at most 4:   |0 1 2 3|4 5 6 7|8|     three pieces, the last is short
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { SchedulerSpec } from './scheduler.ts';

/** How a host hands commands to its device. */
export interface HostSpec {
  /** Submission queues, one a processor: submitting is serial in each. */
  readonly queueCount: number;
  /** Processor time of submitting one command, in ns. */
  readonly submitNs: Ns;
  /** The largest command in sectors of 512 bytes (Linux: queue/max_sectors_kb). */
  readonly ioSectorCountMax: number;
  /** Merging, as Linux's queue/nomerges: 0 all, 1 the last command only, 2 none. */
  readonly nomerges: 0 | 1 | 2;
  /** Who goes next when more wait than the device takes. */
  readonly scheduler: SchedulerSpec;
}

/** The most submission queues of a host. */
const queueCountMax = 4096;

/** When the processors of a host are free to submit. */
export class SubmissionQueues {
  readonly #submitNs: Ns;
  readonly #freeAtNs: Float64Array;

  constructor({ queueCount, submitNs }: Pick<HostSpec, 'queueCount' | 'submitNs'>) {
    assert(
      Number.isInteger(queueCount) && queueCount >= 1 && queueCount <= queueCountMax,
      `${queueCount} submission queues, expected 1 to ${queueCountMax}`,
    );
    assert(
      Number.isSafeInteger(submitNs) && submitNs >= 0,
      `${submitNs} ns to submit, expected a whole number from 0`,
    );
    this.#submitNs = submitNs;
    this.#freeAtNs = new Float64Array(queueCount);
  }

  /** When a command given to `queue`, a whole number from 0, wrapped, at `nowNs` is submitted. */
  submittedAtNs(queue: number, nowNs: Ns): Ns {
    const index = queue % this.#freeAtNs.length;
    const atNs = Math.max(nowNs, this.#freeAtNs[index] as number) + this.#submitNs;
    this.#freeAtNs[index] = atNs;
    return atNs;
  }

  /** Nothing is being submitted any more. */
  powerOff(nowNs: Ns): void {
    this.#freeAtNs.fill(nowNs);
  }

  copy(): SubmissionQueues {
    const queueCount = this.#freeAtNs.length;
    const twin = new SubmissionQueues({ queueCount, submitNs: this.#submitNs });
    twin.#freeAtNs.set(this.#freeAtNs);
    return twin;
  }
}

/** In how many pieces a command of `sectorCount` goes, each `ioSectorCountMax` at most. */
export function pieceCountOf(sectorCount: number, ioSectorCountMax: number): number {
  return Math.ceil(sectorCount / ioSectorCountMax);
}

/** How long piece `index` is, from 0; it starts `index * ioSectorCountMax` after the first. */
export function pieceSectorCount(
  sectorCount: number,
  ioSectorCountMax: number,
  index: number,
): number {
  return Math.min(ioSectorCountMax, sectorCount - index * ioSectorCountMax);
}
