// Making room, page by page: a map from pages of the host to places in the flash, and back. Costs
// eight bytes for each 4 KiB of the drive, and gives the amplification of any load, not of random
// writes alone.
//
//   host page --l2p--> place in the open block          full blocks --oldest, or fewest valid-->
//                          ^                              victim: valid pages move, then it is free
//                          +------- moved pages ---------------+
import { AssertionError, assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { Cleaner } from './cleaning.ts';
import { mapPageBytes, programBytesOf, type SsdSpec } from './spec.ts';

const none = -1;
/** Blocks that must stay free so that a victim's pages have somewhere to go. */
const reservedBlockCount = 2;
/** The largest drive whose pages are followed: 256 GiB of flash, 512 MiB of memory. */
const flashPageCountMax = 67_108_864;

interface PageMapShape {
  readonly pageCount: number;
  readonly pagesPerBlock: number;
  readonly blockCount: number;
  readonly pagesPerProgram: number;
  readonly freeLow: number;
  readonly freeHigh: number;
  readonly isGreedy: boolean;
}

/** A flash translation layer with one open block. */
export class PageMapCleaner implements Cleaner {
  readonly #shape: PageMapShape;
  readonly #placeOf: Int32Array;
  readonly #pageAt: Int32Array;
  readonly #validCounts: Int32Array;
  /** A ring: blocks in the order they were filled, then the open one, then the free ones. */
  readonly #blocks: Int32Array;
  #filledStart = 0;
  #filledCount = 0;
  #freeCount: number;
  #openBlock = none;
  #openUsed = 0;
  #mappedCount = 0;
  #movedPageCount = 0;
  #erasedCount = 0;

  private constructor(shape: PageMapShape) {
    const { pageCount, pagesPerBlock, blockCount } = shape;
    this.#shape = shape;
    this.#placeOf = new Int32Array(pageCount).fill(none);
    this.#pageAt = new Int32Array(blockCount * pagesPerBlock).fill(none);
    this.#validCounts = new Int32Array(blockCount);
    this.#blocks = Int32Array.from({ length: blockCount }, (_, index) => index);
    this.#freeCount = blockCount;
    this.#open();
  }

  /** `isFull`: every page was written once, in order. */
  static of(spec: SsdSpec, isFull: boolean): PageMapCleaner {
    const { flash, cleaning } = spec;
    const pageCount = Math.floor(spec.capacityBytes / mapPageBytes);
    const pagesPerProgram = programBytesOf(flash) / mapPageBytes;
    const pagesPerBlock = pagesPerProgram * flash.pagesPerBlock;
    const blockCount = Math.floor((pageCount * (1 + cleaning.spareShare)) / pagesPerBlock);
    assert(blockCount * pagesPerBlock <= flashPageCountMax, 'too large to follow each page');
    const freeLow = Math.max(reservedBlockCount, Math.floor(blockCount * cleaning.freeLowShare));
    const freeHigh = Math.max(freeLow, Math.floor(blockCount * cleaning.freeHighShare));
    const dataBlockCount = Math.ceil(pageCount / pagesPerBlock);
    assert(
      dataBlockCount + freeHigh + 1 < blockCount,
      `${blockCount} blocks for ${dataBlockCount} of data and ${freeHigh} free ones`,
    );
    const cleaner = new PageMapCleaner({
      pageCount,
      pagesPerBlock,
      blockCount,
      pagesPerProgram,
      freeLow,
      freeHigh,
      isGreedy: cleaning.policy === 'greedy',
    });
    if (isFull) cleaner.write(0, pageCount);
    return cleaner;
  }

  get spareShare(): number {
    const { blockCount, pagesPerBlock } = this.#shape;
    return this.#mappedCount === 0 ? 1e9 : (blockCount * pagesPerBlock) / this.#mappedCount - 1;
  }

  /** Where in the flash a page lies, in pages; -1 where it lies nowhere. */
  placeOf(page: number): number {
    return this.#placeOf[page] ?? none;
  }

  write(firstPage: number, pageCount: number): void {
    for (let page = firstPage; page < firstPage + pageCount; page += 1) {
      this.#forget(page);
      this.#append(page);
      this.#mappedCount += 1;
      if (this.#freeCount < this.#shape.freeLow) this.#clean();
    }
  }

  trim(firstPage: number, pageCount: number): void {
    for (let page = firstPage; page < firstPage + pageCount; page += 1) this.#forget(page);
  }

  programmed(): void {
    // The pages were counted one by one.
  }

  takeMoves(): number {
    const { pagesPerProgram } = this.#shape;
    const count = Math.floor(this.#movedPageCount / pagesPerProgram);
    this.#movedPageCount -= count * pagesPerProgram;
    return count;
  }

  takeErases(): number {
    const count = this.#erasedCount;
    this.#erasedCount = 0;
    return count;
  }

  idle(_idleNs: Ns, _dieCount: number): void {
    // Cleans only when it must: what idle time would move depends on what comes next.
  }

  copy(): PageMapCleaner {
    const twin = new PageMapCleaner(this.#shape);
    twin.#placeOf.set(this.#placeOf);
    twin.#pageAt.set(this.#pageAt);
    twin.#validCounts.set(this.#validCounts);
    twin.#blocks.set(this.#blocks);
    twin.#filledStart = this.#filledStart;
    twin.#filledCount = this.#filledCount;
    twin.#freeCount = this.#freeCount;
    twin.#openBlock = this.#openBlock;
    twin.#openUsed = this.#openUsed;
    twin.#mappedCount = this.#mappedCount;
    twin.#movedPageCount = this.#movedPageCount;
    twin.#erasedCount = this.#erasedCount;
    return twin;
  }

  #forget(page: number): void {
    const place = this.#placeOf[page];
    if (place === undefined) throw new AssertionError(`page ${page} beyond the drive`);
    if (place === none) return;
    this.#placeOf[page] = none;
    this.#pageAt[place] = none;
    this.#validCounts[Math.floor(place / this.#shape.pagesPerBlock)]! -= 1;
    this.#mappedCount -= 1;
  }

  #append(page: number): void {
    const { pagesPerBlock } = this.#shape;
    if (this.#openUsed === pagesPerBlock) this.#open();
    const place = this.#openBlock * pagesPerBlock + this.#openUsed;
    this.#openUsed += 1;
    this.#placeOf[page] = place;
    this.#pageAt[place] = page;
    this.#validCounts[this.#openBlock]! += 1;
  }

  /** The open block is full: the next free one takes its place. */
  #open(): void {
    if (this.#freeCount === 0) throw new AssertionError('no free block is left');
    if (this.#openBlock !== none) {
      this.#setBlock(this.#filledCount, this.#openBlock);
      this.#filledCount += 1;
    }
    // Its place in the ring is the first of the free ones.
    this.#openBlock = this.#blockAt(this.#filledCount);
    this.#freeCount -= 1;
    this.#openUsed = 0;
  }

  #clean(): void {
    const { freeHigh, pagesPerBlock } = this.#shape;
    while (this.#freeCount < freeHigh) {
      const victim = this.#takeVictim();
      const start = victim * pagesPerBlock;
      for (let place = start; place < start + pagesPerBlock; place += 1) {
        const page = this.#pageAt[place] as number;
        if (page === none) continue;
        this.#pageAt[place] = none;
        this.#append(page);
        this.#movedPageCount += 1;
      }
      this.#validCounts[victim] = 0;
      this.#setBlock(this.#filledCount + 1 + this.#freeCount, victim);
      this.#freeCount += 1;
      this.#erasedCount += 1;
    }
  }

  /** The oldest filled block, or the one with the fewest valid pages, out of the ring. */
  #takeVictim(): number {
    let best = 0;
    if (this.#shape.isGreedy) {
      let fewest = this.#shape.pagesPerBlock + 1;
      for (let index = 0; index < this.#filledCount; index += 1) {
        const count = this.#validCounts[this.#blockAt(index)] as number;
        if (count >= fewest) continue;
        fewest = count;
        best = index;
      }
    }
    const victim = this.#blockAt(best);
    // The oldest takes its place in the ring: for a greedy cleaner the order is of no meaning.
    this.#setBlock(best, this.#blockAt(0));
    this.#filledStart = (this.#filledStart + 1) % this.#shape.blockCount;
    this.#filledCount -= 1;
    return victim;
  }

  #blockAt(index: number): number {
    return this.#blocks[(this.#filledStart + index) % this.#shape.blockCount] as number;
  }

  #setBlock(index: number, block: number): void {
    this.#blocks[(this.#filledStart + index) % this.#shape.blockCount] = block;
  }
}
