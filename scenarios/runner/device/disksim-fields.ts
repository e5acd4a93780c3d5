// Takes values out of a DiskSim block and notes what is missing or wrong with them.
import type { Problem } from '../problems.ts';
import { unknownName } from '../suggest.ts';
import type { DisksimBlock, DisksimValue } from './disksim-syntax.ts';

/** What a number must be. */
export interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
  /** For a parameter that may be missing. */
  readonly missing?: number;
}

/** The parameters of one block. */
export class DisksimFields {
  readonly block: DisksimBlock;
  readonly file: string;
  readonly #problems: Problem[];

  constructor(file: string, block: DisksimBlock, problems: Problem[]) {
    this.file = file;
    this.block = block;
    this.#problems = problems;
  }

  number(key: string, range: NumberRange): number {
    const value = this.block.entries.get(key);
    if (value === undefined) {
      if (range.missing !== undefined) return range.missing;
      this.#missing(key);
      return range.min;
    }
    return this.#checked(key, value, range);
  }

  /** Milliseconds in the file; whole nanoseconds here. */
  ns(key: string, range: Omit<NumberRange, 'min' | 'isWhole'> = {}): number {
    return Math.round(this.number(key, { min: 0, ...range }) * 1e6);
  }

  flag(key: string, missing?: number): boolean {
    const range = missing === undefined ? {} : { missing };
    return this.number(key, { min: 0, max: 1, isWhole: true, ...range }) === 1;
  }

  word<W extends string>(key: string, words: readonly W[], missing: W | null): W {
    const value = this.block.entries.get(key);
    const [first] = words as [W];
    if (value === undefined) {
      if (missing === null) this.#missing(key);
      return missing ?? first;
    }
    const text = value.kind === 'word' ? value.value : '';
    const known = words.find((word) => word === text);
    if (known !== undefined) return known;
    this.problem(value, `'${key}': ${unknownName('value', text, words)}`);
    return first;
  }

  /** The block of a parameter; null, with a problem, when there is none. */
  child(key: string): DisksimFields | null {
    const value = this.block.entries.get(key);
    if (value?.kind === 'block') return this.in(value);
    if (value === undefined) this.#missing(key);
    else this.problem(value, `'${key}': expected a block { ... }`);
    return null;
  }

  /** The blocks of a list. */
  children(key: string): DisksimFields[] {
    return this.#items(key).flatMap((item) => {
      if (item.kind === 'block') return [this.in(item)];
      this.problem(item, `'${key}': expected blocks { ... } in the list`);
      return [];
    });
  }

  numbers(key: string, range: NumberRange): number[] {
    return this.#items(key).map((item) => this.#checked(key, item, range));
  }

  /** Notes a problem with a value, or with the block. */
  problem(place: { readonly line: number; readonly column: number }, message: string): void {
    const { line, column } = place;
    this.#problems.push({ file: this.file, line, column, message });
  }

  in(block: DisksimBlock): DisksimFields {
    return new DisksimFields(this.file, block, this.#problems);
  }

  #items(key: string): readonly DisksimValue[] {
    const value = this.block.entries.get(key);
    if (value === undefined) {
      this.#missing(key);
      return [];
    }
    if (value.kind === 'list') return value.items;
    this.problem(value, `'${key}': expected a list [ ... ]`);
    return [];
  }

  #checked(key: string, value: DisksimValue, range: NumberRange): number {
    const { min, max = Number.MAX_SAFE_INTEGER, isWhole = false } = range;
    const expected = `${isWhole ? 'a whole number' : 'a number'} ${rangeText(min, range.max)}`;
    if (value.kind !== 'number') {
      this.problem(value, `'${key}': expected ${expected}`);
      return min;
    }
    const isGood = value.value >= min && value.value <= max;
    if (isGood && (!isWhole || Number.isInteger(value.value))) return value.value;
    this.problem(value, `'${key}': ${value.value}, expected ${expected}`);
    return min;
  }

  #missing(key: string): void {
    const { type, name } = this.block;
    this.problem(this.block, `no '${key}' in ${`${type} ${name}`.trim()}`);
  }
}

function rangeText(min: number, max: number | undefined): string {
  return max === undefined ? `from ${min}` : `from ${min} to ${max}`;
}
