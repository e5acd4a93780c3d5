// Where things are on the device of a map authority, and the block that says which of them count.
//
//   block   0            1            2 ...             ...               ...
//           superblock   superblock   checkpoint area   checkpoint area   ring of the log ...
//           of equal contents         0                 1                 a block for each record
//
// Whatever has to change at once changes in the superblock: the vote, the latest cut of the log and
// the two latest checkpoints. The first of the two is written and flushed before the second; so one
// of them is whole at each instant, and when both are, one of them may rot or be torn.
//
// The ring keeps every record since the older one of the two checkpoints. Should the newer one be
// unreadable, recovery begins with the older one and has more records to apply.
import { assert } from '../../sim/index.ts';
import { digestOf } from '../digest.ts';
import type { LogCut } from './log.ts';

/** Whom this member has promised its vote to; for registers with members. */
export interface Vote {
  readonly term: number;
  readonly votedFor: string | null;
}

/** A checkpoint that is whole on the device. */
export interface CheckpointRef {
  /** Which of the two areas it lies in. */
  readonly area: 0 | 1;
  readonly pieceCount: number;
  /** Of all its pieces. */
  readonly checksum: number;
  /** How many records, from the first of all, have led to it. */
  readonly recordCount: number;
  /** Of the last of these records. */
  readonly logChecksum: number;
  readonly term: number;
}

/** What a superblock says. */
export interface Superblock {
  /** Grows with each change; the higher one of two counts. */
  readonly sequence: number;
  readonly vote: Vote;
  /** The log was damaged, and the other members have not filled it again. */
  readonly isRefilling: boolean;
  readonly cut: LogCut;
  /** At most two, the newest first. */
  readonly checkpoints: readonly CheckpointRef[];
}

/** What a device says that was never written to. */
export const blankSuperblock: Superblock = Object.freeze({
  sequence: 0,
  vote: Object.freeze({ term: 0, votedFor: null }),
  isRefilling: false,
  cut: Object.freeze({ count: 0, logIndex: 0 }),
  checkpoints: Object.freeze([]),
});

/** Superblocks lie in the first blocks. */
export const superblockCount = 2;

/** The contents of the block of a superblock. */
export function encodeSuperblock(contents: Superblock) {
  return { kind: 'superblock', contents, checksum: digestOf(contents) } as const;
}

/** What a block says, or null when it is no whole superblock. */
export function readSuperblock(payload: unknown): Superblock | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const block = payload as Partial<ReturnType<typeof encodeSuperblock>>;
  if (block.kind !== 'superblock' || block.contents === undefined) return null;
  return digestOf(block.contents) === block.checksum ? block.contents : null;
}

/** The parts of a device of the map authority. */
export interface LogLayout {
  /** Blocks of each checkpoint area. */
  readonly areaLength: number;
  /** The first block of the ring, and how many it has. */
  readonly ringStart: number;
  readonly ringLength: number;
  /** The most blocks of an ordinary batch. */
  readonly batchMax: number;
}

/** Fewer blocks leave no room for batches worth the name. */
const blockCountMin = 64;
/** The most blocks of one batch in a ring that is large enough. */
const batchBlockMax = 512;

/** One part of so many is for each of the two checkpoints. */
export const checkpointAreaShare = 8;

/** Divides a device: an eighth for each checkpoint, the rest for the log. */
export function logLayout(blockCount: number): LogLayout {
  assert(blockCount >= blockCountMin, `a log of ${blockCount} blocks, expected ${blockCountMin}`);
  const areaLength = Math.floor(blockCount / checkpointAreaShare);
  const ringStart = superblockCount + 2 * areaLength;
  const ringLength = blockCount - ringStart;
  const batchMax = Math.min(batchBlockMax, Math.floor(ringLength / 8));
  return { areaLength, ringStart, ringLength, batchMax };
}

/** The first block of a checkpoint area. */
export function areaStart(layout: LogLayout, area: 0 | 1): number {
  return superblockCount + area * layout.areaLength;
}

/** A run of blocks of the ring, as one command takes it. */
export interface RingRun {
  readonly logIndex: number;
  readonly block: number;
  readonly blockCount: number;
}

/** The one or two runs that hold `count` records from an index on: the ring has a seam. */
export function ringRuns(layout: LogLayout, logIndex: number, count: number): readonly RingRun[] {
  assert(count > 0 && count <= layout.ringLength, `a run of ${count} blocks in the ring`);
  const at = logIndex % layout.ringLength;
  const firstCount = Math.min(count, layout.ringLength - at);
  const first = { logIndex, block: layout.ringStart + at, blockCount: firstCount };
  if (firstCount === count) return [first];
  const rest = { logIndex: logIndex + firstCount, block: layout.ringStart };
  return [first, { ...rest, blockCount: count - firstCount }];
}
