// What a read answers: contents, where they come from, and what is wrong with them.
import type { Content } from './content.ts';
import type { IoDone, IoRequest } from './device.ts';
import { maskAt } from './in-flight.ts';
import type { MediaFaults } from './media-faults.ts';
import { type BlockMark, OddBlock, sectorsPerBlock } from './odd-block.ts';
import type { SectorMasks } from './sector-masks.ts';

const staleMark: BlockMark = { kind: 'stale' };

/** What a read sees. */
export interface ReadSources {
  readonly content: Content;
  readonly faults: MediaFaults;
  /** Sectors whose last write was reported done and is not where a read looks. */
  readonly stale: SectorMasks;
  readonly blockCount: number;
}

/** Fills in what a read of blocks that are there answers; the lists of `done` are null before. */
export function readBlocks(request: IoRequest, sources: ReadSources, done: IoDone): void {
  const { block, blockCount } = request;
  const { content, faults, stale } = sources;
  if (done.stamps.length < blockCount) done.stamps = new Uint32Array(2 * blockCount);
  const isPlain = faults.activeCount === 0 && stale.size === 0;
  let payloads: unknown[] | null = null;
  for (let index = 0; index < blockCount; index += 1) {
    if (!isPlain) {
      payloads = readAstray(request, index, sources, done, payloads);
      continue;
    }
    const payload = content.payloadAt(block + index);
    done.stamps[index] = content.stampAt(block + index);
    if (payload === undefined) continue;
    if (payload instanceof OddBlock) payloads = readOdd(request, index, payload, done, payloads);
    else payloads = withPlace(payloads, blockCount, index, payload);
  }
  done.payloads = payloads;
}

/** A block of a device of which something is wrong. */
function readAstray(
  request: IoRequest,
  index: number,
  { content, faults, stale, blockCount }: ReadSources,
  done: IoDone,
  before: unknown[] | null,
): unknown[] | null {
  const block = request.block + index;
  const source = faults.departure(block, blockCount);
  const image = faults.pastOf(block) ?? content;
  const payload = image.payloadAt(source);
  done.stamps[index] = image.stampAt(source);
  let payloads = before;
  if (payload instanceof OddBlock) payloads = readOdd(request, index, payload, done, payloads);
  else if (payload !== undefined) {
    payloads = withPlace(payloads, request.blockCount, index, payload);
  }
  const isPast = image !== content && isOther(image, content, source);
  if (isPast || (stale.maskOf(block) & maskAt(request, index)) !== 0) {
    addMark(request, index, staleMark, done);
  }
  if (source === block) return payloads;
  // What was written to this block may well lie there.
  const mark = payload instanceof OddBlock ? payload.markOf(0, sectorsPerBlock) : null;
  const isOwn = mark?.kind === 'foreign' && mark.fromBlock === block;
  if (!isOwn) addMark(request, index, { kind: 'foreign', fromBlock: source }, done);
  return payloads;
}

function readOdd(
  request: IoRequest,
  index: number,
  odd: OddBlock,
  done: IoDone,
  payloads: unknown[] | null,
): unknown[] | null {
  const { blockCount } = request;
  const start = index === 0 ? (request.startSector ?? 0) : 0;
  const end = index === blockCount - 1 ? (request.endSector ?? sectorsPerBlock) : sectorsPerBlock;
  done.stamps[index] = odd.stampOf(start, end);
  if (!odd.agrees(start, end)) {
    const stamps = odd.stamps.map((stamp, at) => (at >= start && at < end ? stamp : 0));
    const sectors = withPlace(done.sectors, blockCount, index, stamps);
    done.sectors = sectors as readonly (readonly number[] | undefined)[];
  }
  const mark = odd.markOf(start, end);
  const isOwn = mark?.kind === 'foreign' && mark.fromBlock === request.block + index;
  if (mark !== null && !isOwn) addMark(request, index, mark, done);
  const payload = odd.payloadOf(start, end);
  return payload === undefined ? payloads : withPlace(payloads, blockCount, index, payload);
}

/** The first that is found wrong is what is told. */
function addMark(request: IoRequest, index: number, mark: BlockMark, done: IoDone): void {
  if (done.marks?.[index] !== undefined) return;
  const marks = withPlace(done.marks, request.blockCount, index, mark);
  done.marks = marks as readonly (BlockMark | undefined)[];
}

function isOther(image: Pick<Content, 'stampAt' | 'payloadAt'>, content: Content, block: number) {
  if (image.stampAt(block) !== content.stampAt(block)) return true;
  return image.payloadAt(block) !== content.payloadAt(block);
}

/** Only what is read again gets a list: most reads have none. */
function withPlace(
  list: readonly unknown[] | null,
  blockCount: number,
  index: number,
  value: unknown,
): unknown[] {
  const places = (list as unknown[] | null) ?? new Array<unknown>(blockCount).fill(undefined);
  places[index] = value;
  return places;
}
