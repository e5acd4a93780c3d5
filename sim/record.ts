// The record speaks the kernel's words, never the model's. Properties and charts are folds over it.
//
//   event (message | timer | io | start | fault)  --id-->  op, state, mark, gauge of that step
//     parents: `previous` (last event on the same actor) and `cause` (the event that sent or armed
// it)
import type { ActorId, Labels, OpOutcome } from './actor.ts';
import type { Ns } from './units.ts';

/**
 * How much is kept: `off` not even the fingerprint, `hash` it alone, `ring` the last entries too,
 * `full` all.
 */
export type RecordLevel = 'off' | 'hash' | 'ring' | 'full';

/**
 * A causal identity, 16 hex digits: hash(cause, actor, kind, ordinal). Stable when unrelated events
 * vanish.
 */
export type EventId = string;

interface EntryBase {
  /** Position in the record, counts from 0. */
  readonly index: number;
  readonly atNs: Ns;
  /** The actor it happened at; for a fault `nemesis`. */
  readonly actor: ActorId;
  readonly id: EventId;
  /**
   * The event that sent, armed or submitted this one; for op, state, mark and gauge the event they
   * are part of.
   */
  readonly cause: EventId | null;
  /** The event before it on the same actor. */
  readonly previous: EventId | null;
}

/** An actor came to life (spawn or restart). */
export interface StartEntry extends EntryBase {
  readonly kind: 'start';
  readonly incarnation: number;
  /** The name of its behavior: actors of one behavior are one machine in fault coverage. */
  readonly behavior: string;
  /** The version of it that runs; absent while that is its own. */
  readonly version?: string;
  readonly node: string;
  readonly labels: Labels;
}
/** An actor ended: its node crashed, or its parent stopped it. */
export interface StopEntry extends EntryBase {
  readonly kind: 'stop';
  readonly reason: 'crash' | 'stopped' | 'done';
}
/** A message reached `actor` (`delivered`), or did not, at the instant that was known. */
export interface MessageEntry extends EntryBase {
  readonly kind: 'message';
  readonly outcome: 'delivered' | 'dropped';
  readonly from: ActorId;
  readonly type: string;
  readonly sentAtNs: Ns;
  /** Why it was dropped: `loss`, `partition az-b`, `node down`, `no such actor`. */
  readonly reason?: string;
  readonly message: unknown;
}
/** A timer of the actor fired. */
export interface TimerEntry extends EntryBase {
  readonly kind: 'timer';
  readonly key: string;
  readonly type: string;
}
/** A request that the actor submitted to a device of its node is done. */
export interface IoEntry extends EntryBase {
  readonly kind: 'io';
  readonly device: string;
  readonly op: string;
  readonly block: number;
  readonly blockCount: number;
  readonly status: string;
  readonly submittedAtNs: Ns;
  /**
   * What each block was written with, or answered a read that is ok: its stamp, or `otherContents`.
   */
  readonly stamps?: readonly number[];
  /** What differs inside a block that was read: the stamps of its sectors, by place. */
  readonly sectors?: readonly (readonly number[] | undefined)[];
  /** The cache was flushed before a write's data. */
  readonly preflush?: boolean;
  /** A write was on stable media before it completed. */
  readonly fua?: boolean;
}

/** Instead of a stamp: structured contents, or a part of a block. */
export const otherContents = -1;

/** A client operation: invoke, then at most one of ok, fail, info. */
export interface OpEntry extends EntryBase {
  readonly kind: 'op';
  readonly phase: 'invoke' | OpOutcome;
  readonly opId: number;
  readonly name: string;
  readonly value: unknown;
}
/** An actor entered a mode. */
export interface StateEntry extends EntryBase {
  readonly kind: 'state';
  readonly state: string;
}
/** A fact an actor noted. */
export interface MarkEntry extends EntryBase {
  readonly kind: 'mark';
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
/** A quantity that an actor measured. */
export interface GaugeEntry extends EntryBase {
  readonly kind: 'gauge';
  readonly name: string;
  readonly value: number;
}
/**
 * A fault begins or ends. `targets` are the nodes, devices or links that the selector resolved to.
 */
export interface FaultEntry extends EntryBase {
  readonly kind: 'fault';
  readonly phase: 'start' | 'end';
  readonly faultId: number;
  readonly fault: string;
  readonly targets: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
}
/** A property was broken here. */
export interface ViolationEntry extends EntryBase {
  readonly kind: 'violation';
  readonly property: string;
  readonly what: string;
}

/** Anything the record holds. */
export type Entry =
  | StartEntry
  | StopEntry
  | MessageEntry
  | TimerEntry
  | IoEntry
  | OpEntry
  | StateEntry
  | MarkEntry
  | GaugeEntry
  | FaultEntry
  | ViolationEntry;

/** What every record begins with. No wall clock, no host, no engine: the same bytes everywhere. */
export interface RecordHeader {
  readonly schema: 'stormcell-record/1';
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly seed: string;
  readonly version: string;
}
