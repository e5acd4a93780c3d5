// The consensus of the members of a map authority: Raft with a fixed membership. This is the whole
// of it that decides; member.ts carries out what it wants done.
import type { ActorId } from '../../../sim/index.ts';
import type { AppendEntries, ConsensusMessage } from '../../messages/consensus.ts';
import { onVoteReply, onVoteRequest } from './elections.ts';
import { onAppend, onInstall } from './following.ts';
import { commitWhatMajorityHas, onAppendReply } from './leading.ts';
import { onTermReply, onTermRequest } from './refill.ts';
import { type Consensus, type Turn, termAt } from './state.ts';
import { noteSaved } from './terms.ts';

/** A message from another member. */
export function takeMessage<R>(turn: Turn<R>, message: ConsensusMessage, from: ActorId): void {
  if (!turn.state.members.includes(from)) return;
  switch (message.type) {
    case 'vote.request':
      onVoteRequest(turn, message, from);
      break;
    case 'vote.reply':
      onVoteReply(turn, message, from);
      break;
    case 'append':
      onAppend(turn, message as AppendEntries<R>, from);
      break;
    case 'install':
      onInstall(turn, message, from);
      break;
    case 'append.reply':
      onAppendReply(turn, message, from);
      break;
    case 'term.request':
      onTermRequest(turn, message, from);
      break;
    case 'term.reply':
      onTermReply(turn, message, from);
      break;
  }
}

/** All writes up to this one are durable. */
export function saved<R>(turn: Turn<R>, write: number): void {
  noteSaved(turn, write);
  commitWhatMajorityHas(turn);
}

/** The state after entry `index` is durable as a snapshot: entries up to it are not needed. */
export function compact<R>(state: Consensus<R>, index: number, snapshot: unknown): void {
  if (index <= state.baseIndex || index > state.commitIndex) return;
  const term = termAt(state, index) ?? 0;
  state.entries = state.entries.slice(index - state.baseIndex);
  state.baseIndex = index;
  state.baseTerm = term;
  state.snapshot = snapshot;
}
