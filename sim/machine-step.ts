// One step of a machine: what XState asks for, by action, becomes effects in the Outbox.
import type { AnyActorLogic, EventObject, ExecutableActionObject } from 'xstate';
import type { ActorId, Outbox, Self } from './actor.ts';
import { assert } from './assert.ts';
import { isThenable, thenableRefusal } from './guard.ts';
import { type HalfBuiltActor, KernelRef, nobody, type RunningStep } from './machine-ref.ts';
import { lateRefusal } from './machine-refusal.ts';
import { nsPerMs } from './units.ts';

/** More microsteps than this in one step are an endless chain of `always` or `raise`. */
const microstepCountMax = 10_000;

/** A child that the running step wants to start. */
interface ChildStart {
  readonly name: string;
  readonly logic: AnyActorLogic;
  readonly input: unknown;
  /** Tells this child from an earlier one of the same name. */
  readonly spawnId: string;
}

/** What a delayed `sendTo` to another actor waits as. */
export interface RelayEvent {
  readonly type: 'machine.relay';
  readonly to: ActorId;
  readonly event: EventObject;
}

/** A timer of a machine, as it comes back to the actor. `event` is what the machine receives. */
export interface MachineTimer<Event extends EventObject = EventObject> {
  readonly type: 'machine.timer';
  /** The key it was armed with. */
  readonly key: string;
  readonly event: Event;
  /** The name of the driver that armed it. */
  readonly driver: string;
}

/** The resolved parameters of XState's built-in actions. */
interface BuiltinParams {
  readonly event: EventObject & { data?: unknown };
  readonly id: unknown;
  readonly delay: unknown;
  readonly to: KernelRef | string;
  readonly src: unknown;
  readonly actorRef: KernelRef | undefined;
  readonly sendId: string;
  readonly label: string | undefined;
  readonly value: unknown;
}

/** Turns what one transition does into effects. Reused from step to step, empty between them. */
export class MachineStep implements RunningStep {
  readonly machineName: string;
  readonly driverName: string;
  readonly keyPrefix: string;
  self: KernelRef = nobody;
  snapshot: unknown;
  /** Numbers what has no name of its own: timers without id, children. Kept in the snapshot. */
  idCount = 0;
  microstepCount = 0;
  readonly starts: ChildStart[] = [];
  readonly #sends: (ActorId | EventObject)[] = [];
  #incarnation = 0;
  #out: Outbox | null = null;
  #onEmit: ((event: EventObject, out: Outbox) => void) | null = null;

  constructor(machineName: string, driverName: string, keyPrefix: string) {
    this.machineName = machineName;
    this.driverName = driverName;
    this.keyPrefix = keyPrefix;
  }

  begin(self: Self, out: Outbox, onEmit: (event: EventObject, out: Outbox) => void): void {
    assert(this.#out === null, `machine '${this.machineName}' entered while it runs`);
    this.#out = out;
    this.#onEmit = onEmit;
    this.#incarnation = self.incarnation;
    this.microstepCount = 0;
  }

  /** Sends what had to wait for the children of this step to be started. */
  flushSends(): void {
    for (let i = 0; i < this.#sends.length; i += 2) {
      this.out.send(this.#sends[i] as ActorId, this.#sends[i + 1] as EventObject);
    }
  }

  end(): void {
    this.#out = null;
    this.#onEmit = null;
    this.snapshot = undefined;
    if (this.starts.length > 0) this.starts.length = 0;
    if (this.#sends.length > 0) this.#sends.length = 0;
  }

  get out(): Outbox {
    assert(this.#out !== null, `machine '${this.machineName}' acts after its step`);
    return this.#out;
  }

  execute(action: ExecutableActionObject): void {
    const params = action.params as unknown as BuiltinParams;
    switch (action.type) {
      case 'xstate.raise':
        if (typeof params.delay === 'number') this.arm(params.id, params.delay, params.event);
        return;
      case 'xstate.cancel':
        this.cancel(params.sendId);
        return;
      case 'xstate.emit':
        this.emit(params.event);
        return;
      case 'xstate.sendTo':
        if (typeof params.delay === 'number') {
          this.armFor(params.to, params.id, params.delay, params.event);
        } else this.send(params.to, params.event);
        return;
      case 'xstate.spawnChild':
        this.#checkSpawned(params);
        return;
      case 'xstate.stopChild':
        if (action.params !== undefined) this.stop(action.params as unknown as KernelRef);
        return;
      case 'xstate.log':
        this.log(params.label, params.value);
        return;
      default:
        this.#runCustom(action);
    }
  }

  cancel(id: string): void {
    this.out.cancelTimer(this.keyPrefix + id);
  }

  log(label: string | undefined, value: unknown): void {
    this.out.mark('log', { label, value });
  }

  emit(event: EventObject): void {
    this.#onEmit?.(event, this.out);
  }

  /** Sends now; once a child is to be started, after that, so that nothing overtakes its start. */
  send(to: KernelRef | string, event: EventObject & { data?: unknown }): void {
    const id = this.#idOf(to);
    const sent = event.type === 'xstate.error' ? reportedError(this.self, event.data) : event;
    if (this.starts.length === 0 && typeof to !== 'string') this.out.send(id, sent);
    else this.#sends.push(id, sent);
  }

  armFor(to: KernelRef | string, id: unknown, delayMs: number, event: EventObject): void {
    const target = this.#idOf(to);
    if (target === this.self.sessionId) this.arm(id, delayMs, event);
    else {
      const relay: RelayEvent = { type: 'machine.relay', to: target, event };
      this.arm(id, delayMs, relay);
    }
  }

  arm(id: unknown, delayMs: number, event: EventObject): void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new Error(`delay of '${event.type}' is ${delayMs} ms, expected a finite number from 0`);
    }
    const key = this.keyPrefix + (id === undefined ? `delay:${this.idCount++}` : String(id));
    const timer: MachineTimer = { type: 'machine.timer', key, event, driver: this.driverName };
    this.out.setTimer(key, Math.round(delayMs * nsPerMs), timer);
  }

  stop(child: KernelRef): void {
    const { self } = this;
    if (child.sessionId !== `${self.sessionId}/${child.id}`) {
      throw new Error(`'${self.sessionId}' cannot stop '${child.sessionId}', it is not its child`);
    }
    // A child that is stopped in the step that wants it is never started at all.
    const at = this.starts.findIndex((start) => start.name === child.id);
    if (at >= 0) this.starts.splice(at, 1);
    else this.out.stop(child.id);
  }

  /** XState is building an actor for a child: keep its recipe, leave a reference in its place. */
  adopt(actor: HalfBuiltActor): void {
    const { id, logic, options } = actor;
    if (options.systemId !== undefined) throw lateRefusal('systemId', this.#where());
    if (options.syncSnapshot === true) throw lateRefusal('syncSnapshot', this.#where());
    if (this.starts.some((start) => start.name === id)) {
      throw new Error(`child '${id}' is spawned twice in one step, expected one of each name`);
    }
    actor.spawnId = `${this.#incarnation}.${this.idCount++}`;
    actor.sessionId = `${this.self.sessionId}/${id}`;
    this.starts.push({ name: id, logic, input: options.input, spawnId: actor.spawnId });
    Object.setPrototypeOf(actor, KernelRef.prototype);
  }

  countMicrostep(): void {
    this.microstepCount += 1;
    if (this.microstepCount > microstepCountMax) {
      throw new Error(
        `${microstepCountMax} microsteps in one step: 'always' or 'raise' go in a circle`,
      );
    }
  }

  /** The child itself was taken by `adopt`; XState only warns when there was none to take. */
  #checkSpawned(params: BuiltinParams): void {
    if (params.actorRef === undefined) {
      throw new Error(
        `actor source '${params.src}' is not implemented, provide it in setup({ actors })`,
      );
    }
    if (params.id === undefined) throw lateRefusal('spawnChild without id', this.#where());
  }

  #runCustom(action: ExecutableActionObject): void {
    if (action.exec === undefined || action.type.startsWith('xstate.')) {
      throw new Error(
        `action '${action.type}' is not implemented, provide it in setup({ actions })`,
      );
    }
    const exec = action.exec as (info: unknown, params: unknown) => unknown;
    const answer = exec(action.info, action.params);
    if (isThenable(answer)) throw thenableRefusal(`action '${action.type}'`, answer);
  }

  #idOf(to: KernelRef | string): ActorId {
    if (typeof to === 'string') return `${this.self.sessionId}/${to}`;
    const id: unknown = to?.sessionId;
    if (typeof id !== 'string') throw new Error('sendTo needs a child name or an actor reference');
    return id;
  }

  #where(): string {
    return `machine '${this.machineName}', actor '${this.self.sessionId}'`;
  }
}

/** What XState makes of a sent `xstate.error`: the sender lives on, so it carries no spawnId. */
function reportedError(sender: KernelRef, error: unknown): EventObject {
  return { type: `xstate.error.actor.${sender.id}`, error, actorId: sender.id } as EventObject;
}
