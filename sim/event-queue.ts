// The pending events of a world, the first one first: by time, then phase, then tie, then order of
// push. No two events compare equal, so the order of pops depends on nothing but the pushes.
//
//   position   0 | 1 2 3 4 | 5 ...    | size ... usableCount-1
//   #slotAt    4-ary heap of pending  | free slots, the next one to be taken first
//
// A slot is where an event's phase, tie and sequence live, and the caller's payload; it stays put
// while its event is pending. Times travel with the heap, so that most comparisons stay in one
// cache line.
import { assert } from './assert.ts';
import { timeNsMax } from './units.ts';

/**
 * Names a pending event; a positive safe integer, never 0. Tagged with the generation of its slot:
 * once the event is popped or cancelled the handle is stale and cancels nothing. Good for the queue
 * that gave it and for copies made while its event is pending, not for copies made before.
 */
export type EventHandle = number;

/** Bounds of a queue. The defaults suit every run; tests lower them. */
export interface EventQueueLimits {
  /** How many events may be pending at once; at most `slotsMax`, which is also the default. */
  readonly pendingMax?: number;
  /** How often one slot may be reused before it is retired; at most 2^31 - 2, the default. */
  readonly generationMax?: number;
}

/** A handle is `generation * slotsMax + slot`: 31 bits and 22 bits, 2^53 in all. */
export const slotsMax = 4_194_304;
const generationLimit = 2_147_483_646;
/** Phases and ties are unsigned 32-bit integers. */
const uint32Max = 4_294_967_295;
const firstCapacity = 64;
/** Seven columns: two of 8 bytes, five of 4. */
const bytesPerSlot = 36;
const noFloats = new Float64Array(0);
const noIntegers = new Int32Array(0);
const noNaturals = new Uint32Array(0);
/** Children of a position p are 4p + 1 to 4p + 4. */
const arity = 4;

/**
 * The pending-event queue. Holds keys only: payloads are the caller's, in arrays indexed by slot.
 */
export class EventQueue {
  readonly #pendingMax: number;
  readonly #generationMax: number;
  #size = 0;
  /** Slots that are pending or free, the length of the permutation in #slotAt. */
  #usableCount = 0;
  /** Slots ever numbered: the usable ones and the retired ones. */
  #slotCount = 0;
  #nextSequence = 0;
  #poppedAtNs = 0;
  #poppedPhase = 0;
  /** Holds the seven columns, so that a copy is one copy of memory. */
  #buffer = new ArrayBuffer(0);
  // By position.
  #atNs = noFloats;
  #slotAt = noIntegers;
  // By slot; the position of a free slot is -1.
  #position = noIntegers;
  #phase = noNaturals;
  #tie = noNaturals;
  #sequence = noFloats;
  #generation = noIntegers;
  /** Positions of the first group, scratch space; never part of the value. */
  #group = noIntegers;

  constructor(limits: EventQueueLimits = {}) {
    const { pendingMax = slotsMax, generationMax = generationLimit } = limits;
    assert(
      pendingMax >= 1 && pendingMax <= slotsMax,
      `pendingMax ${pendingMax}, expected 1 to ${slotsMax}`,
    );
    assert(
      generationMax >= 1 && generationMax <= generationLimit,
      `generationMax ${generationMax}, expected 1 to ${generationLimit}`,
    );
    this.#pendingMax = pendingMax;
    this.#generationMax = generationMax;
  }

  /** How many events are pending. */
  get size(): number {
    return this.#size;
  }

  /** The time of the event that was popped last, in ns; 0 before the first pop. */
  get poppedAtNs(): number {
    return this.#poppedAtNs;
  }

  /** The phase of the event that was popped last; 0 before the first pop. */
  get poppedPhase(): number {
    return this.#poppedPhase;
  }

  /**
   * Adds an event. `atNs` is a safe integer from 0, `phase` and `tie` are unsigned 32-bit integers.
   */
  push(atNs: number, phase: number, tie: number): EventHandle {
    if (!isKey(atNs, phase, tie)) refuseKey(atNs, phase, tie);
    const position = this.#size;
    if (position === this.#usableCount) this.#addSlot();
    const slot = this.#slotAt[position]!;
    this.#phase[slot] = phase;
    this.#tie[slot] = tie;
    this.#sequence[slot] = this.#nextSequence;
    this.#nextSequence += 1;
    this.#size = position + 1;
    this.#siftUp(position, slot, atNs);
    return this.#generation[slot]! * slotsMax + slot;
  }

  /**
   * The slot of a pending event: the index for the caller's payload arrays; -1 for a stale handle.
   */
  slotOf(handle: EventHandle): number {
    const generation = Math.floor(handle / slotsMax);
    const slot = handle - generation * slotsMax;
    if (!(slot < this.#slotCount) || this.#generation[slot] !== generation) return -1;
    return this.#position[slot]! >= 0 ? slot : -1;
  }

  /**
   * Takes the first event out; its slot, or -1 when nothing is pending. Read the payload at once.
   */
  pop(): number {
    return this.#size === 0 ? -1 : this.#takeAt(0);
  }

  /** The time of the first event in ns; Infinity when nothing is pending. */
  peekAtNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#atNs[0]!;
  }

  /** Takes the event of this handle out; its slot, or -1 when the handle is stale. */
  cancel(handle: EventHandle): number {
    const slot = this.slotOf(handle);
    if (slot >= 0) this.#removeAt(this.#position[slot]!, slot);
    return slot;
  }

  /**
   * How many pending events share time and phase with the first: the alternatives of a scheduler.
   */
  equalGroupCount(): number {
    if (this.#size === 0) return 0;
    const heapAtNs = this.#atNs;
    const slotAt = this.#slotAt;
    const atNs = heapAtNs[0]!;
    const phase = this.#phase[slotAt[0]!]!;
    if (this.#group.length < this.#size) this.#group = new Int32Array(heapAtNs.length);
    const group = this.#group;
    group[0] = 0;
    let count = 1;
    // No event of the group is below one that is not, so a walk down from the first finds them all.
    for (let index = 0; index < count; index += 1) {
      const firstChild = arity * group[index]! + 1;
      const endChild = Math.min(firstChild + arity, this.#size);
      for (let child = firstChild; child < endChild; child += 1) {
        if (heapAtNs[child] === atNs && this.#phase[slotAt[child]!] === phase) {
          group[count] = child;
          count += 1;
        }
      }
    }
    return count;
  }

  /** Like `pop`, but takes the index-th of the first group, in the order in which `pop` would. */
  popNth(index: number): number {
    if (index === 0) return this.pop();
    const count = this.equalGroupCount();
    assert(
      Number.isInteger(index) && index >= 0 && index < count,
      `popNth(${index}) of a group of ${count}`,
    );
    const slots = Array.from(this.#group.subarray(0, count), (position) => this.#slotAt[position]!);
    slots.sort((a, b) => (this.#slotPrecedes(a, b) ? -1 : 1));
    return this.#takeAt(this.#position[slots[index]!]!);
  }

  /** An independent queue with the same events, the same handles and the same future. */
  copy(): EventQueue {
    const copy = new EventQueue({
      pendingMax: this.#pendingMax,
      generationMax: this.#generationMax,
    });
    copy.#size = this.#size;
    copy.#usableCount = this.#usableCount;
    copy.#slotCount = this.#slotCount;
    copy.#nextSequence = this.#nextSequence;
    copy.#poppedAtNs = this.#poppedAtNs;
    copy.#poppedPhase = this.#poppedPhase;
    // Free slots come along for their generations: without them a stale handle could come to life.
    copy.#adopt(this.#buffer.slice(0));
    return copy;
  }

  #takeAt(position: number): number {
    const slot = this.#slotAt[position]!;
    this.#poppedAtNs = this.#atNs[position]!;
    this.#poppedPhase = this.#phase[slot]!;
    this.#removeAt(position, slot);
    return slot;
  }

  /**
   * Closes the gap at `position` with the last event of the heap and frees the slot that was there.
   */
  #removeAt(position: number, slot: number): void {
    const last = this.#size - 1;
    const movedSlot = this.#slotAt[last]!;
    const movedAtNs = this.#atNs[last]!;
    this.#size = last;
    if (position !== last) {
      const parent = (position - 1) >> 2;
      if (position > 0 && this.#precedes(movedAtNs, movedSlot, this.#atNs[parent]!, parent)) {
        this.#siftUp(position, movedSlot, movedAtNs);
      } else {
        this.#siftDown(position, movedSlot, movedAtNs);
      }
    }
    this.#slotAt[last] = slot;
    this.#position[slot] = -1;
    const generation = this.#generation[slot]! + 1;
    this.#generation[slot] = generation;
    if (generation > this.#generationMax) this.#retireAt(last);
  }

  /**
   * A slot whose generations are used up leaves the permutation for good: its handles stay unique.
   */
  #retireAt(position: number): void {
    this.#usableCount -= 1;
    this.#slotAt[position] = this.#slotAt[this.#usableCount]!;
  }

  #siftUp(start: number, slot: number, atNs: number): void {
    const heapAtNs = this.#atNs;
    const slotAt = this.#slotAt;
    const positions = this.#position;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentAtNs = heapAtNs[parent]!;
      if (!this.#precedes(atNs, slot, parentAtNs, parent)) break;
      const parentSlot = slotAt[parent]!;
      heapAtNs[position] = parentAtNs;
      slotAt[position] = parentSlot;
      positions[parentSlot] = position;
      position = parent;
    }
    heapAtNs[position] = atNs;
    slotAt[position] = slot;
    positions[slot] = position;
  }

  #siftDown(start: number, slot: number, atNs: number): void {
    const heapAtNs = this.#atNs;
    const slotAt = this.#slotAt;
    const positions = this.#position;
    const size = this.#size;
    let position = start;
    for (;;) {
      const firstChild = arity * position + 1;
      if (firstChild >= size) break;
      const first =
        firstChild + arity <= size
          ? this.#firstOfFour(firstChild)
          : this.#firstOf(firstChild, size);
      const firstAtNs = heapAtNs[first]!;
      const firstSlot = slotAt[first]!;
      if (atNs < firstAtNs) break;
      if (atNs === firstAtNs && this.#slotPrecedes(slot, firstSlot)) break;
      heapAtNs[position] = firstAtNs;
      slotAt[position] = firstSlot;
      positions[firstSlot] = position;
      position = first;
    }
    heapAtNs[position] = atNs;
    slotAt[position] = slot;
    positions[slot] = position;
  }

  /**
   * The first of four siblings. Which one it is cannot be predicted, so it is computed, not
   * branched on.
   */
  #firstOfFour(child: number): number {
    const heapAtNs = this.#atNs;
    const a = heapAtNs[child]!;
    const b = heapAtNs[child + 1]!;
    const c = heapAtNs[child + 2]!;
    const d = heapAtNs[child + 3]!;
    const left = child + +(b < a);
    const right = child + 2 + +(d < c);
    const leftAtNs = heapAtNs[left]!;
    const rightAtNs = heapAtNs[right]!;
    if (+(a === b) | +(c === d) | +(leftAtNs === rightAtNs)) {
      return this.#firstOf(child, child + arity);
    }
    return left + (right - left) * +(rightAtNs < leftAtNs);
  }

  #firstOf(start: number, end: number): number {
    let first = start;
    for (let child = start + 1; child < end; child += 1) {
      if (this.#precedes(this.#atNs[child]!, this.#slotAt[child]!, this.#atNs[first]!, first)) {
        first = child;
      }
    }
    return first;
  }

  #precedes(atNs: number, slot: number, otherAtNs: number, otherPosition: number): boolean {
    if (atNs !== otherAtNs) return atNs < otherAtNs;
    return this.#slotPrecedes(slot, this.#slotAt[otherPosition]!);
  }

  /** The order of two events at one instant. Sequences are unique, so it is total. */
  #slotPrecedes(slot: number, other: number): boolean {
    if (this.#phase[slot] !== this.#phase[other]) return this.#phase[slot]! < this.#phase[other]!;
    if (this.#tie[slot] !== this.#tie[other]) return this.#tie[slot]! < this.#tie[other]!;
    return this.#sequence[slot]! < this.#sequence[other]!;
  }

  #addSlot(): void {
    assert(
      this.#usableCount < this.#pendingMax && this.#slotCount < slotsMax,
      `${this.#size} events pending, expected fewer than ${this.#pendingMax}`,
    );
    if (this.#slotCount === this.#slotAt.length) this.#grow();
    this.#slotAt[this.#usableCount] = this.#slotCount;
    this.#usableCount += 1;
    this.#slotCount += 1;
  }

  #grow(): void {
    const capacity = Math.min(Math.max(this.#slotAt.length * 2, firstCapacity), slotsMax);
    const [atNs, slotAt, position] = [this.#atNs, this.#slotAt, this.#position];
    const [phase, tie, sequence, generation] = [
      this.#phase,
      this.#tie,
      this.#sequence,
      this.#generation,
    ];
    this.#adopt(new ArrayBuffer(capacity * bytesPerSlot));
    this.#atNs.set(atNs);
    this.#slotAt.set(slotAt);
    this.#position.set(position);
    this.#phase.set(phase);
    this.#tie.set(tie);
    this.#sequence.set(sequence);
    this.#generation.fill(1).set(generation);
  }

  /** Lays the columns over `buffer`: the wide ones first, so that each is aligned. */
  #adopt(buffer: ArrayBuffer): void {
    const capacity = buffer.byteLength / bytesPerSlot;
    this.#buffer = buffer;
    this.#atNs = new Float64Array(buffer, 0, capacity);
    this.#sequence = new Float64Array(buffer, capacity * 8, capacity);
    this.#slotAt = new Int32Array(buffer, capacity * 16, capacity);
    this.#position = new Int32Array(buffer, capacity * 20, capacity);
    this.#generation = new Int32Array(buffer, capacity * 24, capacity);
    this.#phase = new Uint32Array(buffer, capacity * 28, capacity);
    this.#tie = new Uint32Array(buffer, capacity * 32, capacity);
  }
}

function isKey(atNs: number, phase: number, tie: number): boolean {
  return Number.isSafeInteger(atNs) && atNs >= 0 && phase >>> 0 === phase && tie >>> 0 === tie;
}

/** Out of the hot path, so that no message is built for a good key. */
function refuseKey(atNs: number, phase: number, tie: number): never {
  assert(
    Number.isSafeInteger(atNs) && atNs >= 0,
    `event at ${atNs} ns, expected an integer from 0 to ${timeNsMax}`,
  );
  assert(phase >>> 0 === phase, `event phase ${phase}, expected an integer from 0 to ${uint32Max}`);
  assert(false, `event tie ${tie}, expected an integer from 0 to ${uint32Max}`);
}
