// The requests inside a device: `hwDepth` of them in service, the others waiting in order of
// arrival.
//
//   acquire --> waiting (fifo) --> in service (has a due time) --> release
//
// Numbers sit side by side in one typed array, eight for a request, so that a request costs no
// object and a fork copies one array. The numbering starts over whenever the device runs empty:
// what number a request gets depends on the requests inside and not on history, so a fork numbers
// as its source does.
import { AssertionError, assert } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { IoRequest } from './device.ts';

/** The most requests inside one device, waiting or in service. */
const slotCountMax = 65_536;

const fieldCount = 8;
const ownerField = 0;
const submittedAtField = 1;
const dueAtField = 2;
const dataAtField = 3;
const nextField = 4;
const blockField = 5;
const writeCountField = 6;
const orderField = 7;
const none = -1;
/** In place of the instant of a request's data. */
const aborted = -2;
const capacityFirst = 16;
const noNumbers = new Float64Array(0);

// Counts writes in service by hashed 64-block page. A zero proves that no write overlaps, which
// spares the walk over the slots for all but a few commands.
const bucketCount = 512;
const noBuckets = new Uint16Array(0);

/** The requests inside a device, by slot number. */
export class Slots {
  #numbers: Float64Array = noNumbers;
  #requests: (IoRequest | null)[] = [];
  #buckets: Uint16Array = noBuckets;
  #usedCount = 0;
  #freeHead = none;
  #waitingHead = none;
  #waitingTail = none;
  #nextOrder = 0;
  /** How many requests are inside. */
  count = 0;
  /** How many of them are in service. */
  serviceCount = 0;

  /** Takes a slot for a request that arrived at `nowNs`; `writeCount` is 0 unless it writes. */
  acquire(request: IoRequest, owner: number, nowNs: Ns, writeCount: number): number {
    let slot = this.#freeHead;
    if (slot === none) {
      slot = this.#usedCount;
      if (slot === this.#requests.length) this.#grow();
      this.#usedCount += 1;
    } else {
      this.#freeHead = this.#numbers[slot * fieldCount + nextField] as number;
    }
    const at = slot * fieldCount;
    this.#numbers[at + ownerField] = owner;
    this.#numbers[at + submittedAtField] = nowNs;
    this.#numbers[at + dueAtField] = none;
    this.#numbers[at + dataAtField] = none;
    this.#numbers[at + nextField] = none;
    this.#numbers[at + blockField] = request.block;
    this.#numbers[at + writeCountField] = writeCount;
    this.#numbers[at + orderField] = this.#nextOrder;
    this.#nextOrder += 1;
    this.#requests[slot] = request;
    this.count += 1;
    return slot;
  }

  /** Puts an acquired slot at the end of the waiting line. */
  enqueue(slot: number): void {
    if (this.#waitingTail === none) this.#waitingHead = slot;
    else this.#numbers[this.#waitingTail * fieldCount + nextField] = slot;
    this.#waitingTail = slot;
  }

  /** Takes the slot that waited longest, or -1 when none waits. */
  dequeue(): number {
    const slot = this.#waitingHead;
    if (slot === none) return none;
    this.#waitingHead = this.#numbers[slot * fieldCount + nextField] as number;
    if (this.#waitingHead === none) this.#waitingTail = none;
    return slot;
  }

  /** Service begins: data cannot be on the medium before `dataAtNs`, it completes at `dueAtNs`. */
  startService(slot: number, dataAtNs: Ns, dueAtNs: Ns): void {
    this.#numbers[slot * fieldCount + dataAtField] = dataAtNs;
    this.#numbers[slot * fieldCount + dueAtField] = dueAtNs;
    this.serviceCount += 1;
    this.#countPages(slot, 1);
  }

  /** The request ends now without having been served, whether it waited or not. */
  abort(slot: number, nowNs: Ns): void {
    if (this.dueAtNs(slot) === none) this.startService(slot, aborted, nowNs);
    this.#numbers[slot * fieldCount + dataAtField] = aborted;
    this.#numbers[slot * fieldCount + dueAtField] = nowNs;
  }

  isAborted(slot: number): boolean {
    return this.#numbers[slot * fieldCount + dataAtField] === aborted;
  }

  /** The request is done and its slot free. */
  release(slot: number): void {
    this.#countPages(slot, -1);
    this.#requests[slot] = null;
    this.count -= 1;
    this.serviceCount -= 1;
    if (this.count === 0) {
      this.#usedCount = 0;
      this.#freeHead = none;
      return;
    }
    const at = slot * fieldCount;
    this.#numbers[at + dueAtField] = none;
    this.#numbers[at + writeCountField] = 0;
    this.#numbers[at + nextField] = this.#freeHead;
    this.#freeHead = slot;
  }

  requestAt(slot: number): IoRequest {
    const request = this.#requests[slot];
    if (request === null || request === undefined) {
      throw new AssertionError(`no request in slot ${slot}`);
    }
    return request;
  }

  ownerAt(slot: number): number {
    return this.#numbers[slot * fieldCount + ownerField] as number;
  }

  submittedAtNs(slot: number): Ns {
    return this.#numbers[slot * fieldCount + submittedAtField] as number;
  }

  /** When service ends; -1 while the request waits. */
  dueAtNs(slot: number): Ns {
    return this.#numbers[slot * fieldCount + dueAtField] as number;
  }

  /** The earliest instant at which data of this request may reach the medium. */
  dataAtNs(slot: number): Ns {
    return this.#numbers[slot * fieldCount + dataAtField] as number;
  }

  /** When the last write in service that shares a block with this range completes; else -1. */
  overlapDueAtNs(block: number, blockCount: number): Ns {
    let isPossible = false;
    const pageLast = Math.floor((block + blockCount - 1) / 64);
    for (let page = Math.floor(block / 64); page <= pageLast; page += 1) {
      if ((this.#buckets[bucketOf(page)] as number) > 0) isPossible = true;
    }
    if (!isPossible) return none;
    let dueAtNs = none;
    for (let slot = 0; slot < this.#usedCount; slot += 1) {
      const at = slot * fieldCount;
      const start = this.#numbers[at + blockField] as number;
      const end = start + (this.#numbers[at + writeCountField] as number);
      if (start >= block + blockCount || end <= block || start === end) continue;
      dueAtNs = Math.max(dueAtNs, this.#numbers[at + dueAtField] as number);
    }
    return dueAtNs;
  }

  /** The slots in service and not aborted, in the order of submission. */
  inService(): number[] {
    return this.all().filter((slot) => this.dueAtNs(slot) !== none && !this.isAborted(slot));
  }

  /** The slots of all requests inside, in the order of submission. */
  all(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#usedCount; slot += 1) {
      if (this.#requests[slot] !== null) slots.push(slot);
    }
    return slots.sort((a, b) => this.#orderAt(a) - this.#orderAt(b));
  }

  /** An independent copy; the requests themselves are shared, nobody changes them. */
  copy(): Slots {
    const twin = new Slots();
    twin.#nextOrder = this.#nextOrder;
    if (this.count === 0) return twin;
    twin.#numbers = this.#numbers.slice();
    twin.#requests = this.#requests.slice();
    twin.#buckets = this.#buckets.slice();
    twin.#usedCount = this.#usedCount;
    twin.#freeHead = this.#freeHead;
    twin.#waitingHead = this.#waitingHead;
    twin.#waitingTail = this.#waitingTail;
    twin.count = this.count;
    twin.serviceCount = this.serviceCount;
    return twin;
  }

  #orderAt(slot: number): number {
    return this.#numbers[slot * fieldCount + orderField] as number;
  }

  #countPages(slot: number, step: number): void {
    const at = slot * fieldCount;
    const blockCount = this.#numbers[at + writeCountField] as number;
    if (blockCount === 0) return;
    const block = this.#numbers[at + blockField] as number;
    const pageLast = Math.floor((block + blockCount - 1) / 64);
    for (let page = Math.floor(block / 64); page <= pageLast; page += 1) {
      const bucket = bucketOf(page);
      this.#buckets[bucket] = (this.#buckets[bucket] as number) + step;
    }
  }

  #grow(): void {
    const capacity = Math.max(capacityFirst, this.#requests.length * 2);
    assert(capacity <= slotCountMax, `more than ${slotCountMax} requests inside one device`);
    const numbers = new Float64Array(capacity * fieldCount);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    while (this.#requests.length < capacity) this.#requests.push(null);
    if (this.#buckets.length === 0) this.#buckets = new Uint16Array(bucketCount);
  }
}

function bucketOf(page: number): number {
  return (page ^ (page >>> 9) ^ (page >>> 18)) & (bucketCount - 1);
}
