// What can be wrong with a medium beyond a power loss. Each lasts as long as a fault says so.
//
//   read-error, write-error   commands that touch a bad block answer io-error; a bad block is bad
//                             at every retry, and a write that failed has stored nothing
//   lying-flush               a flush or forced write completes, and nothing becomes durable
//   misdirected-write         a write to a bad block lands on another one, which loses its contents
//   stuck                     no command is begun; those in service complete, the others wait
//
// Which blocks are bad is a hash of the fault's salt and the block: it costs nothing to keep, a
// fork has it, and it draws nothing.
import { mix } from '../fingerprint.ts';

const million = 1_000_000;

/** One cause of trouble in a device. */
export interface MediaFault {
  readonly kind: 'read-error' | 'write-error' | 'lying-flush' | 'misdirected-write' | 'stuck';
  /** Share of the blocks that are bad, parts per million; of no meaning without blocks. */
  readonly sharePpm: number;
  readonly salt: number;
}

/** The troubles of one device. */
export class MediaFaults {
  #faults: ReadonlyMap<number, MediaFault> = new Map();
  #count = 0;
  /** No command is begun. */
  isStuck = false;
  /** Flushes complete and do nothing. */
  isLying = false;

  /** How many causes there are now. */
  get activeCount(): number {
    return this.#faults.size;
  }

  /** Adds trouble; the answer takes it away again. */
  add(fault: MediaFault): number {
    const id = this.#count++;
    this.#faults = new Map(this.#faults).set(id, fault);
    this.#sumUp();
    return id;
  }

  remove(id: number): void {
    const rest = new Map(this.#faults);
    rest.delete(id);
    this.#faults = rest;
    this.#sumUp();
  }

  /** Whether any block of a range is bad for reads or for writes. */
  isBad(kind: 'read-error' | 'write-error', block: number, blockCount: number): boolean {
    if (this.#faults.size === 0) return false;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== kind) continue;
      for (let index = 0; index < blockCount; index += 1) {
        if (isBadBlock(fault, block + index)) return true;
      }
    }
    return false;
  }

  /** Where a write to a block really lands on a device of `blockCount` blocks. */
  landing(block: number, blockCount: number): number {
    if (this.#faults.size === 0) return block;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'misdirected-write' || !isBadBlock(fault, block)) continue;
      const distance = 1 + ((mix(fault.salt, block) >>> 0) % (blockCount - 1 || 1));
      return (block + distance) % blockCount;
    }
    return block;
  }

  copy(): MediaFaults {
    const twin = new MediaFaults();
    twin.#faults = this.#faults;
    twin.#count = this.#count;
    twin.#sumUp();
    return twin;
  }

  #sumUp(): void {
    const faults = [...this.#faults.values()];
    this.isStuck = faults.some(({ kind }) => kind === 'stuck');
    this.isLying = faults.some(({ kind }) => kind === 'lying-flush');
  }
}

/** What a stamp reads as once its block has rotted; never 0, which is a block never written. */
export function rottenStamp(stamp: number): number {
  return mix(stamp, 0x5bd1e995) >>> 0 || 1;
}

/** Whether a block is among the share that a fault strikes. */
export function isBadBlock(fault: Omit<MediaFault, 'kind'>, block: number): boolean {
  return (mix(mix(fault.salt, block), 0x5bd1e995) >>> 0) % million < fault.sharePpm;
}
