// The records of the log, and what a scan of it may believe. Pure.
//
//   block of the ring   0         1                  2                 3
//                       [batch a] [batch b, part 0] [batch b, part 1] [batch c]   one record each
//
// A batch is written, read back and then flushed before the next is begun. A crash may leave any
// subset of its blocks, and the blocks may hold parts of an older attempt at the same place; so
// checksums go on from record to record, each part says how many there are, and a batch counts only
// if every part of it is there. The first batch that does not is the torn tail: it was never
// flushed, so nobody was told of it, and it is dropped as a whole.
//
// Records carry their index, and each checksum goes on from the one before: what a device put or
// read elsewhere, or answers from an older state of itself, does not fit. Where a later batch is
// found beyond the end, the end is none: promised records are damaged, and nothing may be built
// upon what is left.
//
// A cut drops durable records, so that others take their place: the leader of a register with
// members decides that. It is durable in the superblock before the first of the others is written,
// and counted in each later block; so what it dropped is told from what is damaged.
//
//   index        5    6    7    8    9
//   written     [a    a    a    a    a]                    one batch, then a cut at 7
//   rewritten    a    a   [b    b]   a      the last a is older than the cut: no longer believed
import { digestOf } from '../digest.ts';
import type { LogRecord } from './map-state.ts';

/** What the log keeps at one index. */
export interface LogEntry {
  /** Who decided on it: the term of a leader; 0 in a register without members. */
  readonly term: number;
  readonly record: LogRecord;
}

/** The contents of one block of the log. */
export interface LogBlock extends LogEntry {
  readonly kind: 'log';
  /** Index of its record, counted over the whole log. */
  readonly logIndex: number;
  /** Its place in its batch. */
  readonly partIndex: number;
  readonly partCount: number;
  /** How many cuts there had been when it was written. */
  readonly cutCount: number;
  /** Of all of this, and of the record before. */
  readonly checksum: number;
}

/** From which index on records are believed only if written after the latest cut. */
export interface LogCut {
  /** How many cuts there were. */
  readonly count: number;
  readonly logIndex: number;
}

/** The most map entries one record may name, so that it fits its block. */
export const recordEntryMax = 64;

/** Where a batch goes, and what it follows. */
export interface BatchPlace {
  readonly logIndex: number;
  readonly previousChecksum: number;
  readonly cutCount: number;
}

/** The blocks of a batch, one for each record. */
export function encodeBatch(entries: readonly LogEntry[], place: BatchPlace): readonly LogBlock[] {
  let { previousChecksum } = place;
  return entries.map(({ term, record }, partIndex) => {
    const plain = {
      kind: 'log',
      term,
      record,
      logIndex: place.logIndex + partIndex,
      partIndex,
      partCount: entries.length,
      cutCount: place.cutCount,
    } as const;
    previousChecksum = checksumOf(previousChecksum, plain);
    return { ...plain, checksum: previousChecksum };
  });
}

function checksumOf(previousChecksum: number, block: Omit<LogBlock, 'checksum'>): number {
  const { term, record, logIndex, partIndex, partCount, cutCount } = block;
  return digestOf([previousChecksum, term, logIndex, partIndex, partCount, cutCount, record]);
}

/** What a scan has found so far; a value, so that it can pause between reads. */
export interface LogScan {
  readonly cut: LogCut;
  /** Records of whole batches, in order, and their checksums. */
  readonly entries: LogEntry[];
  readonly checksums: number[];
  /** Where the next batch goes. */
  endIndex: number;
  /** Of the last record of whole batches, or of the one that the scan began after. */
  checksum: number;
  /** What is looked at next. */
  nextIndex: number;
  /** How far to look for a later batch, once the end was met. */
  lookUntilIndex: number;
  /** Parts of a batch that is not whole yet. */
  readonly pending: LogBlock[];
  /** True when a missing or foreign block was met: the end of the log. */
  ended: boolean;
  /** True when blocks of an unfinished batch were found at the end. */
  torn: boolean;
  /** True when a later batch was found beyond the end. */
  damaged: boolean;
}

/** How a log is scanned. */
export interface ScanRules {
  /** How many blocks the ring has: each index shares its block with those of other laps. */
  readonly ringLength: number;
  /** Ordinary batches have at most so many blocks; a later one is looked for so far. */
  readonly batchMax: number;
  /** A known wrong variant: the readable parts of an unfinished batch are believed, too. */
  readonly appliesTorn: boolean;
}

/** A scan that has seen nothing, and begins after `checksum`. */
export function emptyScan(
  cut: LogCut = { count: 0, logIndex: 0 },
  startIndex: number = 0,
  checksum: number = 0,
): LogScan {
  return {
    cut,
    entries: [],
    checksums: [],
    endIndex: startIndex,
    checksum,
    nextIndex: startIndex,
    lookUntilIndex: 0,
    pending: [],
    ended: false,
    torn: false,
    damaged: false,
  };
}

/** Takes the next blocks of the log, in order. */
export function scanBlocks(scan: LogScan, payloads: readonly unknown[], rules: ScanRules): void {
  for (const payload of payloads) {
    const block = logBlockOf(payload);
    const index = scan.nextIndex++;
    if (scan.ended) lookBeyond(scan, block, index, rules);
    else takeBlock(scan, block, index, rules);
  }
}

/** Whether a scan has seen enough. */
export function isScanned(scan: LogScan): boolean {
  return scan.damaged || (scan.ended && scan.nextIndex >= scan.lookUntilIndex);
}

/** An independent copy; blocks and records are immutable and shared. */
export function copyScan(scan: LogScan): LogScan {
  const { entries, checksums, pending } = scan;
  return {
    ...scan,
    entries: entries.slice(),
    checksums: checksums.slice(),
    pending: pending.slice(),
  };
}

function takeBlock(scan: LogScan, block: LogBlock | null, index: number, rules: ScanRules): void {
  if (isCutShort(scan, block, index)) keepPending(scan);
  if (block === null || !continues(scan, block, index)) {
    scan.ended = true;
    scan.lookUntilIndex = scan.endIndex + rules.batchMax;
    const parts = scan.pending.splice(0);
    for (const part of parts) tear(scan, part, rules);
    lookBeyond(scan, block, index, rules);
    return;
  }
  scan.pending.push(block);
  if (scan.pending.length === block.partCount) keepPending(scan);
}

// The batch is whole, or all that a cut has left of it is there.
function keepPending(scan: LogScan): void {
  for (const { term, record, checksum } of scan.pending) {
    scan.entries.push({ term, record });
    scan.checksums.push(checksum);
    scan.checksum = checksum;
  }
  scan.endIndex += scan.pending.length;
  scan.pending.length = 0;
}

function isCutShort(scan: LogScan, block: LogBlock | null, index: number): boolean {
  const last = scan.pending.at(-1);
  if (last === undefined) return false;
  if (index === scan.cut.logIndex && last.cutCount < scan.cut.count) return true;
  // Of an earlier cut only what was written after it tells.
  return (
    block !== null &&
    block.partIndex === 0 &&
    block.cutCount > last.cutCount &&
    follows(block, index, last.checksum)
  );
}

function continues(scan: LogScan, block: LogBlock, index: number): boolean {
  const last = scan.pending.at(-1);
  if (!isBelieved(scan, block) || block.partIndex !== scan.pending.length) return false;
  if (last !== undefined && last.partCount !== block.partCount) return false;
  if (last !== undefined && last.cutCount !== block.cutCount) return false;
  return follows(block, index, last?.checksum ?? scan.checksum);
}

function follows(block: LogBlock, index: number, previousChecksum: number): boolean {
  return block.logIndex === index && checksumOf(previousChecksum, block) === block.checksum;
}

function isBelieved({ cut }: LogScan, block: LogBlock): boolean {
  return block.logIndex < cut.logIndex || block.cutCount >= cut.count;
}

// Parts of the unfinished batch are a torn tail; a part of a later one shows that there was no end.
function lookBeyond(scan: LogScan, block: LogBlock | null, index: number, rules: ScanRules): void {
  if (block === null || !isBelieved(scan, block)) return;
  const lap = block.logIndex - index;
  if (lap < 0 || lap % rules.ringLength !== 0) return;
  const firstIndex = block.logIndex - block.partIndex;
  if (firstIndex > scan.endIndex) scan.damaged = true;
  if (firstIndex === scan.endIndex) tear(scan, block, rules);
}

function tear(scan: LogScan, part: LogBlock, rules: ScanRules): void {
  scan.torn = true;
  // A batch of any size may hide a later one behind it.
  const pastIndex = scan.endIndex + part.partCount + 1;
  scan.lookUntilIndex = Math.max(scan.lookUntilIndex, pastIndex);
  if (!rules.appliesTorn) return;
  scan.entries.push({ term: part.term, record: part.record });
  scan.checksums.push(part.checksum);
}

function logBlockOf(payload: unknown): LogBlock | null {
  if (typeof payload !== 'object' || payload === null) return null;
  return (payload as { readonly kind?: unknown }).kind === 'log' ? (payload as LogBlock) : null;
}
