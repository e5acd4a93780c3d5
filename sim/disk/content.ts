// What is on a medium: a 32-bit version stamp for each 4 KiB block, and structured contents where
// a block holds a log record or a header. A block has one or the other; never written reads as
// stamp 0. Over a volatile cache each block has two images: the visible one, which reads see, and
// the durable one, which is left without power. They lie side by side, as they are mostly touched
// soon after one another; they differ only in blocks that have a pending version.
//
//   top[ ] --> node[64] --> segment { slab: directory of 64 pages, then the pages }
//    1 entry    1 GiB        16 MiB                 page = 64 blocks x (visible, durable)
//
// A block whose sectors differ, or that an accident has struck, holds an `OddBlock` where others
// hold structured contents, and its digest in the place of the stamp.
//
// Stamps are paged because a device is mostly empty: random writes over 1 TiB cost memory for what
// they touch. Copying is copy-on-write: every part bears the mark of the content that made it,
// `copy` gives both sides a new mark, and whoever writes to a part with another mark copies that
// part first. One slab for all forks would be smaller, but nothing would tell it when a fork is
// gone; parts that belong to nobody are left to the garbage collector.
import { assert } from '../assert.ts';
import { type Contents, overlaid } from './odd-block.ts';

const blocksPerPage = 64;
const pagesPerSegment = 64;
const segmentsPerNode = 64;
const blocksPerNode = blocksPerPage * pagesPerSegment * segmentsPerNode;

/** The largest device, in blocks (16 TiB): block numbers stay within 32 bits. */
const blockCountMax = 4_294_967_296;

/** Who may write to a part without copying it; compared by identity. */
type Mark = object;

const nothing: Contents = { stamp: 0, payload: undefined };

interface Segment {
  readonly mark: Mark;
  /** 64 places of pages in this slab (0 where nothing was written), then the pages. */
  slab: Uint32Array;
  pageCount: number;
  /** Parallel to the slab; null until the first structured write into this segment. */
  payloads: unknown[] | null;
}

interface Node {
  readonly mark: Mark;
  readonly segments: (Segment | null)[];
}

/** The contents of a device. Cheap to copy; a copy and its source never see each other's writes. */
export class Content {
  /** 2 where a durable image lies beside the visible one, else 1: then they are one image. */
  readonly #imageCount: 1 | 2;
  #mark: Mark = {};
  #top: (Node | null)[];
  #ownsTop = true;

  /** `hasDurableImage`: completed writes are not durable at once. */
  constructor(blockCount: number, hasDurableImage: boolean) {
    assert(
      Number.isInteger(blockCount) && blockCount >= 1 && blockCount <= blockCountMax,
      `a device of ${blockCount} blocks, expected 1 to ${blockCountMax}`,
    );
    this.#imageCount = hasDurableImage ? 2 : 1;
    this.#top = new Array<Node | null>(Math.ceil(blockCount / blocksPerNode)).fill(null);
  }

  /** The visible stamp of a block; 0 when it was never written or holds structured contents. */
  stampAt(block: number): number {
    const segment = this.#find(block);
    if (segment === null) return 0;
    const place = segment.slab[(block >>> 6) & 63] as number;
    return place === 0 ? 0 : (segment.slab[place + (block & 63) * this.#imageCount] as number);
  }

  /** The visible structured contents of a block, or undefined when it has none. */
  payloadAt(block: number): unknown {
    const segment = this.#find(block);
    if (segment === null || segment.payloads === null) return undefined;
    const place = segment.slab[(block >>> 6) & 63] as number;
    return place === 0 ? undefined : segment.payloads[place + (block & 63) * this.#imageCount];
  }

  /** Whether anything is visible in a block. */
  holds(block: number): boolean {
    return this.stampAt(block) !== 0 || this.payloadAt(block) !== undefined;
  }

  /** The blocks in which anything is visible, ascending. */
  storedBlocks(): readonly number[] {
    const blocks: number[] = [];
    for (const [nodeIndex, node] of this.#top.entries()) {
      if (node === null) continue;
      for (const [segmentIndex, segment] of node.segments.entries()) {
        const first = nodeIndex * blocksPerNode + segmentIndex * blocksPerPage * pagesPerSegment;
        if (segment !== null) addStored(segment, first, this.#imageCount, blocks);
      }
    }
    return blocks;
  }

  /** Replaces what is visible: by a stamp, or by structured contents (then the stamp is 0). */
  write(block: number, stamp: number, payload: unknown): void {
    this.#put(block, 0, stamp, payload);
  }

  /** Replaces what is durable; without a durable image that is what is visible. */
  writeDurable(block: number, stamp: number, payload: unknown): void {
    this.#put(block, this.#imageCount - 1, stamp, payload);
  }

  /** Replaces what is visible in some sectors of a block. */
  writeSectors(block: number, over: Contents, mask: number): void {
    const { stamp, payload } = overlaid(this.contentsAt(block), over, mask);
    this.write(block, stamp, payload);
  }

  /** Replaces what is durable in some sectors of a block. */
  writeDurableSectors(block: number, over: Contents, mask: number): void {
    const { stamp, payload } = overlaid(this.durableAt(block), over, mask);
    this.writeDurable(block, stamp, payload);
  }

  /** What is visible in a block. */
  contentsAt(block: number): Contents {
    return { stamp: this.stampAt(block), payload: this.payloadAt(block) };
  }

  /** What is left of a block without power. */
  durableAt(block: number): Contents {
    const segment = this.#find(block);
    const place = segment === null ? 0 : (segment.slab[(block >>> 6) & 63] as number);
    if (segment === null || place === 0) return nothing;
    const index = place + (block & 63) * this.#imageCount + this.#imageCount - 1;
    const payload = segment.payloads === null ? undefined : segment.payloads[index];
    return { stamp: segment.slab[index] as number, payload };
  }

  /** Makes what is durable visible. */
  revert(block: number): void {
    const segment = this.#own(block);
    const place = segment.slab[(block >>> 6) & 63] as number;
    if (place === 0) return;
    const visibleIndex = place + (block & 63) * this.#imageCount;
    const durableIndex = visibleIndex + this.#imageCount - 1;
    segment.slab[visibleIndex] = segment.slab[durableIndex] as number;
    const payloads = segment.payloads;
    if (payloads !== null) payloads[visibleIndex] = payloads[durableIndex];
  }

  /** An independent copy that shares every part until one side writes to it. */
  copy(): Content {
    const twin = new Content(1, this.#imageCount === 2);
    twin.#top = this.#top;
    twin.#ownsTop = false;
    this.#ownsTop = false;
    this.#mark = {};
    return twin;
  }

  #put(block: number, image: number, stamp: number, payload: unknown): void {
    const segment = this.#own(block);
    const pageIndex = (block >>> 6) & 63;
    let place = segment.slab[pageIndex] as number;
    if (place === 0) place = addPage(segment, pageIndex, this.#imageCount);
    const index = place + (block & 63) * this.#imageCount + image;
    segment.slab[index] = stamp;
    if (payload !== undefined) segment.payloads ??= emptyPayloads(segment.slab.length);
    if (segment.payloads !== null) segment.payloads[index] = payload;
  }

  #find(block: number): Segment | null {
    const node = this.#top[block >>> 18] as Node | null;
    return node === null ? null : (node.segments[(block >>> 12) & 63] as Segment | null);
  }

  /** The segment of a block with this content's mark on it, and on everything above it. */
  #own(block: number): Segment {
    const mark = this.#mark;
    const nodeIndex = block >>> 18;
    let node = this.#top[nodeIndex] as Node | null;
    if (node === null || node.mark !== mark) {
      if (!this.#ownsTop) {
        this.#top = this.#top.slice();
        this.#ownsTop = true;
      }
      node = node === null ? emptyNode(mark) : { mark, segments: node.segments.slice() };
      this.#top[nodeIndex] = node;
    }
    const segmentIndex = (block >>> 12) & 63;
    let segment = node.segments[segmentIndex] as Segment | null;
    if (segment === null || segment.mark !== mark) {
      segment = segment === null ? emptySegment(mark) : copySegment(segment, mark);
      node.segments[segmentIndex] = segment;
    }
    return segment;
  }
}

function emptyNode(mark: Mark): Node {
  return { mark, segments: new Array<Segment | null>(segmentsPerNode).fill(null) };
}

function emptySegment(mark: Mark): Segment {
  return { mark, slab: new Uint32Array(pagesPerSegment), pageCount: 0, payloads: null };
}

function copySegment(source: Segment, mark: Mark): Segment {
  return {
    mark,
    slab: source.slab.slice(),
    pageCount: source.pageCount,
    payloads: source.payloads === null ? null : source.payloads.slice(),
  };
}

function emptyPayloads(length: number): unknown[] {
  return new Array<unknown>(length).fill(undefined);
}

function addStored(segment: Segment, first: number, imageCount: number, blocks: number[]): void {
  for (let page = 0; page < pagesPerSegment; page += 1) {
    const place = segment.slab[page] as number;
    if (place === 0) continue;
    for (let index = 0; index < blocksPerPage; index += 1) {
      const at = place + index * imageCount;
      const isStored = segment.slab[at] !== 0 || segment.payloads?.[at] !== undefined;
      if (isStored) blocks.push(first + page * blocksPerPage + index);
    }
  }
}

/** Returns the place of the new page in the slab. */
function addPage(segment: Segment, pageIndex: number, imageCount: number): number {
  const pageSize = blocksPerPage * imageCount;
  const place = pagesPerSegment + segment.pageCount * pageSize;
  if (place >= segment.slab.length) {
    const pageCount = Math.max(1, segment.pageCount * 2);
    const slab = new Uint32Array(pagesPerSegment + pageCount * pageSize);
    slab.set(segment.slab);
    const payloads = segment.payloads;
    if (payloads !== null) {
      segment.payloads = payloads.concat(emptyPayloads(slab.length - payloads.length));
    }
    segment.slab = slab;
  }
  segment.pageCount += 1;
  segment.slab[pageIndex] = place;
  return place;
}
