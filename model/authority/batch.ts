// Batches of the map authority: from the queue to the register, then receipts, then answers.
import { answerJoin, answerNotification, answerVerify, sendReceipt } from './answers.ts';
import { applyRecord, decidedBefore } from './data-map.ts';
import type { LogEntry } from './log.ts';
import { digestMap, type Outcome } from './map-state.ts';
import { answerChanged, markPlace } from './places.ts';
import { markCreated, markState } from './recovery.ts';
import { onAttached, onDetached } from './sessions.ts';
import {
  type AuthorityStep,
  type Batch,
  type BatchItem,
  pendingKey,
  registerStep,
} from './state.ts';

/**
 * Takes requests from the queue and proposes their records; answers whether there were any. The
 * first entries of the volumes are one batch, whatever their number: nobody may see a map that
 * lacks some of them.
 */
export function nextBatch(step: AuthorityStep): 'proposed' | 'nothing-to-log' {
  const { state } = step;
  const { register } = state;
  const requestedAt = state.queue.findIndex(({ from }) => from !== null);
  const firstCount = requestedAt < 0 ? state.queue.length : requestedAt;
  const itemMax = Math.min(state.version.batchItemMax, register.proposalMax);
  const taken = state.queue.splice(0, Math.max(firstCount, itemMax));
  const firstIndex = register.nextIndex;
  let recordCount = 0;
  const items = taken.map((item) =>
    item.record === null ? item : { ...item, logIndex: firstIndex + recordCount++ },
  );
  if (recordCount === 0) {
    for (const item of items) finishItem(step, item, { kind: 'none' });
    return 'nothing-to-log';
  }
  const records = items.flatMap((item) => (item.record === null ? [] : [item.record]));
  const { term } = register.propose(registerStep(step), records);
  state.batches.push({ items, firstIndex, recordCount, term });
  if (state.input.mutants.has('receipt-before-flush')) sendReceipts(step, items, 'logged');
  return 'proposed';
}

/**
 * Records are committed: receipts first, then they take effect in order, then the answers. Those
 * that nobody here asked for take effect in silence.
 */
export function takeCommitted(
  step: AuthorityStep,
  firstIndex: number,
  entries: readonly LogEntry[],
): void {
  let at = 0;
  let isSilent = false;
  while (at < entries.length) {
    const batch = ownBatch(step, firstIndex + at, entries[at]!.term);
    isSilent = batch === null;
    if (batch === null) {
      const { record } = entries[at]!;
      markPlace(step, record, applyRecord(step.state.map, record), firstIndex + at);
      at += 1;
    } else {
      finishBatch(step, batch);
      at += batch.recordCount;
    }
  }
  if (isSilent) markState(step);
}

// A proposal that another one has taken the place of will never be committed.
function ownBatch({ state }: AuthorityStep, logIndex: number, term: number): Batch | null {
  const [batch] = state.batches;
  if (batch === undefined || batch.firstIndex !== logIndex || batch.term !== term) return null;
  state.batches.shift();
  return batch;
}

function finishBatch(step: AuthorityStep, batch: Batch): void {
  const { state, out } = step;
  const { mutants } = state.input;
  if (!mutants.has('receipt-before-flush')) sendReceipts(step, batch.items, 'logged');
  if (mutants.has('receipt-before-apply')) sendReceipts(step, batch.items, 'applied');
  for (const item of batch.items) {
    finishItem(step, item, applyItem(step, item));
    if (state.input.receipts === 'applied' && !mutants.has('receipt-before-apply')) {
      affirm(step, item, 'applied');
    }
  }
  const logIndex = batch.firstIndex + batch.recordCount - 1;
  out.mark('state.digest', { logIndex, digest: digestMap(state.map) });
}

function applyItem(step: AuthorityStep, { record, logIndex }: BatchItem): Outcome {
  if (record === null || logIndex === null) return { kind: 'none' };
  const outcome = applyRecord(step.state.map, record);
  markPlace(step, record, outcome, logIndex);
  return outcome;
}

// Whoever wants more of a receipt waits longer for it.
function sendReceipts(
  step: AuthorityStep,
  items: readonly BatchItem[],
  status: 'logged' | 'applied',
): void {
  if (step.state.input.receipts !== status) return;
  for (const item of items) affirm(step, item, status);
}

function affirm(step: AuthorityStep, item: BatchItem, status: 'logged' | 'applied'): void {
  const { from, message, record, logIndex } = item;
  if (from === null || record === null || message?.type !== 'notify') return;
  sendReceipt(step, { request: message, from, status, logIndex });
}

function finishItem(step: AuthorityStep, item: BatchItem, outcome: Outcome): void {
  const { record, message, from } = item;
  if (message !== null && 'client' in message) {
    step.state.pendingKeys.delete(pendingKey(message));
  }
  if (record?.kind === 'volume.created') markCreated(step, record.volume);
  if (from === null) return;
  if (outcome.kind === 'attached' && message?.type === 'attach') {
    onAttached(step, message, from, outcome);
  } else if (message?.type === 'detach') {
    onDetached(step, message, from);
  } else if (message?.type === 'volume.change') {
    answerChanged(step, message, from, outcome.kind === 'changed' && outcome.applied);
  } else if (record?.kind === 'device.joined') {
    answerJoin(step, from, record.identity);
  } else if (outcome.kind === 'released' && record?.kind === 'slot.released') {
    if (outcome.released) answerVerify(step, from, record);
  } else if (message?.type === 'notify') {
    if (outcome.kind === 'notified') answerNotification(step, message, from, outcome);
    else answerRepetition(step, item);
  }
}

// The same request came again while the first was on its way to the log.
function answerRepetition(step: AuthorityStep, item: BatchItem): void {
  const { message, from } = item;
  if (message?.type !== 'notify' || from === null) return;
  const before = decidedBefore(step.state.map, message);
  if (before === null) return;
  const { status } = before;
  sendReceipt(step, { request: message, from, status, logIndex: null });
  if (status === 'duplicate') answerNotification(step, message, from, before.outcome);
}
