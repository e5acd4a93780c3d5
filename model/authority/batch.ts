// Batches of the map authority: from the queue to the medium, then receipts, then answers.
import type { IoCompletion } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import { answerJoin, answerNotification, answerVerify, sendReceipt } from './answers.ts';
import { appliedBefore, applyRecord, digestMap, type Outcome } from './data-map.ts';
import { encodeBatch, isBatch } from './log.ts';
import { onAttached } from './sessions.ts';
import { type AuthorityStep, type BatchInFlight, type BatchItem, pendingKey } from './state.ts';

/**
 * Takes requests from the queue and gives their records places in the log. The first entries of the
 * volumes are one batch, whatever their number: nobody may see a map that lacks some of them.
 */
export function nextBatch(step: AuthorityStep): BatchInFlight {
  const { state } = step;
  const requestedAt = state.queue.findIndex(({ from }) => from !== null);
  const firstCount = requestedAt < 0 ? state.queue.length : requestedAt;
  const taken = state.queue.splice(0, Math.max(firstCount, state.version.batchItemMax));
  let recordCount = 0;
  const items = taken.map((item) =>
    item.record === null ? item : { ...item, logIndex: state.nextLogIndex + recordCount++ },
  );
  return { items, recordCount, blockCount: 0, checksum: state.checksum };
}

/** Writes a batch to the log by one command. */
export function submitBatch(step: AuthorityStep, batch: BatchInFlight): void {
  const { state, out } = step;
  const records = batch.items.flatMap((item) => (item.record === null ? [] : [item.record]));
  const payloads = encodeBatch(records, {
    batch: state.nextBatch,
    logIndex: state.nextLogIndex,
    position: state.nextBlock,
    previousChecksum: state.checksum,
  });
  const checksum = payloads[0]?.batchChecksum ?? state.checksum;
  state.inFlight = { ...batch, blockCount: payloads.length, checksum };
  out.mark('log.submitted', { logIndex: state.nextLogIndex + batch.recordCount - 1 });
  out.submitIo(state.input.device, {
    op: 'write',
    block: state.nextBlock,
    blockCount: payloads.length,
    payloads,
    tag: { step: 'write', round: state.round },
  });
  if (state.input.mutants.has('receipt-before-flush')) sendReceipts(step, batch.items);
}

/** The write is reported done: reads it back, as a device may say so and have it elsewhere. */
export function readBack(step: AuthorityStep): void {
  const { state, out } = step;
  out.submitIo(state.input.device, {
    op: 'read',
    block: state.nextBlock,
    blockCount: state.inFlight?.blockCount ?? 1,
    tag: { step: 'read-back', round: state.round },
  });
}

/** Whether what was read back is the batch; if not, there is no use in a flush. */
export function isThere(step: AuthorityStep, done: IoCompletion): boolean {
  const { state, out } = step;
  const isWhole = isBatch(done.payloads, state.inFlight?.checksum ?? 0);
  if (!isWhole) out.mark('log.write-lost', { block: done.block });
  return isWhole;
}

/** The write is where it should be but maybe in a volatile cache only. */
export function flushBatch(step: AuthorityStep): void {
  const { state, out } = step;
  out.submitIo(state.input.device, {
    op: 'flush',
    block: 0,
    blockCount: 0,
    tag: { step: 'flush', round: state.round },
  });
}

/**
 * The batch is durable: receipts first, then its records take effect in order, then the answers.
 */
export function finishBatch(step: AuthorityStep, batch: BatchInFlight): void {
  const { state, out } = step;
  if (batch.recordCount > 0) {
    state.nextBlock += batch.blockCount;
    state.nextBatch += 1;
    state.nextLogIndex += batch.recordCount;
    state.checksum = batch.checksum;
    state.durableIndex = state.nextLogIndex - 1;
    out.mark('log.flushed', { logIndex: state.durableIndex });
    if (!state.input.mutants.has('receipt-before-flush')) sendReceipts(step, batch.items);
  }
  for (const item of batch.items) finishItem(step, item);
  if (batch.recordCount > 0) {
    out.mark('state.digest', { logIndex: state.durableIndex, digest: digestMap(state.map) });
  }
}

function sendReceipts(step: AuthorityStep, items: readonly BatchItem[]): void {
  for (const { from, message, record, logIndex } of items) {
    if (from === null || record === null || message?.type !== 'notify') continue;
    sendReceipt(step, { request: message, from, status: 'logged', logIndex });
  }
}

function finishItem(step: AuthorityStep, item: BatchItem): void {
  const { state } = step;
  const { record, message, from } = item;
  const outcome: Outcome = record === null ? { kind: 'none' } : applyRecord(state.map, record);
  if (message !== null) state.pendingKeys.delete(pendingKey(message));
  if (record?.kind === 'volume.created') markCreated(step, record.volume);
  if (from === null) return;
  if (outcome.kind === 'attached' && message?.type === 'attach') {
    onAttached(step, message, from, outcome);
  } else if (record?.kind === 'device.joined') {
    answerJoin(step, from, record.identity);
  } else if (outcome.kind === 'released' && record?.kind === 'slot.released') {
    if (outcome.released) answerVerify(step, from, record);
  } else if (message?.type === 'notify') {
    if (outcome.kind === 'notified') answerNotification(step, message, from, outcome);
    else answerRepetition(step, item);
  }
}

function markCreated(step: AuthorityStep, volume: VolumeId): void {
  const created = step.state.input.volumes.find(({ id }) => id === volume);
  if (created === undefined) return;
  const { replicaCount, blocksPerRange, entries } = created;
  step.out.mark('volume.created', { volume, mapVersion: 0, replicaCount, blocksPerRange, entries });
}

// The same request came again while the first was on its way to the log.
function answerRepetition(step: AuthorityStep, item: BatchItem): void {
  const { message, from } = item;
  if (message?.type !== 'notify' || from === null) return;
  const before = appliedBefore(step.state.map, message);
  if (before === null) return;
  const status = before.samePayload ? 'duplicate' : 'conflict';
  sendReceipt(step, { request: message, from, status, logIndex: null });
  if (before.samePayload) answerNotification(step, message, from, before.outcome);
}
