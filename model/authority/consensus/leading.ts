// What a leader does: gives the log to the others, commits what a majority has, and makes sure that
// it still leads before it answers from its state.
//
//   propose --> own log --+--> own device ----------------+
//                         +--> append to each other --> its device --> reply --> commit
import type { ActorId } from '../../../sim/index.ts';
import type {
  AppendEntries,
  AppendReply,
  InstallSnapshot,
  LogEntry,
} from '../../messages/consensus.ts';
import {
  type Consensus,
  lastIndexOf,
  majorityOf,
  othersOf,
  type Peer,
  type Turn,
  termAt,
} from './state.ts';
import { commitTo, send, setRole, stepDown, write } from './terms.ts';

/** At most so many entries go into one message. */
const entriesMax = 64;

/** A majority voted for this member. Its first entry commits those of earlier terms, too. */
export function becomeLeader<R>(turn: Turn<R>): void {
  const { state, nowNs } = turn;
  setRole(turn, 'leader');
  state.leader = state.self;
  state.round = 0;
  const nextIndex = lastIndexOf(state) + 1;
  for (const id of othersOf(state)) {
    const peer = { nextIndex, matchIndex: -1, life: null, round: 0, heardNs: nowNs };
    state.peers.set(id, peer);
  }
  appendOwn(turn, [{ term: state.term, record: state.firstRecord }]);
  sendRound(turn);
}

/** Puts records into the log of a leader; answers the index of the first. */
export function propose<R>(turn: Turn<R>, records: readonly R[]): number {
  const { state } = turn;
  const index = lastIndexOf(state) + 1;
  appendOwn(
    turn,
    records.map((record) => ({ term: state.term, record })),
  );
  for (const id of state.peers.keys()) sendEntries(turn, id);
  return index;
}

function appendOwn<R>(turn: Turn<R>, entries: readonly LogEntry<R>[]): void {
  const { state } = turn;
  const index = lastIndexOf(state) + 1;
  for (const entry of entries) state.entries.push(entry);
  const number = write(turn, { kind: 'entries', index, entries });
  state.appended.push({ write: number, index: lastIndexOf(state) });
}

/** Sends to all at once: a heartbeat, and whatever they lack. Answers the number of the round. */
export function sendRound<R>(turn: Turn<R>): number {
  const { state } = turn;
  state.round += 1;
  for (const id of state.peers.keys()) sendEntries(turn, id);
  return state.round;
}

/** The time for a heartbeat: a leader that has lost its majority steps down instead. */
export function heartbeat<R>(turn: Turn<R>): void {
  const { state, nowNs } = turn;
  if (state.role !== 'leader') return;
  let heardCount = 1;
  for (const { heardNs } of state.peers.values()) {
    if (nowNs - heardNs < state.rules.quorumLostNs) heardCount += 1;
  }
  if (heardCount < majorityOf(state)) stepDown(turn, state.term, null);
  else sendRound(turn);
}

// Goes on as if what was sent had arrived; the reply tells where it did not.
function sendEntries<R>(turn: Turn<R>, to: ActorId): void {
  const { state } = turn;
  const peer = state.peers.get(to);
  if (peer === undefined) return;
  const { term, round, commitIndex } = state;
  const common = { term, round, commitIndex, life: peer.life, lastIndex: lastIndexOf(state) };
  if (peer.nextIndex <= state.baseIndex) {
    const { baseIndex: index, baseTerm: indexTerm, snapshot } = state;
    const install: InstallSnapshot = { type: 'install', ...common, index, indexTerm, snapshot };
    send(turn, to, install);
    peer.nextIndex = index + 1;
    return;
  }
  const previousIndex = peer.nextIndex - 1;
  const first = previousIndex - state.baseIndex;
  const entries = state.entries.slice(first, first + entriesMax);
  const append: AppendEntries<R> = {
    type: 'append',
    ...common,
    previousIndex,
    previousTerm: termAt(state, previousIndex) ?? 0,
    entries,
  };
  send(turn, to, append);
  peer.nextIndex += entries.length;
}

/** A member has taken what was sent, or could not. */
export function onAppendReply<R>(turn: Turn<R>, reply: AppendReply, from: ActorId): void {
  const { state } = turn;
  if (reply.term > state.term) stepDown(turn, reply.term, null);
  const peer = state.peers.get(from);
  if (state.role !== 'leader' || peer === undefined || reply.term < state.term) return;
  if (peer.life !== null && reply.life < peer.life) return;
  if (peer.life !== reply.life) {
    peer.life = reply.life;
    peer.matchIndex = -1;
  }
  peer.heardNs = turn.nowNs;
  peer.round = Math.max(peer.round, reply.round);
  if (reply.ok) {
    peer.matchIndex = Math.max(peer.matchIndex, reply.index);
    peer.nextIndex = Math.max(peer.nextIndex, peer.matchIndex + 1);
    commitWhatMajorityHas(turn);
    if (peer.nextIndex <= lastIndexOf(state)) sendEntries(turn, from);
  } else {
    peer.nextIndex = Math.max(peer.matchIndex + 1, Math.min(peer.nextIndex, reply.index));
    sendEntries(turn, from);
  }
}

/**
 * Commits what is durable on a majority, but only up to an entry of this term: one of an earlier
 * term could be on a majority and still be replaced (the paper's figure 8).
 */
export function commitWhatMajorityHas<R>(turn: Turn<R>): void {
  const { state } = turn;
  if (state.role !== 'leader') return;
  const index = state.rules.commitsAlone
    ? state.durableIndex
    : reachedByMajority(state, state.durableIndex, (peer) => peer.matchIndex);
  if (termAt(state, index) === state.term) commitTo(turn, index);
}

/** The last round that a majority has answered: this member led when the round was sent. */
export function confirmedRound(state: Consensus<unknown>): number {
  return reachedByMajority(state, state.round, (peer) => peer.round);
}

/** Whether a leader knows all that was committed before it: something of its own term is. */
export function isLeading(state: Consensus<unknown>): boolean {
  return state.role === 'leader' && termAt(state, state.commitIndex) === state.term;
}

function reachedByMajority(
  state: Consensus<unknown>,
  own: number,
  reachedBy: (peer: Peer) => number,
): number {
  const reached = [own, ...[...state.peers.values()].map(reachedBy)].sort((a, b) => b - a);
  return reached[majorityOf(state) - 1] ?? -1;
}
