// Operations whose time is up.
import type { Ns } from '../../sim/index.ts';
import type { ClientStep, PendingOp } from './state.ts';
import type { EndReason } from './written.ts';

/** Whether an operation has to end, answered or not. */
export function isOverdue({ state }: ClientStep, op: PendingOp, nowNs: Ns): boolean {
  if (nowNs < op.deadlineNs) return false;
  // The variant in which only what was sent to a host has an end.
  const { input, pieces } = state;
  if (!input.mutants.has('timeout-forgotten')) return true;
  return !op.reqIds.some((reqId) => pieces.get(reqId)?.state === 'waiting-map');
}

/**
 * What the program is told when nothing was answered in time: the contents are damaged, or nobody
 * knows them yet, if that is what was said last.
 */
export function reasonOf({ state }: ClientStep, op: PendingOp): EndReason {
  const refusals = op.reqIds.map((reqId) => state.pieces.get(reqId)?.refusal);
  if (refusals.includes('corrupt')) return 'corrupt';
  return refusals.includes('not-ready') ? 'not-ready' : 'timeout';
}
