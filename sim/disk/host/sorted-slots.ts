// Waiting slots sorted by group (a direction, an owner) and sector within it.
//
//   order   | g0 s8 | g0 s64 | g1 s0 | g1 s0 | g1 s40 |       equal ones in order of arrival
//             ^ firstFrom(0, 0)          ^ firstFrom(1, 1) is the last
//
// A sorted array with binary search: entering and leaving moves the slots behind by one, which for
// the few hundred that wait is faster than any tree.
import { AssertionError } from '../../assert.ts';
import type { Ns } from '../../units.ts';

const absent = -1;
const capacityFirst = 64;
const noSlots = new Int32Array(0);
const noNumbers = new Float64Array(0);

/** Waiting slots in sector order, by group. Groups are whole numbers from 0. */
export class SortedSlots {
  #order = noSlots;
  #group = noNumbers;
  #sector = noNumbers;
  #sectorCount = noNumbers;
  #addedAtNs = noNumbers;
  /** How many wait. */
  count = 0;

  add(slot: number, group: number, sector: number, sectorCount: number, nowNs: Ns): void {
    if (slot >= this.#group.length) this.#grow(slot);
    if (this.#group[slot] !== absent) throw new AssertionError(`slot ${slot} waits already`);
    if (!(group >= 0)) throw new AssertionError(`group ${group}, expected a whole number from 0`);
    this.#group[slot] = group;
    this.#addedAtNs[slot] = nowNs;
    this.#insert(slot, sector, sectorCount);
  }

  /** The slot now covers these sectors; when it was added stays. */
  resize(slot: number, sector: number, sectorCount: number): void {
    const index = this.#indexOf(slot);
    this.#order.copyWithin(index, index + 1, this.count);
    this.count -= 1;
    this.#insert(slot, sector, sectorCount);
  }

  remove(slot: number): void {
    const index = this.#indexOf(slot);
    this.#order.copyWithin(index, index + 1, this.count);
    this.count -= 1;
    this.#group[slot] = absent;
  }

  /** Where the first of `group` at `sector` or later is; if there is none, where it would be. */
  firstFrom(group: number, sector: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const slot = this.#order[middle] as number;
      const other = this.#group[slot] as number;
      const isBefore =
        other < group || (other === group && (this.#sector[slot] as number) < sector);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The slot at a place; -1 beyond the last and before the first. */
  slotAt(index: number): number {
    return index >= 0 && index < this.count ? (this.#order[index] as number) : absent;
  }

  /** Whether the slot waits. */
  has(slot: number): boolean {
    return slot < this.#group.length && this.#group[slot] !== absent;
  }

  groupOf(slot: number): number {
    return this.#group[slot] as number;
  }

  sectorOf(slot: number): number {
    return this.#sector[slot] as number;
  }

  sectorCountOf(slot: number): number {
    return this.#sectorCount[slot] as number;
  }

  addedAtNs(slot: number): Ns {
    return this.#addedAtNs[slot] as Ns;
  }

  clear(): void {
    this.#group.fill(absent);
    this.count = 0;
  }

  copy(): SortedSlots {
    const twin = new SortedSlots();
    if (this.count === 0) return twin;
    twin.#order = this.#order.slice();
    twin.#group = this.#group.slice();
    twin.#sector = this.#sector.slice();
    twin.#sectorCount = this.#sectorCount.slice();
    twin.#addedAtNs = this.#addedAtNs.slice();
    twin.count = this.count;
    return twin;
  }

  /** Behind those that are equal: the first index that is beyond them. */
  #insert(slot: number, sector: number, sectorCount: number): void {
    const index = this.firstFrom(this.#group[slot] as number, sector + 1);
    this.#order.copyWithin(index + 1, index, this.count);
    this.#order[index] = slot;
    this.#sector[slot] = sector;
    this.#sectorCount[slot] = sectorCount;
    this.count += 1;
  }

  #indexOf(slot: number): number {
    if (!this.has(slot)) throw new AssertionError(`slot ${slot} does not wait`);
    let index = this.firstFrom(this.#group[slot] as number, this.#sector[slot] as number);
    while (this.#order[index] !== slot) index += 1;
    return index;
  }

  #grow(slot: number): void {
    const capacity = Math.max(capacityFirst, slot + 1, this.#group.length * 2);
    const order = new Int32Array(capacity);
    order.set(this.#order);
    this.#order = order;
    const group = new Float64Array(capacity).fill(absent);
    group.set(this.#group);
    this.#group = group;
    this.#sector = grown(this.#sector, capacity);
    this.#sectorCount = grown(this.#sectorCount, capacity);
    this.#addedAtNs = grown(this.#addedAtNs, capacity);
  }
}

function grown(numbers: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(numbers);
  return larger;
}
