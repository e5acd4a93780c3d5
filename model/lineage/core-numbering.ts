// One number for several columns of a row together, so that what depends on them is looked up once.
import { assert } from '../../sim/index.ts';

/** A number of 16 bits beside one of a pair fits a key without loss. */
const numberMax = 137_438_953_472;

/** Numbers the first columns of rows: equal columns have one number, in order of first sight. */
export class Numbering {
  /** By column, from the second on: number of all before it and value to the number of all. */
  readonly #pairs: readonly Map<number, number>[];

  constructor(columnCount: number) {
    assert(columnCount >= 2, `${columnCount} columns, expected from 2`);
    this.#pairs = Array.from({ length: columnCount - 1 }, () => new Map());
  }

  of(row: Uint16Array): number {
    let number = row[0]!;
    for (let at = 0; at < this.#pairs.length; at += 1) {
      const numbers = this.#pairs[at]!;
      const key = number * 65_536 + row[at + 1]!;
      let known = numbers.get(key);
      if (known === undefined) {
        known = numbers.size;
        assert(known < numberMax, `${known} combinations of columns`);
        numbers.set(key, known);
      }
      number = known;
    }
    return number;
  }
}
