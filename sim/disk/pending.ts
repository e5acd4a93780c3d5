// The volatile write cache: versions that completed and are visible, but may not survive a power
// loss.
//
//   oldest                                                             newest
//   | A@5 | B@7 | A@9 | - | B@12 |      ordered by completion time
//   '-- flush submitted at 9 retires ---'         (nothing that completed after 9)
//
// Retiring writes a version to the durable image, oldest first, so the newest retired version of a
// block stays. What the medium has written by itself leaves out of turn: the newest version of its
// block becomes durable and the older ones with it, which leaves gaps (-) until the ends pass them.
// A forced write (FUA) goes past the cache; older versions of its sectors are of no account then,
// other blocks are untouched.
//
// Where versions leave out of turn, chains by hashed block lead from the newest version to older
// ones. They are built when first needed: a cache that only flushes empty never pays for them.
import { AssertionError, assert } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { Content } from './content.ts';
import type { BlockVersion } from './crash-rules.ts';
import { wholeBlock } from './odd-block.ts';

const fieldCount = 4;
const blockField = 0;
const stampField = 1;
const completedAtField = 2;
/** Sectors that still count, and the two marks below. */
const wordField = 3;
const capacityFirst = 16;
const none = -1;
const noNumbers = new Float64Array(0);
const noPayloads: unknown[] = [];

/** The most versions a volatile cache can hold: 4 GiB of them. */
const pendingCountMax = 1_048_576;

/** In the word of a version: its command is kept or lost as a whole. */
export const promisedBit = 0x100;
/** In the word of a version: it is of the same such command as the version before it. */
export const joinedBit = 0x200;

/** Completed versions that are not yet retired to the durable image, in the order of completion. */
export class PendingVersions {
  #numbers: Float64Array = noNumbers;
  #payloads: unknown[] = noPayloads;
  #capacity = 0;
  /** Where the oldest is in the ring, and how many places it takes from there. */
  #head = 0;
  #count = 0;
  #liveCount = 0;
  /** The position of the oldest: positions only grow until the ring is laid out anew. */
  #headPosition = 0;
  /** The position of the newest version of each chain; empty until it is needed. */
  #newest: Float64Array = noNumbers;
  /** By place in the ring: the position of the version before it in its chain, or -1. */
  #olders: Float64Array = noNumbers;
  #lastCompletedAtNs = 0;

  /** How many versions a power loss could lose. */
  get dirtyCount(): number {
    return this.#liveCount;
  }

  /** When the oldest completed; infinite when there is none. */
  get oldestCompletedAtNs(): Ns {
    if (this.#count === 0) return Number.POSITIVE_INFINITY;
    return this.#numbers[this.#head * fieldCount + completedAtField] as number;
  }

  /**
   * Appends a version that completed at `completedAtNs`, not before the last one appended. `word`
   * has the sectors that it covers, and the marks.
   */
  push(block: number, stamp: number, payload: unknown, completedAtNs: Ns, word: number): void {
    const lastNs = this.#lastCompletedAtNs;
    if (completedAtNs < lastNs) {
      throw new AssertionError(`completion at ${completedAtNs} ns before one at ${lastNs} ns`);
    }
    this.#lastCompletedAtNs = completedAtNs;
    if (this.#count === this.#capacity) this.#makeRoom();
    const index = (this.#head + this.#count) & (this.#capacity - 1);
    const at = index * fieldCount;
    const numbers = this.#numbers;
    numbers[at + blockField] = block;
    numbers[at + stampField] = stamp;
    numbers[at + completedAtField] = completedAtNs;
    numbers[at + wordField] = word;
    this.#payloads[index] = payload;
    if (this.#newest.length > 0) this.#chain(index, this.#headPosition + this.#count);
    this.#count += 1;
    this.#liveCount += 1;
  }

  /** The flush rule: every version that completed at `submittedAtNs` or earlier becomes durable. */
  retireThrough(submittedAtNs: Ns, content: Content): void {
    while (this.#count > 0) {
      const completedAtNs = this.#numbers[this.#head * fieldCount + completedAtField] as number;
      if (completedAtNs > submittedAtNs) return;
      this.#takeOldest(content);
    }
  }

  /** A flush that failed: every version it covered is gone. Answers what is gone. */
  dropThrough(submittedAtNs: Ns): readonly BlockVersion[] {
    const dropped: BlockVersion[] = [];
    for (const version of this.versions()) {
      if (version.completedAtNs > submittedAtNs) break;
      dropped.push(version);
    }
    while (this.#count > 0) {
      const completedAtNs = this.#numbers[this.#head * fieldCount + completedAtField] as number;
      if (completedAtNs > submittedAtNs) break;
      this.#takeOldest(null);
    }
    return dropped;
  }

  /** The medium has some sectors of a block as they are now: they cannot be lost any more. */
  retireBlock(block: number, mask: number, content: Content): void {
    if (this.#liveCount === 0) return;
    this.#retireFrom(this.#newestOf(block), block, mask, content);
    this.#trim();
  }

  /** Some sectors of a block are durable: older versions of them are of no account. */
  supersede(block: number, mask: number): void {
    if (this.#liveCount === 0) return;
    for (let at = this.#newestOf(block); at !== none; at = this.#olderOf(at)) {
      if (this.#field(at, blockField) === block) this.#strike(at, mask);
    }
    this.#trim();
  }

  /** Makes the oldest command durable: a full cache writes back what it has held longest. */
  retireOldest(content: Content): void {
    assert(this.#liveCount > 0, 'no version to retire, expected at least one');
    this.#trim();
    this.#takeOldest(content);
    while (this.#count > 0 && (this.#headWord() & joinedBit) !== 0) this.#takeOldest(content);
    this.#trim();
  }

  /** The versions as the crash rule wants them, oldest first. */
  versions(): BlockVersion[] {
    const versions: BlockVersion[] = [];
    let command = none;
    for (let offset = 0; offset < this.#count; offset += 1) {
      const index = (this.#head + offset) & (this.#capacity - 1);
      const at = index * fieldCount;
      const word = this.#numbers[at + wordField] as number;
      if ((word & joinedBit) === 0) command += 1;
      if ((word & wholeBlock) === 0) continue;
      versions.push({
        block: this.#numbers[at + blockField] as number,
        stamp: this.#numbers[at + stampField] as number,
        payload: this.#payloads[index],
        mask: word & wholeBlock,
        state: 'completed',
        isPromised: (word & promisedBit) !== 0,
        command,
        completedAtNs: this.#numbers[at + completedAtField] as number,
      });
    }
    return versions;
  }

  /** Forgets everything: the power is gone. */
  clear(): void {
    this.#numbers = noNumbers;
    this.#payloads = noPayloads;
    this.#capacity = 0;
    this.#head = 0;
    this.#count = 0;
    this.#liveCount = 0;
    this.#headPosition = 0;
    this.#newest = noNumbers;
    this.#olders = noNumbers;
  }

  /** An independent copy for a fork. */
  copy(): PendingVersions {
    const twin = new PendingVersions();
    twin.#lastCompletedAtNs = this.#lastCompletedAtNs;
    if (this.#liveCount === 0) return twin;
    twin.#numbers = this.#numbers.slice();
    twin.#payloads = this.#payloads.slice();
    twin.#capacity = this.#capacity;
    twin.#head = this.#head;
    twin.#count = this.#count;
    twin.#liveCount = this.#liveCount;
    twin.#headPosition = this.#headPosition;
    if (this.#newest.length > 0) {
      twin.#newest = this.#newest.slice();
      twin.#olders = this.#olders.slice();
    }
    return twin;
  }

  /** Takes the oldest version out, into the durable image if there is one. */
  #takeOldest(content: Content | null): void {
    const index = this.#head;
    const at = index * fieldCount;
    const mask = (this.#numbers[at + wordField] as number) & wholeBlock;
    if (mask !== 0) this.#liveCount -= 1;
    if (content !== null && mask === wholeBlock) {
      const block = this.#numbers[at + blockField] as number;
      content.writeDurable(block, this.#numbers[at + stampField] as number, this.#payloads[index]);
    } else if (content !== null && mask !== 0) this.#makeDurable(at, index, mask, content);
    this.#payloads[index] = undefined;
    this.#head = (index + 1) & (this.#capacity - 1);
    this.#headPosition += 1;
    this.#count -= 1;
  }

  #makeDurable(at: number, index: number, mask: number, content: Content): void {
    const block = this.#numbers[at + blockField] as number;
    const stamp = this.#numbers[at + stampField] as number;
    const payload = this.#payloads[index];
    if (mask === wholeBlock) content.writeDurable(block, stamp, payload);
    else content.writeDurableSectors(block, { stamp, payload }, mask);
  }

  /** Retires sectors of a block, of the version at a position and of all older ones. */
  #retireFrom(position: number, block: number, mask: number, content: Content): void {
    let left = mask;
    for (let at = position; at !== none && left !== 0; at = this.#olderOf(at)) {
      if (this.#field(at, blockField) !== block) continue;
      const index = this.#indexOf(at);
      const word = this.#numbers[index * fieldCount + wordField] as number;
      const found = word & left;
      if (found === 0) continue;
      this.#makeDurable(index * fieldCount, index, found, content);
      // What is older in these sectors is behind it: of no account.
      for (let older = at; older !== none; older = this.#olderOf(older)) {
        if (this.#field(older, blockField) === block) this.#strike(older, found);
      }
      left &= ~found;
      if ((word & promisedBit) !== 0) this.#retireCommand(at, content);
    }
  }

  /** A command that is whole by promise is durable as a whole once a part of it is. */
  #retireCommand(position: number, content: Content): void {
    const end = this.#headPosition + this.#count;
    let first = position;
    while (first > this.#headPosition && (this.#field(first, wordField) & joinedBit) !== 0) {
      first -= 1;
    }
    for (let at = first; at < end; at += 1) {
      const word = this.#field(at, wordField);
      if (at > first && (word & joinedBit) === 0) return;
      const mask = word & wholeBlock;
      if (mask !== 0) this.#retireFrom(at, this.#field(at, blockField), mask, content);
    }
  }

  /** Some sectors of a version count no more. */
  #strike(position: number, mask: number): void {
    const at = this.#indexOf(position) * fieldCount + wordField;
    const word = this.#numbers[at] as number;
    if ((word & mask) === 0) return;
    this.#numbers[at] = word & ~mask;
    if ((word & wholeBlock & ~mask) === 0) this.#liveCount -= 1;
  }

  /** The oldest one counts again. */
  #trim(): void {
    while (this.#count > 0 && (this.#headWord() & wholeBlock) === 0) this.#takeOldest(null);
  }

  #headWord(): number {
    return this.#numbers[this.#head * fieldCount + wordField] as number;
  }

  #indexOf(position: number): number {
    return (this.#head + (position - this.#headPosition)) & (this.#capacity - 1);
  }

  #field(position: number, field: number): number {
    return this.#numbers[this.#indexOf(position) * fieldCount + field] as number;
  }

  /** The newest version that counts in the chain of a block, of whatever block it is; or -1. */
  #newestOf(block: number): number {
    if (this.#newest.length === 0) this.#chainAll();
    const bucket = bucketOf(block, this.#newest.length);
    const newest = this.#counting(this.#newest[bucket] as number);
    this.#newest[bucket] = newest;
    return newest;
  }

  /** The next older one that counts; what counts no more leaves the chain. */
  #olderOf(position: number): number {
    const index = this.#indexOf(position);
    const older = this.#counting(this.#olders[index] as number);
    this.#olders[index] = older;
    return older;
  }

  /** The first that counts from a position on. What has left the ring ends a chain. */
  #counting(position: number): number {
    let at = position;
    while (at >= this.#headPosition) {
      if ((this.#field(at, wordField) & wholeBlock) !== 0) return at;
      at = this.#olders[this.#indexOf(at)] as number;
    }
    return none;
  }

  #chain(index: number, position: number): void {
    const newest = this.#newest;
    const block = this.#numbers[index * fieldCount + blockField] as number;
    const bucket = bucketOf(block, newest.length);
    this.#olders[index] = newest[bucket] as number;
    newest[bucket] = position;
  }

  #chainAll(): void {
    this.#newest = new Float64Array(this.#capacity).fill(none);
    this.#olders = new Float64Array(this.#capacity).fill(none);
    for (let offset = 0; offset < this.#count; offset += 1) {
      const position = this.#headPosition + offset;
      this.#chain(this.#indexOf(position), position);
    }
  }

  /** Lays the ring out anew: without gaps, and larger unless half of it were gaps. */
  #makeRoom(): void {
    const isTight = this.#liveCount * 2 > this.#capacity;
    const capacity = isTight ? this.#capacity * 2 : Math.max(capacityFirst, this.#capacity);
    assert(capacity <= pendingCountMax, `${capacity} cached versions, max ${pendingCountMax}`);
    const numbers = new Float64Array(capacity * fieldCount);
    const payloads = new Array<unknown>(capacity).fill(undefined);
    let count = 0;
    let isGap = true;
    for (let offset = 0; offset < this.#count; offset += 1) {
      const index = (this.#head + offset) & (this.#capacity - 1);
      const from = index * fieldCount;
      const word = this.#numbers[from + wordField] as number;
      // The first that counts of a command leads what is left of it.
      if ((word & joinedBit) === 0) isGap = true;
      if ((word & wholeBlock) === 0) continue;
      const to = count * fieldCount;
      numbers[to + blockField] = this.#numbers[from + blockField] as number;
      numbers[to + stampField] = this.#numbers[from + stampField] as number;
      numbers[to + completedAtField] = this.#numbers[from + completedAtField] as number;
      numbers[to + wordField] = isGap ? word & ~joinedBit : word;
      isGap = false;
      payloads[count] = this.#payloads[index];
      count += 1;
    }
    this.#numbers = numbers;
    this.#payloads = payloads;
    this.#capacity = capacity;
    this.#head = 0;
    this.#headPosition = 0;
    this.#count = count;
    if (this.#newest.length > 0) this.#chainAll();
  }
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4); a power of two. */
function bucketOf(block: number, bucketCount: number): number {
  const hash = Math.imul(block, 0x9e3779b1);
  return (hash ^ (hash >>> 16)) & (bucketCount - 1);
}
