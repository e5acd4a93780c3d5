// Reading a log store back: superblocks, then the checkpoint that they name, then the log after it.
//
//   flush --> superblocks --> checkpoint --whole--------> log --end--> opened
//                                 |                        |
//                                 '--damaged--> the older one, or the beginning, with more log
//                                                          |
//                                   a later batch beyond the end: damaged, to be read again later
//
// What cannot be read as one is read block by block, and a block that fails again and again says
// nothing: only if the log has its end there, something depends on it (log-tail.ts).
//
// Whoever reads it tells others, so all of it must be durable. What a process that died has left in
// a volatile cache is flushed first; and each read goes past the cache, which may show what an
// earlier flush has failed to write and dropped (Rebello et al., ATC '20).
import type { IoCompletion } from '../../sim/index.ts';
import { type CheckpointPieces, decodeCheckpoint } from './checkpoint.ts';
import {
  copyScan,
  emptyScan,
  endOf,
  isScanned,
  type LogScan,
  restsOnUnreadable,
  type ScanRules,
  scanBlocks,
  unreadable,
} from './log.ts';
import type { LogStoreInput } from './log-store-news.ts';
import type { Spoiled } from './log-tail.ts';
import type { SubmitIo } from './submit-io.ts';
import {
  areaStart,
  blankSuperblock,
  type CheckpointRef,
  type LogLayout,
  readSuperblock,
  ringRuns,
  type Superblock,
  superblockCount,
} from './superblock.ts';

/** How many blocks one read takes. */
const readBlockCount = 64;
/** A block that fails so often is left for now: drives try again by themselves (assumed). */
const readTryMax = 4;

/** How a log is read; `findsNothing` is a known wrong variant, for which the device is blank. */
export interface OpeningRules extends ScanRules {
  readonly findsNothing: boolean;
  /** A known wrong variant reads what the cache shows. */
  readonly readsCache: boolean;
}

const anySpoiled: readonly Spoiled[] = ['garbled', 'unreadable'];

/** How the log of a store is read. */
export function openingRules(
  { mutants, cutOffAs }: LogStoreInput,
  { ringLength, batchMax }: LogLayout,
): OpeningRules {
  return {
    ringLength,
    batchMax,
    cutOffAs: mutants.has('damage-taken-for-torn') ? anySpoiled : cutOffAs,
    appliesTorn: mutants.has('torn-batch-applied'),
    findsNothing: mutants.has('volatile-map'),
    readsCache: mutants.has('dropped-tail-believed'),
  };
}

/** What an opened store is told of. */
export interface Opened {
  readonly superblock: Superblock;
  /** A place of the superblock that does not say so, or null. */
  readonly laggingPlace: number | null;
  /** The newest checkpoint that is whole, or null. */
  readonly checkpoint: CheckpointRef | null;
  readonly pieces: CheckpointPieces | null;
  readonly scan: LogScan;
  /** Parts of a batch that was never flushed are at the end. */
  readonly tornTail: boolean;
}

/** Why nothing was opened. */
type Unopened = 'failed' | 'damaged';

/** One reading of the device. */
export class LogOpening {
  readonly #layout: LogLayout;
  readonly #rules: OpeningRules;
  readonly #found: (Superblock | null)[] = [];
  #isUnreadable = false;
  /** Places of a superblock that were written to, whatever is there. */
  #writtenCount = 0;
  #superblock: Superblock = blankSuperblock;
  /** Checkpoints that may still be tried, the newest first. */
  #refs: readonly CheckpointRef[] = [];
  readonly #payloads: unknown[] = [];
  #pieces: CheckpointPieces | null = null;
  #scan: LogScan | null = null;
  /** Before this index the log is read block by block. */
  #singlesUntilIndex = 0;
  #failedReadCount = 0;

  constructor(layout: LogLayout, rules: OpeningRules) {
    this.#layout = layout;
    this.#rules = rules;
  }

  /** The first block whose promised record is not there; known once `damaged`. */
  get endIndex(): number {
    return this.#scan?.endIndex ?? 0;
  }

  /** Of a damaged log: what is missing. */
  get damage(): 'superblock' | 'hole' | 'last-batch' {
    if (this.#scan === null) return 'superblock';
    return this.#scan.damaged || this.#lacksCheckpointed(this.#scan) ? 'hole' : 'last-batch';
  }

  /** Whether another reading may come to something else: blocks that matter could not be read. */
  get restsOnUnreadable(): boolean {
    return this.#scan === null ? this.#isUnreadable : restsOnUnreadable(this.#scan);
  }

  /**
   * Whether the device holds records, or something in both places of a superblock: each place is
   * written only when the other one is whole, so that one at the most is torn.
   */
  get hasContents(): boolean {
    return this.#writtenCount === superblockCount || (this.#scan?.entries.length ?? 0) > 0;
  }

  /** What the better of the two says. */
  get superblock(): Superblock {
    return this.#superblock;
  }

  start(submit: SubmitIo): void {
    submit('flush', { op: 'flush', block: 0, blockCount: 0 });
  }

  /** Takes what was read. */
  onIo(submit: SubmitIo, completion: IoCompletion): 'more' | 'flushed' | Unopened | Opened {
    if (completion.op === 'flush') {
      if (completion.status !== 'ok') return 'failed';
      this.#readSuperblock(submit, 0);
      return 'flushed';
    }
    const done = this.#rules.findsNothing ? { ...completion, payloads: [] } : completion;
    if (this.#scan !== null) return this.#onLog(submit, this.#scan, done);
    if (this.#found.length < superblockCount) return this.#onSuperblock(submit, done);
    return this.#onPieces(submit, done);
  }

  copy(): LogOpening {
    const copy = new LogOpening(this.#layout, this.#rules);
    copy.#found.push(...this.#found);
    copy.#isUnreadable = this.#isUnreadable;
    copy.#writtenCount = this.#writtenCount;
    copy.#superblock = this.#superblock;
    copy.#refs = this.#refs;
    copy.#payloads.push(...this.#payloads);
    copy.#pieces = this.#pieces;
    copy.#scan = this.#scan === null ? null : copyScan(this.#scan);
    copy.#singlesUntilIndex = this.#singlesUntilIndex;
    copy.#failedReadCount = this.#failedReadCount;
    return copy;
  }

  #read(submit: SubmitIo, step: string, block: number, blockCount: number): void {
    submit(step, { op: 'read', block, blockCount, fua: !this.#rules.readsCache });
  }

  #readSuperblock(submit: SubmitIo, place: number): void {
    this.#read(submit, 'superblock', place, 1);
  }

  // One that cannot be read is as good as none: the other one says the same, or nobody was told.
  // Of two that are written one is whole, whatever happens to the other.
  #onSuperblock(submit: SubmitIo, done: IoCompletion): 'more' | 'damaged' {
    const payload = done.payloads?.[0];
    this.#isUnreadable ||= done.status !== 'ok';
    if (payload !== undefined || done.status !== 'ok') this.#writtenCount += 1;
    this.#found.push(done.status === 'ok' ? readSuperblock(payload) : null);
    if (this.#found.length < superblockCount) {
      this.#readSuperblock(submit, this.#found.length);
      return 'more';
    }
    const hasNone = this.#found.every((found) => found === null);
    if (hasNone && this.#isUnreadable && this.#writtenCount === superblockCount) return 'damaged';
    for (const found of this.#found) {
      if (found !== null && found.sequence > this.#superblock.sequence) this.#superblock = found;
    }
    this.#refs = this.#superblock.checkpoints;
    this.#tryNext(submit);
    return 'more';
  }

  #tryNext(submit: SubmitIo): void {
    const [ref] = this.#refs;
    this.#payloads.length = 0;
    if (ref !== undefined) this.#readPieces(submit, ref);
    else this.#readLog(submit, this.#begin(null));
  }

  #readPieces(submit: SubmitIo, ref: CheckpointRef): void {
    const readCount = this.#payloads.length;
    const block = areaStart(this.#layout, ref.area) + readCount;
    const blockCount = Math.min(readBlockCount, ref.pieceCount - readCount);
    this.#read(submit, 'checkpoint', block, blockCount);
  }

  #onPieces(submit: SubmitIo, done: IoCompletion): 'more' {
    const ref = this.#refs[0] as CheckpointRef;
    if (done.status === 'ok') this.#payloads.push(...payloadsOf(done));
    const isRead = this.#payloads.length >= ref.pieceCount;
    if (done.status === 'ok' && !isRead) {
      this.#readPieces(submit, ref);
      return 'more';
    }
    this.#pieces = isRead ? decodeCheckpoint(this.#payloads, ref) : null;
    if (this.#pieces !== null) {
      this.#readLog(submit, this.#begin(ref));
    } else {
      this.#refs = this.#refs.slice(1);
      this.#tryNext(submit);
    }
    return 'more';
  }

  #begin(ref: CheckpointRef | null): LogScan {
    this.#scan = emptyScan(this.#superblock.cut, ref?.recordCount ?? 0, ref?.logChecksum ?? 0);
    return this.#scan;
  }

  #readLog(submit: SubmitIo, scan: LogScan): void {
    const wanted = scan.ended ? scan.lookUntilIndex - scan.nextIndex : readBlockCount;
    const isSingle = scan.nextIndex < this.#singlesUntilIndex;
    const count = isSingle ? 1 : Math.min(Math.max(1, wanted), this.#layout.ringLength);
    const [run] = ringRuns(this.#layout, scan.nextIndex, count);
    if (run !== undefined) this.#read(submit, 'log', run.block, run.blockCount);
  }

  // What failed is read again, by itself, until there is nothing more to expect of it.
  #readAgain(submit: SubmitIo, scan: LogScan, { blockCount }: IoCompletion): boolean {
    if (blockCount > 1) this.#singlesUntilIndex = scan.nextIndex + blockCount;
    else this.#failedReadCount += 1;
    if (this.#failedReadCount >= readTryMax) return false;
    this.#readLog(submit, scan);
    return true;
  }

  // A checkpoint stands for records that were there, whether it can be read or not.
  #lacksCheckpointed({ endIndex }: LogScan): boolean {
    return endIndex < (this.#superblock.checkpoints[0]?.recordCount ?? 0);
  }

  #onLog(submit: SubmitIo, scan: LogScan, done: IoCompletion) {
    if (done.status !== 'ok' && done.status !== 'io-error') return 'failed';
    if (done.status === 'io-error' && this.#readAgain(submit, scan, done)) return 'more';
    this.#failedReadCount = 0;
    const payloads = done.status === 'ok' ? payloadsOf(done) : [unreadable];
    const beginIndex = this.#refs[0]?.recordCount ?? 0;
    const leftCount = beginIndex + this.#layout.ringLength - scan.nextIndex;
    scanBlocks(scan, payloads.slice(0, leftCount), this.#rules);
    if (!isScanned(scan) && leftCount > done.blockCount) {
      this.#readLog(submit, scan);
      return 'more';
    }
    const end = endOf(scan, this.#rules);
    if (end === 'damaged' || this.#lacksCheckpointed(scan)) return 'damaged';
    const laggingPlace = this.#found.findIndex(
      (found) => (found?.sequence ?? 0) < this.#superblock.sequence,
    );
    return {
      superblock: this.#superblock,
      laggingPlace: laggingPlace < 0 ? null : laggingPlace,
      checkpoint: this.#refs[0] ?? null,
      pieces: this.#pieces,
      scan,
      tornTail: end === 'torn',
    } satisfies Opened;
  }
}

// Without any payload in what was read there is no list of them.
function payloadsOf(done: IoCompletion): readonly unknown[] {
  return Array.from({ length: done.blockCount }, (_, i) => done.payloads?.[i]);
}
