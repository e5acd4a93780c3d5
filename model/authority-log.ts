// The log of the map authority on its block device. Pure: what to write, and what a scan may
// believe.
//
//   block  0         1         2         3
//        [batch 0] [batch 1 part 0 of 2] [batch 1 part 1 of 2] [batch 2] ...     one record a block
//
// A batch is written by one command and then flushed. A crash may leave any subset of its blocks,
// and the blocks may hold parts of an older attempt at the same place; so each part carries a
// checksum of the whole batch, and a batch counts only if every part of it is there. The first
// batch that does not is the torn tail: it was never flushed, so nobody was told of it, and it is
// dropped as a whole.
import type { LogRecord } from './data-map.ts';
import { digestOf } from './digest.ts';

/** The contents of one block of the log. */
export interface LogBlock {
  readonly kind: 'log';
  /** Counts from 0. */
  readonly batch: number;
  readonly partIndex: number;
  readonly partCount: number;
  /** Index of its record, counted over the whole log. */
  readonly logIndex: number;
  /** Of all records of the batch. */
  readonly batchChecksum: number;
  readonly record: LogRecord;
}

/** The most map entries one record may name, so that it fits its block. */
export const recordEntryMax = 64;

/** The blocks of a batch, one for each record. */
export function encodeBatch(
  records: readonly LogRecord[],
  place: { readonly batch: number; readonly logIndex: number },
): readonly LogBlock[] {
  const batchChecksum = digestOf(records);
  return records.map((record, partIndex) => ({
    kind: 'log',
    batch: place.batch,
    partIndex,
    partCount: records.length,
    logIndex: place.logIndex + partIndex,
    batchChecksum,
    record,
  }));
}

/** What a scan from block 0 on has found so far; a value, so that it can pause between reads. */
export interface LogScan {
  /** Records of whole batches, in order. */
  readonly records: LogRecord[];
  /** Blocks of whole batches: where the next batch goes. */
  blockCount: number;
  batchCount: number;
  /** Parts of a batch that is not whole yet. */
  readonly pending: LogBlock[];
  /** True when a missing or foreign block was met: the end of the log. */
  ended: boolean;
  /** True when blocks of an unfinished batch were found at the end. */
  torn: boolean;
}

/** A scan that has seen nothing. */
export function emptyScan(): LogScan {
  return { records: [], blockCount: 0, batchCount: 0, pending: [], ended: false, torn: false };
}

/**
 * Takes the next blocks of the device, in order. With `applyTorn`, a known wrong variant, the
 * readable parts of an unfinished batch are believed, too.
 */
export function scanBlocks(scan: LogScan, payloads: readonly unknown[], applyTorn: boolean): void {
  for (const [index, payload] of payloads.entries()) {
    if (scan.ended) return;
    const block = logBlockOf(payload);
    if (block === null || !continues(scan, block)) {
      endScan(scan, payloads.slice(index), applyTorn);
      return;
    }
    scan.pending.push(block);
    if (scan.pending.length < block.partCount) continue;
    if (digestOf(scan.pending.map((part) => part.record)) !== block.batchChecksum) {
      endScan(scan, [], applyTorn);
      return;
    }
    for (const part of scan.pending) scan.records.push(part.record);
    scan.blockCount += scan.pending.length;
    scan.batchCount += 1;
    scan.pending.length = 0;
  }
}

function endScan(scan: LogScan, rest: readonly unknown[], applyTorn: boolean): void {
  scan.ended = true;
  const late = rest.map(logBlockOf).some((block) => block?.batch === scan.batchCount);
  scan.torn = scan.pending.length > 0 || late;
  if (applyTorn) for (const part of scan.pending) scan.records.push(part.record);
  scan.pending.length = 0;
}

function continues(scan: LogScan, block: LogBlock): boolean {
  if (block.batch !== scan.batchCount || block.partIndex !== scan.pending.length) return false;
  const first = scan.pending[0];
  return first === undefined || first.batchChecksum === block.batchChecksum;
}

function logBlockOf(payload: unknown): LogBlock | null {
  if (typeof payload !== 'object' || payload === null) return null;
  return (payload as { readonly kind?: unknown }).kind === 'log' ? (payload as LogBlock) : null;
}
