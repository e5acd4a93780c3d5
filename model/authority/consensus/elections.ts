// Elections. Before a member raises its term it asks whether it would be voted for (pre-vote), and
// who hears of a leader helps nobody to replace it (leader stickiness): one that was cut off, or
// hears nothing by itself, deposes no leader that works (Ongaro, "Consensus: Bridging Theory and
// Practice", 2014, sections 9.6 and 4.2.3).
import { type ActorId, assert } from '../../../sim/index.ts';
import type { VoteReply, VoteRequest } from '../../messages/consensus.ts';
import { becomeLeader } from './leading.ts';
import { type Consensus, lastIndexOf, majorityOf, othersOf, type Turn, termAt } from './state.ts';
import { enterTerm, send, sendWhenSaved, setRole, stepDown } from './terms.ts';

/** No leader was heard of for a whole election timeout. */
export function campaign<R>(turn: Turn<R>): void {
  const { state } = turn;
  assert(state.role !== 'leader', 'a leader does not campaign');
  if (state.role === 'learner') return;
  state.leader = null;
  setRole(turn, 'pre-candidate');
  state.votes.clear();
  state.votes.add(state.self);
  for (const to of othersOf(state)) send(turn, to, voteRequest(state, true));
}

function standForElection<R>(turn: Turn<R>): void {
  const { state } = turn;
  enterTerm(turn, state.term + 1, state.self);
  setRole(turn, 'candidate');
  state.votes.add(state.self);
  for (const to of othersOf(state)) sendWhenSaved(turn, to, voteRequest(state, false));
}

function voteRequest(state: Consensus<unknown>, pre: boolean): VoteRequest {
  const lastIndex = lastIndexOf(state);
  const lastTerm = termAt(state, lastIndex) ?? 0;
  return { type: 'vote.request', term: state.term + (pre ? 1 : 0), pre, lastIndex, lastTerm };
}

/** Another member campaigns. */
export function onVoteRequest<R>(turn: Turn<R>, request: VoteRequest, from: ActorId): void {
  const { state } = turn;
  if (state.role === 'learner' || isLed(turn)) return;
  const { pre, term } = request;
  if (!pre && term > state.term) stepDown(turn, term, null);
  const granted =
    isUpToDate(state, request) && (pre ? term > state.term : mayVote(turn, request, from));
  if (granted && !pre && state.votedFor === null) {
    enterTerm(turn, term, from);
    turn.effects.push({ kind: 'heard' });
  }
  const answered = pre && granted ? term : state.term;
  const reply: VoteReply = { type: 'vote.reply', term: answered, pre, granted };
  sendWhenSaved(turn, from, reply);
}

// One that was heard of within the shortest election timeout is still there.
function isLed({ state, nowNs }: Turn<unknown>): boolean {
  if (state.leader === null) return false;
  if (state.role === 'leader') return true;
  return nowNs - state.heardNs < state.rules.electionMinNs;
}

function mayVote({ state }: Turn<unknown>, { term }: VoteRequest, from: ActorId): boolean {
  return term === state.term && (state.votedFor === null || state.votedFor === from);
}

// Whoever lacks something that may be committed never leads.
function isUpToDate(state: Consensus<unknown>, request: VoteRequest): boolean {
  if (state.rules.votesBlindly) return true;
  const lastIndex = lastIndexOf(state);
  const lastTerm = termAt(state, lastIndex) ?? 0;
  if (request.lastTerm !== lastTerm) return request.lastTerm > lastTerm;
  return request.lastIndex >= lastIndex;
}

/** A vote, or none. */
export function onVoteReply<R>(turn: Turn<R>, reply: VoteReply, from: ActorId): void {
  const { state } = turn;
  const { pre, term, granted } = reply;
  if (!granted) {
    if (term > state.term) stepDown(turn, term, null);
    return;
  }
  const asked = pre ? state.role === 'pre-candidate' : state.role === 'candidate';
  if (!asked || term !== state.term + (pre ? 1 : 0)) return;
  state.votes.add(from);
  if (state.votes.size < majorityOf(state)) return;
  if (pre) standForElection(turn);
  else becomeLeader(turn);
}
