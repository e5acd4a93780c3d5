// Recovery of the map authority: the state of the last checkpoint, then the records after it.

import { recordEntryMax } from './log.ts';
import { restoreMap } from './map-checkpoint.ts';
import type { LogRecord } from './map-state.ts';
import { digestMap } from './map-state.ts';
import type { RegisterNews } from './register.ts';
import { type AuthorityStep, forgetRequests, freshMap, registerStep } from './state.ts';

/** Begins to read the log, forgetting everything. */
export function readLog(step: AuthorityStep): void {
  const { state } = step;
  state.map = freshMap(state.input);
  forgetRequests(state);
  state.register.open(registerStep(step));
}

/** The state begins anew: from a checkpoint, or from nothing. */
export function takeRestored(
  step: AuthorityStep,
  restored: Extract<RegisterNews, { readonly type: 'restored' }>,
): void {
  const { state } = step;
  state.map = freshMap(state.input);
  state.restoredCount = restored.recordCount;
  if (restored.pieces !== null) restoreMap(state.map, restored.pieces);
}

/** What was there is applied; an empty log gets the first entries of all volumes. */
export function finishRecovery(step: AuthorityStep, tornTail: boolean): void {
  const { state, out } = step;
  const { recordCount } = state.map;
  if (tornTail) out.mark('torn-tail.dropped', { logIndex: recordCount });
  out.mark('log.recovered', {
    logIndex: recordCount - 1,
    recordCount: recordCount - state.restoredCount,
    checkpointCount: state.restoredCount,
    digest: digestMap(state.map),
  });
  if (recordCount === 0) queueFirstEntries(step);
}

function queueFirstEntries(step: AuthorityStep): void {
  const records: LogRecord[] = [];
  for (const { id, entries, blocksPerRange: _, ...kept } of step.state.input.volumes) {
    records.push({ kind: 'volume.created', volume: id, ...kept });
    for (let at = 0; at < entries.length; at += recordEntryMax) {
      const portion = entries.slice(at, at + recordEntryMax);
      records.push({ kind: 'entries.created', volume: id, entries: portion });
    }
  }
  for (const record of records) {
    step.state.queue.push({ from: null, message: null, record, logIndex: null });
  }
}
