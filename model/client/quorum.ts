// Operations of a client-quorum volume: every member of a range is asked, a majority is enough.
//
//   write   all members <- stamps                          done with a quorum
//   read    all members -> what they hold, the highest     done where a quorum holds it,
//                          stamps win                      else: those that hold less <- it
//
// This is the register of Attiya, Bar-Noy and Dolev (J. ACM 42(1), 1995) for each block. A volume
// has one writer session at a time, so a writer need not ask for the highest stamp first.
//
// Why it stays right:
// - Two quorums of one configuration share a member, so a read meets every write that was done; and
//   what it returns a quorum holds, so no later read returns less.
// - A member does what it is asked only in the configuration that it has adopted. A full
//   configuration needs a majority. One that members were dropped from needs all that are left, and
//   those are so many that each majority of the full one has one among them: what was done before
//   is met, and a sender who still believes in the full one finds too few to serve him.
// - A target is filled by the head, which reads all members for it, the whole range; from the start
//   of that until the next configuration the head refuses to be asked as one of many (`via-head`),
//   and without it there is no quorum. So a full configuration begins with members that all hold
//   all that was done. It can only shrink: it has to, before it grows again (the map authority
//   refuses anything else, and so does the head).
// - An older session may have left a write with one member only. It must not appear after a reader
//   has missed it: the first read of a block in a session asks all members, raises their fence with
//   that and leaves them with the same contents; unless the session has written the block itself.
// - A flush ends when the writes before it have: a quorum has them on its media.
//
// What is damaged is not held: a member that finds damage gives no vote for it, and the read goes
// through the head, which mends it with what the others hold. A member that missed writes gets them
// from the client for a while (`trails`), from the next read that meets it, or in its place another
// gets them in a copy. A block is safe from one fault at a time: with damage in one member and the
// loss of another there may be no copy of what these two held.
import { type HostId, type MapEntry, replicaOn } from '../map-entry.ts';
import type { BlockReply, BlockStatus } from '../messages/blocks.ts';
import { quorumOf } from '../replication.ts';
import { sendTo } from './send.ts';
import type { ClientStep, Piece, QuorumTurn } from './state.ts';

/** So often a write that is done is sent to members that have not answered. */
const trailSendMax = 6;
/** More pieces than this are not kept for that. */
const trailingMax = 1_024;

/** Whether a piece is to be sent to all members. */
export function isDirect(step: ClientStep, piece: Piece, entry: MapEntry): boolean {
  const { replication, viaHead } = step.state;
  if (replication !== 'client-quorum' || piece.viaHead) return false;
  return viaHead.get(piece.range) !== entry.version;
}

/** Asks the members that have not done their part yet. */
export function askMembers(step: ClientStep, piece: Piece, entry: MapEntry): void {
  // What was answered in another configuration counts for nothing in this one.
  const turn: QuorumTurn =
    piece.turn?.entry.version === entry.version
      ? piece.turn
      : { entry, votes: new Map(), verifiers: [], back: null };
  piece.turn = turn;
  const stamps = piece.stamps ?? turn.back;
  for (const member of entry.replicas) {
    if (!turn.votes.has(member.host)) sendTo(step, piece, { entry, member, stamps, direct: true });
  }
}

/** What a vote leads to: `back` is to be written to members that hold less. */
export type Ballot =
  | { readonly kind: 'open' }
  | { readonly kind: 'done'; readonly found: readonly number[] | null; readonly all: boolean }
  | { readonly kind: 'write-back'; readonly turn: QuorumTurn };

/** A member has done its part. */
export function takeVote(
  step: ClientStep,
  piece: Piece,
  vote: { readonly reply: BlockReply; readonly from: HostId },
): Ballot {
  const { reply, from } = vote;
  const { turn } = piece;
  if (turn === null) return { kind: 'open' };
  const { entry } = turn;
  const known = step.state.cache.get(piece.range);
  if (known !== undefined && known.version !== entry.version) return { kind: 'open' };
  if (reply.cfgEpoch !== entry.version || replicaOn(entry, from) === undefined) {
    return { kind: 'open' };
  }
  const votes = new Map(turn.votes).set(from, reply.stamps);
  const isRepeated = turn.votes.has(from) || reply.verifiers === undefined;
  const verifiers = isRepeated ? turn.verifiers : [...turn.verifiers, ...reply.verifiers];
  piece.turn = { ...turn, votes, verifiers };
  const all = votes.size >= entry.replicas.length;
  if (votes.size < neededCount(step, piece, entry)) return { kind: 'open' };
  if (piece.commits !== null) return { kind: 'done', found: null, all };
  if (piece.stamps !== null || turn.back !== null) return { kind: 'done', found: turn.back, all };
  return countVotes(step, piece, { ...turn, votes });
}

function countVotes(
  step: ClientStep,
  piece: Piece,
  answered: Pick<QuorumTurn, 'entry' | 'votes'>,
): Ballot {
  const { entry, votes } = answered;
  const found = new Array<number>(piece.blockCount).fill(0);
  for (const stamps of votes.values()) {
    for (const [i, stamp] of (stamps ?? []).entries()) found[i] = Math.max(found[i] ?? 0, stamp);
  }
  const holders = [...votes].filter(([, stamps]) =>
    found.every((stamp, i) => stamps?.[i] === stamp),
  );
  if (holders.length >= neededCount(step, piece, entry)) {
    return { kind: 'done', found, all: holders.length >= entry.replicas.length };
  }
  const turn = { entry, votes: new Map(holders), verifiers: [], back: found };
  return { kind: 'write-back', turn };
}

function neededCount(step: ClientStep, piece: Piece, entry: MapEntry): number {
  const { state } = step;
  const memberCount = entry.replicas.length;
  if (piece.stamps !== null || isSettled(step, piece)) {
    const isRead = piece.stamps === null && piece.commits === null;
    const isBlind = isRead && state.input.mutants.has('quorum-of-one');
    return isBlind ? 1 : quorumOf(state, memberCount);
  }
  return memberCount;
}

// Nothing that an older session began can appear in these blocks any more. The first session of a
// volume has none before it.
function isSettled({ state }: ClientStep, piece: Piece): boolean {
  if (state.session === 1) return true;
  const first = piece.range * state.input.blocksPerRange + piece.block;
  for (let block = first; block < first + piece.blockCount; block++) {
    if (!state.settled.has(block)) return false;
  }
  return true;
}

/** A piece is done: its blocks are this session's. */
export function settleBlocks({ state }: ClientStep, piece: Piece): void {
  if (state.replication !== 'client-quorum' || state.session === 1) return;
  const first = piece.range * state.input.blocksPerRange + piece.block;
  for (let block = first; block < first + piece.blockCount; block++) state.settled.add(block);
}

/** A write is done for its program, and some member has not stored it: it is sent for a while. */
export function trail({ state }: ClientStep, piece: Piece): void {
  if (piece.stamps === null || state.pieces.size >= trailingMax) return;
  piece.trails = true;
  piece.attemptCount = 0;
  state.pieces.set(piece.reqId, piece);
}

/** Whether a piece that trails has done so for long enough, or its configuration is over. */
export function isSpent(piece: Piece, entry: MapEntry | undefined): boolean {
  return piece.attemptCount >= trailSendMax || entry?.version !== piece.turn?.entry.version;
}

/** The same piece under a new number: what is still answered to the old one is not for it. */
export function renewed(
  step: ClientStep,
  piece: Piece,
  what: Pick<Piece, 'turn'> & Partial<Pick<Piece, 'viaHead'>>,
): Piece {
  const { pieces, ops } = step.state;
  const fresh: Piece = { ...piece, ...what, reqId: step.state.nextReqId++ };
  pieces.delete(piece.reqId);
  pieces.set(fresh.reqId, fresh);
  const op = ops.get(piece.opId);
  if (op !== undefined) op.reqIds = [...op.reqIds, fresh.reqId];
  return fresh;
}

/** A member cannot read what it holds: the head can ask all. */
export function turnToHead(step: ClientStep, piece: Piece): Piece {
  if (piece.turn === null || piece.stamps !== null) return piece;
  return renewed(step, piece, { turn: null, viaHead: true });
}

/** Whether a member that says this needs nothing more of what trails. */
export function endsTrail(status: BlockStatus): boolean {
  return status === 'wrong-epoch' || status === 'via-head';
}
