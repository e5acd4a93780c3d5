// What can be wrong with a medium beyond a power loss. Each lasts as long as a fault says so.
//
//   read-error, write-error   commands that touch a bad block answer io-error; a bad block is bad
//                             at every retry, and a write that failed has stored nothing
//   transient-read-error      a share of the reads answers io-error; the next try may succeed
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
//   dead-die                  reads of what one of the dies held answer io-error; what is written
//                             again goes to another die; blocks are striped over the dies
//   capacity-lie              the device is smaller than it says: blocks beyond its end are those
//                             at its beginning
//   slow-blocks               commands that touch a bad block take longer
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

type BadBlocks = 'read-error' | 'write-error' | 'phantom-write' | 'slow-blocks';

/** How much a fault strikes, and what decides which. */
type Struck = Pick<MediaFault, 'sharePpm' | 'salt'>;

/** One cause of trouble in a device. */
export interface MediaFault {
  readonly kind:
    | BadBlocks
    | 'transient-read-error'
    | 'lying-flush'
    | 'misdirected-write'
    | 'stale-read'
    | 'misdirected-read'
    | 'failed-flush'
    | 'read-only'
    | 'dead'
    | 'full'
    | 'stuck'
    | 'dead-die'
    | 'capacity-lie';
  /**
   * Share of the blocks, reads or flushes that are bad, of the capacity that is there, parts per
   * million; else of no meaning.
   */
  readonly sharePpm: number;
  readonly salt: number;
  /** Stale reads only: what they see; without it they see the present. */
  readonly past?: Image | undefined;
  /** Failed flushes only: what they dropped is visible until the power goes or it is rewritten. */
  readonly isReadable?: boolean;
  /** Slow blocks only: how many times as long a command takes. */
  readonly factor?: number;
  /** A dead die only: of how many dies one is dead. */
  readonly dieCount?: number;
  /** A dead die only: blocks that lie on one die before the next one follows; 1 unless given. */
  readonly stripeBlockCount?: number;
  /** Rot only: structured contents rot, too; without it the device's checksum guards them. */
  readonly hitsPayloads?: boolean;
}

const noBlocks: ReadonlySet<number> = new Set();

/** The troubles of one device. */
export class MediaFaults {
  #faults: ReadonlyMap<number, MediaFault> = new Map();
  #count = 0;
  /** Blocks that were written since a die died: they are on another one. */
  #moved: ReadonlySet<number> = noBlocks;
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
  /** What one of the dies held cannot be read. */
  hasDeadDie = false;

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
      if (fault.kind === kind && touches(fault, block, blockCount)) return true;
    }
    return false;
  }

  /** Whether a read of a range fails however often it is tried, while the device lives. */
  isUnreadable(block: number, blockCount: number): boolean {
    if (this.isBad('read-error', block, blockCount)) return true;
    for (let index = 0; this.hasDeadDie && index < blockCount; index += 1) {
      if (this.#isOnDeadDie(block + index)) return true;
    }
    return false;
  }

  /** Whether a read that completes now fails, and may succeed at the next try. */
  isBadNow(block: number, blockCount: number, nowNs: Ns): boolean {
    if (this.#faults.size === 0) return false;
    for (const { kind, salt, sharePpm } of this.#faults.values()) {
      if (kind !== 'transient-read-error') continue;
      // One instant serves several reads: each is decided by its own place, too.
      const tried = {
        salt: mix(mix(salt, nowNs % million), Math.floor(nowNs / million)),
        sharePpm,
      };
      if (isBadBlock(tried, block + blockCount)) return true;
    }
    return false;
  }

  /** How many times as long a command takes that touches a range. */
  slowFactorOf(block: number, blockCount: number): number {
    if (this.#faults.size === 0) return 1;
    let factor = 1;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'slow-blocks' || !touches(fault, block, blockCount)) continue;
      factor *= fault.factor ?? 1;
    }
    return factor;
  }

  /** Where a write to a block really lands on a device of `blockCount` blocks. */
  landing(block: number, blockCount: number): number {
    if (this.#faults.size === 0) return block;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'misdirected-write' || !isBadBlock(fault, block)) continue;
      const distance = 1 + ((mix(fault.salt, block) >>> 0) % (blockCount - 1 || 1));
      return this.#wrapped((block + distance) % blockCount, blockCount);
    }
    return this.#wrapped(block, blockCount);
  }

  /** Whose contents a read of a block answers on a device of `blockCount` blocks. */
  departure(block: number, blockCount: number): number {
    if (this.#faults.size === 0) return block;
    for (const fault of this.#faults.values()) {
      if (fault.kind !== 'misdirected-read' || !isBadBlock(fault, block)) continue;
      return this.#wrapped((block + 1) % blockCount, blockCount);
    }
    return this.#wrapped(block, blockCount);
  }

  /** The older contents that reads of a block see, or undefined where they see the present. */
  pastOf(block: number): Image | undefined {
    if (this.#faults.size === 0) return undefined;
    for (const fault of this.#faults.values()) {
      if (fault.kind === 'stale-read' && isBadBlock(fault, block)) return fault.past;
    }
    return undefined;
  }

  /** A block is written. */
  onWrite(block: number): void {
    if (this.#isOnDeadDie(block)) this.#moved = new Set(this.#moved).add(block);
  }

  /** Nothing older is left to be seen: the device is another one. */
  forgetPast(): void {
    const faults = new Map(this.#faults);
    for (const [id, { past: _, ...fault }] of faults) faults.set(id, fault);
    this.#faults = faults;
  }

  /** What makes a flush that was submitted at an instant fail and drop what it covers, or null. */
  flushDropping(submittedAtNs: Ns): MediaFault | null {
    if (this.#faults.size === 0) return null;
    for (const fault of this.#faults.values()) {
      if (fault.kind === 'failed-flush' && isBadBlock(fault, submittedAtNs)) return fault;
    }
    return null;
  }

  copy(): MediaFaults {
    const twin = new MediaFaults();
    twin.#faults = this.#faults;
    twin.#count = this.#count;
    twin.#moved = this.#moved;
    twin.#sumUp();
    return twin;
  }

  /** Where a block is on a device that is smaller than it says. */
  #wrapped(block: number, blockCount: number): number {
    for (const { kind, sharePpm } of this.#faults.values()) {
      if (kind !== 'capacity-lie') continue;
      return block % Math.max(1, Math.floor((blockCount * sharePpm) / million));
    }
    return block;
  }

  /** Whether what a block holds was on a die that is dead. */
  #isOnDeadDie(block: number): boolean {
    if (this.#moved.has(block)) return false;
    for (const { kind, salt, dieCount = 1, stripeBlockCount = 1 } of this.#faults.values()) {
      const die = Math.floor(block / stripeBlockCount) % dieCount;
      if (kind === 'dead-die' && die === salt % dieCount) return true;
    }
    return false;
  }

  #sumUp(): void {
    const faults = [...this.#faults.values()];
    this.isStuck = faults.some(({ kind }) => kind === 'stuck');
    this.isLying = faults.some(({ kind }) => kind === 'lying-flush');
    this.isDead = faults.some(({ kind }) => kind === 'dead');
    this.isReadOnly = this.isDead || faults.some(({ kind }) => kind === 'read-only');
    this.isFull = faults.some(({ kind }) => kind === 'full');
    this.hasDeadDie = faults.some(({ kind }) => kind === 'dead-die');
    if (!this.hasDeadDie) this.#moved = noBlocks;
  }
}

function touches(fault: Struck, block: number, blockCount: number): boolean {
  for (let index = 0; index < blockCount; index += 1) {
    if (isBadBlock(fault, block + index)) return true;
  }
  return false;
}

/** Whether a block, or a flush by its instant, is among the share that a fault strikes. */
export function isBadBlock(fault: Struck, block: number): boolean {
  return (mix(mix(fault.salt, block), 0x5bd1e995) >>> 0) % million < fault.sharePpm;
}
