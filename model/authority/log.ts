// The log of the map authority on its block device. Pure: what to write, and what a scan may
// believe.
//
//   block  0         1         2         3
//        [batch 0] [batch 1 part 0 of 2] [batch 1 part 1 of 2] [batch 2] ...     one record a block
//
// A batch is written by one command, read back and then flushed. A crash may leave any subset of
// its blocks, and the blocks may hold parts of an older attempt at the same place; so each part
// carries a checksum of the whole batch, and a batch counts only if every part of it is there. The
// first batch that does not is the torn tail: it was never flushed, so nobody was told of it, and
// it is dropped as a whole.
//
// Parts carry their place, and the checksum of a batch goes on from that of the one before: what a
// device put or read elsewhere, or answers from an older state of itself, does not fit. A batch is
// begun only when the one before is flushed; so where a later one is found beyond the end, the end
// is none: promised records are damaged, and nothing may be built upon what is left.

import { digestOf } from '../digest.ts';
import type { LogRecord } from './data-map.ts';

/** The contents of one block of the log. */
export interface LogBlock {
  readonly kind: 'log';
  /** Counts from 0. */
  readonly batch: number;
  readonly partIndex: number;
  readonly partCount: number;
  /** Index of its record, counted over the whole log. */
  readonly logIndex: number;
  /** The block it lies in. */
  readonly position: number;
  /** Of the batch before this one; 0 for none. */
  readonly previousChecksum: number;
  /** Of all records of the batch, and of the batch before. */
  readonly batchChecksum: number;
  readonly record: LogRecord;
}

/** The most map entries one record may name, so that it fits its block. */
export const recordEntryMax = 64;

/** Where a batch goes, and what it follows. */
export interface BatchPlace {
  readonly batch: number;
  readonly logIndex: number;
  readonly position: number;
  readonly previousChecksum: number;
}

/** The blocks of a batch, one for each record. */
export function encodeBatch(records: readonly LogRecord[], place: BatchPlace): readonly LogBlock[] {
  const { previousChecksum } = place;
  const batchChecksum = checksumOf(previousChecksum, records);
  return records.map((record, partIndex) => ({
    kind: 'log',
    batch: place.batch,
    partIndex,
    partCount: records.length,
    logIndex: place.logIndex + partIndex,
    position: place.position + partIndex,
    previousChecksum,
    batchChecksum,
    record,
  }));
}

function checksumOf(previousChecksum: number, records: readonly LogRecord[]): number {
  return digestOf([previousChecksum, records]);
}

/** Whether what was read back is what was written. */
export function isBatch(payloads: readonly unknown[] | undefined, checksum: number): boolean {
  const parts = (payloads ?? []).map(logBlockOf);
  return parts.length > 0 && parts.every((part) => part?.batchChecksum === checksum);
}

/** What a scan from block 0 on has found so far; a value, so that it can pause between reads. */
export interface LogScan {
  /** Records of whole batches, in order. */
  readonly records: LogRecord[];
  /** Blocks of whole batches: where the next batch goes. */
  blockCount: number;
  batchCount: number;
  /** Of the last whole batch. */
  checksum: number;
  /** How many blocks were looked at. */
  seenCount: number;
  /** Parts of a batch that is not whole yet. */
  readonly pending: LogBlock[];
  /** True when a missing or foreign block was met: the end of the log. */
  ended: boolean;
  /** True when blocks of an unfinished batch were found at the end. */
  torn: boolean;
  /** True when a later batch was found beyond the end. */
  damaged: boolean;
}

/** A batch has at most so many blocks; a later one is looked for so far beyond the end. */
export const lookAheadCount = 512;

/** A scan that has seen nothing. */
export function emptyScan(): LogScan {
  return {
    records: [],
    blockCount: 0,
    batchCount: 0,
    checksum: 0,
    seenCount: 0,
    pending: [],
    ended: false,
    torn: false,
    damaged: false,
  };
}

/**
 * Takes the next blocks of the device, in order. With `applyTorn`, a known wrong variant, the
 * readable parts of an unfinished batch are believed, too.
 */
export function scanBlocks(scan: LogScan, payloads: readonly unknown[], applyTorn: boolean): void {
  for (const payload of payloads) {
    const block = logBlockOf(payload);
    const position = scan.seenCount++;
    if (scan.ended) lookBeyond(scan, block, position, applyTorn);
    else takeBlock(scan, block, position, applyTorn);
  }
}

/** Whether a scan has seen enough. */
export function isScanned(scan: LogScan): boolean {
  return scan.damaged || (scan.ended && scan.seenCount >= scan.blockCount + lookAheadCount);
}

function takeBlock(
  scan: LogScan,
  block: LogBlock | null,
  position: number,
  applyTorn: boolean,
): void {
  if (block === null || !continues(scan, block, position)) {
    endScan(scan, applyTorn);
    lookBeyond(scan, block, position, applyTorn);
    return;
  }
  scan.pending.push(block);
  if (scan.pending.length < block.partCount) return;
  const records = scan.pending.map((part) => part.record);
  if (checksumOf(scan.checksum, records) !== block.batchChecksum) {
    endScan(scan, applyTorn);
    return;
  }
  for (const record of records) scan.records.push(record);
  scan.blockCount += scan.pending.length;
  scan.batchCount += 1;
  scan.checksum = block.batchChecksum;
  scan.pending.length = 0;
}

function endScan(scan: LogScan, applyTorn: boolean): void {
  scan.ended = true;
  scan.torn = scan.pending.length > 0;
  if (applyTorn) for (const part of scan.pending) scan.records.push(part.record);
  scan.pending.length = 0;
}

// Parts of the unfinished batch are a torn tail; a part of a later one shows that there was no end.
function lookBeyond(
  scan: LogScan,
  block: LogBlock | null,
  position: number,
  applyTorn: boolean,
): void {
  if (block === null || block.position !== position) return;
  if (block.batch > scan.batchCount) scan.damaged = true;
  if (block.batch !== scan.batchCount) return;
  scan.torn = true;
  if (applyTorn) scan.records.push(block.record);
}

function continues(scan: LogScan, block: LogBlock, position: number): boolean {
  if (block.batch !== scan.batchCount || block.partIndex !== scan.pending.length) return false;
  if (block.position !== position || block.previousChecksum !== scan.checksum) return false;
  const first = scan.pending[0];
  return first === undefined || first.batchChecksum === block.batchChecksum;
}

function logBlockOf(payload: unknown): LogBlock | null {
  if (typeof payload !== 'object' || payload === null) return null;
  return (payload as { readonly kind?: unknown }).kind === 'log' ? (payload as LogBlock) : null;
}
