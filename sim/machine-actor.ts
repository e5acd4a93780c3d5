// An XState machine, or fromTransition logic, as a Behavior. No XState actor is ever started: the
// world owns time, identity and delivery, XState only computes the next snapshot.
//
//   message --> runner.next --> logic.transition(snapshot, event, machineScope) --> next snapshot
//                                            |
//                   sendTo, after, raise, cancel, emit, spawnChild, invoke, stopChild --> Outbox
//
// - A message is the event, as it is. With `withSender` the event also carries `from`, the
//   sender's id.
// - A delayed event is a kernel timer keyed by its XState id; arming an id again replaces its
//   timer, where XState would let both fire.
// - A child is the kernel actor `parent/child`. It tells its end by `xstate.done.actor.<child>` or
//   `xstate.error.actor.<child>`; news of a child that was stopped meanwhile is ignored.
// - A guard or action that throws is a bug: it throws a MachineFailure, and is no error event.
import type {
  AnyActorLogic,
  AnyMachineSnapshot,
  AnyStateMachine,
  EmittedFrom,
  EventFromLogic,
  EventObject,
  InputFrom,
  Snapshot,
  SnapshotFrom,
  StateValue,
} from 'xstate';
import type { ActorId, Behavior, Message, Outbox, Self } from './actor.ts';
import { AssertionError } from './assert.ts';
import { machineModes } from './machine-modes.ts';
import { SelfRef } from './machine-ref.ts';
import { acceptLogic, isMachine, MachineRefusal } from './machine-refusal.ts';
import { enterStep, leaveStep, machineScope } from './machine-scope.ts';
import { MachineStep, type MachineTimer, type RelayEvent } from './machine-step.ts';
import { emitToKernel } from './machine-words.ts';

/** How a machine becomes a behavior. */
export interface MachineOptions {
  /** What the behavior is called; else the machine's id. */
  readonly name?: string;
  /** Gives each event a `from`, the id of its sender, for machines that answer; off by default. */
  readonly withSender?: boolean;
}

/**
 * The behavior of an actor that is a machine and nothing else. Emitted events become marks,
 * except the kernel's words: `send`, `op.invoke`, `op.ok`, `op.fail`, `op.info`, `gauge` and `io`.
 * Throws a `MachineRefusal` for logic that cannot be simulated.
 */
export function machineBehavior<Logic extends AnyActorLogic>(
  logic: Logic,
  options: MachineOptions = {},
): Behavior<SnapshotFrom<Logic>, InputFrom<Logic>> {
  acceptLogic(logic, options.name);
  return behaviorOf(logic, options, null) as Behavior<SnapshotFrom<Logic>, InputFrom<Logic>>;
}

/** How a machine is driven. */
export interface MachineDriverOptions {
  /** Tells the timers of several drivers in one actor apart; else the machine's id. */
  readonly name?: string;
}

/**
 * For an actor that asks a machine for its mode and moves its own data: steps a machine inside a
 * plain behavior. Emitted events go to `onEmit` while the machine steps. Messages of type
 * `xstate.done.actor.*` and `xstate.error.actor.*` are from the machine's children: hand them to
 * `next`.
 */
export interface MachineDriver<
  State,
  Event extends EventObject = EventObject,
  Input = unknown,
  Emitted = EventObject,
> {
  /** The first snapshot, with the effects of its entry actions. */
  initial(input: Input, self: Self, out: Outbox, onEmit: (event: Emitted) => void): State;
  /** The snapshot after `event`: one of the machine's, a timer message, or the event of one. */
  next(
    snapshot: State,
    event: Event | MachineTimer<Event>,
    self: Self,
    out: Outbox,
    onEmit: (event: Emitted) => void,
  ): State;
  /** Whether `message` is a timer that this driver armed. */
  ownsTimer(message: Message): message is MachineTimer<Event>;
  /** `serving`, nested as `serving.idle`, parallel regions joined with `+`. */
  mode(snapshot: State): string;
  /** All that `mode` can answer; undefined when there are too many to list. */
  readonly modes: readonly string[] | undefined;
}

/** A driver for `machine`. Throws a `MachineRefusal` for a machine that cannot be simulated. */
export function machineDriver<Machine extends AnyStateMachine>(
  machine: Machine,
  options: MachineDriverOptions = {},
): MachineDriver<
  SnapshotFrom<Machine>,
  EventFromLogic<Machine>,
  InputFrom<Machine>,
  EmittedFrom<Machine>
> {
  acceptLogic(machine, options.name);
  const name = options.name ?? machine.id;
  const step = new MachineStep(machine.id, name, `${name}:`);
  const runner = new Runner(machine, step, null);
  return {
    initial: (input, self, out, onEmit) =>
      runner.initial(input, self, out, onEmit as unknown as OnEmit) as SnapshotFrom<Machine>,
    next: (snapshot, event, self, out, onEmit) =>
      runner.next(
        snapshot as State,
        event,
        self,
        out,
        onEmit as unknown as OnEmit,
      ) as SnapshotFrom<Machine>,
    ownsTimer: (message): message is MachineTimer<EventFromLogic<Machine>> =>
      message.type === 'machine.timer' && (message as MachineTimer).driver === name,
    mode: (snapshot) => modeOf(snapshot as State),
    modes: machineModes(machine),
  };
}

/**
 * A machine could not take a step: one of its guards, actions or delays threw, or broke a limit.
 */
export class MachineFailure extends Error {
  override readonly name = 'MachineFailure';
  readonly actor: ActorId;
  readonly machine: string;

  constructor(message: string, actor: ActorId, machine: string, cause: unknown) {
    super(message, { cause });
    this.actor = actor;
    this.machine = machine;
  }
}

type OnEmit = (event: EventObject, out: Outbox) => void;

// Set on a snapshot only once something without a name was numbered; XState drops it, the runner
// keeps it.
const idCountKey: unique symbol = Symbol('idCount');
type State = Snapshot<unknown> &
  Partial<Pick<AnyMachineSnapshot, 'children' | 'value'>> & { readonly [idCountKey]?: number };

/** Who started a machine, when it was another machine. */
interface Family {
  readonly parentId: ActorId;
  readonly name: string;
  readonly spawnId: string;
}

/** Steps one piece of logic; holds nothing of any actor between steps. */
class Runner {
  readonly #logic: AnyActorLogic;
  readonly #step: MachineStep;
  readonly #family: Family | null;

  constructor(logic: AnyActorLogic, step: MachineStep, family: Family | null) {
    this.#logic = logic;
    this.#step = step;
    this.#family = family;
  }

  initial(input: unknown, self: Self, out: Outbox, onEmit: OnEmit): State {
    return this.#take(undefined, { type: 'xstate.init' }, input, self, out, onEmit);
  }

  next(snapshot: State, event: EventObject, self: Self, out: Outbox, onEmit: OnEmit): State {
    if (snapshot.status !== 'active') return snapshot;
    const received = event.type === 'machine.timer' ? (event as MachineTimer).event : event;
    if (received.type === 'machine.relay') {
      const relay = received as RelayEvent;
      out.send(relay.to, relay.event);
      return snapshot;
    }
    if (isEndOfChild(received)) {
      const child = snapshot.children?.[received.actorId] as { spawnId?: string } | undefined;
      if (child?.spawnId !== received.spawnId) return snapshot;
      out.stop(received.actorId);
    }
    return this.#take(snapshot, received, undefined, self, out, onEmit);
  }

  #take(
    snapshot: State | undefined,
    event: EventObject,
    input: unknown,
    self: Self,
    out: Outbox,
    onEmit: OnEmit,
  ): State {
    const step = this.#step;
    const family = this.#family;
    if (step.self.sessionId !== self.id) {
      const parentId = family === null ? parentIdOf(self.id) : family.parentId;
      step.self = new SelfRef(family === null ? self.id : family.name, self.id, parentId);
    }
    step.begin(self, out, onEmit);
    step.snapshot = snapshot;
    step.idCount = snapshot?.[idCountKey] ?? 0;
    const before = enterStep(step);
    try {
      let next: State =
        snapshot === undefined
          ? this.#logic.getInitialSnapshot(machineScope, input)
          : this.#logic.transition(snapshot, event, machineScope);
      if (next.status !== 'active') this.#tellEnd(next, snapshot === undefined, out);
      if (step.starts.length > 0) this.#startChildren(snapshot?.children ?? {}, self, out);
      step.flushSends();
      if (step.idCount !== (next[idCountKey] ?? 0)) next = { ...next, [idCountKey]: step.idCount };
      return next;
    } catch (error) {
      throw failureOf(error, self.id, step.machineName, event, snapshot);
    } finally {
      leaveStep(before);
      step.end();
    }
  }

  /**
   * A child takes the place of an earlier one of its name, which XState would leave running unseen.
   */
  #startChildren(earlier: Readonly<Record<string, unknown>>, self: Self, out: Outbox): void {
    for (const { name, logic, input, spawnId } of this.#step.starts) {
      acceptLogic(logic, name);
      if (earlier[name] !== undefined) out.stop(name);
      out.spawn(name, behaviorOf(logic, {}, { parentId: self.id, name, spawnId }), input);
    }
  }

  /**
   * An error that was thrown is rethrown; one that was reported by a child, and not handled, goes
   * up.
   */
  #tellEnd(next: State, wasInitial: boolean, out: Outbox): void {
    const family = this.#family;
    if (next.status === 'error' && (wasInitial || family === null)) throw next.error;
    if (family === null) return;
    const { name: actorId, parentId, spawnId } = family;
    const { status, output, error } = next;
    const end: EndOfChild =
      status === 'error'
        ? { type: `xstate.error.actor.${actorId}`, error, actorId, spawnId }
        : { type: `xstate.done.actor.${actorId}`, output, actorId, spawnId };
    out.send(parentId, end);
  }
}

function behaviorOf(
  logic: AnyActorLogic,
  options: MachineOptions,
  family: Family | null,
): Behavior<State, unknown> {
  const machineName = isMachine(logic) ? logic.id : 'fromTransition';
  const name = options.name ?? machineName;
  const runner = new Runner(logic, new MachineStep(machineName, name, ''), family);
  const withSender = options.withSender === true;
  return {
    name,
    init: (input, self, out) => runner.initial(input, self, out, emitToKernel),
    receive: (state, message, from, self, out) => {
      const isWrapped = withSender && message.type !== 'machine.timer';
      const event = isWrapped ? { ...message, from } : message;
      return runner.next(state, event, self, out, emitToKernel);
    },
    copy: (state) => state,
    mode: modeOf,
    get modes() {
      return isMachine(logic) ? machineModes(logic) : ['active'];
    },
  };
}

/** The parent in the name of a child that a plain behavior started. */
function parentIdOf(id: ActorId): ActorId | undefined {
  const at = id.lastIndexOf('/');
  return at < 0 ? undefined : id.slice(0, at);
}

/** How a parent learns that a child is done or failed; XState's event and whose end it is. */
interface EndOfChild extends EventObject {
  readonly actorId: string;
  readonly spawnId: string;
  readonly output?: unknown;
  readonly error?: unknown;
}

function isEndOfChild(event: EventObject): event is EndOfChild {
  return event.type.startsWith('xstate.') && (event as Partial<EndOfChild>).spawnId !== undefined;
}

function modeOf(snapshot: State): string {
  const { value } = snapshot;
  if (typeof value === 'string') return value;
  if (value === undefined) return snapshot.status;
  return pathsOf('', value) || snapshot.status;
}

function pathsOf(path: string, value: StateValue | undefined): string {
  if (value === undefined) return path;
  if (typeof value === 'string') return path === '' ? value : `${path}.${value}`;
  let paths = '';
  for (const key of Object.keys(value)) {
    const inner = pathsOf(path === '' ? key : `${path}.${key}`, value[key]);
    paths = paths === '' ? inner : `${paths}+${inner}`;
  }
  return paths === '' ? path : paths;
}

function failureOf(
  error: unknown,
  actor: ActorId,
  machine: string,
  event: EventObject,
  snapshot: State | undefined,
): Error {
  if (error instanceof AssertionError || error instanceof MachineRefusal) return error;
  const mode = snapshot === undefined ? 'its first state' : `'${modeOf(snapshot)}'`;
  const what = error instanceof Error ? error.message : String(error);
  const where = `machine '${machine}' of actor '${actor}' failed on '${event.type}' in ${mode}`;
  return new MachineFailure(`${where}: ${what}`, actor, machine, error);
}
