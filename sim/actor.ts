// An actor answers a message with effects as data; only the World carries them out.
//
//   message --> behavior.receive(state, message, from, self, out) --> next state
//                                                       |
//                                                       +--> out: sends, timers, I/O, spawns
//
// A behavior is stateless and shared by all incarnations and forks; all that an actor remembers is
// in the state that `receive` returns. A crash drops the state, a restart begins again with `init`.
import type { IoRequest } from './disk/device.ts';
import type { Ns } from './units.ts';

/** The name of an actor, unique in a world: `host-3`, `client-1/re-mirror-7`. */
export type ActorId = string;
/** The name of a machine that actors run on; it has one clock, a network address and devices. */
export type NodeId = string;

/**
 * Plain data with a `type`. Frozen in development when it is sent: two nodes never share memory.
 */
export interface Message {
  readonly type: string;
}

/** Labels that selectors match: `{ zone: 'b', role: 'host' }`. */
export type Labels = Readonly<Record<string, string>>;

/** What an actor may know of itself. It cannot see true time, other nodes or the ghost state. */
export interface Self {
  readonly id: ActorId;
  readonly node: NodeId;
  readonly labels: Labels;
  /** Counts from 0; each restart adds one. */
  readonly incarnation: number;
  /** The reading of this node's own clock, in ns; it may drift, step or stand still. */
  nowNs(): Ns;
  /** Draws an integer in [0, n) from this actor's own stream; n = 1 draws nothing. */
  choose(purpose: string, n: number): number;
  /**
   * Whether the named point in the code goes wrong this time: a fault of kind `fault-point` says
   * so, else it never does. The code decides what goes wrong there. A machine hears of it as a
   * guard or action does: its behavior passes the answer on in an event.
   */
  faultPoint(name: string): boolean;
}

/** How a client operation ended. `info`: unknown outcome, it may still take effect later. */
export type OpOutcome = 'ok' | 'fail' | 'info';

/** Where a behavior puts its effects. Nothing happens until `receive` has returned. */
export interface Outbox {
  /** Sends over the network (or to the same node). `sizeBytes` is what the wire is charged. */
  send(to: ActorId, message: Message, sizeBytes?: number): void;
  /**
   * Delivers `message` to this actor after `delayNs` on the node's clock; replaces a timer of that
   * key.
   */
  setTimer(key: string, delayNs: Ns, message: Message): void;
  cancelTimer(key: string): void;
  /** Submits to a device of this node; the completion comes back as an `IoCompletion` message. */
  submitIo(device: string, request: IoRequest): void;
  /** Starts a child on the same node as `self.id/name`; it is stopped with its parent. */
  spawn(name: string, behavior: AnyBehavior, input?: unknown): void;
  /** Stops the child `self.id/name`: its timers are cancelled, later messages to it are dropped. */
  stop(name: string): void;
  /** A client operation begins. `opId` is unique for this actor. */
  invoke(opId: number, name: string, value: unknown): void;
  /** A client operation ends; each invoked operation ends at most once. */
  complete(opId: number, name: string, outcome: OpOutcome, value: unknown): void;
  /** Notes a fact by a past participle: `map.applied`, `torn-tail.dropped`. Properties read it. */
  mark(name: string, facts?: Readonly<Record<string, unknown>>): void;
  /** A measured quantity at this instant, for charts. */
  gauge(name: string, value: number): void;
}

/** What an actor does. `S` is its volatile state, `I` what it is started with. */
export interface Behavior<S, I = undefined> {
  readonly name: string;
  /** The first state, at spawn and at each restart, with first effects. */
  init(input: I, self: Self, out: Outbox): S;
  /** Runs to completion; returns the next state (the same object, changed, is fine). */
  receive(state: S, message: Message, from: ActorId, self: Self, out: Outbox): S;
  /** An independent copy of a state for a fork; immutable states may return themselves. */
  copy(state: S): S;
  /** The mode shown in state lanes and fault coverage: `serving`, `recovering`. */
  mode?(state: S): string;
  /** All that `mode` can answer: coverage then tells of modes that no actor ever entered. */
  readonly modes?: readonly string[] | undefined;
  /**
   * Other versions of it by name. An actor that starts on a node of that version runs it in place
   * of this one, with the same input: both must read what the other has left on the devices.
   */
  readonly versions?: Readonly<Record<string, AnyBehavior>>;
}

/** Any behavior, whatever its state and input: what tables and the world hold. */
// biome-ignore lint/suspicious/noExplicitAny: variance forbids unknown here.
export type AnyBehavior = Behavior<any, any>;

/** Sender of messages that come from outside every actor: the scenario, a test. */
export const outside: ActorId = 'outside';
