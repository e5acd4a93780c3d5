// How pieces and operations end: well, when all that was asked for is done; else with the reason.
import { commitKept, onCommitted } from './flush.ts';
import { asKept, type Doers, forgetKept, isFilling, isKeeping, noteAcknowledged } from './kept.ts';
import { isStore } from './pieces.ts';
import { settleBlocks } from './quorum.ts';
import type { ClientStep, PendingOp, Piece } from './state.ts';
import { type EndReason, onChunk } from './written.ts';

/** All that was asked for by a piece is done. */
export function endPiece(
  step: ClientStep,
  piece: Piece,
  what: { readonly found: readonly number[] | null; readonly doers: Doers },
): void {
  const { state } = step;
  state.pieces.delete(piece.reqId);
  settleBlocks(step, piece);
  noteAcknowledged(step, piece, piece.through ? null : what.doers);
  if (isFilling(step)) flushBehind(step);
  const op = state.ops.get(piece.opId);
  if (op === undefined) return;
  if (op.kind === 'read') {
    const found = asKept(step, piece, what.found ?? []);
    for (let i = 0; i < piece.blockCount; i++) op.found[piece.opOffset + i] = found[i] ?? 0;
  }
  if (piece.commits !== null) onCommitted(step, op, piece, what.doers);
  op.openCount -= 1;
  if (op.openCount === 0) endOp(step, op, 'ok');
}

/** Ends an operation that is pending. */
export function endOp(step: ClientStep, op: PendingOp, outcome: 'ok' | EndReason): void {
  const { state } = step;
  state.ops.delete(op.id);
  for (const reqId of op.reqIds) state.pieces.delete(reqId);
  if (op.kind === 'flush' && outcome === 'ok') state.flushedOnce = true;
  if (!op.isInner) tellEnd(step, op, outcome);
  if (isStore(op.kind)) releaseFlushes(step, op.id);
  if (op.chunk >= 0) onChunk(step, op.chunk, outcome);
}

function tellEnd({ state, out }: ClientStep, op: PendingOp, outcome: 'ok' | EndReason): void {
  const { kind, block, blockCount } = op;
  const value = { volume: state.input.volume, block, blockCount };
  if (outcome === 'ok') {
    const stamps = kind === 'read' ? op.found : op.stamps;
    out.complete(op.id, kind, 'ok', stamps === null ? value : { ...value, stamps });
  } else {
    const unknown = isStore(kind) ? 'info' : 'fail';
    out.complete(op.id, kind, unknown, { ...value, reason: outcome });
  }
}

function releaseFlushes(step: ClientStep, writeId: number): void {
  for (const op of [...step.state.ops.values()]) {
    if (op.kind !== 'flush' || op.id < writeId) continue;
    op.openCount -= 1;
    if (op.openCount === 0) commit(step, op);
  }
}

/**
 * Begins a flush: it waits until all writes that have begun have ended. `isInner`: one that nobody
 * asked for.
 */
export function beginFlush(step: ClientStep, id: number, isInner: boolean): void {
  const { state, self } = step;
  let openCount = 0;
  for (const op of state.ops.values()) if (isStore(op.kind)) openCount += 1;
  const op: PendingOp = {
    id,
    kind: 'flush',
    block: 0,
    blockCount: 0,
    stamps: null,
    deadlineNs: self.nowNs() + state.input.timeoutNs,
    found: [],
    openCount,
    reqIds: [],
    isInner,
    chunk: -1,
  };
  state.ops.set(id, op);
  if (openCount === 0) commit(step, op);
}

// All writes before a flush have ended: what of them is not durable has to be.
function commit(step: ClientStep, op: PendingOp): void {
  if (isKeeping(step)) commitKept(step, op);
  if (op.openCount === 0) endOp(step, op, 'ok');
}

/** Flushes what is kept, unless that is under way. */
export function flushBehind(step: ClientStep): void {
  const { state } = step;
  for (const { kind } of state.ops.values()) if (kind === 'flush') return;
  if (state.kept.size > 0) beginFlush(step, state.nextOpId++, true);
}

/** No copy of some ranges is left: whoever waits for them is told. */
export function endGone(step: ClientStep, ranges: readonly number[]): void {
  if (ranges.length === 0) return;
  const { state } = step;
  forgetKept(step, ranges);
  for (const piece of [...state.pieces.values()]) {
    const op = ranges.includes(piece.range) ? state.ops.get(piece.opId) : undefined;
    if (op !== undefined) endOp(step, op, 'data-lost');
  }
}

/** The session is over: nothing of it will be acknowledged any more. */
export function endAll(step: ClientStep): void {
  for (const op of [...step.state.ops.values()]) {
    if (step.state.ops.has(op.id)) endOp(step, op, 'timeout');
  }
  step.state.pieces.clear();
}
