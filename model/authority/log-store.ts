// The log store of the map authority: entries, vote and checkpoints on one device, over crashes.
//
//   append       [cut] -> write -> read back -> flush -> appended           one at a time
//   save         write 1st superblock -> read back -> flush, the 2nd alike  one at a time; what is
//                                                          asked for meanwhile goes with the next
//   checkpoint   write -> read back -> flush -> save -> checkpointed        beside appends
//
// An append is one command (two where the ring has its seam). Reading back is for devices that say
// done and have it elsewhere, or nowhere. An append at an index before the end cuts what follows.
// A checkpoint goes to the area that the newest one does not lie in. The older one stays named, and
// the ring keeps what follows it, over crashes, too: only a durable superblock moves its start.
// Whoever can have the log from elsewhere drops all of it where it is damaged (`format`), or takes
// another's checkpoint in its place (`install`).
// A device error ends it all until the store is opened again; a checkpoint's write is only dropped.
import { assert, type IoCompletion, type Outbox } from '../../sim/index.ts';
import { BatchWriter } from './batch-writer.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { KeptRecords } from './kept-records.ts';
import type { LogEntry } from './log.ts';
import { LogOpening, type Opened, openingRules } from './log-opening.ts';
import type { Checkpoint, LogStoreInput, LogStoreNews } from './log-store-news.ts';
import type { SubmitIo } from './submit-io.ts';
import {
  areaStart,
  blankSuperblock,
  type CheckpointRef,
  type LogLayout,
  logLayout,
  type Superblock,
  type Vote,
} from './superblock.ts';
import { SuperblockWriter } from './superblock-writer.ts';

/** What cannot be read at so many openings, later and later, is given up (assumed). */
const unreadOpeningMax = 3;

type Part = 'open' | 'append' | 'save' | 'checkpoint';

interface Tag {
  readonly part: Part;
  readonly step: string;
  readonly round: number;
}

/** All of its memory is in it; nothing of it survives a crash. */
export class LogStore {
  readonly layout: LogLayout;
  readonly #input: LogStoreInput;
  /** Counts openings; completions of an earlier one are ignored. */
  #round = 0;
  /** Openings in a row that came to something for want of blocks that could not be read. */
  #unreadCount = 0;
  #opening: LogOpening | null = null;
  #opened: Opened | null = null;
  #superblocks = new SuperblockWriter();
  #checkpoint: CheckpointWriter | null = null;
  #append: BatchWriter | null = null;
  #superblock: Superblock = blankSuperblock;
  #kept: KeptRecords;
  /** All of the log is being dropped, to go on from this index; else null. */
  #restartIndex: number | null = null;

  constructor(input: LogStoreInput) {
    this.#input = input;
    this.layout = logLayout(input.logBlockCount);
    this.#kept = new KeptRecords(this.layout.ringLength);
  }

  /** The oldest record that is kept, and the place of the next one. */
  get startIndex(): number {
    return this.#kept.startIndex;
  }
  get endIndex(): number {
    return this.#kept.endIndex;
  }
  /** How many more blocks the ring has room for. */
  get roomCount(): number {
    return this.#kept.roomCount;
  }
  get isOpen(): boolean {
    return this.#round > 0 && this.#opening === null && this.#opened === null;
  }
  get isAppending(): boolean {
    return this.#append !== null;
  }
  get isCheckpointing(): boolean {
    return this.#checkpoint !== null;
  }
  /** Records that the newest checkpoint stands for. */
  get checkpointedCount(): number {
    return this.#superblock.checkpoints[0]?.recordCount ?? 0;
  }

  /** Forgets everything and reads the device. */
  open(out: Outbox): void {
    this.#round += 1;
    this.#opening = new LogOpening(this.layout, openingRules(this.#input, this.layout));
    this.#opened = null;
    this.#superblocks = new SuperblockWriter();
    this.#checkpoint = null;
    this.#append = null;
    this.#restartIndex = null;
    this.#opening.start(this.#submitter(out, 'open'));
  }

  /** Appends entries as one batch; before the end, they take the place of all from there on. */
  append(out: Outbox, logIndex: number, entries: readonly LogEntry[]): void {
    assert(this.isOpen && this.#append === null, 'an append while the store is busy');
    assert(entries.length <= this.roomCount, `no room for ${entries.length} entries`);
    assert(logIndex >= this.startIndex && logIndex <= this.endIndex, `append at ${logIndex}`);
    this.#append = new BatchWriter(this.layout, logIndex, entries, this.#input.mutants);
    if (logIndex === this.endIndex) {
      this.#writeBatch(out);
      return;
    }
    const cut = { count: this.#superblocks.latest(this.#superblock).cut.count + 1, logIndex };
    this.#change(out, { cut });
  }

  /** Makes a vote durable. */
  saveVote(out: Outbox, vote: Vote): void {
    assert(this.isOpen, 'a vote before the store is open');
    this.#change(out, { vote });
  }

  /** Drops a damaged log; the vote stays, as far as it is known. */
  format(out: Outbox, vote: Vote): void {
    this.#rewrite(out, { vote, checkpoints: [], isRefilling: true }, 0);
  }

  /** Takes another member's checkpoint in place of the log. */
  install(out: Outbox, checkpoint: Checkpoint): void {
    this.#restartIndex = checkpoint.recordCount;
    this.writeCheckpoint(out, checkpoint);
  }

  /** A log that was formatted has all that was promised again. */
  endRefill(out: Outbox): void {
    this.#change(out, { isRefilling: false });
  }

  // A cut at its beginning: what was dropped is told from what is damaged.
  #rewrite(out: Outbox, change: Partial<Superblock>, logIndex: number): void {
    const count = this.#superblocks.latest(this.#superblock).cut.count + 1;
    this.#restartIndex = logIndex;
    this.#change(out, { ...change, cut: { count, logIndex } });
  }

  /** Begins a checkpoint of the first `recordCount` records; `term` is that of the last of them. */
  writeCheckpoint(out: Outbox, what: Checkpoint): void {
    assert(this.isOpen && this.#checkpoint === null, 'a checkpoint while one is under way');
    const { recordCount, term, pieces } = what;
    const blocks = encodeCheckpoint(pieces, recordCount);
    const area = this.#superblock.checkpoints[0]?.area === 0 ? 1 : 0;
    const ref: CheckpointRef = {
      area,
      pieceCount: blocks.length,
      checksum: blocks.at(-1)?.checksum ?? 0,
      recordCount,
      logChecksum: this.#restartIndex === null ? this.#kept.checksumBefore(recordCount) : 0,
      term,
    };
    if (blocks.length > this.layout.areaLength) {
      out.mark('checkpoint.abandoned', { recordCount, reason: 'too-large' });
      return;
    }
    out.mark('checkpoint.started', { recordCount, pieceCount: blocks.length });
    // A wrong variant: what the checkpoint is to stand for is given up before it is durable.
    if (this.#input.mutants.has('log-freed-early')) this.#kept.overwrite(recordCount);
    this.#checkpoint = new CheckpointWriter(ref, areaStart(this.layout, area), blocks);
    this.#checkpoint.start(this.#submitter(out, 'checkpoint'));
  }

  /** Whether a command is of a checkpoint that is being written. */
  static isOfCheckpoint(done: IoCompletion): boolean {
    return (done.tag as Tag).part === 'checkpoint';
  }

  /** Takes the completion of a command. */
  onIo(out: Outbox, done: IoCompletion): readonly LogStoreNews[] {
    const tag = done.tag as Tag;
    if (tag.round !== this.#round) return [];
    switch (tag.part) {
      case 'open':
        return this.#onOpening(out, tag.step, done);
      case 'append':
        return this.#onAppend(out, tag.step, done);
      case 'save':
        return this.#onSave(out, tag.step, done);
      case 'checkpoint':
        return this.#onCheckpoint(out, tag.step, done);
    }
  }

  copy(): LogStore {
    const copy = new LogStore(this.#input);
    copy.#round = this.#round;
    copy.#unreadCount = this.#unreadCount;
    copy.#opening = this.#opening?.copy() ?? null;
    copy.#opened = this.#opened;
    copy.#superblocks = this.#superblocks.copy();
    copy.#checkpoint = this.#checkpoint?.copy() ?? null;
    copy.#append = this.#append?.copy() ?? null;
    copy.#superblock = this.#superblock;
    copy.#kept = this.#kept.copy();
    copy.#restartIndex = this.#restartIndex;
    return copy;
  }

  #onOpening(out: Outbox, step: string, done: IoCompletion): readonly LogStoreNews[] {
    const submit = this.#submitter(out, 'open');
    if (this.#opening === null) return this.#onRepair(out, step, done);
    const opening = this.#opening;
    const found = opening.onIo(submit, done);
    if (found === 'more') return [];
    if (found === 'flushed') return [{ type: 'flushed' }];
    if (this.#isToBeReadAgain(found, opening)) {
      out.mark('log.unread', { logIndex: opening.endIndex, openingCount: this.#unreadCount });
      return this.#fail();
    }
    if (found === 'damaged') {
      const { endIndex: logIndex, damage, restsOnUnreadable: isUnreadable } = opening;
      out.mark('log.damaged', { logIndex, damage, isUnreadable });
    }
    if (found === 'damaged' && this.#input.salvages === true) return [this.#tellDamaged(opening)];
    if (found === 'damaged' || found === 'failed') return this.#fail();
    // A member saves its term before any record: without a superblock, it was lost.
    const isLost = found.superblock.sequence === 0 && opening.hasContents;
    if (this.#input.salvages === true && isLost) return [this.#tellDamaged(opening)];
    this.#opening = null;
    this.#opened = found;
    if (found.laggingPlace === null) return [this.#finishOpening(out)];
    submit('repair', SuperblockWriter.write(found.superblock, found.laggingPlace));
    return [];
  }

  // The next superblock may be written over the only place that says so, which it may spoil.
  #onRepair(out: Outbox, step: string, done: IoCompletion): readonly LogStoreNews[] {
    if (done.status !== 'ok') return this.#fail();
    if (step === 'repaired') return [this.#finishOpening(out)];
    const flush = { op: 'flush', block: 0, blockCount: 0 } as const;
    this.#submitter(out, 'open')('repaired', flush);
    return [];
  }

  // What cannot be read now may be read later: nothing is concluded from it at once.
  #isToBeReadAgain(found: ReturnType<LogOpening['onIo']>, opening: LogOpening): boolean {
    if (found === 'failed') return false;
    this.#unreadCount = opening.restsOnUnreadable ? this.#unreadCount + 1 : 0;
    return this.#unreadCount > 0 && this.#unreadCount < unreadOpeningMax;
  }

  #tellDamaged({ superblock }: LogOpening): LogStoreNews {
    this.#opening = null;
    this.#superblock = superblock;
    return { type: 'damaged', vote: superblock.vote };
  }

  #finishOpening(out: Outbox): LogStoreNews {
    const { superblock, checkpoint, pieces, scan, tornTail } = this.#opened as Opened;
    this.#opened = null;
    // A newer one that could not be read does not count any more.
    const checkpoints =
      checkpoint === null
        ? []
        : superblock.checkpoints.slice(superblock.checkpoints.indexOf(checkpoint));
    for (const { recordCount } of superblock.checkpoints) {
      if (recordCount > (checkpoint?.recordCount ?? 0)) {
        out.mark('checkpoint.unreadable', { recordCount });
      }
    }
    this.#superblock = { ...superblock, checkpoints };
    this.#kept.found({
      startIndex: checkpoint?.recordCount ?? 0,
      baseChecksum: checkpoint?.logChecksum ?? 0,
      checksums: scan.checksums,
      keptFromIndex: checkpoints[1]?.recordCount ?? null,
    });
    return {
      type: 'opened',
      vote: superblock.vote,
      isRefilling: superblock.isRefilling,
      recordCount: this.startIndex,
      term: checkpoint?.term ?? 0,
      pieces,
      entries: scan.entries,
      tornTail,
    };
  }

  #writeBatch(out: Outbox): void {
    const append = this.#append as BatchWriter;
    out.mark('log.submitted', { logIndex: append.lastIndex });
    const previousChecksum = this.#kept.checksumBefore(append.logIndex);
    const follows = { previousChecksum, cutCount: this.#superblock.cut.count };
    append.start(follows, this.#submitter(out, 'append'));
  }

  #onAppend(out: Outbox, step: string, done: IoCompletion): readonly LogStoreNews[] {
    const append = this.#append as BatchWriter;
    const result = append.onIo(step, done, this.#submitter(out, 'append'));
    if (result === 'more') return [];
    if (result === 'lost') out.mark('log.write-lost', { block: done.block });
    if (result !== 'written') return this.#fail();
    this.#append = null;
    this.#kept.put(append.logIndex, append.checksums);
    out.mark('log.flushed', { logIndex: append.lastIndex });
    return [{ type: 'appended', logIndex: append.lastIndex }];
  }

  #change(out: Outbox, change: Partial<Omit<Superblock, 'sequence'>>): void {
    this.#superblocks.change(this.#superblock, change, this.#submitter(out, 'save'));
  }

  #onSave(out: Outbox, step: string, done: IoCompletion): readonly LogStoreNews[] {
    const submit = this.#submitter(out, 'save');
    const result = this.#superblocks.onIo(step, done, submit);
    if (result === 'more') return [];
    if (result === 'failed') {
      out.mark('log.write-lost', { block: done.block });
      return this.#fail();
    }
    const { change } = result;
    this.#superblock = result.superblock;
    this.#superblocks.next(this.#superblock, submit);
    if (this.#restartIndex !== null && change.cut?.logIndex === this.#restartIndex) {
      return [this.#restart(this.#restartIndex)];
    }
    const news: LogStoreNews[] = [];
    if (change.isRefilling !== undefined) news.push({ type: 'refilled' });
    if (change.vote !== undefined) news.push({ type: 'vote.saved', vote: change.vote });
    if (change.checkpoints !== undefined) news.push(this.#finishCheckpoint(out));
    if (change.cut !== undefined) this.#writeBatch(out);
    return news;
  }

  #restart(startIndex: number): LogStoreNews {
    this.#restartIndex = null;
    this.#checkpoint = null;
    this.#kept.restart(startIndex);
    return { type: 'rewritten' };
  }

  #onCheckpoint(out: Outbox, step: string, done: IoCompletion): readonly LogStoreNews[] {
    const writer = this.#checkpoint as CheckpointWriter;
    const result = writer.onIo(step, done, this.#submitter(out, 'checkpoint'));
    if (result === 'more') return [];
    const { recordCount } = writer.ref;
    if (result === 'failed') {
      // A flush is one for all: what of a batch it covered may be gone, too.
      if (this.#restartIndex !== null || step === 'flush') return this.#fail();
      this.#checkpoint = null;
      out.mark('checkpoint.abandoned', { recordCount, reason: done.status });
      return [{ type: 'checkpoint.abandoned' }];
    }
    if (this.#restartIndex !== null) {
      this.#rewrite(out, { checkpoints: [writer.ref] }, recordCount);
      return [];
    }
    this.#change(out, {
      checkpoints: [writer.ref, ...this.#superblock.checkpoints].slice(0, 2),
    });
    return [];
  }

  #finishCheckpoint(out: Outbox): LogStoreNews {
    const { recordCount } = (this.#checkpoint as CheckpointWriter).ref;
    this.#checkpoint = null;
    // The ring keeps what follows the older one of two checkpoints; with one, everything.
    this.#kept.free(this.#superblock.checkpoints[1]?.recordCount ?? 0);
    out.mark('checkpoint.finished', { recordCount, startIndex: this.startIndex });
    return { type: 'checkpointed', recordCount };
  }

  #fail(): readonly LogStoreNews[] {
    // Commands that are still under way belong to nobody.
    this.#round += 1;
    return [{ type: 'failed' }];
  }

  #submitter(out: Outbox, part: Part): SubmitIo {
    const { device } = this.#input;
    const round = this.#round;
    return (step, request) => {
      const tag: Tag = { part, step, round };
      out.submitIo(device, { ...request, tag });
    };
  }
}
