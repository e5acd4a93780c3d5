// What a client has to read back after its workload, chunk by chunk.
import type { ClientStep } from './state.ts';

/** The unit of the verification pass, in blocks. */
export const chunkBlockCount = 64;

/** Damaged blocks are read so often before the verification pass calls them lost. */
const damagedReadMax = 3;

/** Why an operation came to no good end. */
export type EndReason = 'timeout' | 'overloaded' | 'corrupt' | 'data-lost' | 'not-ready';

/** Blocks are being written: they are to be read back at the end. */
export function noteWritten(step: ClientStep, block: number, blockCount: number): void {
  const last = Math.floor((block + blockCount - 1) / chunkBlockCount);
  for (let chunk = Math.floor(block / chunkBlockCount); chunk <= last; chunk++) {
    step.state.writtenChunks.add(chunk);
  }
  // A clock that went back lets a program write after its end: all is read back once more.
  if (step.state.verify === null) return;
  step.state.verify = null;
  step.state.verifiedBlockCount = 0;
}

/**
 * The read of a chunk has ended. What is lost for good is read once, what is damaged some more
 * times: its medium may recover.
 */
export function onChunk(
  step: ClientStep,
  chunk: number,
  outcome: 'ok' | 'detached' | EndReason,
): void {
  const { state, out } = step;
  if (outcome === 'ok') {
    state.verifiedBlockCount += chunkBlockCount;
    return;
  }
  const failureCount = (state.verifyFailures.get(chunk) ?? 0) + (outcome === 'corrupt' ? 1 : 0);
  state.verifyFailures.set(chunk, failureCount);
  if (outcome !== 'data-lost' && failureCount < damagedReadMax) {
    state.verify?.push(chunk);
    return;
  }
  const { volume, volumeBlockCount } = state.input;
  const block = chunk * chunkBlockCount;
  const blockCount = Math.min(chunkBlockCount, volumeBlockCount - block);
  out.mark('data.lost', { volume, block, blockCount, reason: outcome });
}
