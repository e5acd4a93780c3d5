// The requests inside a device, by slot number, and where each of them stands.
//
//   acquire --> held back (an older write overlaps) --> waiting --> in service --> release
//                                                          joined (it rides with another) --'
//
// Numbers sit side by side in one typed array, sixteen for a request, so that a request costs no
// object and a fork copies one array. The numbering starts over whenever the device runs empty:
// what number a request gets depends on the requests inside and not on history, so a fork numbers
// as its source does.
import { AssertionError, assert } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { IoRequest } from './device.ts';
import type { MediumCommand, MediumOp } from './medium.ts';

/** The most requests inside one device, pieces of large ones included. */
const slotCountMax = 65_536;

const fieldCount = 16;
const ownerField = 0;
const submittedAtField = 1;
const dueAtField = 2;
const nextField = 3;
const blockField = 4;
const writeCountField = 5;
const orderField = 6;
const stateField = 7;
const sectorField = 8;
const sectorCountField = 9;
const opField = 10;
const parentField = 11;
const piecesLeftField = 12;
const followerField = 13;
const none = -1;
const capacityFirst = 16;
const noNumbers = new Float64Array(0);
const ops: readonly MediumOp[] = ['read', 'write', 'forcedWrite'];

const waiting = 0;
const flushing = 1;
const serving = 2;
/** In service with another command, or by its pieces: takes no queue depth itself. */
const riding = 3;
/** Waits, with another command. */
const joined = 4;
const aborted = 5;

// Counts writes inside by hashed 64-block page. A zero proves that no write overlaps, which spares
// the walk over the slots for all but a few commands.
const bucketCount = 512;
const noBuckets = new Uint16Array(0);

/** What a slot is taken for. The object is reused. */
export interface SlotNeed {
  owner: number;
  op: MediumOp;
  sector: number;
  sectorCount: number;
  /** Blocks that it writes from `block` on; 0 when it writes none. */
  writeCount: number;
  /** The slot whose request it is a piece of, or -1. */
  parent: number;
}

/** The requests inside a device, by slot number. */
export class Slots {
  #numbers: Float64Array = noNumbers;
  #requests: (IoRequest | null)[] = [];
  #buckets: Uint16Array = noBuckets;
  #usedCount = 0;
  #freeHead = none;
  #nextOrder = 0;
  #insideCount = 0;
  /** How many requests are inside, their pieces not counted. */
  count = 0;
  /** How many commands are in service: what queue depth counts. */
  serviceCount = 0;

  /** Takes a slot for a request that arrived at `nowNs`, or for a piece of one. */
  acquire(request: IoRequest, need: Readonly<SlotNeed>, nowNs: Ns): number {
    let slot = this.#freeHead;
    if (slot === none) {
      slot = this.#usedCount;
      if (slot === this.#requests.length) this.#grow();
      this.#usedCount += 1;
    } else {
      this.#freeHead = this.#numbers[slot * fieldCount + nextField] as number;
    }
    const at = slot * fieldCount;
    const numbers = this.#numbers;
    numbers[at + ownerField] = need.owner;
    numbers[at + submittedAtField] = nowNs;
    numbers[at + dueAtField] = none;
    numbers[at + nextField] = none;
    numbers[at + blockField] = request.block;
    numbers[at + writeCountField] = need.writeCount;
    numbers[at + orderField] = this.#nextOrder;
    numbers[at + stateField] = waiting;
    numbers[at + sectorField] = need.sector;
    numbers[at + sectorCountField] = need.sectorCount;
    numbers[at + opField] = need.op === 'read' ? 0 : need.op === 'write' ? 1 : 2;
    numbers[at + parentField] = need.parent;
    numbers[at + piecesLeftField] = 0;
    numbers[at + followerField] = none;
    this.#nextOrder += 1;
    this.#requests[slot] = request;
    this.#insideCount += 1;
    if (need.parent === none) this.count += 1;
    this.#countPages(slot, 1);
    return slot;
  }

  /** The command reaches the device; `isFlushing`: a flush comes before its data. */
  startService(slot: number, isFlushing: boolean): void {
    this.#numbers[slot * fieldCount + stateField] = isFlushing ? flushing : serving;
    this.serviceCount += 1;
  }

  /** The flush before its data is over. */
  startData(slot: number): void {
    this.#numbers[slot * fieldCount + stateField] = serving;
    this.#numbers[slot * fieldCount + dueAtField] = none;
  }

  /** It shares the service of another command, or of its pieces, and takes no queue depth. */
  ride(slot: number): void {
    this.#numbers[slot * fieldCount + stateField] = riding;
  }

  setDue(slot: number, dueAtNs: Ns): void {
    this.#numbers[slot * fieldCount + dueAtField] = dueAtNs;
  }

  /** The request ends now without having been served, whether it waited or not. */
  abort(slot: number, nowNs: Ns): void {
    this.#leaveService(slot);
    const at = slot * fieldCount;
    this.#numbers[at + stateField] = aborted;
    this.#numbers[at + dueAtField] = nowNs;
    this.#numbers[at + nextField] = none;
    this.#numbers[at + followerField] = none;
  }

  isAborted(slot: number): boolean {
    return this.#numbers[slot * fieldCount + stateField] === aborted;
  }

  isFlushing(slot: number): boolean {
    return this.#numbers[slot * fieldCount + stateField] === flushing;
  }

  /** The request is done and its slot free. */
  release(slot: number): void {
    this.#countPages(slot, -1);
    this.#leaveService(slot);
    const at = slot * fieldCount;
    this.#requests[slot] = null;
    this.#insideCount -= 1;
    if (this.#numbers[at + parentField] === none) this.count -= 1;
    if (this.#insideCount === 0) {
      this.#usedCount = 0;
      this.#freeHead = none;
      return;
    }
    this.#numbers[at + dueAtField] = none;
    this.#numbers[at + writeCountField] = 0;
    this.#numbers[at + nextField] = this.#freeHead;
    this.#freeHead = slot;
  }

  /** All that is inside, pieces too, is gone. */
  clear(): void {
    this.#numbers = noNumbers;
    this.#requests = [];
    this.#buckets = noBuckets;
    this.#usedCount = 0;
    this.#freeHead = none;
    this.#insideCount = 0;
    this.count = 0;
    this.serviceCount = 0;
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

  /** When it completes, or its flush is over; -1 while that is not known. */
  dueAtNs(slot: number): Ns {
    return this.#numbers[slot * fieldCount + dueAtField] as number;
  }

  /** The slot whose request this is a piece of, or -1. */
  parentOf(slot: number): number {
    return this.#numbers[slot * fieldCount + parentField] as number;
  }

  /** Says in how many pieces a request goes. */
  setPieces(slot: number, pieceCount: number): void {
    this.#numbers[slot * fieldCount + piecesLeftField] = pieceCount;
  }

  /** One piece is done; answers how many are left. */
  endPiece(slot: number): number {
    const at = slot * fieldCount + piecesLeftField;
    const left = (this.#numbers[at] as number) - 1;
    this.#numbers[at] = left;
    return left;
  }

  /** `slot` waits for `leader` to be done: held back by it, or riding with it. */
  follow(leader: number, slot: number): void {
    const headAt = leader * fieldCount + followerField;
    let last = this.#numbers[headAt] as number;
    if (last === none) {
      this.#numbers[headAt] = slot;
      return;
    }
    for (let next = last; next !== none; next = this.#numbers[next * fieldCount + nextField]!) {
      last = next;
    }
    this.#numbers[last * fieldCount + nextField] = slot;
  }

  /** Takes those that wait for a slot off it: answers the first, or -1. */
  takeFollowers(slot: number): number {
    const headAt = slot * fieldCount + followerField;
    const first = this.#numbers[headAt] as number;
    this.#numbers[headAt] = none;
    return first;
  }

  /** Cuts a follower off the one behind it: answers that one, or -1. */
  takeNext(slot: number): number {
    const nextAt = slot * fieldCount + nextField;
    const next = this.#numbers[nextAt] as number;
    this.#numbers[nextAt] = none;
    return next;
  }

  /** It goes with another command from now on, wherever that stands. */
  join(slot: number): void {
    this.#numbers[slot * fieldCount + stateField] = joined;
  }

  /** A command begins, and those that joined it with it. */
  startRiders(slot: number): void {
    let next = this.#numbers[slot * fieldCount + followerField] as number;
    while (next !== none) {
      if (this.#numbers[next * fieldCount + stateField] === joined) this.ride(next);
      next = this.#numbers[next * fieldCount + nextField] as number;
    }
  }

  /** Whether its data may have reached the medium. */
  isServing(slot: number): boolean {
    const state = this.#numbers[slot * fieldCount + stateField];
    return state === serving || state === riding;
  }

  /** Fills in what a medium is told of a slot. */
  load(slot: number, command: MediumCommand): void {
    const at = slot * fieldCount;
    command.slot = slot;
    command.op = ops[this.#numbers[at + opField] as number] as MediumOp;
    command.sector = this.#numbers[at + sectorField] as number;
    command.sectorCount = this.#numbers[at + sectorCountField] as number;
  }

  /** A command has grown by what rides with it. */
  resize(slot: number, sector: number, sectorCount: number): void {
    this.#numbers[slot * fieldCount + sectorField] = sector;
    this.#numbers[slot * fieldCount + sectorCountField] = sectorCount;
  }

  /** The latest older write inside that shares a block with the write in `slot`; else -1. */
  olderOverlap(slot: number): number {
    const at = slot * fieldCount;
    const blockCount = this.#numbers[at + writeCountField] as number;
    if (blockCount === 0) return none;
    const block = this.#numbers[at + blockField] as number;
    let isPossible = false;
    const pageLast = Math.floor((block + blockCount - 1) / 64);
    for (let page = Math.floor(block / 64); page <= pageLast; page += 1) {
      // The write itself counts.
      if ((this.#buckets[bucketOf(page)] as number) > 1) isPossible = true;
    }
    if (!isPossible) return none;
    const own = this.#orderAt(slot);
    let found = none;
    for (let other = 0; other < this.#usedCount; other += 1) {
      const otherAt = other * fieldCount;
      const start = this.#numbers[otherAt + blockField] as number;
      const end = start + (this.#numbers[otherAt + writeCountField] as number);
      if (this.#requests[other] === null || start >= block + blockCount) continue;
      if (end <= block || start === end) continue;
      const order = this.#orderAt(other);
      if (order < own && (found === none || order > this.#orderAt(found))) found = other;
    }
    return found;
  }

  /** The requests that flush or have reached their data, not aborted, in order of submission. */
  inService(): number[] {
    return this.all().filter((slot) => this.isServing(slot) || this.isFlushing(slot));
  }

  /** The slots of all requests inside, without pieces, in the order of submission. */
  all(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#usedCount; slot += 1) {
      if (this.#requests[slot] !== null && this.parentOf(slot) === none) slots.push(slot);
    }
    return slots.sort((a, b) => this.#orderAt(a) - this.#orderAt(b));
  }

  /** The slots of all pieces. */
  pieces(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#usedCount; slot += 1) {
      if (this.#requests[slot] !== null && this.parentOf(slot) !== none) slots.push(slot);
    }
    return slots;
  }

  /** An independent copy; the requests themselves are shared, nobody changes them. */
  copy(): Slots {
    const twin = new Slots();
    twin.#nextOrder = this.#nextOrder;
    if (this.#insideCount === 0) return twin;
    twin.#numbers = this.#numbers.slice();
    twin.#requests = this.#requests.slice();
    twin.#buckets = this.#buckets.slice();
    twin.#usedCount = this.#usedCount;
    twin.#freeHead = this.#freeHead;
    twin.#insideCount = this.#insideCount;
    twin.count = this.count;
    twin.serviceCount = this.serviceCount;
    return twin;
  }

  #orderAt(slot: number): number {
    return this.#numbers[slot * fieldCount + orderField] as number;
  }

  /** Queue depth is given back. */
  #leaveService(slot: number): void {
    const state = this.#numbers[slot * fieldCount + stateField];
    if (state === serving || state === flushing) this.serviceCount -= 1;
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
