// What a block of 4 KiB holds where that is not one stamp or one payload: its eight sectors differ,
// or what it holds came about by an accident. It lies where a payload lies, and never changes, so
// that versions, copies and power losses treat it like any contents.
//
//   sector      0     1     2     3     4     5     6     7
//   stamps      7     7     7     9     9     9    torn   7      reads as a digest of the eight
//
// What it reads as, and what protection would notice:
//   torn      neither the old contents nor the new    a checksum
//   rot       contents with bits changed              a checksum
//   foreign   what belongs to another block           a checksum that covers the address
//   stale     what was there before                   a version kept elsewhere
import { mix } from '../fingerprint.ts';

/** What is wrong with contents that read without an error. */
export type BlockMark =
  /** Cut off by a power loss. */
  | { readonly kind: 'torn' }
  /** Changed on the medium. */
  | { readonly kind: 'rot' }
  /** Written to, or read from, another block. */
  | { readonly kind: 'foreign'; readonly fromBlock: number }
  /** A newer write was reported done and is not there. */
  | { readonly kind: 'stale' };

/** What one place holds: a stamp, or structured contents. */
export interface Contents {
  readonly stamp: number;
  /** Undefined where it is a stamp; an `OddBlock` where it is neither. */
  readonly payload: unknown;
}

/** Sectors of 512 bytes in a block. */
export const sectorsPerBlock = 8;
/** A bit for each sector of a block. */
export const wholeBlock = 0xff;

/** What structured contents read as when a part of them is missing or cut off. */
const tornPayload: unknown = Object.freeze({ torn: true });

const tornMark: BlockMark = { kind: 'torn' };
const rotMark: BlockMark = { kind: 'rot' };
const noMark = null;

/** The eight sectors of a block, each with contents of its own. Never changes. */
export class OddBlock {
  readonly stamps: readonly number[];
  /** The structured contents that a sector is a part of, or undefined. */
  readonly payloads: readonly unknown[];
  readonly marks: readonly (BlockMark | null)[];

  constructor(
    stamps: readonly number[],
    payloads: readonly unknown[],
    marks: readonly (BlockMark | null)[],
  ) {
    this.stamps = stamps;
    this.payloads = payloads;
    this.marks = marks;
  }

  /** Whether the sectors from `start` to before `end` hold one thing. */
  agrees(start: number, end: number): boolean {
    const { stamps, payloads } = this;
    for (let sector = start + 1; sector < end; sector += 1) {
      if (stamps[sector] !== stamps[start] || payloads[sector] !== payloads[start]) return false;
    }
    return true;
  }

  /** The stamp that these sectors read as: their own, or a digest of them; 0: structured. */
  stampOf(start: number, end: number): number {
    if (this.#hasPayload(start, end)) return 0;
    if (this.agrees(start, end)) return this.stamps[start] as number;
    let digest = end - start;
    for (let sector = start; sector < end; sector += 1) {
      digest = mix(digest, this.stamps[sector] as number);
    }
    return digest >>> 0 || 1;
  }

  /** The structured contents that these sectors read as. */
  payloadOf(start: number, end: number): unknown {
    if (!this.#hasPayload(start, end)) return undefined;
    return this.agrees(start, end) ? this.payloads[start] : tornPayload;
  }

  /** What is wrong with these sectors: the first thing, or null. */
  markOf(start: number, end: number): BlockMark | null {
    for (let sector = start; sector < end; sector += 1) {
      const mark = this.marks[sector] ?? null;
      if (mark !== null) return mark;
    }
    return null;
  }

  #hasPayload(start: number, end: number): boolean {
    for (let sector = start; sector < end; sector += 1) {
      if (this.payloads[sector] !== undefined) return true;
    }
    return false;
  }
}

/** The stamp word and the payload of a block after `over` is written to some of its sectors. */
export function overlaid(base: Contents, over: Contents, mask: number): Contents {
  if (mask === wholeBlock) return over;
  const stamps: number[] = [];
  const payloads: unknown[] = [];
  const marks: (BlockMark | null)[] = [];
  for (let sector = 0; sector < sectorsPerBlock; sector += 1) {
    const source = (mask & (1 << sector)) === 0 ? base : over;
    stamps.push(stampIn(source, sector));
    payloads.push(payloadIn(source, sector));
    marks.push(markIn(source, sector));
  }
  return contentsOf(new OddBlock(stamps, payloads, marks));
}

/** What some sectors become when a write of `over` to them is cut off. */
export function torn(base: Contents, over: Contents, mask: number): Contents {
  const stamps: number[] = [];
  const payloads: unknown[] = [];
  for (let sector = 0; sector < sectorsPerBlock; sector += 1) {
    const isStructured = [base, over].some((one) => payloadIn(one, sector) !== undefined);
    payloads.push(isStructured ? tornPayload : undefined);
    stamps.push(isStructured ? 0 : tornStamp(stampIn(base, sector), stampIn(over, sector)));
  }
  const marks = new Array<BlockMark>(sectorsPerBlock).fill(tornMark);
  return overlaid(base, contentsOf(new OddBlock(stamps, payloads, marks)), mask);
}

/** Contents that landed on a block they were not written to. */
export function foreign({ stamp, payload }: Contents, fromBlock: number): Contents {
  return marked({ stamp, payload }, { kind: 'foreign', fromBlock });
}

/** Contents that have changed on the medium into others. */
export function rotten(changed: Contents): Contents {
  return marked(changed, rotMark);
}

function marked(contents: Contents, mark: BlockMark): Contents {
  const stamps: number[] = [];
  const payloads: unknown[] = [];
  for (let sector = 0; sector < sectorsPerBlock; sector += 1) {
    stamps.push(stampIn(contents, sector));
    payloads.push(payloadIn(contents, sector));
  }
  const marks = new Array<BlockMark>(sectorsPerBlock).fill(mark);
  return contentsOf(new OddBlock(stamps, payloads, marks));
}

/** Eight sectors that hold one thing, and nothing wrong, are no odd block. */
function contentsOf(odd: OddBlock): Contents {
  const isPlain = odd.agrees(0, sectorsPerBlock) && odd.markOf(0, sectorsPerBlock) === noMark;
  if (isPlain) return { stamp: odd.stamps[0] as number, payload: odd.payloads[0] };
  return { stamp: odd.stampOf(0, sectorsPerBlock), payload: odd };
}

function stampIn({ stamp, payload }: Contents, sector: number): number {
  return payload instanceof OddBlock ? (payload.stamps[sector] as number) : stamp;
}

function payloadIn({ payload }: Contents, sector: number): unknown {
  return payload instanceof OddBlock ? payload.payloads[sector] : payload;
}

function markIn({ payload }: Contents, sector: number): BlockMark | null {
  return payload instanceof OddBlock ? (payload.marks[sector] ?? noMark) : noMark;
}

/** Never 0, which is a sector never written. */
function tornStamp(before: number, after: number): number {
  return mix(mix(before, after), 0x746f726e) >>> 0 || 1;
}
