// Which 4 KiB pages of a drive hold data, one bit each, in parts of 64 Ki pages that are made when
// one of their pages first differs from the others. Copies share parts until one side writes.
import { assert } from '../../assert.ts';

const pagesPerPart = 65_536;
const wordsPerPart = pagesPerPart / 32;

/** Who may write to a part without copying it; compared by identity. */
type Mark = object;

interface Part {
  readonly mark: Mark;
  readonly bits: Uint32Array;
}

/** A set of pages of a drive. */
export class MappedPages {
  readonly #pageCount: number;
  /** What a part that was not made holds in each word. */
  readonly #fill: number;
  #parts: (Part | null)[];
  #ownsParts = true;
  #mark: Mark = {};
  #count: number;

  /** All `pageCount` pages of a drive, or none; or those of `source`. */
  constructor(pageCount: number, isFull: boolean, source?: MappedPages) {
    assert(Number.isSafeInteger(pageCount) && pageCount >= 1, `${pageCount} pages, expected 1+`);
    this.#pageCount = pageCount;
    this.#fill = isFull ? 0xffffffff : 0;
    this.#count = isFull ? pageCount : 0;
    const partCount = Math.ceil(pageCount / pagesPerPart);
    this.#parts = source === undefined ? new Array(partCount).fill(null) : source.#parts;
    if (source === undefined) return;
    this.#ownsParts = false;
    this.#count = source.#count;
  }

  /** How many pages hold data. */
  get count(): number {
    return this.#count;
  }

  /** Pages that hold data from now on. */
  add(first: number, count: number): void {
    if (this.#count === this.#pageCount) return;
    for (let page = first; page < first + count; page += 1) this.#set(page, 1);
  }

  /** Pages that hold nothing any more. */
  remove(first: number, count: number): void {
    if (this.#count === 0) return;
    for (let page = first; page < first + count; page += 1) this.#set(page, 0);
  }

  copy(): MappedPages {
    this.#mark = {};
    this.#ownsParts = false;
    return new MappedPages(this.#pageCount, this.#fill !== 0, this);
  }

  #set(page: number, bit: 0 | 1): void {
    const index = Math.floor(page / pagesPerPart);
    let part = this.#parts[index] as Part | null;
    const within = page - index * pagesPerPart;
    const word = part === null ? this.#fill : (part.bits[within >>> 5] as number);
    if (((word >>> (within & 31)) & 1) === bit) return;
    if (part === null || part.mark !== this.#mark) {
      const bits = part?.bits.slice() ?? new Uint32Array(wordsPerPart).fill(this.#fill);
      part = { mark: this.#mark, bits };
      if (!this.#ownsParts) this.#parts = this.#parts.slice();
      this.#ownsParts = true;
      this.#parts[index] = part;
    }
    part.bits[within >>> 5] = word ^ (1 << (within & 31));
    this.#count += bit === 1 ? 1 : -1;
  }
}
