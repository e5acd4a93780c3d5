// The memory of a disk: segments of equal size, each with one contiguous run of sectors, the one
// used longest ago is given to a new run. A run that grows past the size of its segment loses its
// oldest end.
//
//      start      dirtyStart    writingEnd     dirtyEnd    end
//        |  clean     |  under the arm |  waiting  |  clean |
//
// Dirty sectors are acknowledged and not yet on the medium. They are written in one go; what is
// appended meanwhile waits for the next.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { HddCacheSpec } from './spec.ts';

const fieldCount = 8;
const startField = 0;
const endField = 1;
const dirtyStartField = 2;
const dirtyEndField = 3;
const writingEndField = 4;
const usedField = 5;
const orderField = 6;
const filledAtField = 7;

/** No segment. */
export const noSegment = -1;

/** A write on its way into memory. */
export interface CachedWrite {
  sector: number;
  sectorCount: number;
  /** Counts up with each command of the disk. */
  order: number;
}

/** The segments of one disk. */
export class Segments {
  readonly #spec: HddCacheSpec;
  readonly #numbers: Float64Array;
  #useCount = 0;
  /** How many segments hold dirty sectors. */
  dirtyCount = 0;

  constructor(spec: HddCacheSpec, numbers?: Float64Array) {
    const { segmentCount, segmentSectors } = spec;
    assert(segmentCount >= 1, `${segmentCount} segments, expected 1 or more`);
    assert(segmentSectors >= 1, `segments of ${segmentSectors} sectors, expected 1 or more`);
    this.#spec = spec;
    this.#numbers = numbers ?? new Float64Array(segmentCount * fieldCount);
  }

  get count(): number {
    return this.#spec.segmentCount;
  }

  /** The first sector of a segment. */
  start(segment: number): number {
    return this.#numbers[segment * fieldCount + startField] as number;
  }

  /** The sector after the last one of a segment. */
  end(segment: number): number {
    return this.#numbers[segment * fieldCount + endField] as number;
  }

  /** When its last sector is there, or, of a dirty segment, may be written back. */
  filledAtNs(segment: number): number {
    return this.#numbers[segment * fieldCount + filledAtField] as number;
  }

  dirtyStart(segment: number): number {
    return this.#numbers[segment * fieldCount + dirtyStartField] as number;
  }

  dirtyEnd(segment: number): number {
    return this.#numbers[segment * fieldCount + dirtyEndField] as number;
  }

  /** Tells which segment became dirty first; counts up. */
  order(segment: number): number {
    return this.#numbers[segment * fieldCount + orderField] as number;
  }

  isDirty(segment: number): boolean {
    return this.dirtyStart(segment) < this.dirtyEnd(segment);
  }

  /** The segment with the most sectors from `sector` on; also one that ends right before it. */
  find(sector: number): number {
    let found = noSegment;
    let foundEnd = sector - 1;
    for (let segment = 0; segment < this.#spec.segmentCount; segment += 1) {
      const end = this.end(segment);
      if (end <= foundEnd || this.start(segment) > sector || this.start(segment) === end) continue;
      found = segment;
      foundEnd = end;
    }
    return found;
  }

  /** Marks a segment as the one used last. */
  touch(segment: number): void {
    this.#useCount += 1;
    this.#numbers[segment * fieldCount + usedField] = this.#useCount;
  }

  /** The clean segment used longest ago, emptied for a run at `sector`; none when all are dirty. */
  take(sector: number, isWrite: boolean): number {
    const { segmentCount, isFirstForWrites } = this.#spec;
    let found = noSegment;
    let foundUsed = Number.POSITIVE_INFINITY;
    const first = isFirstForWrites && !isWrite ? 1 : 0;
    const end = isFirstForWrites && isWrite ? 1 : segmentCount;
    for (let segment = first; segment < end; segment += 1) {
      const used = this.#numbers[segment * fieldCount + usedField] as number;
      if (used >= foundUsed || this.isDirty(segment)) continue;
      found = segment;
      foundUsed = used;
    }
    if (found === noSegment) return noSegment;
    const at = found * fieldCount;
    this.#numbers.fill(sector, at + startField, at + writingEndField + 1);
    this.#numbers[at + filledAtField] = 0;
    this.touch(found);
    return found;
  }

  /** The run reaches `endSector` at `atNs`; its oldest end gives way. */
  grow(segment: number, endSector: number, atNs: number): void {
    const at = segment * fieldCount;
    const start = Math.max(this.start(segment), endSector - this.#spec.segmentSectors);
    this.#numbers[at + endField] = Math.max(this.end(segment), endSector);
    this.#numbers[at + startField] = start;
    this.#numbers[at + filledAtField] = atNs;
  }

  /** Clean copies of these sectors are out of date. */
  invalidate(sector: number, sectorCount: number): void {
    const end = sector + sectorCount;
    for (let segment = 0; segment < this.#spec.segmentCount; segment += 1) {
      if (this.start(segment) >= end || this.end(segment) <= sector || this.isDirty(segment)) {
        continue;
      }
      const at = segment * fieldCount;
      if (sector > this.start(segment)) this.#numbers[at + endField] = sector;
      else this.#numbers[at + startField] = Math.min(end, this.end(segment));
    }
  }

  /**
   * Takes a write into memory, to be written back from `atNs` on; false when there is no room
   * before something is. It joins no segment that became dirty up to `sealedOrder`.
   */
  accept(write: Readonly<CachedWrite>, atNs: Ns, sealedOrder: number): boolean {
    const { sector, sectorCount } = write;
    const end = sector + sectorCount;
    const { writeBack, segmentSectors } = this.#spec;
    if (writeBack === null || sectorCount > segmentSectors) return false;
    let segment = this.#mergeable(sector, end, sealedOrder);
    if (segment === noSegment && this.dirtyCount >= writeBack.segmentCountMax) return false;
    this.invalidate(sector, sectorCount);
    if (segment === noSegment) {
      segment = this.take(sector, true);
      if (segment === noSegment) return false;
      this.dirtyCount += 1;
      this.#numbers[segment * fieldCount + orderField] = write.order;
    }
    const at = segment * fieldCount;
    if (sector < this.dirtyStart(segment)) {
      this.#numbers[at + dirtyStartField] = sector;
      this.#numbers[at + writingEndField] = sector;
    }
    this.#numbers[at + dirtyEndField] = Math.max(end, this.dirtyEnd(segment));
    this.#numbers[at + startField] = Math.min(sector, this.start(segment));
    this.grow(segment, end, atNs);
    this.touch(segment);
    return true;
  }

  /** The dirty sectors of a segment go under the arm. */
  startWriting(segment: number): void {
    const at = segment * fieldCount;
    this.#numbers[at + writingEndField] = this.dirtyEnd(segment);
  }

  /** What was under the arm is on the medium; returns the sector after it. */
  endWriting(segment: number): number {
    const at = segment * fieldCount;
    const writtenEnd = this.#numbers[at + writingEndField] as number;
    this.#numbers[at + dirtyStartField] = writtenEnd;
    if (this.isDirty(segment)) return writtenEnd;
    this.dirtyCount -= 1;
    if (!this.#spec.keepsWritten) this.#numbers[at + startField] = this.end(segment);
    return writtenEnd;
  }

  /** Whether a segment that became dirty up to `order` still is. */
  isDirtySince(order: number): boolean {
    if (this.dirtyCount === 0) return false;
    for (let segment = 0; segment < this.#spec.segmentCount; segment += 1) {
      if (this.isDirty(segment) && this.order(segment) <= order) return true;
    }
    return false;
  }

  /** Forgets everything. */
  clear(): void {
    this.#numbers.fill(0);
    this.dirtyCount = 0;
    this.#useCount = 0;
  }

  copy(): Segments {
    const twin = new Segments(this.#spec, this.#numbers.slice());
    twin.#useCount = this.#useCount;
    twin.dirtyCount = this.dirtyCount;
    return twin;
  }

  /** A dirty segment that these sectors join to one run, not yet under the arm where they are. */
  #mergeable(sector: number, end: number, sealedOrder: number): number {
    if (this.dirtyCount === 0) return noSegment;
    for (let segment = 0; segment < this.#spec.segmentCount; segment += 1) {
      const [start, dirtyEnd] = [this.dirtyStart(segment), this.dirtyEnd(segment)];
      if (start === dirtyEnd || sector > dirtyEnd || end < start) continue;
      if (this.order(segment) <= sealedOrder) continue;
      const writingEnd = this.#numbers[segment * fieldCount + writingEndField] as number;
      if (writingEnd > start && sector < writingEnd) continue;
      const sectorCount = Math.max(end, dirtyEnd) - Math.min(sector, start);
      if (sectorCount <= this.#spec.segmentSectors) return segment;
    }
    return noSegment;
  }
}
