// Which faults are to come and which are active. A planned fault resolves its target when it fires,
// turns knobs of the world, and leaves an undo that is called at its end or when the world is
// healed.
import type { NodeId } from './actor.ts';
import { assert } from './assert.ts';
import type { EventHandle } from './event-queue.ts';
import { eventKind } from './event-table.ts';
import {
  type FaultKind,
  type FaultParams,
  type FaultParamValue,
  faults as faultTable,
  groupsOf,
  type ScheduledFault,
  type Undo,
} from './faults.ts';
import { mixText } from './fingerprint.ts';
import type { FaultEntry } from './record.ts';
import { parseSelector } from './selector.ts';
import type { World } from './world.ts';

/** Faults appear in the record at this name. */
const nemesis = 'nemesis';
const nemesisHash = mixText(0, nemesis);

interface FaultEvent {
  readonly faultId: number;
  readonly phase: 'start' | 'end';
}

interface ActiveFault {
  readonly fault: ScheduledFault;
  readonly targets: readonly NodeId[];
  readonly undo: Undo;
  readonly endEvent: EventHandle | null;
}

/** The faults of one world: planned, active, over. */
export class FaultPlan {
  readonly #planned: ScheduledFault[] = [];
  readonly #startEvents = new Map<number, EventHandle>();
  readonly #active = new Map<number, ActiveFault>();

  /** How many faults are in force now. */
  get activeCount(): number {
    return this.#active.size;
  }

  /** Plans a fault for its time. Its id is its position in the plan, counted from 0. */
  schedule(world: World, fault: ScheduledFault): void {
    assert(fault.atNs >= world.now, `fault '${fault.kind}' planned for the past, ${fault.atNs} ns`);
    const faultId = this.#planned.length;
    this.#planned.push({ ...fault, params: paramsOf(fault) });
    this.#startEvents.set(faultId, push(world, fault.atNs, { faultId, phase: 'start' }, 0, 0));
  }

  /** Carries out the start or end of a fault that is due. */
  fire(world: World, body: unknown): void {
    const { faultId, phase } = body as FaultEvent;
    if (phase === 'start') this.#start(world, faultId);
    else this.#end(world, faultId);
  }

  /** Ends all active faults in reverse order and forgets those to come. */
  heal(world: World): void {
    for (const handle of this.#startEvents.values()) world.events.cancel(handle);
    this.#startEvents.clear();
    for (const faultId of [...this.#active.keys()].reverse()) {
      world.beginOutside();
      this.#end(world, faultId);
    }
  }

  copy(): FaultPlan {
    const other = new FaultPlan();
    other.#planned.push(...this.#planned);
    for (const [id, handle] of this.#startEvents) other.#startEvents.set(id, handle);
    for (const [id, active] of this.#active) other.#active.set(id, active);
    return other;
  }

  #start(world: World, faultId: number): void {
    const fault = this.#planned[faultId];
    this.#startEvents.delete(faultId);
    const targets = resolveTargets(world, fault);
    const { high, low } = world.identity;
    note(world, faultId, fault, targets, 'start');
    const undo = kindOf(fault).inject(world, targets, fault.params);
    const endEvent =
      fault.forNs === undefined
        ? null
        : push(world, world.now + fault.forNs, { faultId, phase: 'end' }, high, low);
    this.#active.set(faultId, { fault, targets, undo, endEvent });
  }

  #end(world: World, faultId: number): void {
    const active = this.#active.get(faultId);
    assert(active !== undefined, `fault ${faultId} ended while it was not active`);
    this.#active.delete(faultId);
    if (active.endEvent !== null) world.events.cancel(active.endEvent);
    note(world, faultId, active.fault, active.targets, 'end');
    active.undo(world);
  }
}

/**
 * The entry of a kind in the table of faults; of a scenario's, unknown ones were refused before.
 */
function kindOf(fault: ScheduledFault): FaultKind {
  const kind: FaultKind | undefined = (faultTable as Record<string, FaultKind>)[fault.kind];
  assert(kind !== undefined, `unknown fault '${fault.kind}'`);
  return kind;
}

function resolveTargets(world: World, fault: ScheduledFault): readonly NodeId[] {
  if (fault.target === undefined) return groupedNodes(world, fault);
  const selector = parseSelector(fault.target);
  assert(
    selector.kind === 'selector',
    `selector '${fault.target}' of fault '${fault.kind}' is bad`,
  );
  const targets = world.select(selector);
  assert(targets.length > 0, `selector '${fault.target}' of fault '${fault.kind}' matches no node`);
  return targets;
}

/** The parameters with defaults filled in; a scenario's have been checked before. */
function paramsOf(fault: ScheduledFault): FaultParams {
  const { params: known, needsTarget } = kindOf(fault);
  assert(!needsTarget || fault.target !== undefined, `fault '${fault.kind}' has no target`);
  const params: Record<string, FaultParamValue> = {};
  for (const [name, param] of Object.entries(known)) {
    const value = fault.params[name] ?? param.default;
    assert(value !== undefined, `fault '${fault.kind}' has no '${name}'`);
    params[name] = value;
  }
  for (const name of Object.keys(fault.params)) {
    assert(
      name in known,
      `fault '${fault.kind}' has no parameter '${name}'; known: ${Object.keys(known).join(', ')}`,
    );
  }
  return params;
}

/** Of a fault without a target: the nodes its groups name, in the order they were added. */
function groupedNodes(world: World, fault: ScheduledFault): readonly NodeId[] {
  if (fault.params.groups === undefined) return [];
  const groups = groupsOf(world, fault.params);
  return [...world.nodes.keys()].filter((id) => groups.some((group) => group.has(id)));
}

function push(
  world: World,
  atNs: number,
  event: FaultEvent,
  causeHigh: number,
  causeLow: number,
): EventHandle {
  const handle = world.events.push(eventKind.fault, atNs, 0, -1, -1, event, world.now);
  const ordinal = event.faultId * 2 + (event.phase === 'start' ? 0 : 1);
  const high = mixText(nemesisHash, `${ordinal}`);
  world.events.identify(handle, high, nemesisHash ^ ordinal, causeHigh, causeLow);
  return handle;
}

function note(
  world: World,
  faultId: number,
  fault: ScheduledFault,
  targets: readonly NodeId[],
  phase: FaultEntry['phase'],
): void {
  const { kind, params } = fault;
  const details = { phase, faultId, fault: kind, targets, params };
  const { recorder, choices } = world.parts;
  const { identity, now } = world;
  identity.previousHigh = 0;
  identity.previousLow = 0;
  recorder.event<FaultEntry>('fault', identity, now, nemesis, details);
  recorder.chainEvent(identity, now, recorder.hash(details), choices.madeCount);
}
