// The write-back buffer: data stays in it until the program that takes it has ended.
//
//   head              admission                closed                   tail
//    |- ended by some   -|- programs that end    -|- not yet in a program -|
//       later admission     later
//
// Entries leave in the order they came. Those whose end has passed are told to the device when it
// next looks. Admission has its own position: it says at which later instant there is room, and
// passes what was told before anything new is pushed.
//
// Where a power loss empties the buffer, an entry that a newer one overwrites is not told: the
// device would take both versions for stable. Chains by address find the newer ones.
import { AssertionError } from '../../assert.ts';
import { mix } from '../../fingerprint.ts';
import type { Ns } from '../../units.ts';
import { type MediumEvents, sectorSizeBytes } from '../medium.ts';
import { mapPageBytes } from './spec.ts';

const entryCountFirst = 64;
const never = Number.POSITIVE_INFINITY;
const none = -1;
const chainCount = 1024;
const sectorsPerMapPage = mapPageBytes / sectorSizeBytes;

/** What is buffered, oldest first. */
export class WriteBuffer {
  readonly #capacityBytes: number;
  /** The most an entry has. */
  readonly #entrySectors: number;
  readonly #tellsVersions: boolean;
  // A ring of entries; positions only grow, the place is the position modulo the length.
  #sectors = new Float64Array(entryCountFirst);
  #sectorCounts = new Float64Array(entryCountFirst);
  #sizesBytes = new Float64Array(entryCountFirst);
  #endsAtNs = new Float64Array(entryCountFirst);
  /** Position of the entry before it in its chain. */
  #olders = new Float64Array(entryCountFirst);
  /** Position of the newest entry of each chain: by where an entry starts. */
  readonly #newest: Float64Array;
  #head = 0;
  #admission = 0;
  #closed = 0;
  #tail = 0;
  #usedBytes = 0;
  #admittedAtNs: Ns = 0;
  #endAtNs: Ns = 0;

  /** `entryBytesMax`: the most that is pushed at once; `isProtected`: survives a power loss. */
  constructor(capacityBytes: number, entryBytesMax: number, isProtected: boolean) {
    this.#capacityBytes = capacityBytes;
    this.#entrySectors = entryBytesMax / sectorSizeBytes;
    this.#tellsVersions = !isProtected;
    this.#newest = new Float64Array(isProtected ? 0 : chainCount).fill(none);
  }

  /** When there is room for `sizeBytes`; never before it was asked for the last time. */
  admit(sizeBytes: number, readyAtNs: Ns): Ns {
    if (readyAtNs > this.#admittedAtNs) this.#admittedAtNs = readyAtNs;
    const mask = this.#endsAtNs.length - 1;
    while (this.#admission < this.#closed) {
      const place = this.#admission & mask;
      const endAtNs = this.#endsAtNs[place] as number;
      if (endAtNs > this.#admittedAtNs) {
        if (this.#usedBytes + sizeBytes <= this.#capacityBytes) break;
        this.#admittedAtNs = endAtNs;
      }
      this.#usedBytes -= this.#sizesBytes[place] as number;
      this.#admission += 1;
    }
    this.#usedBytes += sizeBytes;
    if (this.#usedBytes > this.#capacityBytes) {
      throw new AssertionError('a full buffer with nothing under way');
    }
    return this.#admittedAtNs;
  }

  /** Adds what was admitted; it waits for a program. */
  push(sector: number, sectorCount: number, sizeBytes: number): void {
    if (this.#tail - this.#head === this.#endsAtNs.length) this.#grow();
    const place = this.#tail & (this.#endsAtNs.length - 1);
    this.#sectors[place] = sector;
    this.#sectorCounts[place] = sectorCount;
    this.#sizesBytes[place] = sizeBytes;
    this.#endsAtNs[place] = never;
    if (this.#tellsVersions) {
      const chain = chainOf(Math.floor(sector / this.#entrySectors));
      this.#olders[place] = this.#newest[chain] as number;
      this.#newest[chain] = this.#tail;
    }
    this.#tail += 1;
  }

  /** All that waits is in a program that ends at `endAtNs`; in order, so not before those ahead. */
  close(endAtNs: Ns): void {
    if (endAtNs > this.#endAtNs) this.#endAtNs = endAtNs;
    const mask = this.#endsAtNs.length - 1;
    for (; this.#closed < this.#tail; this.#closed += 1) {
      this.#endsAtNs[this.#closed & mask] = this.#endAtNs;
    }
  }

  /** When the last program ends that has been started. */
  get drainedAtNs(): Ns {
    return this.#endAtNs;
  }

  /** Whether anything in it is not on the flash at an instant. */
  isDirtyAt(atNs: Ns): boolean {
    return this.#tail > this.#closed || this.#endAtNs > atNs;
  }

  /** Tells what has reached the flash by now. */
  tell(nowNs: Ns, events: MediumEvents): void {
    const mask = this.#endsAtNs.length - 1;
    while (this.#head < this.#closed) {
      const place = this.#head & mask;
      if ((this.#endsAtNs[place] as number) > nowNs) return;
      const sector = this.#sectors[place] as number;
      const sectorCount = this.#sectorCounts[place] as number;
      if (!this.#isOverwritten(sector, sectorCount)) events.destaged(sector, sectorCount);
      else this.#tellRest(sector, sectorCount, events);
      this.#head += 1;
    }
  }

  /** Everything in it is gone. */
  clear(): void {
    this.#head = this.#tail;
    this.#admission = this.#tail;
    this.#closed = this.#tail;
    this.#usedBytes = 0;
    this.#admittedAtNs = 0;
    this.#endAtNs = 0;
  }

  copy(): WriteBuffer {
    const entryBytesMax = this.#entrySectors * sectorSizeBytes;
    const twin = new WriteBuffer(this.#capacityBytes, entryBytesMax, !this.#tellsVersions);
    twin.#admittedAtNs = this.#admittedAtNs;
    twin.#endAtNs = this.#endAtNs;
    if (this.#head === this.#tail) return twin;
    twin.#sectors = this.#sectors.slice();
    twin.#sectorCounts = this.#sectorCounts.slice();
    twin.#sizesBytes = this.#sizesBytes.slice();
    twin.#endsAtNs = this.#endsAtNs.slice();
    twin.#olders = this.#olders.slice();
    twin.#newest.set(this.#newest);
    twin.#head = this.#head;
    twin.#admission = this.#admission;
    twin.#closed = this.#closed;
    twin.#tail = this.#tail;
    twin.#usedBytes = this.#usedBytes;
    return twin;
  }

  /** Tells those pages of the oldest entry that no newer one overwrites. */
  #tellRest(sector: number, sectorCount: number, events: MediumEvents): void {
    const end = sector + sectorCount;
    for (let at = sector; at < end; ) {
      const pageEnd = (Math.floor(at / sectorsPerMapPage) + 1) * sectorsPerMapPage;
      const next = pageEnd < end ? pageEnd : end;
      if (!this.#isOverwritten(at, next - at)) events.destaged(at, next - at);
      at = next;
    }
  }

  /** Whether an entry newer than the oldest has a part of the range. */
  #isOverwritten(sector: number, sectorCount: number): boolean {
    if (!this.#tellsVersions) return false;
    const mask = this.#endsAtNs.length - 1;
    const end = sector + sectorCount;
    // An entry that reaches into this range starts no further before it than it is long.
    const firstRegion = Math.max(0, Math.floor(sector / this.#entrySectors) - 1);
    const lastRegion = Math.floor((end - 1) / this.#entrySectors);
    for (let region = firstRegion; region <= lastRegion; region += 1) {
      let at = this.#newest[chainOf(region)] as number;
      while (at > this.#head) {
        const place = at & mask;
        const start = this.#sectors[place] as number;
        if (start < end && start + (this.#sectorCounts[place] as number) > sector) return true;
        at = this.#olders[place] as number;
      }
    }
    return false;
  }

  #grow(): void {
    this.#sectors = this.#widened(this.#sectors);
    this.#sectorCounts = this.#widened(this.#sectorCounts);
    this.#sizesBytes = this.#widened(this.#sizesBytes);
    this.#olders = this.#widened(this.#olders);
    this.#endsAtNs = this.#widened(this.#endsAtNs);
  }

  #widened(ring: Float64Array): Float64Array<ArrayBuffer> {
    const wider = new Float64Array(ring.length * 2);
    for (let at = this.#head; at < this.#tail; at += 1) {
      wider[at & (wider.length - 1)] = ring[at & (ring.length - 1)]!;
    }
    return wider;
  }
}

function chainOf(region: number): number {
  return mix(0, region) & (chainCount - 1);
}
