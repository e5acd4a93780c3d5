// What contents become when bits of them flip on the medium. The result is deterministic, of the
// same shape, and never what it was: who keeps a checksum over the contents notices, who does not
// takes it for what was written.
import { mix } from '../fingerprint.ts';
import { deepFreeze } from '../freeze.ts';
import type { Content } from './content.ts';
import { isBadBlock, type MediaFault } from './media-faults.ts';
import { type Contents, OddBlock, rotten, sectorsPerBlock } from './odd-block.ts';

/** Alters the share of the stored blocks that `where` strikes, apart from those in `spared`. */
export function rotBlocks(
  content: Content,
  where: Omit<MediaFault, 'kind'>,
  spared: ReadonlySet<number>,
): void {
  for (const block of content.storedBlocks()) {
    if (spared.has(block) || !isBadBlock(where, block)) continue;
    const before = content.contentsAt(block);
    // A digest or a stamp is never 0 where something is stored.
    if (before.stamp === 0 && where.hitsPayloads !== true) continue;
    const { stamp, payload } = rotten(changedContents(before, where.salt + block));
    content.write(block, stamp, payload);
    content.writeDurable(block, stamp, payload);
  }
}

function changedContents({ stamp, payload }: Contents, salt: number): Contents {
  if (stamp !== 0) return { stamp: rottenStamp(stamp), payload: undefined };
  const value = payload instanceof OddBlock ? payload.payloadOf(0, sectorsPerBlock) : payload;
  return { stamp: 0, payload: rottenPayload(value, salt) };
}

/** What a stamp reads as once its block has rotted; never 0, which is a block never written. */
function rottenStamp(stamp: number): number {
  return mix(stamp, 0x5bd1e995) >>> 0 || 1;
}

/** Structured contents with one of their values changed; which one, the salt says. */
export function rottenPayload(payload: unknown, salt: number): unknown {
  const leafCount = leafCountOf(payload);
  const struck = leafCount === 0 ? 0 : (mix(salt, leafCount) >>> 0) % leafCount;
  // Without a value to change, the whole of it is no longer what it was.
  const after = leafCount === 0 ? { rotten: true } : changed(payload, { index: struck }, salt);
  deepFreeze(after);
  return after;
}

function leafCountOf(value: unknown): number {
  if (!isContainer(value)) return isLeaf(value) ? 1 : 0;
  let count = 0;
  for (const part of Object.values(value)) count += leafCountOf(part);
  return count;
}

/** A copy in which the leaf that `left` counts down to is another one. */
function changed(value: unknown, left: { index: number }, salt: number): unknown {
  if (!isContainer(value)) {
    if (!isLeaf(value)) return value;
    left.index -= 1;
    return left.index === -1 ? otherThan(value, salt) : value;
  }
  if (Array.isArray(value)) return value.map((part) => changed(part, left, salt));
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) copy[key] = changed(part, left, salt);
  return copy;
}

/** Collections and typed arrays keep their parts elsewhere: they stay as they are. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function isLeaf(value: unknown): boolean {
  return value === null || ['boolean', 'number', 'string', 'bigint'].includes(typeof value);
}

function otherThan(value: unknown, salt: number): unknown {
  const bit = 1 << ((mix(salt, 1) >>> 0) % 16);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return otherNumber(value, bit);
  // Beyond the numbers by which fingerprints tell null and the like.
  if (typeof value !== 'string' || value === '') return bit + 256;
  const at = (mix(salt, 2) >>> 0) % value.length;
  const char = String.fromCharCode(value.charCodeAt(at) ^ 1);
  return value.slice(0, at) + char + value.slice(at + 1);
}

/** One bit flipped, in numbers that the operators of bits do not reach, too. */
function otherNumber(value: number, bit: number): number {
  const isSet = Math.floor(value / bit) % 2 !== 0;
  const other = isSet ? value - bit : value + bit;
  return Object.is(other, value) || Number.isNaN(other) ? bit : other;
}
