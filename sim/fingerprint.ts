// Two 32-bit lanes of multiply-rotate hashing (the mixing of MurmurHash3 by Austin Appleby, public
// domain). Not cryptographic: it tells two runs apart, it does not withstand an adversary.
import { AssertionError } from './assert.ts';

/** Mixes one 32-bit word into a lane. */
export function mix(lane: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = lane ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Mixes a number: small integers as one word, all others by their 64 bits. */
export function mixNumber(lane: number, value: number): number {
  if ((value | 0) === value) return mix(lane, value);
  float[0] = value;
  return mix(mix(lane, words[0]), words[1]);
}

/** Mixes a text by its UTF-16 units. */
export function mixText(lane: number, text: string): number {
  return mix(lane, textHash(text));
}

// Types of messages, names and modes come again and again. What was hashed before is kept, one text
// for each length and last letter; another one there pushes it out. It saves time and decides
// nothing: the hash is the same without it.
const keptLengthMax = 48;
const letterCount = 16;
const keptTexts: string[] = Array.from({ length: (keptLengthMax + 1) * letterCount }, () => '');
const keptHashes = new Int32Array(keptTexts.length);

function textHash(text: string): number {
  const { length } = text;
  if (length === 0 || length > keptLengthMax) return unitsHash(text);
  const at = length * letterCount + (text.charCodeAt(length - 1) & (letterCount - 1));
  if (keptTexts[at] === text) return keptHashes[at];
  const hash = unitsHash(text);
  keptTexts[at] = text;
  keptHashes[at] = hash;
  return hash;
}

/** FNV-1a by Fowler, Noll and Vo, with a unit of 16 bits in place of an octet. */
function unitsHash(text: string): number {
  let h = 0x811c9dc5 ^ text.length;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

const tag = { undefined: 1, null: 2, true: 3, false: 4, array: 5, object: 6, map: 7, set: 8 };

/** Mixes plain data: values in the order of their keys. Refuses functions and symbols. */
export function mixValue(lane: number, value: unknown): number {
  switch (typeof value) {
    case 'string':
      return mixText(lane, value);
    case 'number':
      return mixNumber(lane, value);
    case 'boolean':
      return mix(lane, value ? tag.true : tag.false);
    case 'undefined':
      return mix(lane, tag.undefined);
    case 'bigint':
      return mixText(lane, value.toString());
    case 'object':
      return value === null ? mix(lane, tag.null) : mixObject(lane, value);
    default:
      throw new AssertionError(`a ${typeof value} in a message or fact; expected plain data`);
  }
}

function mixObject(lane: number, value: object): number {
  if (Array.isArray(value)) {
    let h = mix(lane, tag.array + value.length * 16);
    for (let i = 0; i < value.length; i++) h = mixValue(h, value[i]);
    return h;
  }
  if (ArrayBuffer.isView(value)) return mixWords(lane, value);
  if (value instanceof Map || value instanceof Set) return mixCollection(lane, value);
  return mixFields(lane ^ tag.object, value);
}

/**
 * The hot path: a message of a few fields. Of a key only its length enters, its type tells the
 * rest.
 */
export function mixFields(lane: number, fields: object): number {
  let h = lane;
  for (const key in fields) {
    const value = (fields as Record<string, unknown>)[key];
    if (typeof value === 'number' && (value | 0) === value) h = mix(h ^ key.length, value);
    else if (typeof value === 'string') h = mixText(h ^ key.length, value);
    else h = mixValue(h ^ key.length, value);
  }
  return h;
}

function mixCollection(lane: number, value: Map<unknown, unknown> | Set<unknown>): number {
  let h = mix(lane, value instanceof Map ? tag.map : tag.set);
  for (const [key, item] of value.entries()) h = mixValue(mixValue(h, key), item);
  return h;
}

function mixWords(lane: number, view: ArrayBufferView): number {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let h = mix(lane, tag.array + bytes.length * 16);
  for (let i = 0; i < bytes.length; i++) h = mix(h, bytes[i]);
  return h;
}

const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** The character of a lane's hex digit that begins at this bit. */
function hexDigit(lane: number, bit: number): number {
  return hexDigits[(lane >>> bit) & 15];
}

/**
 * Two lanes as 16 lower-case hex digits. Each entry of a record has up to three: this takes a tenth
 * of the time of `toString(16)` and `padStart`.
 */
export function hex64(high: number, low: number): string {
  return String.fromCharCode(
    hexDigit(high, 28),
    hexDigit(high, 24),
    hexDigit(high, 20),
    hexDigit(high, 16),
    hexDigit(high, 12),
    hexDigit(high, 8),
    hexDigit(high, 4),
    hexDigit(high, 0),
    hexDigit(low, 28),
    hexDigit(low, 24),
    hexDigit(low, 20),
    hexDigit(low, 16),
    hexDigit(low, 12),
    hexDigit(low, 8),
    hexDigit(low, 4),
    hexDigit(low, 0),
  );
}
