// Writes the superblock to its two places, one after the other: at each instant one of them is
// whole.
//
//   write 0 -> read back -> flush -> write 1 -> read back -> flush -> saved
//
// What is to change meanwhile waits, and is saved together next.
import { assert, type IoCompletion, type IoRequest } from '../../sim/index.ts';
import type { SubmitIo } from './submit-io.ts';
import {
  encodeSuperblock,
  readSuperblock,
  type Superblock,
  superblockCount,
} from './superblock.ts';

type Change = Partial<Omit<Superblock, 'sequence'>>;

/** A superblock that is durable in both places, and what is new in it. */
export interface Saved {
  readonly superblock: Superblock;
  readonly change: Change;
}

/** Saves one superblock after the other. */
export class SuperblockWriter {
  #saving: Saved | null = null;
  #place = 0;
  #waiting: Change | null = null;

  /** The command that writes a superblock to one of its places. */
  static write(superblock: Superblock, place: number): Omit<IoRequest, 'tag'> {
    return { op: 'write', block: place, blockCount: 1, payloads: [encodeSuperblock(superblock)] };
  }

  /** What the superblock will be when all that was asked for is saved. */
  latest(durable: Superblock): Superblock {
    return { ...(this.#saving?.superblock ?? durable), ...this.#waiting };
  }

  /** Saves a change now, or with what follows the one that is being saved. */
  change(durable: Superblock, change: Change, submit: SubmitIo): void {
    this.#waiting = { ...this.#waiting, ...change };
    if (this.#saving === null) this.next(durable, submit);
  }

  /** Begins to save what was asked for meanwhile. */
  next(durable: Superblock, submit: SubmitIo): void {
    assert(this.#saving === null, 'a superblock is being saved');
    const change = this.#waiting;
    if (change === null) return;
    const superblock = { ...durable, ...change, sequence: durable.sequence + 1 };
    this.#waiting = null;
    this.#saving = { superblock, change };
    this.#place = 0;
    submit('write', SuperblockWriter.write(superblock, 0));
  }

  onIo(step: string, done: IoCompletion, submit: SubmitIo): 'more' | 'failed' | Saved {
    const saving = this.#saving as Saved;
    if (done.status !== 'ok') return 'failed';
    if (step === 'write') {
      submit('read-back', { op: 'read', block: this.#place, blockCount: 1 });
      return 'more';
    }
    if (step === 'read-back') {
      const found = readSuperblock(done.payloads?.[0]);
      if (found?.sequence !== saving.superblock.sequence) return 'failed';
      submit('flush', { op: 'flush', block: 0, blockCount: 0 });
      return 'more';
    }
    this.#place += 1;
    if (this.#place < superblockCount) {
      submit('write', SuperblockWriter.write(saving.superblock, this.#place));
      return 'more';
    }
    this.#saving = null;
    return saving;
  }

  copy(): SuperblockWriter {
    const copy = new SuperblockWriter();
    copy.#saving = this.#saving;
    copy.#place = this.#place;
    copy.#waiting = this.#waiting;
    return copy;
  }
}
