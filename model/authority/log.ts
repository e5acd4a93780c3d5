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
// upon what is left. Whether the last batch of all was cut off or is damaged, log-tail.ts says.
//
// A cut drops durable records, so that others take their place: the leader of a register with
// members decides that. It is durable in the superblock before the first of the others is written,
// and counted in each later block; so what it dropped is told from what is damaged.
//
//   index        5    6    7    8    9
//   written     [a    a    a    a    a]                    one batch, then a cut at 7
//   rewritten    a    a   [b    b]   a      the last a is older than the cut: no longer believed
import { digestOf } from '../digest.ts';
import { judgeTail, type Spoiled, type TailBlock } from './log-tail.ts';
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
  /** Of the record before: a block shows by itself whether it is as it was written. */
  readonly previousChecksum: number;
  /** Of all of this. */
  readonly checksum: number;
}

/** In place of the contents of a block that the device does not read. */
export const unreadable = Symbol('unreadable');

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
      previousChecksum,
    } as const;
    previousChecksum = checksumOf(plain);
    return { ...plain, checksum: previousChecksum };
  });
}

function checksumOf(block: Omit<LogBlock, 'checksum'>): number {
  const { previousChecksum, term, record, logIndex, partIndex, partCount, cutCount } = block;
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
  /** Blocks from the end on, as far as they were looked at. */
  readonly tail: TailBlock[];
  /** How many blocks the batch at the end has, as far as its parts tell. */
  tailPartCount: number;
}

/** How a log is scanned. */
export interface ScanRules {
  /** How many blocks the ring has: each index shares its block with those of other laps. */
  readonly ringLength: number;
  /** Ordinary batches have at most so many blocks; a later one is looked for so far. */
  readonly batchMax: number;
  /** What the device may leave of a block that it was writing when the power went. */
  readonly cutOffAs: readonly Spoiled[];
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
    tail: [],
    tailPartCount: 1,
  };
}

/** Takes the next blocks of the log, in order. */
export function scanBlocks(scan: LogScan, payloads: readonly unknown[], rules: ScanRules): void {
  for (const payload of payloads) {
    const index = scan.nextIndex++;
    const block = blockOf(payload);
    if (scan.ended) lookBeyond(scan, block, index, rules);
    else takeBlock(scan, block, index, rules);
  }
}

/** Whether a scan has seen enough. */
export function isScanned(scan: LogScan): boolean {
  return scan.damaged || (scan.ended && scan.nextIndex >= scan.lookUntilIndex);
}

/** What is at the end of all that was scanned. */
export function endOf(scan: LogScan, { cutOffAs }: ScanRules): 'clean' | 'torn' | 'damaged' {
  if (scan.damaged) return 'damaged';
  const end = judgeTail(scan.tail.slice(0, scan.tailPartCount), cutOffAs);
  return end === 'clean' && scan.torn ? 'torn' : end;
}

/** Whether what a scan has come to rests on blocks that the device did not read. */
export function restsOnUnreadable(scan: LogScan): boolean {
  const { tail, tailPartCount, damaged } = scan;
  return (damaged ? tail : tail.slice(0, tailPartCount)).includes('unreadable');
}

/** An independent copy; blocks and records are immutable and shared. */
export function copyScan(scan: LogScan): LogScan {
  const { entries, checksums, pending, tail } = scan;
  return {
    ...scan,
    tail: tail.slice(),
    entries: entries.slice(),
    checksums: checksums.slice(),
    pending: pending.slice(),
  };
}

function takeBlock(scan: LogScan, block: Block, index: number, rules: ScanRules): void {
  if (isCutShort(scan, block, index)) keepPending(scan);
  if (typeof block === 'string' || !continues(scan, block, index)) {
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

function isCutShort(scan: LogScan, block: Block, index: number): boolean {
  const last = scan.pending.at(-1);
  if (last === undefined) return false;
  if (index === scan.cut.logIndex && last.cutCount < scan.cut.count) return true;
  // Of an earlier cut only what was written after it tells.
  return (
    typeof block !== 'string' &&
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
  return block.logIndex === index && block.previousChecksum === previousChecksum;
}

function isBelieved({ cut }: LogScan, block: LogBlock): boolean {
  return block.logIndex < cut.logIndex || block.cutCount >= cut.count;
}

// Parts of the unfinished batch are a torn tail; a part of a later one shows that there was no end.
function lookBeyond(scan: LogScan, block: Block, index: number, rules: ScanRules): void {
  if (typeof block === 'string') {
    scan.tail.push(block === 'blank' ? 'other' : block);
    return;
  }
  const firstIndex = block.logIndex - block.partIndex;
  const lap = block.logIndex - index;
  const isOfAge = isBelieved(scan, block) && lap >= 0 && lap % rules.ringLength === 0;
  if (isOfAge && firstIndex === scan.endIndex) {
    tear(scan, block, rules);
    return;
  }
  scan.tail.push('other');
  if (isOfAge && firstIndex > scan.endIndex) scan.damaged = true;
}

function tear(scan: LogScan, part: LogBlock, rules: ScanRules): void {
  scan.torn = true;
  scan.tail.push('part');
  scan.tailPartCount = Math.max(scan.tailPartCount, part.partCount);
  // A batch of any size may hide a later one behind it.
  const pastIndex = scan.endIndex + part.partCount + 1;
  scan.lookUntilIndex = Math.max(scan.lookUntilIndex, pastIndex);
  if (!rules.appliesTorn) return;
  scan.entries.push({ term: part.term, record: part.record });
  scan.checksums.push(part.checksum);
}

/** A block as it was written, or why it is none. */
type Block = LogBlock | 'blank' | Spoiled;

function blockOf(payload: unknown): Block {
  if (payload === undefined) return 'blank';
  if (payload === unreadable) return 'unreadable';
  if (typeof payload !== 'object' || payload === null) return 'garbled';
  const block = payload as Partial<LogBlock>;
  if (block.kind !== 'log' || block.record === undefined) return 'garbled';
  return checksumOf(block as LogBlock) === block.checksum ? (block as LogBlock) : 'garbled';
}
