// Writes the pieces of a checkpoint to their area, a few at a time, beside other commands.
//
//   write ... write -> read back ... read back -> flush -> written
import type { IoCompletion } from '../../sim/index.ts';
import type { CheckpointBlock } from './checkpoint.ts';
import type { SubmitIo } from './submit-io.ts';
import type { CheckpointRef } from './superblock.ts';

/** How many blocks one command takes: short enough to let a batch of the log pass. */
const pieceBlockCount = 64;

/** One checkpoint on its way to the device. */
export class CheckpointWriter {
  readonly ref: CheckpointRef;
  readonly #startBlock: number;
  readonly #blocks: readonly CheckpointBlock[];
  /** How many blocks were written, or read back. */
  #doneCount = 0;

  constructor(ref: CheckpointRef, startBlock: number, blocks: readonly CheckpointBlock[]) {
    this.ref = ref;
    this.#startBlock = startBlock;
    this.#blocks = blocks;
  }

  start(submit: SubmitIo): void {
    this.#submit('write', submit);
  }

  onIo(step: string, done: IoCompletion, submit: SubmitIo): 'more' | 'failed' | 'written' {
    if (done.status !== 'ok') return 'failed';
    if (step === 'flush') return 'written';
    if (step === 'read-back' && !this.#isThere(done)) return 'failed';
    this.#doneCount += done.blockCount;
    if (this.#doneCount < this.#blocks.length) {
      this.#submit(step as 'write' | 'read-back', submit);
    } else if (step === 'write') {
      this.#doneCount = 0;
      this.#submit('read-back', submit);
    } else {
      submit('flush', { op: 'flush', block: 0, blockCount: 0 });
    }
    return 'more';
  }

  copy(): CheckpointWriter {
    const copy = new CheckpointWriter(this.ref, this.#startBlock, this.#blocks);
    copy.#doneCount = this.#doneCount;
    return copy;
  }

  #submit(step: 'write' | 'read-back', submit: SubmitIo): void {
    const at = this.#doneCount;
    const payloads = this.#blocks.slice(at, at + pieceBlockCount);
    const place = { block: this.#startBlock + at, blockCount: payloads.length };
    if (step === 'write') submit(step, { op: 'write', ...place, payloads });
    else submit(step, { op: 'read', ...place });
  }

  #isThere(done: IoCompletion): boolean {
    const at = done.block - this.#startBlock;
    for (let i = 0; i < done.blockCount; i++) {
      const found = done.payloads?.[i] as Partial<CheckpointBlock> | undefined;
      if (found?.checksum !== this.#blocks[at + i]?.checksum) return false;
    }
    return true;
  }
}
