// Sectors that read only after several tries, one revolution each. None by default.
import { assert } from '../../assert.ts';

/** Ranges of one disk that are hard to read. */
export class BadSectors {
  #ranges: Float64Array = new Float64Array(0);

  /** From now on reads of these sectors take so many revolutions more. */
  add(sector: number, sectorCount: number, revolutionCount: number): void {
    assert(sectorCount >= 1, `${sectorCount} bad sectors, expected 1 or more`);
    const isWhole = Number.isInteger(revolutionCount) && revolutionCount >= 0;
    assert(isWhole, `${revolutionCount} revolutions, expected a whole number from 0`);
    const ranges = new Float64Array(this.#ranges.length + 3);
    ranges.set(this.#ranges);
    ranges.set([sector, sector + sectorCount, revolutionCount], this.#ranges.length);
    this.#ranges = ranges;
  }

  /** All sectors read at once again. */
  clear(): void {
    this.#ranges = new Float64Array(0);
  }

  /** Revolutions that a read of these sectors spends: those of its worst range. */
  revolutionCount(sector: number, sectorCount: number): number {
    let worst = 0;
    for (let at = 0; at < this.#ranges.length; at += 3) {
      if (sector >= (this.#ranges[at + 1] as number)) continue;
      if (sector + sectorCount <= (this.#ranges[at] as number)) continue;
      worst = Math.max(worst, this.#ranges[at + 2] as number);
    }
    return worst;
  }

  copy(): BadSectors {
    const twin = new BadSectors();
    twin.#ranges = this.#ranges.slice();
    return twin;
  }
}
