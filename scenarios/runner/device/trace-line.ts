// One line of a trace, cut into fields without making an object of any: a trace has millions.
// Whatever is wrong with a field becomes a problem with its column, and the line counts for
// nothing.
import type { TraceProblems } from '../trace-problems.ts';

const fieldCountMax = 64;
const [tab, space, carriageReturn, dot, zero, nine] = [9, 32, 13, 46, 48, 57];

/** The first value of a clock that counts from long ago; later ones are told from it. */
export interface TraceEpoch {
  isSet: boolean;
  high: number;
  low: number;
}

/** Digits that a number of an epoch is cut into, so that each part is exact. */
const lowDigits = 9;
const lowBase = 1e9;

/** The line that is being read. */
export class TraceLine {
  readonly problems: TraceProblems;
  readonly #starts = new Int32Array(fieldCountMax);
  readonly #ends = new Int32Array(fieldCountMax);
  /** What the line is a part of, so that no line is cut out of a chunk. */
  #text = '';
  #start = 0;
  #end = 0;
  /** Counts from 1. */
  number = 0;
  /** How many fields it has; those beyond the limit are not counted. */
  fieldCount = 0;
  /** Something was refused. */
  isBad = false;

  constructor(problems: TraceProblems) {
    this.problems = problems;
  }

  /**
   * Takes the line of a number that lies in `text` from `start` to `end`. Cuts it at every white
   * space, or at every `separator`, whose fields are then trimmed.
   */
  take(
    { text, start, end }: { readonly text: string; readonly start: number; readonly end: number },
    number: number,
    separator: '' | ',',
  ): void {
    this.#text = text;
    this.#start = start;
    this.#end = end;
    this.number = number;
    this.isBad = false;
    this.fieldCount = 0;
    if (separator === '') this.#cutAtSpace();
    else this.#cutAt(separator.charCodeAt(0));
  }

  /** The text of a field. */
  field(index: number): string {
    return this.#text.slice(this.#starts[index], this.#ends[index]);
  }

  /** The text from the start of one field to the end of another. */
  span(from: number, to: number): string {
    return this.#text.slice(this.#starts[from], this.#ends[to]);
  }

  /** Refuses the line; the message says what was expected and found. */
  refuse(index: number, message: string): void {
    const at = index < this.fieldCount ? this.#starts[index]! : this.#trimmedEnd();
    this.problems.add(this.number, at - this.#start + 1, message);
    this.isBad = true;
  }

  /** Whether there are enough fields; says which are expected when not. */
  hasFields(countMin: number, shape: string, countMax = countMin): boolean {
    if (this.fieldCount >= countMin && this.fieldCount <= countMax) return true;
    const noun = this.fieldCount === 1 ? 'field' : 'fields';
    const index = this.fieldCount > countMax ? countMax : this.fieldCount;
    this.refuse(index, `expected '${shape}', found ${this.fieldCount} ${noun}`);
    return false;
  }

  /** A whole number from 0 to `max`; -1 when it is none, and the line is refused. */
  integer(index: number, noun: string, max: number): number {
    const end = this.#ends[index]!;
    let value = 0;
    for (let at = this.#starts[index]!; at < end; at += 1) {
      const digit = this.#text.charCodeAt(at) - zero;
      if (digit < 0 || digit > 9) return this.#refuseInteger(index, noun, max);
      value = value * 10 + digit;
    }
    if (value <= max && end > this.#starts[index]!) return value;
    return this.#refuseInteger(index, noun, max);
  }

  /** A decimal number in units of 10^-digits, cut off there; -1 when it is none. */
  decimal(index: number, noun: string, digits: number): number {
    const end = this.#ends[index]!;
    let [value, decimals, isFraction] = [0, 0, false];
    for (let at = this.#starts[index]!; at < end; at += 1) {
      const code = this.#text.charCodeAt(at);
      const isDigit = code >= zero && code <= nine;
      if (!isDigit && (code !== dot || isFraction)) return this.#refuseDecimal(index, noun);
      if (!isDigit) isFraction = true;
      else if (decimals < digits) {
        value = value * 10 + code - zero;
        if (isFraction) decimals += 1;
      }
    }
    for (; decimals < digits; decimals += 1) value *= 10;
    if (end === this.#starts[index]! || value > Number.MAX_SAFE_INTEGER) {
      return this.#refuseDecimal(index, noun);
    }
    return value;
  }

  /**
   * How far a number of up to 18 digits is from the first one of its clock, exactly; NaN when it
   * is no number. Counted by itself it would lose its last digits.
   */
  sinceEpoch(index: number, noun: string, epoch: TraceEpoch): number {
    const [start, end] = [this.#starts[index]!, this.#ends[index]!];
    const cut = Math.max(start, end - lowDigits);
    const high = cut === start ? 0 : this.#digits(start, cut);
    const low = this.#digits(cut, end);
    if (end === start || end - start > 2 * lowDigits || high < 0 || low < 0) {
      this.refuse(index, `expected ${noun} as a number, found '${this.field(index)}'`);
      return Number.NaN;
    }
    if (!epoch.isSet) {
      epoch.isSet = true;
      epoch.high = high;
      epoch.low = low;
    }
    return (high - epoch.high) * lowBase + (low - epoch.low);
  }

  #digits(start: number, end: number): number {
    let value = 0;
    for (let at = start; at < end; at += 1) {
      const digit = this.#text.charCodeAt(at) - zero;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  #refuseInteger(index: number, noun: string, max: number): number {
    const found = this.field(index);
    this.refuse(index, `expected ${noun} as an integer from 0 to ${max}, found '${found}'`);
    return -1;
  }

  #refuseDecimal(index: number, noun: string): number {
    this.refuse(index, `expected ${noun} as a decimal number, found '${this.field(index)}'`);
    return -1;
  }

  #trimmedEnd(): number {
    let end = this.#end;
    while (end > this.#start && isSpace(this.#text.charCodeAt(end - 1))) end -= 1;
    return end;
  }

  #cutAtSpace(): void {
    const text = this.#text;
    const textEnd = this.#end;
    for (let at = this.#start; at < textEnd; ) {
      while (at < textEnd && isSpace(text.charCodeAt(at))) at += 1;
      if (at === textEnd || this.fieldCount === fieldCountMax) return;
      this.#starts[this.fieldCount] = at;
      while (at < textEnd && !isSpace(text.charCodeAt(at))) at += 1;
      this.#ends[this.fieldCount] = at;
      this.fieldCount += 1;
    }
  }

  #cutAt(separator: number): void {
    const text = this.#text;
    const textEnd = this.#end;
    let start = this.#start;
    for (let at = start; at <= textEnd && this.fieldCount < fieldCountMax; at += 1) {
      if (at < textEnd && text.charCodeAt(at) !== separator) continue;
      let end = at;
      while (start < end && isSpace(text.charCodeAt(start))) start += 1;
      while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
      this.#starts[this.fieldCount] = start;
      this.#ends[this.fieldCount] = end;
      this.fieldCount += 1;
      start = at + 1;
    }
    // An empty line has no field.
    if (this.fieldCount === 1 && this.#starts[0] === this.#ends[0]) this.fieldCount = 0;
  }
}

function isSpace(code: number): boolean {
  return code === space || code === tab || code === carriageReturn;
}
