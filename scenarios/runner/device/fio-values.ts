// Values of fio options, as fio 3.33 reads them; every claim below was tried with it.
//
//   size  4k 4kb 4K -> 4096     4kib -> 4000 (!)     0x1000 -> 4096     4096b -> 4096
//   time  30 -> 30 s, or us where the option counts in us;  500ms, 2m, 1h
//
// With the default kb_base=1024 fio reads k as 1024 and KiB as 1000, the reverse of the standard:
// its HOWTO calls it compatibility. Stricter than fio, which takes 1.5k for 1 and 4x for 4.

/** A value, or what was expected instead. */
export type FioValue<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly expected: string };

const sizePowers: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes, or another count; `kbBase` is 1024 unless the job says 1000. */
export function fioSize(text: string, kbBase: 1000 | 1024): FioValue<number> {
  const expected = `a size such as '64k' or '1g', found '${text}'`;
  const match = /^(\d+|0x[0-9a-f]+)(?:(?:([kmgtp])(i?b?))|b)?$/i.exec(text.trim());
  if (match === null) return { ok: false, expected };
  const [, digits = '', unit = '', rest = ''] = match;
  const power = unit === '' ? 0 : sizePowers[unit.toLowerCase()]!;
  const isIec = rest.toLowerCase() === 'ib';
  const base = isIec ? 2024 - kbBase : kbBase;
  const value = Number(digits) * base ** power;
  return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, expected };
}

/** Whether a text has a unit that fio reads the other way round: KiB as 1000. */
export function hasReversedUnit(text: string): boolean {
  return /\d[kmgtp]ib/i.test(text);
}

const timeUnitsNs: Readonly<Record<string, number>> = {
  d: 86_400e9,
  h: 3600e9,
  m: 60e9,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
};

/** A time in ns; a number without unit counts in `bareNs`. */
export function fioTime(text: string, bareNs: number): FioValue<number> {
  const match = /^(\d+)([a-z]*)$/i.exec(text.trim());
  const unit = match?.[2]?.toLowerCase() ?? '';
  const scale = unit === '' ? bareNs : Object.hasOwn(timeUnitsNs, unit) ? timeUnitsNs[unit]! : 0;
  const value = match === null ? Number.NaN : Number(match[1]) * scale;
  if (scale > 0 && Number.isSafeInteger(value)) return { ok: true, value };
  return { ok: false, expected: `a time such as '30s' or '500ms', found '${text}'` };
}

/** A whole number; fio allows the suffixes of sizes here as well. */
export function fioInteger(
  text: string,
  range: { readonly min: number; readonly max: number },
): FioValue<number> {
  const size = fioSize(text, 1024);
  if (size.ok && size.value >= range.min && size.value <= range.max) return size;
  return { ok: false, expected: `an integer from ${range.min} to ${range.max}, found '${text}'` };
}

/** `0`, `1`, or nothing where the option alone means 1. */
export function fioFlag(text: string): FioValue<boolean> {
  const word = text.trim();
  if (word === '' || word === '1') return { ok: true, value: true };
  if (word === '0') return { ok: true, value: false };
  return { ok: false, expected: `0 or 1, found '${text}'` };
}

/** A value for reads and one for writes. */
export interface PerDirection<T> {
  readonly read: T;
  readonly write: T;
}

/**
 * `read,write,trim`: one value stands for all, a missing write for the read, and an empty place
 * keeps what was.
 */
export function perDirection<T>(
  text: string,
  before: PerDirection<T>,
  parse: (part: string) => FioValue<T>,
): FioValue<PerDirection<T>> {
  const parts = text.split(',');
  if (parts.length > 3) {
    return { ok: false, expected: `at most three values (read,write,trim), found '${text}'` };
  }
  const read = readPart(parts[0]!, before.read, parse);
  if (!read.ok) return read;
  const otherwise = parts[0]!.trim() === '' ? before.write : read.value;
  const write = parts.length === 1 ? read : readPart(parts[1]!, otherwise, parse);
  if (!write.ok) return write;
  return { ok: true, value: { read: read.value, write: write.value } };
}

function readPart<T>(part: string, before: T, parse: (part: string) => FioValue<T>): FioValue<T> {
  return part.trim() === '' ? { ok: true, value: before } : parse(part.trim());
}
