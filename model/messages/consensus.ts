// What the members of a replicated map authority say to each other: elections, the log, and what a
// member needs whose log is damaged. Raft's messages (Ongaro and Ousterhout, "In Search of an
// Understandable Consensus Algorithm", USENIX ATC 2014, figure 2).
import type { ActorId, Message } from '../../sim/index.ts';

/** An entry of the replicated log. */
export interface LogEntry<R = unknown> {
  readonly term: number;
  readonly record: R;
}

interface OfTerm extends Message {
  readonly term: number;
}

/** Asks for a vote in `term`; with `pre`, whether it would be given, without consequences. */
export interface VoteRequest extends OfTerm {
  readonly type: 'vote.request';
  readonly pre: boolean;
  readonly lastIndex: number;
  readonly lastTerm: number;
}
/** Gives or refuses a vote. */
export interface VoteReply extends OfTerm {
  readonly type: 'vote.reply';
  readonly pre: boolean;
  readonly granted: boolean;
}

interface FromLeader extends OfTerm {
  /** The recovery of the addressee that the leader heard of last; null before the first. */
  readonly life: number | null;
  /** Counts what a leader sends; a reply has the same, and confirms it as the leader of then. */
  readonly round: number;
  readonly commitIndex: number;
  /** Of the leader's log as it is now. */
  readonly lastIndex: number;
}
/** Entries that follow `previousIndex`; none in a heartbeat. */
export interface AppendEntries<R = unknown> extends FromLeader {
  readonly type: 'append';
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly LogEntry<R>[];
}
/** The state after the entry at `index`, for a member that lacks entries the leader has dropped. */
export interface InstallSnapshot extends FromLeader {
  readonly type: 'install';
  readonly index: number;
  readonly indexTerm: number;
  readonly snapshot: unknown;
}
/** `index`: with `ok` the last one that agrees with the leader's log, else the next to try. */
export interface AppendReply extends OfTerm {
  readonly type: 'append.reply';
  /** Grows with each recovery of the sender: what it said before may hold no more. */
  readonly life: number;
  readonly round: number;
  readonly ok: boolean;
  readonly index: number;
}

/** A member that does not know any more what it has promised asks all others for their term. */
export interface TermRequest extends Message {
  readonly type: 'term.request';
  readonly life: number;
}
/** The term of a member whose memory is whole. */
export interface TermReply extends OfTerm {
  readonly type: 'term.reply';
  readonly life: number;
}

/** A request that reached a member which does not lead; its leader answers `origin`. */
export interface Forwarded extends Message {
  readonly type: 'forwarded';
  readonly origin: ActorId;
  readonly request: Message;
}

/** Any message between members. */
export type ConsensusMessage =
  | VoteRequest
  | VoteReply
  | AppendEntries
  | InstallSnapshot
  | AppendReply
  | TermRequest
  | TermReply;
