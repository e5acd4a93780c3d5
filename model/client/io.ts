// A client's operations: split at range borders (pieces.ts), sent to the heads of the ranges,
// repeated until they end (ends.ts).
//
// A piece is repeated with the same stamps, so a repetition cannot do harm. An operation ends `ok`
// when all its pieces were answered, else at its timeout: a read fails, the outcome of a write is
// unknown (`info`). It ends at once where no copy is left: that is data loss, and said to be. A
// flush ends when all writes invoked before it have ended: acknowledged writes are durable on every
// member, or on a quorum of them (quorum.ts).
import { type HostId, holds, type MapEntry } from '../map-entry.ts';
import type { BlockReply } from '../messages/blocks.ts';
import type { Reconfigure } from '../messages/copies.ts';
import { stampOf } from '../stamps.ts';
import { beginFlush, endOp, endPiece } from './ends.ts';
import { clearSilence, noteFailing, noteHeard, noteSilent } from './health.ts';
import { type Doers, isFull, noteAcknowledged, noteBegun } from './kept.ts';
import { isGone, noteLost } from './loss.ts';
import { dropStale, needRanges } from './map.ts';
import { askStore, lacks } from './origin.ts';
import { isOverdue, reasonOf } from './overdue.ts';
import { isStore, resendNs, sendPiece, splitAtRanges } from './pieces.ts';
import { endsTrail, isSpent, renewed, takeVote, trail, turnToHead } from './quorum.ts';
import { noteServed } from './refresh.ts';
import { backOff } from './send.ts';
import type { ClientStep, PendingOp, Piece } from './state.ts';
import type { PlannedRequest } from './workloads.ts';
import { type EndReason, noteWritten, onChunk } from './written.ts';

/** More operations than this are refused at once, as an overfull submission queue would. */
const outstandingMax = 256;

/** Begins an operation of the program, or fails it at once when it cannot be taken. */
export function beginOp(step: ClientStep, request: PlannedRequest, chunk = -1): void {
  const { state, out } = step;
  const id = state.nextOpId++;
  const { op: kind, block, blockCount } = request;
  const value = { volume: state.input.volume, block, blockCount };
  const refusal = refusalOf(step, request);
  const stamps = isStore(kind) && refusal === null ? takeStamps(step, blockCount) : null;
  out.invoke(id, kind, stamps === null ? value : { ...value, stamps });
  if (refusal !== null) {
    out.complete(id, kind, 'fail', { ...value, reason: refusal });
    if (chunk >= 0) onChunk(step, chunk, refusal);
    return;
  }
  if (kind === 'flush') beginFlush(step, id, false);
  else beginPieces(step, { id, kind, block, blockCount, stamps, chunk });
  out.gauge('ops.outstanding', state.ops.size);
}

function refusalOf(step: ClientStep, request: PlannedRequest): 'detached' | EndReason | null {
  const { state } = step;
  if (state.session === 0) return 'detached';
  if (state.ops.size >= outstandingMax) return 'overloaded';
  return isGone(step, request) ? 'data-lost' : null;
}

function takeStamps(step: ClientStep, blockCount: number): readonly number[] {
  const { state } = step;
  const stamps: number[] = [];
  for (let i = 0; i < blockCount; i++) stamps.push(stampOf(state.session, state.nextSequence++));
  return stamps;
}

function beginPieces(
  step: ClientStep,
  what: Pick<PendingOp, 'id' | 'kind' | 'block' | 'blockCount' | 'stamps' | 'chunk'>,
): void {
  const { state, self } = step;
  const { timeoutNs } = state.input;
  const through = isStore(what.kind) && isFull(step);
  const pieces = splitAtRanges(step, what).map((piece) => ({ ...piece, through }));
  if (isStore(what.kind)) {
    noteWritten(step, what.block, what.blockCount);
    noteBegun(step, what.block, what.stamps ?? []);
  }
  state.ops.set(what.id, {
    ...what,
    deadlineNs: self.nowNs() + timeoutNs,
    found: what.kind === 'read' ? new Array<number>(what.blockCount).fill(0) : [],
    openCount: pieces.length,
    reqIds: pieces.map((piece) => piece.reqId),
    isInner: false,
  });
  for (const piece of pieces) {
    state.pieces.set(piece.reqId, piece);
    sendPiece(step, piece);
  }
}

/** A host answered a piece; `fenced` when the session is over. */
export function onBlockReply(step: ClientStep, reply: BlockReply, from: string): 'fenced' | null {
  const { state, self } = step;
  noteHeard(step, from, self.nowNs());
  const piece = state.pieces.get(reply.reqId);
  if (piece === undefined) return null;
  const entry = state.cache.get(piece.range);
  if (reply.status !== 'waiting') piece.refusal = reply.status;
  if (piece.trails && endsTrail(reply.status)) {
    state.pieces.delete(piece.reqId);
    return null;
  }
  switch (reply.status) {
    case 'ok':
      noteServed(step, piece, reply);
      if (piece.turn !== null) {
        onVote(step, piece, { reply, from });
        return null;
      }
      if (entry !== undefined) clearSilence(step, entry, self.nowNs());
      // Served, but without this copy: its medium takes nothing, or gives nothing back.
      if (reply.about !== null) noteFailing(step, reply.about, self.nowNs());
      if (lacks(step, piece, reply.stamps)) askStore(step, piece, reply.stamps!);
      else endPiece(step, piece, { found: reply.stamps, doers: doersOf(reply) });
      return null;
    case 'waiting':
      if (piece.state === 'sent') piece.retryNs = self.nowNs() + resendNs;
      return null;
    case 'fenced':
      if (reply.session > state.session) return 'fenced';
      backOff(step, piece);
      return null;
    case 'wrong-epoch':
      onStale(step, piece, reply);
      return null;
    case 'stale-gen':
      if (piece.turn !== null) onCopyGone(step, piece, reply);
      else onStale(step, piece, reply);
      return null;
    case 'via-head':
      if (piece.turn !== null) {
        state.viaHead.set(piece.range, piece.sentVersion);
        sendPiece(step, renewed(step, piece, { turn: null }));
      }
      return null;
    case 'corrupt':
      backOff(step, turnToHead(step, piece));
      return null;
    case 'behind':
      onBehind(step, piece, reply, entry);
      return null;
    case 'io-error':
      if (reply.about !== null) noteFailing(step, reply.about, self.nowNs());
      backOff(step, turnToHead(step, piece));
      return null;
    case 'replica-silent':
      if (reply.about !== null) noteSilent(step, piece.range, reply.about, self.nowNs());
      backOff(step, piece);
      return null;
    default:
      backOff(step, piece);
      return null;
  }
}

// A member has done its part of a piece that all of them were asked for.
function onVote(
  step: ClientStep,
  piece: Piece,
  vote: { readonly reply: BlockReply; readonly from: HostId },
): void {
  const ballot = takeVote(step, piece, vote);
  const doers = { version: vote.reply.cfgEpoch, verifiers: piece.turn?.verifiers ?? [] };
  if (piece.trails) {
    noteAcknowledged(step, piece, piece.through ? null : doers);
    if (ballot.kind === 'done' && ballot.all) step.state.pieces.delete(piece.reqId);
  } else if (ballot.kind === 'write-back') {
    sendPiece(step, renewed(step, piece, { turn: ballot.turn }));
  } else if (ballot.kind === 'done') {
    endPiece(step, piece, { found: ballot.found, doers });
    if (!ballot.all) trail(step, piece);
  }
}

function doersOf({ cfgEpoch: version, verifiers = [] }: BlockReply): Doers {
  return { version, verifiers };
}

// One of many says that its copy is gone. If it says so once more, the map having been asked for,
// it is.
function onCopyGone(step: ClientStep, piece: Piece, reply: BlockReply): void {
  const { range, sentVersion } = piece;
  if (reply.about !== null && piece.refusedVersion === sentVersion) {
    noteLost(step, range, reply.about);
  }
  piece.refusedVersion = sentVersion;
  needRanges(step, [range]);
  backOff(step, piece);
}

function onStale(step: ClientStep, piece: Piece, reply: BlockReply): void {
  const { state } = step;
  const version = piece.sentVersion;
  // The authority names the same version again: the map is right and the copy is gone.
  if (reply.status === 'stale-gen' && reply.about !== null && piece.refusedVersion === version) {
    noteLost(step, piece.range, reply.about);
  }
  piece.refusedVersion = version;
  const { movedTo = null } = reply;
  dropStale(step, { range: piece.range, version, reason: reply.status, movedTo });
  if (movedTo !== null && state.cache.get(piece.range) === movedTo) sendPiece(step, piece);
  else if (state.cache.has(piece.range)) backOff(step, piece);
  else piece.state = 'waiting-map';
}

// A member does not know the configuration yet: the client shows it the entry it has from the
// authority.
function onBehind(
  step: ClientStep,
  piece: Piece,
  reply: BlockReply,
  entry: MapEntry | undefined,
): void {
  const { about } = reply;
  if (about !== null && entry !== undefined && holds(entry, about)) {
    const reconfigure: Reconfigure = {
      type: 'reconfigure',
      volume: step.state.input.volume,
      entry,
      session: step.state.session,
      slot: about.slot,
      gen: about.gen,
    };
    step.out.send(about.host, reconfigure);
    backOff(step, piece);
    return;
  }
  onStale(step, piece, reply);
}

/** Repeats pieces that are due and ends operations whose time is up. */
export function pressOn(step: ClientStep, nowNs: number): void {
  const { state } = step;
  for (const op of [...state.ops.values()]) {
    if (isOverdue(step, op, nowNs) && state.ops.has(op.id)) endOp(step, op, reasonOf(step, op));
  }
  for (const piece of state.pieces.values()) {
    if (nowNs < piece.retryNs) continue;
    if (piece.trails && isSpent(piece, state.cache.get(piece.range)))
      state.pieces.delete(piece.reqId);
    else sendPiece(step, piece);
  }
}
