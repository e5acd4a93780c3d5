// What can be wrong with a medium beyond a power loss. Each lasts as long as a fault says so.
//
//   read-error, write-error   commands that touch a bad block answer io-error; a bad block is bad
//                             at every retry, and a write that failed has stored nothing
//   lying-flush               a flush or forced write completes, and nothing becomes durable
//   misdirected-write         a write to a bad block lands on another one, which loses its contents
//   phantom-write             a write to a bad block completes and stores nothing
//   stale-read                a read of a bad block answers what it held when the fault began
//   misdirected-read          a read of a bad block answers what the next block holds
//   failed-flush              a share of the flushes answer io-error, and what they covered is gone
//                             from the cache: a later flush that succeeds does not bring it back
//   read-only                 writes and flushes answer io-error; what is cached stays cached
//   dead                      every command answers io-error; contents and cache stay
//   full                      writes to a block that holds nothing answer no-space
//   stuck                     no command is begun; those in service complete, the others wait
//
// Which blocks are bad is a hash of the fault's salt and the block: it costs nothing to keep, a
// fork has it, and it draws nothing.
import { mix } from '../fingerprint.ts';
import type { Ns } from '../units.ts';

const million = 1_000_000;

/** Contents to read, never written by who reads them. */
export interface Image {
  stampAt(block: number): number;
  payloadAt(block: number): unknown;
}

type BadBlocks = 'read-error' | 'write-error' | 'phantom-write';

/** How much a fault strikes, and what decides which. */
type Struck = Pick<MediaFault, 'sharePpm' | 'salt'>;

/** One cause of trouble in a device. */
export interface MediaFault {
  readonly kind:
    | BadBlocks
    | 'lying-flush'
    | 'misdirected-write'
    | 'stale-read'
    | 'misdirected-read'
    | 'failed-flush'
    | 'read-only'
    | 'dead'
    | 'full'
    | 'stuck';
  /** Share of the blocks, or flushes, that are bad, parts per million; else of no meaning. */
  readonly sharePpm: number;
  readonly salt: number;
  /** Stale reads only: what they see; without it they see the present. */
  readonly past?: Image | undefined;
}

/** The troubles of one device. */
export class MediaFaults {
  #faults: ReadonlyMap<number, MediaFault> = new Map();
  #count = 0;
  /** No command is begun. */
  isStuck = false;
  /** Flushes complete and do nothing. */
  isLying = false;
  /** Every command fails. */
  isDead = false;
  /** Writes and flushes fail. */
  isReadOnly = false;
  /** Nothing new finds room. */
  isFull = false;

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

  /** Whether any block of a range is bad in one way. */
  isBad(kind: BadBlocks, block: number, blockCount: number): boolean {
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

  /** Whose contents a read of a block answers on a device of `blockCount` blocks. */
  departure(block: number, blockCount: number): number {
    if (this.#faults.size === 0) return block;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'misdirected-read' || !isBadBlock(fault, block)) continue;
      return (block + 1) % blockCount;
    }
    return block;
  }

  /** The older contents that reads of a block see, or undefined where they see the present. */
  pastOf(block: number): Image | undefined {
    if (this.#faults.size === 0) return undefined;
    for (const fault of this.#faults.values()) {
      if (fault.kind === 'stale-read' && isBadBlock(fault, block)) return fault.past;
    }
    return undefined;
  }

  /** Nothing older is left to be seen: the device is another one. */
  forgetPast(): void {
    const faults = new Map(this.#faults);
    for (const [id, { past: _, ...fault }] of faults) faults.set(id, fault);
    this.#faults = faults;
  }

  /** Whether a flush that was submitted at an instant fails and drops what it covers. */
  dropsFlush(submittedAtNs: Ns): boolean {
    if (this.#faults.size === 0) return false;
    for (const fault of this.#faults.values()) {
      if (fault.kind === 'failed-flush' && isBadBlock(fault, submittedAtNs)) return true;
    }
    return false;
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
    this.isDead = faults.some(({ kind }) => kind === 'dead');
    this.isReadOnly = this.isDead || faults.some(({ kind }) => kind === 'read-only');
    this.isFull = faults.some(({ kind }) => kind === 'full');
  }
}

/** What a stamp reads as once its block has rotted; never 0, which is a block never written. */
export function rottenStamp(stamp: number): number {
  return mix(stamp, 0x5bd1e995) >>> 0 || 1;
}

/** Whether a block, or a flush by its instant, is among the share that a fault strikes. */
export function isBadBlock(fault: Struck, block: number): boolean {
  return (mix(mix(fault.salt, block), 0x5bd1e995) >>> 0) % million < fault.sharePpm;
}
