// Terms, writes and messages that wait for them. A member says nothing that a crash could make
// untrue: what follows from its term, its vote or its log leaves when these are durable.
import { type ActorId, assert } from '../../../sim/index.ts';
import type { ConsensusMessage } from '../../messages/consensus.ts';
import type { DurableChange, Role, Turn } from './state.ts';

/** Asks for a write; answers its number. */
export function write<R>({ state, effects }: Turn<R>, what: DurableChange<R>): number {
  state.write += 1;
  effects.push({ kind: 'write', write: state.write, what });
  return state.write;
}

/** Sends at once. */
export function send<R>({ effects }: Turn<R>, to: ActorId, message: ConsensusMessage): void {
  effects.push({ kind: 'send', to, message });
}

/** Sends when all that was asked to be written is durable. */
export function sendWhenSaved<R>(turn: Turn<R>, to: ActorId, message: ConsensusMessage): void {
  const { state } = turn;
  if (state.savedWrite >= state.write) send(turn, to, message);
  else state.held.push({ write: state.write, to, message });
}

/** All writes up to this one are durable: what waited for them leaves. */
export function noteSaved<R>(turn: Turn<R>, saved: number): void {
  const { state } = turn;
  assert(saved >= state.savedWrite, `write ${saved} is saved after ${state.savedWrite}`);
  state.savedWrite = saved;
  for (const { write: number, index } of state.appended) {
    if (number <= saved) state.durableIndex = index;
  }
  state.appended = state.appended.filter(({ write: number }) => number > saved);
  const ready = state.held.filter((held) => held.write <= saved);
  if (ready.length === 0) return;
  state.held = state.held.filter((held) => held.write > saved);
  for (const { to, message } of ready) send(turn, to, message);
}

/** A new term, and whom this member votes for in it. What was about to be said in others is not. */
export function enterTerm<R>(turn: Turn<R>, term: number, votedFor: ActorId | null): void {
  const { state } = turn;
  assert(term >= state.term, `term ${term} after term ${state.term}`);
  // Sent all the same they would be messages that took long, which do no harm; nobody needs them.
  if (term > state.term) state.held = [];
  state.term = term;
  state.votedFor = votedFor;
  if (!state.rules.forgetsVotes) write(turn, { kind: 'term', term, votedFor });
}

/** Becomes a follower, in a later term where there is one. A learner stays one. */
export function stepDown<R>(turn: Turn<R>, term: number, leader: ActorId | null): void {
  const { state } = turn;
  if (term > state.term) enterTerm(turn, term, null);
  state.leader = leader;
  if (state.role !== 'learner') setRole(turn, 'follower');
}

/** What a member is from now on. */
export function setRole<R>({ state, effects }: Turn<R>, role: Role): void {
  if (state.role === role) return;
  state.role = role;
  state.votes.clear();
  if (role !== 'leader') state.peers.clear();
  effects.push({ kind: 'role', role });
}

/** Entries up to `index` are committed: they never change. */
export function commitTo<R>({ state, effects }: Turn<R>, index: number): void {
  if (index <= state.commitIndex) return;
  state.commitIndex = index;
  effects.push({ kind: 'commit', index });
}
