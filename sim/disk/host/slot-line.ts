// Slots in the order in which they began to wait. Any of them may leave: each knows its neighbours.
import { AssertionError } from '../../assert.ts';

const none = -1;
const absent = -2;
const capacityFirst = 64;
const noSlots = new Int32Array(0);

/** A waiting line of slots. */
export class SlotLine {
  #next = noSlots;
  #previous = noSlots;
  #head = none;
  #tail = none;
  /** How many wait. */
  count = 0;

  /** The slot that waits longest; -1 when none waits. */
  get head(): number {
    return this.#head;
  }

  push(slot: number): void {
    if (slot >= this.#next.length) this.#grow(slot);
    if (this.#next[slot] !== absent) throw new AssertionError(`slot ${slot} waits already`);
    this.#next[slot] = none;
    this.#previous[slot] = this.#tail;
    if (this.#tail === none) this.#head = slot;
    else this.#next[this.#tail] = slot;
    this.#tail = slot;
    this.count += 1;
  }

  remove(slot: number): void {
    const next = this.#next[slot] as number;
    if (!(next >= none)) throw new AssertionError(`slot ${slot} does not wait`);
    const previous = this.#previous[slot] as number;
    if (previous === none) this.#head = next;
    else this.#next[previous] = next;
    if (next === none) this.#tail = previous;
    else this.#previous[next] = previous;
    this.#next[slot] = absent;
    this.count -= 1;
  }

  clear(): void {
    this.#next.fill(absent);
    this.#head = none;
    this.#tail = none;
    this.count = 0;
  }

  copy(): SlotLine {
    const twin = new SlotLine();
    if (this.count === 0) return twin;
    twin.#next = this.#next.slice();
    twin.#previous = this.#previous.slice();
    twin.#head = this.#head;
    twin.#tail = this.#tail;
    twin.count = this.count;
    return twin;
  }

  #grow(slot: number): void {
    const capacity = Math.max(capacityFirst, slot + 1, this.#next.length * 2);
    const next = new Int32Array(capacity).fill(absent);
    next.set(this.#next);
    this.#next = next;
    const previous = new Int32Array(capacity);
    previous.set(this.#previous);
    this.#previous = previous;
  }
}
