// References to actors, and the actor system that XState's own code and user code reach through
// them. Both act through the step that is running, and mean nothing between steps.
import type { AnyActorLogic, EventObject, ExecutableActionObject } from 'xstate';
import type { ActorId } from './actor.ts';
import { assert } from './assert.ts';

/**
 * Names a kernel actor inside a machine, in place of XState's ActorRef. Plain data: it may live
 * in a context or travel in an event. `id` is the child's name for a child, `sessionId` always
 * the actor id.
 */
export class KernelRef {
  readonly id: string;
  readonly sessionId: ActorId;
  declare readonly spawnId?: string;

  constructor(id: string, sessionId: ActorId) {
    this.id = id;
    this.sessionId = sessionId;
  }

  get _parent(): KernelRef | undefined {
    return undefined;
  }

  get system(): typeof system {
    return system;
  }

  /** Sends from the machine that is running now; a plain function action may call it. */
  send(event: EventObject): void {
    runningStep().send(this, event);
  }

  /** The snapshot before this step, of the running machine itself; nobody else's can be read. */
  getSnapshot(): unknown {
    const step = runningStep();
    assert(
      step.self.sessionId === this.sessionId && step.snapshot !== undefined,
      `snapshot of '${this.sessionId}' read by '${step.self.sessionId}', ask by message instead`,
    );
    return step.snapshot;
  }

  subscribe(): never {
    throw new Error(`'${this.sessionId}' cannot be subscribed to in a simulation, use messages`);
  }

  on(): never {
    throw new Error(`'${this.sessionId}' cannot be listened to in a simulation, use messages`);
  }

  toJSON(): { id: string; sessionId: ActorId } {
    return { id: this.id, sessionId: this.sessionId };
  }

  /** The last call of XState's Actor constructor: what is left of it becomes a plain reference. */
  _initState(): void {
    for (const key of Object.keys(this)) {
      if (key !== 'id' && key !== 'sessionId' && key !== 'spawnId')
        Reflect.deleteProperty(this, key);
    }
  }
}

/** The running machine's own reference, which alone knows a parent. */
export class SelfRef extends KernelRef {
  readonly #parentId: ActorId | undefined;

  constructor(id: string, sessionId: ActorId, parentId: ActorId | undefined) {
    super(id, sessionId);
    this.#parentId = parentId;
  }

  override get _parent(): KernelRef | undefined {
    const parentId = this.#parentId;
    return parentId === undefined ? undefined : new KernelRef(parentId, parentId);
  }
}

/** Stands where no actor is. */
export const nobody = new KernelRef('nobody', 'nobody');

/** An XState actor under construction, as far as a step looks into it. */
export interface HalfBuiltActor {
  id: string;
  sessionId: string;
  spawnId: string;
  readonly logic: AnyActorLogic;
  readonly options: { input?: unknown; systemId?: string; syncSnapshot?: boolean };
}

/** What the world outside the machine may ask of the step that runs. */
export interface RunningStep {
  readonly self: KernelRef;
  /** The snapshot before the step; undefined in the first. */
  readonly snapshot: unknown;
  readonly idCount: number;
  send(to: KernelRef | string, event: EventObject): void;
  armFor(to: KernelRef | string, id: unknown, delayMs: number, event: EventObject): void;
  cancel(id: string): void;
  stop(child: KernelRef): void;
  adopt(actor: HalfBuiltActor): void;
  emit(event: EventObject): void;
  log(label: string | undefined, value: unknown): void;
  execute(action: ExecutableActionObject): void;
  countMicrostep(): void;
}

// Set while a step runs, null between steps: a machine that runs inside another's step is put back.
let running: RunningStep | null = null;

/** The step that is being taken now; nothing of a machine may act outside one. */
export function runningStep(): RunningStep {
  assert(running !== null, 'an actor reference was used outside a step');
  return running;
}

/** Makes `step` the running one; answers the one before, which is to be put back. */
export function swapRunning(step: RunningStep | null): RunningStep | null {
  const before = running;
  running = step;
  return before;
}

/** XState's ActorSystem, as far as machines and XState's own code ask for it. */
export const system = {
  _bookId: () => `x:${runningStep().idCount}`,
  _register: (sessionId: string) => sessionId,
  _unregister: () => {},
  _set: () => {},
  _sendInspectionEvent: (event: { type: string; actorRef: unknown }) => {
    if (event.type === '@xstate.microstep') runningStep().countMicrostep();
    else if (event.type === '@xstate.actor') runningStep().adopt(event.actorRef as HalfBuiltActor);
  },
  _relay: (_source: unknown, target: KernelRef, event: EventObject) => {
    runningStep().send(target, event);
  },
  /** Any id names an actor; whether it lives is only found out by writing to it. */
  get: (id: ActorId) => new KernelRef(id, id),
  getAll: () => {
    throw new Error('a machine cannot list the actors of a simulation, use their ids');
  },
  inspect: () => {
    throw new Error('a machine cannot inspect a simulation, read its record');
  },
  scheduler: {
    schedule: (_from: unknown, to: KernelRef, event: EventObject, delay: number, id?: string) => {
      runningStep().armFor(to, id, delay, event);
    },
    cancel: (_from: unknown, id: string) => runningStep().cancel(id),
  },
};
