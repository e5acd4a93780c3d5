// A member that finds its log damaged does not know any more what it has promised: whom it voted
// for, which entries it has. If it went on with what is left, it could help to elect a leader that
// lacks what was committed (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based
// Storage", FAST 2018). So it promises nothing:
//
//   asking     each other member for its term; listens to no leader. Whoever got its vote, or its
//              word for an entry, has itself saved that term: the highest one told is as high as
//              any that was promised to. No vote in that term.
//   refilling  takes the log from a leader of that term or a later one, does not vote. When it has
//              all that the leader had on hearing of this recovery, it has all that was committed
//              with its help.
//   follower   like any other
//
// One that is asking gives no term itself: with a majority damaged, nothing is repaired.
import type { ActorId } from '../../../sim/index.ts';
import type { TermReply, TermRequest } from '../../messages/consensus.ts';
import { type Consensus, othersOf, type Turn } from './state.ts';
import { enterTerm, send, sendWhenSaved, setRole, write } from './terms.ts';

/** How far a member is with its refill; null for one that needs none. */
export function isRefilling({ refill }: Consensus<unknown>): 'asking' | 'filling' | null {
  if (refill === null) return null;
  return refill.termsKnown ? 'filling' : 'asking';
}

/** Asks those who have not told their term; a learner does so until all have. */
export function askTerms<R>(turn: Turn<R>): void {
  const { refill, life } = turn.state;
  if (refill === null || refill.termsKnown) return;
  const request: TermRequest = { type: 'term.request', life };
  for (const id of othersOf(turn.state)) if (!refill.told.has(id)) send(turn, id, request);
}

/** Another member has lost what it knew. */
export function onTermRequest<R>(turn: Turn<R>, { life }: TermRequest, from: ActorId): void {
  const { state } = turn;
  if (state.role === 'learner') return;
  const reply: TermReply = { type: 'term.reply', term: state.term, life };
  sendWhenSaved(turn, from, reply);
}

/** Another member tells its term. */
export function onTermReply<R>(turn: Turn<R>, reply: TermReply, from: ActorId): void {
  const { state } = turn;
  const { refill } = state;
  if (refill === null || refill.termsKnown || reply.life !== state.life) return;
  refill.told.set(from, reply.term);
  if (refill.told.size < othersOf(state).length) return;
  refill.termsKnown = true;
  const term = Math.max(state.term, ...refill.told.values());
  enterTerm(turn, term, state.self);
}

/** The log agrees with the leader's up to an index. */
export function noteRefilled<R>(
  turn: Turn<R>,
  message: { readonly life: number | null; readonly lastIndex: number },
  index: number,
): void {
  const { state } = turn;
  const { refill } = state;
  if (refill === null) return;
  if (refill.targetIndex === null && message.life === state.life) {
    refill.targetIndex = message.lastIndex;
  }
  if (refill.targetIndex === null || index < refill.targetIndex) return;
  state.refill = null;
  write(turn, { kind: 'refilled' });
  setRole(turn, 'follower');
}
