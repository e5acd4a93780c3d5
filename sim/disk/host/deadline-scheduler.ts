// Linux mq-deadline (block/mq-deadline.c, 6.x; Documentation/block/deadline-iosched.rst), without
// its priority classes and zones. Reads and writes wait apart, each in sector order and in a line.
//
//   reads    sector order  . . o . o . o      a batch: up to fifoBatch commands of one direction,
//            line          o o o ...          upwards from where the last one of it started
//   writes   likewise
//
// When a batch is over: reads if any wait, unless writes were passed over `writesStarved` times in
// a row. The new batch continues upwards, or starts at the one that waits longest when that one has
// expired or nothing lies above. So deadlines are soft: an expired command that is the oldest of
// its direction still waits for the batch under way, and for its direction's turn. It is the first
// of the next batch of its direction: a read after one batch of writes at most, a write after
// `writesStarved` batches of reads.
//
// Linux counts in jiffies, here it is ns. As there, the direction at the very start is writing.
import { assert } from '../../assert.ts';
import { type Ns, nsPerMs, nsPerSec } from '../../units.ts';
import type { MediumOp } from '../medium.ts';
import type { DeadlineSpec, Scheduler } from './scheduler.ts';
import { SlotLine } from './slot-line.ts';
import { SortedSlots } from './sorted-slots.ts';

/** The numbers Linux starts with (block/mq-deadline.c). */
export const deadlineDefaults: DeadlineSpec = {
  kind: 'mq-deadline',
  readExpireNs: 500 * nsPerMs,
  writeExpireNs: 5 * nsPerSec,
  writesStarved: 2,
  fifoBatch: 16,
};

const reading = 0;
const writing = 1;
const none = -1;

/** Sector order in batches, with a soft deadline for each command. */
export class DeadlineScheduler implements Scheduler {
  readonly #spec: DeadlineSpec;
  #sorted = new SortedSlots();
  #reads = new SlotLine();
  #writes = new SlotLine();
  #direction = writing;
  #batchedCount = 0;
  #starvedCount = 0;
  #readFrom = 0;
  #writeFrom = 0;

  constructor(spec: DeadlineSpec) {
    const { readExpireNs, writeExpireNs, writesStarved, fifoBatch } = spec;
    assert(readExpireNs >= 0, `reads that expire in ${readExpireNs} ns, expected 0 or more`);
    assert(writeExpireNs >= 0, `writes that expire in ${writeExpireNs} ns, expected 0 or more`);
    assert(writesStarved >= 1, `writes passed over ${writesStarved} times, expected 1 or more`);
    assert(fifoBatch >= 1, `batches of ${fifoBatch}, expected 1 or more`);
    this.#spec = spec;
  }

  get count(): number {
    return this.#sorted.count;
  }

  add(
    slot: number,
    op: MediumOp,
    sector: number,
    sectorCount: number,
    _owner: number,
    nowNs: Ns,
  ): void {
    const direction = op === 'read' ? reading : writing;
    this.#sorted.add(slot, direction, sector, sectorCount, nowNs);
    this.#lineOf(direction).push(slot);
  }

  resize(slot: number, sector: number, sectorCount: number): void {
    this.#sorted.resize(slot, sector, sectorCount);
  }

  next(nowNs: Ns): number {
    if (this.#sorted.count === 0) return none;
    const following = this.#following(this.#direction);
    if (following !== none && this.#batchedCount < this.#spec.fifoBatch) {
      return this.#take(following);
    }
    this.#direction = this.#chooseDirection();
    this.#batchedCount = 0;
    return this.#take(this.#firstOfBatch(this.#direction, nowNs));
  }

  clear(): void {
    this.#sorted.clear();
    this.#reads.clear();
    this.#writes.clear();
    this.#direction = writing;
    this.#batchedCount = 0;
    this.#starvedCount = 0;
    this.#readFrom = 0;
    this.#writeFrom = 0;
  }

  copy(): DeadlineScheduler {
    const twin = new DeadlineScheduler(this.#spec);
    twin.#sorted = this.#sorted.copy();
    twin.#reads = this.#reads.copy();
    twin.#writes = this.#writes.copy();
    twin.#direction = this.#direction;
    twin.#batchedCount = this.#batchedCount;
    twin.#starvedCount = this.#starvedCount;
    twin.#readFrom = this.#readFrom;
    twin.#writeFrom = this.#writeFrom;
    return twin;
  }

  #lineOf(direction: number): SlotLine {
    return direction === reading ? this.#reads : this.#writes;
  }

  /** The nearest at or above where the last of this direction started; -1 if none is. */
  #following(direction: number): number {
    const fromSector = direction === reading ? this.#readFrom : this.#writeFrom;
    const slot = this.#sorted.slotAt(this.#sorted.firstFrom(direction, fromSector));
    return slot !== none && this.#sorted.groupOf(slot) === direction ? slot : none;
  }

  #chooseDirection(): number {
    const isWriteWaiting = this.#writes.count > 0;
    if (this.#reads.count > 0) {
      if (!isWriteWaiting) return reading;
      const isStarved = this.#starvedCount >= this.#spec.writesStarved;
      this.#starvedCount += 1;
      if (!isStarved) return reading;
    }
    this.#starvedCount = 0;
    return writing;
  }

  #firstOfBatch(direction: number, nowNs: Ns): number {
    const following = this.#following(direction);
    if (following === none) return this.#lineOf(direction).head;
    const { readExpireNs, writeExpireNs } = this.#spec;
    const expireNs = direction === reading ? readExpireNs : writeExpireNs;
    const oldest = this.#lineOf(direction).head;
    return this.#sorted.addedAtNs(oldest) + expireNs <= nowNs ? oldest : following;
  }

  #take(slot: number): number {
    if (this.#direction === reading) this.#readFrom = this.#sorted.sectorOf(slot);
    else this.#writeFrom = this.#sorted.sectorOf(slot);
    this.#batchedCount += 1;
    this.#lineOf(this.#direction).remove(slot);
    this.#sorted.remove(slot);
    return slot;
  }
}
