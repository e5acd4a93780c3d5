// The durable register of the map authority: the one place where an order of records is decided.
//
//   requests --> map authority --records--> propose
//                 ^      ^                     |
//                 |      |              +------v--------+   own members' messages, timers
//      committed, |      +-- snapshot --|   register    |<------------------------------->
//      restored,  |                     +------^--------+
//      leading    |                            | append, vote, checkpoint / appended, ...
//                 |                     +------v--------+
//                 +------- news --------|   log store   |  superblocks, checkpoints, ring
//                                       +---------------+
//
// The authority serves from committed records only, and applies them in the order of their indices.
//   single       one member: a record is committed when it is durable (single-register.ts)
//   replicated   several members: when enough of them have it durable; news may come much later,
//                of proposals of others, too, and a member that leads no more proposes nothing:
//                what it had proposed is dropped as far as the requesters are concerned. They ask
//                again, and deduplication answers alike if the record was committed after all.
//
// A register acts in the step of its actor: through `out`, and by the news that it returns. Its
// timers have keys that begin with `register.`, its messages are taken by `receive`.
import type { ActorId, IoCompletion, Message, Outbox, Self } from '../../sim/index.ts';
import type { MutantSet } from '../mutants.ts';
import type { CheckpointPieces } from './checkpoint.ts';
import type { LogEntry } from './log.ts';
import type { Spoiled } from './log-tail.ts';
import type { LogRecord } from './map-state.ts';

/** What a register is started with. */
export interface RegisterInput {
  /** The device of this node that the log lies on. */
  readonly device: string;
  readonly logBlockCount: number;
  /** What the device may leave of a block that it was writing when the power went. */
  readonly cutOffAs: readonly Spoiled[];
  /** A checkpoint is taken after so many records. */
  readonly checkpointEvery: number;
  readonly mutants: MutantSet;
}

/** How a register acts in one step of its actor. */
export interface RegisterStep {
  readonly self: Self;
  readonly out: Outbox;
  /** The state that the records handed over so far have led to; called when all are applied. */
  readonly snapshot: () => CheckpointPieces;
}

/** Where a proposal got its place: committed if the entry there has this term in the end. */
export interface Proposal {
  readonly firstIndex: number;
  readonly term: number;
}

/** What a register tells its authority. */
export type RegisterNews =
  /** Everything on the device was read; it is being made sure of. */
  | { readonly type: 'flushed' }
  /** The state begins anew: from a checkpoint of so many records, or from nothing. */
  | {
      readonly type: 'restored';
      readonly pieces: CheckpointPieces | null;
      readonly recordCount: number;
    }
  /** These are decided for ever, and follow what was committed before. */
  | {
      readonly type: 'committed';
      readonly firstIndex: number;
      readonly entries: readonly LogEntry[];
    }
  /** This member may propose; it has handed over all that was committed before. */
  | {
      readonly type: 'leading';
      readonly tornTail: boolean;
      /** Of a leader of several members; null for the only one. */
      readonly term: number | null;
    }
  /** It may not: proposals that are not committed yet belong to nobody. */
  | { readonly type: 'following' }
  /** The device is of no use for now: to be opened again later. */
  | { readonly type: 'failed' };

/** Decides an order of records and keeps it. All of its memory is in it; `copy` is for forks. */
export interface DurableRegister {
  /** Begins to read the device, forgetting everything. */
  open(step: RegisterStep): void;
  /** Whether so many records can be proposed now. */
  canPropose(recordCount: number): boolean;
  /** How many more records the log has room for; requests beyond that are refused. */
  readonly roomCount: number;
  /** The most records of an ordinary proposal. */
  readonly proposalMax: number;
  /** Index that the next proposal gets. */
  readonly nextIndex: number;
  /** Index of the last record that is durable here; -1 for none. */
  readonly durableIndex: number;
  /** Proposes records as one batch: durable as a whole or not at all. */
  propose(step: RegisterStep, records: readonly LogRecord[]): Proposal;
  onIo(step: RegisterStep, done: IoCompletion): readonly RegisterNews[];
  /** Takes a message of another member, or a timer of its own; null for any other. */
  receive(step: RegisterStep, message: Message, from: ActorId): readonly RegisterNews[] | null;
  /** What it is doing, where the authority's own mode does not say it. */
  readonly mode: string | null;
  /** The member that leads, as far as it is known. */
  readonly leader: ActorId | null;
  /** A request came: it may be answered from the state once this round is confirmed. */
  requestRound(step: RegisterStep): number;
  /** The last round in which most members said that this one leads. */
  readonly confirmedRound: number;
  /**
   * Everything that was handed over is applied: a good moment for a checkpoint. Called, too, when a
   * request is refused for want of room.
   */
  applied(step: RegisterStep): void;
  /** An independent copy for a fork. */
  copy(): DurableRegister;
}
