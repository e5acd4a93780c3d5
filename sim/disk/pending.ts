// The volatile write cache: versions that completed and are visible, but may not survive a power
// loss.
//
//   oldest                                                             newest
//   | A@5 | B@7 | A@9 | C@9 forced | B@12 |      ordered by completion time
//   '-- flush submitted at 9 retires ---'         (nothing that completed after 9)
//
// Retiring writes a version to the durable image, oldest first, so the newest retired version of a
// block stays. A forced write (FUA) is durable when it completes; it waits here all the same,
// because writing it at once would let an older version of its block overwrite it when that one is
// retired. The crash rule reads its mark: versions of the block from before it are gone, other
// blocks are untouched.
import { AssertionError, assert } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { Content } from './content.ts';
import type { BlockVersion } from './crash.ts';

const fieldCount = 4;
const blockField = 0;
const stampField = 1;
const completedAtField = 2;
const forcedField = 3;
const capacityFirst = 16;
const noNumbers = new Float64Array(0);
const noPayloads: unknown[] = [];

/** The most versions a volatile cache can hold: 4 GiB of them. */
const pendingCountMax = 1_048_576;

/** Completed versions that are not yet retired to the durable image, in the order of completion. */
export class PendingVersions {
  #numbers: Float64Array = noNumbers;
  #payloads: unknown[] = noPayloads;
  #capacity = 0;
  #head = 0;
  #count = 0;
  #forcedCount = 0;
  #lastCompletedAtNs = 0;

  /** How many versions wait, forced ones included. */
  get count(): number {
    return this.#count;
  }

  /** How many versions a power loss could still lose. */
  get dirtyCount(): number {
    return this.#count - this.#forcedCount;
  }

  /** Appends a version that completed at `completedAtNs`, not before the last one appended. */
  push(block: number, stamp: number, payload: unknown, completedAtNs: Ns, isForced: boolean): void {
    const lastNs = this.#lastCompletedAtNs;
    if (completedAtNs < lastNs) {
      throw new AssertionError(`completion at ${completedAtNs} ns before one at ${lastNs} ns`);
    }
    this.#lastCompletedAtNs = completedAtNs;
    if (this.#count === this.#capacity) this.#grow();
    const index = (this.#head + this.#count) & (this.#capacity - 1);
    const at = index * fieldCount;
    this.#numbers[at + blockField] = block;
    this.#numbers[at + stampField] = stamp;
    this.#numbers[at + completedAtField] = completedAtNs;
    this.#numbers[at + forcedField] = isForced ? 1 : 0;
    this.#payloads[index] = payload;
    this.#count += 1;
    if (isForced) this.#forcedCount += 1;
  }

  /** The flush rule: every version that completed at `submittedAtNs` or earlier becomes durable. */
  retireThrough(submittedAtNs: Ns, content: Content): void {
    while (this.#count > 0) {
      const completedAtNs = this.#numbers[this.#head * fieldCount + completedAtField] as number;
      if (completedAtNs > submittedAtNs) return;
      this.retireOldest(content);
    }
  }

  /**
   * A flush that failed: every version it covered is gone, forced ones apart, which are durable.
   * Answers what is gone; what its blocks show is left as it is.
   */
  dropThrough(submittedAtNs: Ns, content: Content): readonly BlockVersion[] {
    const dropped: BlockVersion[] = [];
    for (const version of this.versions()) {
      const at = this.#head * fieldCount;
      if ((this.#numbers[at + completedAtField] as number) > submittedAtNs) break;
      const isForced = version.state === 'durable';
      this.#takeOldest(isForced ? content : null);
      if (!isForced) dropped.push(version);
    }
    return dropped;
  }

  /** Makes the oldest version durable: a full cache writes back what it has held longest. */
  retireOldest(content: Content): void {
    this.#takeOldest(content);
  }

  /** The versions as the crash rule wants them, oldest first. */
  versions(): BlockVersion[] {
    const versions: BlockVersion[] = [];
    for (let position = 0; position < this.#count; position += 1) {
      const index = (this.#head + position) & (this.#capacity - 1);
      const at = index * fieldCount;
      versions.push({
        block: this.#numbers[at + blockField] as number,
        stamp: this.#numbers[at + stampField] as number,
        payload: this.#payloads[index],
        state: this.#numbers[at + forcedField] === 1 ? 'durable' : 'completed',
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
    this.#forcedCount = 0;
  }

  /** An independent copy for a fork. */
  copy(): PendingVersions {
    const twin = new PendingVersions();
    twin.#lastCompletedAtNs = this.#lastCompletedAtNs;
    if (this.#count === 0) return twin;
    twin.#numbers = this.#numbers.slice();
    twin.#payloads = this.#payloads.slice();
    twin.#capacity = this.#capacity;
    twin.#head = this.#head;
    twin.#count = this.#count;
    twin.#forcedCount = this.#forcedCount;
    return twin;
  }

  /** Takes the oldest version out, into the durable image if there is one. */
  #takeOldest(content: Content | null): void {
    assert(this.#count > 0, 'no version to retire, expected at least one');
    const index = this.#head;
    const at = index * fieldCount;
    const block = this.#numbers[at + blockField] as number;
    const stamp = this.#numbers[at + stampField] as number;
    if (content !== null) content.writeDurable(block, stamp, this.#payloads[index]);
    if (this.#numbers[at + forcedField] === 1) this.#forcedCount -= 1;
    this.#payloads[index] = undefined;
    this.#head = (index + 1) & (this.#capacity - 1);
    this.#count -= 1;
  }

  #grow(): void {
    const capacity = Math.max(capacityFirst, this.#capacity * 2);
    assert(capacity <= pendingCountMax, `${capacity} cached versions, max ${pendingCountMax}`);
    const numbers = new Float64Array(capacity * fieldCount);
    const splitAt = this.#head * fieldCount;
    numbers.set(this.#numbers.subarray(splitAt), 0);
    numbers.set(this.#numbers.subarray(0, splitAt), this.#numbers.length - splitAt);
    const tail = new Array<unknown>(capacity - this.#capacity).fill(undefined);
    const payloads = this.#payloads;
    this.#payloads = payloads.slice(this.#head).concat(payloads.slice(0, this.#head), tail);
    this.#numbers = numbers;
    this.#capacity = capacity;
    this.#head = 0;
  }
}
