// What a member of a replicated log knows, and what it wants done. Pure: nothing here sends,
// writes or keeps time.
//
//   index    0 ........ baseIndex | baseIndex + 1 ..................... lastIndex
//            in the snapshot      | entries
//                                      commitIndex ^     ^ durableIndex (either may be ahead)
import { type ActorId, assert } from '../../../sim/index.ts';
import type { ConsensusMessage, LogEntry } from '../../messages/consensus.ts';

/** What a member is in its term. A learner has lost promises: it neither votes nor campaigns. */
export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner';

/** How a member goes about it; times by its own clock. */
export interface ConsensusRules {
  /** Who has heard of a leader for less than this helps nobody to replace it. */
  readonly electionMinNs: number;
  /** A leader that has not heard of a majority for this long steps down. */
  readonly quorumLostNs: number;
  /** A known wrong variant: a leader's own flush commits. */
  readonly commitsAlone: boolean;
  /** A known wrong variant: terms and votes are not saved. */
  readonly forgetsVotes: boolean;
  /** It votes for whoever asks, whatever log he has. */
  readonly votesBlindly: boolean;
}

/** What a leader knows of another member. */
export interface Peer {
  nextIndex: number;
  /** The last entry that is durable there for sure; -1 for none. */
  matchIndex: number;
  /** Its recovery that was heard of last. */
  life: number | null;
  /** The last of the leader's rounds that it answered. */
  round: number;
  heardNs: number;
}

/** How far a member is that lost what it had promised. */
export interface Refill {
  /** Terms of other members, as they told. */
  readonly told: Map<ActorId, number>;
  /** All have told: the term is as high as any that was promised to. */
  termsKnown: boolean;
  /** The end of the leader's log when it heard of this recovery; null before. */
  targetIndex: number | null;
}

/** A message that waits until writes up to `write` are durable. */
export interface Held {
  readonly write: number;
  readonly to: ActorId;
  readonly message: ConsensusMessage;
}

/** What a member knows. `R` is what the log is made of. */
export interface Consensus<R> {
  readonly self: ActorId;
  /** All members, this one too; fixed for ever. */
  readonly members: readonly ActorId[];
  readonly rules: ConsensusRules;
  /** What each leader puts into the log before all else: it changes nothing. */
  readonly firstRecord: R;
  /** Grows with each recovery. */
  readonly life: number;
  role: Role;
  term: number;
  votedFor: ActorId | null;
  leader: ActorId | null;
  /** When the leader was heard of last. */
  heardNs: number;
  baseIndex: number;
  baseTerm: number;
  /** The state at `baseIndex`, opaque; null before the first compaction. */
  snapshot: unknown;
  entries: LogEntry<R>[];
  durableIndex: number;
  commitIndex: number;
  /** Who gave its vote in this election. */
  readonly votes: Set<ActorId>;
  /** A leader's: the other members. */
  readonly peers: Map<ActorId, Peer>;
  /** Counts what a leader has sent to all. */
  round: number;
  /** A learner's. */
  refill: Refill | null;
  /** Counts writes that were asked for, and those that are durable. */
  write: number;
  savedWrite: number;
  held: Held[];
  /** Ends of the log that are on their way to the medium. */
  appended: { readonly write: number; readonly index: number }[];
}

/** What a member wants done, in this order. Writes become durable in the order of their numbers. */
export type Effect<R> =
  | { readonly kind: 'send'; readonly to: ActorId; readonly message: ConsensusMessage }
  | { readonly kind: 'write'; readonly write: number; readonly what: DurableChange<R> }
  | { readonly kind: 'install'; readonly index: number; readonly snapshot: unknown }
  | { readonly kind: 'commit'; readonly index: number }
  | { readonly kind: 'role'; readonly role: Role }
  /** A leader was heard of, or a vote given: wait for a whole election timeout again. */
  | { readonly kind: 'heard' };

/** What a member has to find again after a crash. */
export type DurableChange<R> =
  | { readonly kind: 'term'; readonly term: number; readonly votedFor: ActorId | null }
  /** Entries from `index` on; what was there and beyond is dropped. */
  | { readonly kind: 'entries'; readonly index: number; readonly entries: readonly LogEntry<R>[] }
  | {
      readonly kind: 'snapshot';
      readonly index: number;
      readonly term: number;
      readonly snapshot: unknown;
    }
  /** The member keeps its promises again. */
  | { readonly kind: 'refilled' };

/** One event that a member reacts to. */
export interface Turn<R> {
  readonly state: Consensus<R>;
  readonly nowNs: number;
  readonly effects: Effect<R>[];
}

/** What a recovery found. */
export interface Recovered<R> {
  readonly term: number;
  readonly votedFor: ActorId | null;
  readonly baseIndex: number;
  readonly baseTerm: number;
  readonly snapshot: unknown;
  readonly entries: readonly LogEntry<R>[];
  /** Promises are lost, now or earlier, and not yet refilled. */
  readonly isLearner: boolean;
}

/** What a member without any history recovers. */
export const nothingRecovered: Recovered<never> = Object.freeze({
  term: 0,
  votedFor: null,
  baseIndex: -1,
  baseTerm: 0,
  snapshot: null,
  entries: Object.freeze([]),
  isLearner: false,
});

/** A member after a recovery. */
export function freshConsensus<R>(
  who: Pick<Consensus<R>, 'self' | 'members' | 'rules' | 'firstRecord' | 'life'>,
  recovered: Recovered<R>,
): Consensus<R> {
  const { members, self } = who;
  assert(members.includes(self), `${self} is none of the members ${members.join(', ')}`);
  const { isLearner, entries, ...found } = recovered;
  return {
    ...who,
    ...found,
    role: isLearner ? 'learner' : 'follower',
    leader: null,
    heardNs: 0,
    entries: entries.slice(),
    durableIndex: found.baseIndex + entries.length,
    commitIndex: found.baseIndex,
    votes: new Set(),
    peers: new Map(),
    round: 0,
    refill: isLearner ? { told: new Map(), termsKnown: false, targetIndex: null } : null,
    write: 0,
    savedWrite: 0,
    held: [],
    appended: [],
  };
}

/** An independent copy for a fork; entries and messages are immutable and shared. */
export function copyConsensus<R>(state: Consensus<R>): Consensus<R> {
  const peers = new Map<ActorId, Peer>();
  for (const [id, peer] of state.peers) peers.set(id, { ...peer });
  const { refill } = state;
  return {
    ...state,
    entries: state.entries.slice(),
    votes: new Set(state.votes),
    peers,
    refill: refill === null ? null : { ...refill, told: new Map(refill.told) },
    held: state.held.slice(),
    appended: state.appended.slice(),
  };
}

/** Index of the last entry; -1 for none. */
export function lastIndexOf({ baseIndex, entries }: Consensus<unknown>): number {
  return baseIndex + entries.length;
}

/** The term of the entry at an index; null where this member has none, or none any more. */
export function termAt(state: Consensus<unknown>, index: number): number | null {
  if (index === state.baseIndex) return state.baseTerm;
  return state.entries[index - state.baseIndex - 1]?.term ?? null;
}

/** The entry at an index that is in the log. */
export function entryAt<R>(state: Consensus<R>, index: number): LogEntry<R> {
  const entry = state.entries[index - state.baseIndex - 1];
  assert(entry !== undefined, `no entry ${index} from ${state.baseIndex + 1} on`);
  return entry;
}

/** How many members are more than half of them. */
export function majorityOf({ members }: Consensus<unknown>): number {
  return Math.floor(members.length / 2) + 1;
}

/** The members but this one. */
export function othersOf({ members, self }: Consensus<unknown>): readonly ActorId[] {
  return members.filter((id) => id !== self);
}
