// How pieces and operations end: well, when all that was asked for is done; else with the reason.
import { settleBlocks } from './quorum.ts';
import type { ClientStep, PendingOp, Piece } from './state.ts';
import { type EndReason, onChunk } from './written.ts';

/** All that was asked for by a piece is done. */
export function endPiece(step: ClientStep, piece: Piece, found: readonly number[] | null): void {
  const { state } = step;
  state.pieces.delete(piece.reqId);
  settleBlocks(step, piece);
  const op = state.ops.get(piece.opId);
  if (op === undefined) return;
  if (op.kind === 'read') {
    for (let i = 0; i < piece.blockCount; i++) op.found[piece.opOffset + i] = found?.[i] ?? 0;
  }
  op.openCount -= 1;
  if (op.openCount === 0) endOp(step, op, 'ok');
}

/** Ends an operation that is pending. */
export function endOp(step: ClientStep, op: PendingOp, outcome: 'ok' | EndReason): void {
  const { state, out } = step;
  state.ops.delete(op.id);
  for (const reqId of op.reqIds) state.pieces.delete(reqId);
  const { kind, block, blockCount, chunk } = op;
  const value = { volume: state.input.volume, block, blockCount };
  if (outcome === 'ok') {
    const stamps = kind === 'read' ? op.found : op.stamps;
    out.complete(op.id, kind, 'ok', stamps === null ? value : { ...value, stamps });
  } else {
    const unknown = kind === 'write' ? 'info' : 'fail';
    out.complete(op.id, kind, unknown, { ...value, reason: outcome });
  }
  if (kind === 'write') releaseFlushes(step, op.id);
  if (chunk >= 0) onChunk(step, chunk, outcome);
}

function releaseFlushes(step: ClientStep, writeId: number): void {
  for (const op of [...step.state.ops.values()]) {
    if (op.kind !== 'flush' || op.id < writeId) continue;
    op.openCount -= 1;
    if (op.openCount === 0) endOp(step, op, 'ok');
  }
}

/** No copy of some ranges is left: whoever waits for them is told. */
export function endGone(step: ClientStep, ranges: readonly number[]): void {
  if (ranges.length === 0) return;
  const { state } = step;
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
