// Which faults are to come and which are active. A planned fault waits for its time or its trigger,
// resolves its target when it fires, turns knobs of the world, and leaves an undo that is called at
// its end or when the world is healed.
//
//   planned --time--------------------> strikes --for--> over
//      \---waits --trigger--> delay --/   \--nobody is meant--> missed
import type { ActorId, NodeId } from './actor.ts';
import { assert } from './assert.ts';
import type { EventHandle } from './event-queue.ts';
import { courseOf, enoughOf, groupedNodes, kindOf, paramsOf } from './fault-declared.ts';
import {
  type Cause,
  type FaultEvent,
  nemesis,
  noCause,
  noteFault,
  noteMark,
  pushFault,
  pushStep,
} from './fault-events.ts';
import type { FaultCourse, ScheduledFault } from './fault-kind.ts';
import { type FaultRole, type ResolvedTarget, resolveTarget, thereWord } from './fault-target.ts';
import { describeTrigger, TriggerWatch } from './fault-trigger.ts';
import type { ActorCell } from './node.ts';
import type { Ns } from './units.ts';
import type { World } from './world.ts';

interface PlannedFault {
  readonly fault: ScheduledFault;
  /** The fault that this one repeats; its own id when it is the first. */
  readonly rootId: number;
}

interface ActiveFault {
  readonly fault: ScheduledFault;
  readonly targets: readonly NodeId[];
  readonly course: FaultCourse;
  readonly endEvent: EventHandle | null;
  /** What it does next, as a pending event; null when it only waits for its end. */
  readonly stepEvent: EventHandle | null;
  readonly stepCount: number;
}

/** A fault of the plan that never struck, and why. */
export interface MissedFault {
  readonly faultId: number;
  readonly fault: string;
  readonly reason: string;
}

/** A fault that the healing of a core left in force for good. */
export interface PermanentFault {
  readonly kind: string;
  readonly targets: readonly NodeId[];
}

/** The faults of one world: planned, waiting for an event, active, over. */
export class FaultPlan {
  readonly #planned: PlannedFault[] = [];
  readonly #startEvents = new Map<number, EventHandle>();
  readonly #active = new Map<number, ActiveFault>();
  /** In force for good. */
  readonly #permanent = new Map<number, ActiveFault>();
  readonly #roles = new Map<string, FaultRole>();
  #watch = new TriggerWatch();
  /** How many times a fault has been planned for a time, by the fault that is repeated. */
  readonly #occurrenceCounts = new Map<number, number>();
  readonly #struck = new Set<number>();
  readonly #missed = new Map<number, MissedFault>();

  /** How many faults are in force now. */
  get activeCount(): number {
    return this.#active.size + this.#permanent.size;
  }

  /**
   * Planned faults that never struck: nobody was meant when they fired, or what they waited for had
   * not come when the world was healed.
   */
  get missed(): readonly MissedFault[] {
    return [...this.#missed.values()].filter(({ faultId }) => !this.#struck.has(faultId));
  }

  /** Gives a word of targets such as `leader-of` its meaning; forks share the function. */
  defineRole(name: string, role: FaultRole): void {
    assert(/^[a-z]+(-[a-z]+)*-of$/.test(name), `role '${name}', expected a word such as leader-of`);
    assert(!this.#roles.has(name), `role '${name}' defined twice`);
    this.#roles.set(name, role);
  }

  /** Plans a fault. Its id is its position in the plan, counted from 0. */
  schedule(world: World, fault: ScheduledFault): void {
    const { kind, atNs, period, trigger } = fault;
    assert(atNs >= world.now, `fault '${kind}' planned for the past, ${atNs} ns`);
    assert(
      period === undefined || trigger === undefined,
      `fault '${kind}' has a period and a trigger, expected one of them`,
    );
    const isThere = fault.target?.trim() === thereWord;
    assert(trigger !== undefined || !isThere, `fault '${kind}' strikes there, without a trigger`);
    const everyNs = period?.everyNs ?? 1;
    assert(Number.isSafeInteger(everyNs) && everyNs > 0, `fault '${kind}' every ${everyNs} ns`);
    const rootId = this.#planned.length;
    this.#planned.push({ fault: { ...fault, params: paramsOf(fault) }, rootId });
    if (trigger === undefined) this.#plan(world, { rootId, atNs }, noCause);
    else {
      this.#watch.add(world, { faultId: rootId, trigger, fromNs: atNs });
      this.listen(world);
    }
  }

  /** Internal: has the recorder of `world` show entries to the triggers that wait. */
  listen(world: World): void {
    const { recorder } = world.parts;
    if (!this.#watch.isWaiting) recorder.observe(null);
    else {
      recorder.observe((entry) =>
        this.#fireAll(world, this.#watch.onEntry(world, entry), entry.actor),
      );
    }
  }

  /** Internal: an actor hands a request to a device. */
  onIoSubmitted(world: World, cell: ActorCell, op: string): void {
    if (!this.#watch.isWaiting) return;
    this.#fireAll(world, this.#watch.onIoSubmitted(world, cell, op), cell.id);
  }

  /** Carries out the start or end of a fault that is due. */
  fire(world: World, body: unknown): void {
    const { faultId, phase, there } = body as FaultEvent;
    if (phase === 'start') this.#start(world, faultId, there);
    else if (phase === 'step') this.#step(world, faultId);
    else this.#end(world, faultId);
  }

  /** Ends all active faults in reverse order and forgets those to come. */
  heal(world: World): void {
    const unfired = new Set(this.#watch.faultIds);
    this.#watch.clear();
    this.listen(world);
    for (const [faultId, handle] of this.#startEvents) {
      world.events.cancel(handle);
      unfired.add(this.#planned[faultId].rootId);
    }
    this.#startEvents.clear();
    for (const faultId of [...this.#active.keys()].reverse()) {
      world.beginOutside();
      this.#end(world, faultId);
    }
    for (const rootId of [...unfired].sort((a, b) => a - b)) this.#noteUnfired(world, rootId);
  }

  /** Ends a fault before its time; one that is not in force is left alone. */
  endEarly(world: World, faultId: number): void {
    if (!this.#active.has(faultId)) return;
    world.beginOutside();
    this.#end(world, faultId);
  }

  /**
   * Ends the active faults that touch the core, in reverse order, and forgets those to come. The
   * others have no end any more. Answers them, with the nodes they hold.
   */
  healCore(world: World, core: ReadonlySet<NodeId>): readonly PermanentFault[] {
    const permanent: PermanentFault[] = [];
    for (const [faultId, active] of this.#active) {
      const { fault, targets, endEvent } = active;
      if (targets.length === 0 || targets.some((id) => core.has(id))) continue;
      permanent.push({ kind: fault.kind, targets });
      if (endEvent !== null) world.events.cancel(endEvent);
      this.#permanent.set(faultId, { ...active, endEvent: null });
    }
    for (const faultId of this.#permanent.keys()) this.#active.delete(faultId);
    this.heal(world);
    return permanent;
  }

  copy(): FaultPlan {
    const other = new FaultPlan();
    other.#planned.push(...this.#planned);
    for (const [id, handle] of this.#startEvents) other.#startEvents.set(id, handle);
    for (const [id, active] of this.#active) other.#active.set(id, active);
    for (const [id, active] of this.#permanent) other.#permanent.set(id, active);
    for (const [name, role] of this.#roles) other.#roles.set(name, role);
    for (const [id, count] of this.#occurrenceCounts) other.#occurrenceCounts.set(id, count);
    for (const id of this.#struck) other.#struck.add(id);
    for (const [id, missed] of this.#missed) other.#missed.set(id, missed);
    other.#watch = this.#watch.copy();
    return other;
  }

  #fireAll(world: World, rootIds: readonly number[], actorId: ActorId): void {
    if (rootIds.length === 0) return;
    const there = world.actorById.get(actorId)?.node.id;
    for (const rootId of rootIds) {
      const { trigger } = this.#planned[rootId].fault;
      assert(trigger !== undefined, `fault ${rootId} fired without a trigger`);
      this.#plan(world, { rootId, atNs: world.now + trigger.delayNs, there }, world.identity);
    }
    this.listen(world);
  }

  /** The fault itself the first time; each later time a fault of its own, with an id of its own. */
  #occurrence(rootId: number): number {
    const count = this.#occurrenceCounts.get(rootId) ?? 0;
    this.#occurrenceCounts.set(rootId, count + 1);
    if (count === 0) return rootId;
    this.#planned.push({ fault: this.#planned[rootId].fault, rootId });
    return this.#planned.length - 1;
  }

  #plan(
    world: World,
    { rootId, atNs, there }: { rootId: number; atNs: Ns; there?: NodeId | undefined },
    cause: Cause,
  ): void {
    const faultId = this.#occurrence(rootId);
    const event: FaultEvent = { faultId, phase: 'start', there };
    this.#startEvents.set(faultId, pushFault(world, atNs, event, cause));
  }

  #start(world: World, faultId: number, there: NodeId | undefined): void {
    const { fault, rootId } = this.#planned[faultId];
    this.#startEvents.delete(faultId);
    this.#planNext(world, fault, rootId);
    const target = this.#targetsOf(world, fault, { faultId, there });
    if (target.kind === 'nobody') {
      this.#miss(world, { faultId: rootId, fault: fault.kind, reason: target.reason });
      return;
    }
    const targets = target.ids;
    const { high, low } = world.identity;
    const cause = { high, low };
    this.#struck.add(rootId);
    noteFault(world, faultId, fault, targets, 'start');
    const course = courseOf(kindOf(fault).inject(world, targets, fault.params));
    const endEvent =
      fault.forNs === undefined
        ? null
        : pushFault(world, world.now + fault.forNs, { faultId, phase: 'end' }, cause);
    const stepEvent = pushStep(world, faultId, course, 0, cause);
    this.#active.set(faultId, { fault, targets, course, endEvent, stepEvent, stepCount: 0 });
  }

  /** A fault of several steps goes on. One that is in force for good never comes to rest. */
  #step(world: World, faultId: number): void {
    const holding = this.#active.has(faultId) ? this.#active : this.#permanent;
    const active = holding.get(faultId);
    const act = active?.course.next?.act;
    assert(active !== undefined && act !== undefined, `fault ${faultId} has no step to take`);
    const { high, low } = world.identity;
    const stepCount = active.stepCount + 1;
    noteMark(world, 'fault.stepped', { faultId, fault: active.fault.kind, step: stepCount });
    const course = act(world);
    const stepEvent = pushStep(world, faultId, course, stepCount, { high, low });
    holding.set(faultId, { ...active, course, stepEvent, stepCount });
  }

  /** The next time of a fault that comes periodically. */
  #planNext(world: World, { period }: ScheduledFault, rootId: number): void {
    if (period === undefined) return;
    const { everyNs, untilNs, count } = period;
    const nextNs = world.now + everyNs;
    if (untilNs !== undefined && nextNs >= untilNs) return;
    if (count !== undefined && (this.#occurrenceCounts.get(rootId) ?? 0) >= count) return;
    this.#plan(world, { rootId, atNs: nextNs }, world.identity);
  }

  #targetsOf(
    world: World,
    fault: ScheduledFault,
    { faultId, there }: Pick<FaultEvent, 'faultId' | 'there'>,
  ): ResolvedTarget {
    const { kind, target } = fault;
    if (target === undefined) return { kind: 'nodes', ids: groupedNodes(world, fault) };
    const stream = `${nemesis} ${faultId} target`;
    const named = resolveTarget(world, { kind, target }, { roles: this.#roles, stream, there });
    return enoughOf(fault, named);
  }

  #end(world: World, faultId: number): void {
    const active = this.#active.get(faultId);
    assert(active !== undefined, `fault ${faultId} ended while it was not active`);
    this.#active.delete(faultId);
    if (active.endEvent !== null) world.events.cancel(active.endEvent);
    if (active.stepEvent !== null) world.events.cancel(active.stepEvent);
    noteFault(world, faultId, active.fault, active.targets, 'end');
    active.course.undo(world);
  }

  /** The world is healed: a fault that never struck is told of. */
  #noteUnfired(world: World, rootId: number): void {
    if (this.#struck.has(rootId) || this.#missed.has(rootId)) return;
    const { kind, trigger, atNs } = this.#planned[rootId].fault;
    const came = this.#occurrenceCounts.has(rootId);
    const reason =
      trigger === undefined
        ? `healed before ${atNs} ns, when it was due`
        : came
          ? `healed before its delay of ${trigger.delayNs} ns was over`
          : `never came: ${describeTrigger(trigger)}`;
    world.beginOutside();
    this.#miss(world, { faultId: rootId, fault: kind, reason });
  }

  // A mark, not a fault: what did not strike must not look as if it had.
  #miss(world: World, missed: MissedFault): void {
    this.#missed.set(missed.faultId, missed);
    noteMark(world, 'fault.missed', { ...missed });
  }
}
