// Writes one batch to the ring of the log: by one command, or two where the ring has its seam.
//
//   write -> read back -> flush -> written
import type { IoCompletion } from '../../sim/index.ts';
import type { MutantSet } from '../mutants.ts';
import { encodeBatch, type LogBlock, type LogEntry } from './log.ts';
import type { SubmitIo } from './submit-io.ts';
import { type LogLayout, ringRuns } from './superblock.ts';

/** One batch on its way to the device, or waiting for a cut of the log. */
export class BatchWriter {
  readonly logIndex: number;
  readonly #entries: readonly LogEntry[];
  readonly #layout: LogLayout;
  readonly #mutants: MutantSet;
  #blocks: readonly LogBlock[] = [];
  /** Commands under way. */
  #openCount = 0;

  constructor(
    layout: LogLayout,
    logIndex: number,
    entries: readonly LogEntry[],
    mutants: MutantSet,
  ) {
    this.#layout = layout;
    this.logIndex = logIndex;
    this.#entries = entries;
    this.#mutants = mutants;
  }

  /** Index of the last record. */
  get lastIndex(): number {
    return this.logIndex + this.#entries.length - 1;
  }
  /** Of each record. */
  get checksums(): readonly number[] {
    return this.#blocks.map(({ checksum }) => checksum);
  }

  start(
    follows: { readonly previousChecksum: number; readonly cutCount: number },
    submit: SubmitIo,
  ): void {
    this.#blocks = encodeBatch(this.#entries, { logIndex: this.logIndex, ...follows });
    this.#submitRuns('write', submit);
  }

  onIo(step: string, done: IoCompletion, submit: SubmitIo): 'more' | 'failed' | 'lost' | 'written' {
    if (done.status !== 'ok') {
      // The variant that flushes again. The device has dropped what it could not write: a second
      // flush finds nothing to do, and succeeds.
      if (step !== 'flush' || !this.#mutants.has('failed-flush-believed')) return 'failed';
      submit('flush', { op: 'flush', block: 0, blockCount: 0 });
      return 'more';
    }
    if (step === 'flush') return 'written';
    if (step === 'read-back' && !this.#isThere(done)) return 'lost';
    this.#openCount -= 1;
    if (this.#openCount > 0) return 'more';
    if (step === 'write') this.#submitRuns('read-back', submit);
    else submit('flush', { op: 'flush', block: 0, blockCount: 0 });
    return 'more';
  }

  copy(): BatchWriter {
    const copy = new BatchWriter(this.#layout, this.logIndex, this.#entries, this.#mutants);
    copy.#blocks = this.#blocks;
    copy.#openCount = this.#openCount;
    return copy;
  }

  #submitRuns(step: 'write' | 'read-back', submit: SubmitIo): void {
    for (const run of ringRuns(this.#layout, this.logIndex, this.#blocks.length)) {
      const { block, blockCount } = run;
      const payloads = this.#blocksOf(run);
      this.#openCount += 1;
      if (step === 'write') submit(step, { op: 'write', block, blockCount, payloads });
      else submit(step, { op: 'read', block, blockCount });
    }
  }

  #isThere(done: IoCompletion): boolean {
    const runs = ringRuns(this.#layout, this.logIndex, this.#blocks.length);
    const run = runs.find(({ block }) => block === done.block)!;
    return this.#blocksOf(run).every(
      ({ checksum }, i) => (done.payloads?.[i] as Partial<LogBlock>)?.checksum === checksum,
    );
  }

  #blocksOf(run: { readonly logIndex: number; readonly blockCount: number }): readonly LogBlock[] {
    const at = run.logIndex - this.logIndex;
    return this.#blocks.slice(at, at + run.blockCount);
  }
}
