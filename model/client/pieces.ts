// The pieces of a client's operations, one for each range: sent by the entry of the range, or left
// to wait for it.
import { nsPerMs } from '../../sim/index.ts';
import { noteUsed } from './cache.ts';
import { mayIssue, noteIssued } from './lease.ts';
import { needRanges } from './map.ts';
import { askMembers, isDirect, renewed } from './quorum.ts';
import { backOff, sendTo } from './send.ts';
import type { ClientStep, PendingOp, Piece } from './state.ts';

/** A request without any answer is repeated after this long. */
export const resendNs = 1_000 * nsPerMs;

/** Whether an operation stores something: data, or zeros. */
export function isStore(kind: PendingOp['kind']): boolean {
  return kind === 'write' || kind === 'discard';
}

/** The pieces of an operation, each in one range; nothing is sent yet. */
export function splitAtRanges(
  { state }: ClientStep,
  what: Pick<PendingOp, 'id' | 'block' | 'blockCount' | 'stamps'> & Partial<PendingOp>,
): readonly Piece[] {
  const { blocksPerRange } = state.input;
  const pieces: Piece[] = [];
  for (let at = 0; at < what.blockCount; ) {
    const first = what.block + at;
    const range = Math.floor(first / blocksPerRange);
    const block = first - range * blocksPerRange;
    const blockCount = Math.min(what.blockCount - at, blocksPerRange - block);
    pieces.push({
      reqId: state.nextReqId++,
      opId: what.id,
      range,
      block,
      blockCount,
      opOffset: at,
      stamps: what.stamps === null ? null : what.stamps.slice(at, at + blockCount),
      through: false,
      isHole: what.kind === 'discard',
      commits: null,
      held: null,
      state: 'waiting-map',
      retryNs: 0,
      attemptCount: 0,
      sentVersion: 0,
      refusedVersion: 0,
      refusal: null,
      turn: null,
      viaHead: false,
      trails: false,
    });
    at += blockCount;
  }
  return pieces;
}

/** Sends a piece to the head of its range or to all members, or waits: for map or lease. */
export function sendPiece(step: ClientStep, piece: Piece): void {
  const { state, self } = step;
  const entry = state.cache.get(piece.range);
  const nowNs = self.nowNs();
  if (!mayIssue(step)) {
    piece.state = 'backing-off';
    return;
  }
  piece.retryNs = nowNs + resendNs;
  const head = entry?.replicas[0];
  if (entry === undefined || head === undefined) {
    piece.state = 'waiting-map';
    needRanges(step, [piece.range]);
    return;
  }
  piece.state = 'sent';
  piece.attemptCount += 1;
  piece.sentVersion = entry.version;
  noteUsed(step, piece.range);
  noteIssued(step, piece.range);
  if (isDirect(step, piece, entry)) {
    askMembers(step, piece, entry);
  } else {
    const alone = piece.turn === null ? piece : renewed(step, piece, { turn: null });
    sendTo(step, alone, { entry, member: head, stamps: piece.stamps, direct: false });
  }
}

/** The map entry of a range is known again: pieces that waited for it go on. */
export function wakePieces(step: ClientStep, ranges: readonly number[]): void {
  if (ranges.length === 0) return;
  const { state } = step;
  for (const piece of state.pieces.values()) {
    if (piece.state !== 'waiting-map' || !ranges.includes(piece.range)) continue;
    if (piece.trails) {
      state.pieces.delete(piece.reqId);
      continue;
    }
    const version = state.cache.get(piece.range)?.version;
    if (version === piece.refusedVersion) backOff(step, piece);
    else sendPiece(step, piece);
  }
}
