// Where commands wait on the host's side when the device takes no more: they may grow by merging,
// and a scheduler says which goes next.
//
//   command --join a waiting one?--> rides with it
//          \--no--> scheduler --next--> device
import type { Ns } from '../../units.ts';
import type { MediumCommand } from '../medium.ts';
import { MergeWindow } from './merge-window.ts';
import type { Scheduler } from './scheduler.ts';
import { makeScheduler } from './schedulers.ts';
import { type HostSpec, SubmissionQueues } from './submission.ts';

const none = -1;

interface Parts {
  readonly submission: SubmissionQueues;
  readonly window: MergeWindow;
  readonly scheduler: Scheduler;
}

/** The commands of one device that wait in its host. */
export class HostQueue {
  readonly #spec: HostSpec;
  readonly #parts: Parts;

  constructor(
    spec: HostSpec,
    parts: Parts = {
      submission: new SubmissionQueues(spec),
      window: new MergeWindow(spec),
      scheduler: makeScheduler(spec.scheduler),
    },
  ) {
    this.#spec = spec;
    this.#parts = parts;
  }

  /** How many wait by themselves. */
  get count(): number {
    return this.#parts.scheduler.count;
  }

  /** The largest command, in sectors. */
  get ioSectorCountMax(): number {
    return this.#spec.ioSectorCountMax;
  }

  /** When a command of an owner has been submitted by its processor. */
  submittedAtNs(owner: number, nowNs: Ns): Ns {
    return this.#parts.submission.submittedAtNs(owner, nowNs);
  }

  /** A command waits; answers the slot it rides with from now on, or -1 when it waits by itself. */
  add(command: Readonly<MediumCommand>, owner: number, nowNs: Ns): number {
    const { slot, op, sector, sectorCount } = command;
    const { window, scheduler } = this.#parts;
    const carrier = window.join(op, sector, sectorCount);
    if (carrier !== none) {
      scheduler.resize(carrier, window.sectorOf(carrier), window.sectorCountOf(carrier));
      return carrier;
    }
    window.add(slot, op, sector, sectorCount);
    scheduler.add(slot, op, sector, sectorCount, owner, nowNs);
    return none;
  }

  /** A command that cannot be merged waits. */
  addAlone(command: Readonly<MediumCommand>, owner: number, nowNs: Ns): void {
    const { slot, op, sector, sectorCount } = command;
    this.#parts.scheduler.add(slot, op, sector, sectorCount, owner, nowNs);
  }

  /** Where a waiting slot starts by now. */
  sectorOf(slot: number): number {
    return this.#parts.window.sectorOf(slot);
  }

  /** How long a waiting slot is by now. */
  sectorCountOf(slot: number): number {
    return this.#parts.window.sectorCountOf(slot);
  }

  /** The command that goes next; -1 when none waits. */
  next(nowNs: Ns): number {
    const slot = this.#parts.scheduler.next(nowNs);
    if (slot !== none) this.#parts.window.remove(slot);
    return slot;
  }

  clear(nowNs: Ns): void {
    const { submission, window, scheduler } = this.#parts;
    submission.powerOff(nowNs);
    window.clear();
    scheduler.clear();
  }

  copy(): HostQueue {
    const { submission, window, scheduler } = this.#parts;
    return new HostQueue(this.#spec, {
      submission: submission.copy(),
      window: window.copy(),
      scheduler: scheduler.copy(),
    });
  }
}
