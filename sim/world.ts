// A world is a value: virtual time, pending events, nodes with clocks, devices and actors, wires,
// chance and the record. `step` carries out the first pending event; `fork` gives a copy.
//
//        +-------------------------- step --------------------------+
//        v                                                           |
//   first pending event --> actor.receive --> effects as data --> carried out: sends, timers, I/O
//   (time, phase, tie, sequence)                                  become pending events again
//
// Nothing hides state from a fork: no closures over mutable variables, promises, module-level lets.
import type { ActorId, AnyBehavior, Labels, Message, NodeId } from './actor.ts';
import { assert, fail } from './assert.ts';
import { type ChoiceSource, seededChoices } from './choice.ts';
import type { ClockSetting } from './clock.ts';
import type { Device } from './disk/device.ts';
import { EventTable, eventKind } from './event-table.ts';
import { FaultPlan } from './fault-plan.ts';
import type { ScheduledFault } from './faults.ts';
import { fillFork } from './fork.ts';
import { freezeInput } from './freeze.ts';
import { type Guard, guardFor } from './guard.ts';
import { defaultNetwork, Network, type NetworkSpec } from './network.ts';
import { ActorCell, MountedDevice, type PendingIo, SimNode } from './node.ts';
import { EffectBuffer } from './outbox.ts';
import { normalizeSeed } from './random.ts';
import type { Entry, RecordLevel } from './record.ts';
import { childLane, type EntrySink, Identity, Recorder } from './recorder.ts';
import { type Scheduler, type SchedulingOptions, schedulerOf } from './scheduling.ts';
import { matchesSelector, type Selector } from './selector.ts';
import { ActorSelf } from './self.ts';
import { runActor } from './step.ts';
import { crashNode, restartNode, resumeNode, skewClock } from './trouble.ts';
import { type Ns, timeNsMax } from './units.ts';

/** More events than this at one instant are a loop without delay. */
const instantEventMax = 100_000;

/** How a world is made. */
export interface WorldOptions extends SchedulingOptions {
  /** Required: the same seed gives the same run. `1` and `'1'` are the same. */
  readonly seed: string | number;
  /** What answers choices; by default streams seeded from `seed`. */
  readonly choices?: ChoiceSource;
  readonly level?: RecordLevel;
  readonly network?: NetworkSpec;
  /** Deep-freezes each message that is sent: a shared object is caught where it is changed. */
  readonly freeze?: boolean;
  /** Traps wall clock, global randomness, timers and promises while actors run. */
  readonly guard?: boolean;
}

/** The same instant over and over: names the actors that keep each other busy without delay. */
export class LivelockError extends Error {
  override readonly name = 'LivelockError';
}

/** Makes an empty world at time 0. */
export function createWorld(options: WorldOptions): World {
  const seed = normalizeSeed(options.seed);
  const choices = options.choices ?? seededChoices(seed);
  return new World({
    choices,
    recorder: new Recorder(options.level ?? 'hash'),
    network: new Network(options.network ?? defaultNetwork),
    scheduler: schedulerOf(options, choices),
    freeze: options.freeze ?? true,
    guard: options.guard ?? true,
  });
}

/** A simulated world: build it, run it, trouble it, look at it, fork it. */
export class World {
  /** The parts; other files of the kernel work on them, users have no reason to. */
  readonly parts: WorldParts;
  readonly events: EventTable;
  readonly nodes = new Map<NodeId, SimNode>();
  readonly actors: ActorCell[] = [];
  readonly actorById = new Map<ActorId, ActorCell>();
  readonly devices: MountedDevice[] = [];
  readonly pendingIo = new Map<number, PendingIo>();
  readonly faults: FaultPlan;
  readonly outbox = new EffectBuffer();
  readonly identity = new Identity();
  readonly guard: Guard;
  /** The actor whose step is being carried out, or null. */
  running: ActorCell | null = null;
  /** Internal: the device that a request is being handed to. */
  currentDevice: MountedDevice | null = null;
  now: Ns = 0;
  ioCount = 0;
  eventCount = 0;
  instantEventCount = 0;
  /** Identity of the last event that came from outside every actor. */
  outsideCount = 0;

  constructor(parts: WorldParts, events = new EventTable(), faults = new FaultPlan()) {
    this.parts = parts;
    this.events = events;
    this.faults = faults;
    this.guard = guardFor(parts.guard);
  }

  // ---- building ----

  addNode(spec: { readonly id: NodeId; readonly labels?: Labels; readonly clock?: ClockSetting }) {
    assert(!this.nodes.has(spec.id), `node '${spec.id}' added twice`);
    this.nodes.set(spec.id, new SimNode(spec.id, spec.labels ?? {}, spec.clock ?? {}));
  }

  addDevice(nodeId: NodeId, name: string, device: Device): void {
    const node = this.node(nodeId);
    assert(!node.devices.has(name), `device '${name}' added twice to node '${nodeId}'`);
    const mounted = new MountedDevice(this.devices.length, name, node, device);
    this.devices.push(mounted);
    node.devices.set(name, mounted);
  }

  /** Puts an actor on a node; it starts at this instant, and again whenever the node restarts. */
  spawn(spec: {
    readonly id: ActorId;
    readonly node: NodeId;
    readonly behavior: AnyBehavior;
    readonly input?: unknown;
    readonly labels?: Labels;
  }): void {
    if (this.parts.freeze) freezeInput(spec.input);
    const node = this.node(spec.node);
    const labels = { ...node.labels, ...spec.labels };
    const cell = this.addActor(
      { id: spec.id, node, labels, parent: null },
      spec.behavior,
      spec.input,
    );
    this.scheduleStart(cell);
  }

  /** Internal: makes a place for an actor. */
  addActor(
    place: { id: ActorId; node: SimNode; labels: Labels; parent: ActorCell | null },
    behavior: AnyBehavior,
    input: unknown,
  ): ActorCell {
    assert(!this.actorById.has(place.id), `actor '${place.id}' spawned twice`);
    const index = this.actors.length;
    const cell = new ActorCell({ ...place, index }, behavior, input, (c) => new ActorSelf(this, c));
    this.actors.push(cell);
    this.actorById.set(place.id, cell);
    place.node.actors.push(cell);
    return cell;
  }

  /** Internal: the actor comes to life at this instant. */
  scheduleStart(cell: ActorCell): void {
    const { identity, now, events } = this;
    const tie = this.tie(cell.tieKey);
    const handle = events.push(eventKind.start, now, tie, cell.index, -1, undefined, now);
    this.identifyFrom(handle, identity.high, identity.low, cell.nameHash, eventKind.start);
    cell.startEvent = handle;
  }

  /** Internal: names an event after the one that caused it. */
  identifyFrom(handle: number, high: number, low: number, nameHash: number, kind: number): void {
    const ordinal = this.identity.ordinal++;
    this.events.identify(
      handle,
      childLane(high, nameHash, kind, ordinal),
      childLane(low ^ 0x5bd1e995, nameHash, kind, ordinal),
      high,
      low,
    );
  }

  /** Internal: a device asks for a completion event. One function per world, none per request. */
  readonly scheduleCompletion = (slot: number, atNs: Ns): void => {
    const mounted = this.currentDevice;
    assert(mounted !== null, 'a completion was scheduled while no request was handed over');
    const { now, events } = this;
    const tie = this.tie(mounted.tieKey);
    const handle = events.push(eventKind.io, atNs, tie, mounted.index, -1, undefined, now);
    events.deviceSlot[events.lastSlot] = slot;
    mounted.completions.set(slot, handle);
  };

  // ---- running ----

  /** Carries out the first pending event; false when nothing is pending. */
  step(): boolean {
    const { events, identity } = this;
    // What waits at the end of time waits for a paused node: it is not due by itself.
    const slot = events.queue.peekAtNs() < timeNsMax ? this.parts.scheduler.pop(this) : -1;
    if (slot < 0) return false;
    const atNs = events.queue.poppedAtNs;
    if (atNs < this.now) fail(`event at ${atNs} ns after ${this.now} ns had passed`);
    if (atNs > this.now) {
      this.now = atNs;
      this.instantEventCount = 0;
    } else if (++this.instantEventCount > instantEventMax) {
      throw this.#livelock(slot);
    }
    this.eventCount += 1;
    identity.high = events.high[slot];
    identity.low = events.low[slot];
    identity.causeHigh = events.causeHigh[slot];
    identity.causeLow = events.causeLow[slot];
    identity.ordinal = 0;
    if (events.kind[slot] === eventKind.fault) this.faults.fire(this, events.body[slot]);
    else runActor(this, slot);
    return true;
  }

  /**
   * Runs until nothing is due at or before `untilNs`, then stands at that instant. With `stop` it
   * looks after each event whether to stop there; answers false when it did.
   */
  runUntil(untilNs: Ns, stop?: () => boolean): boolean {
    assert(Number.isSafeInteger(untilNs), `time ${untilNs} ns, expected an integer below 2^53`);
    const release = this.guard.install(this);
    try {
      while (this.events.queue.peekAtNs() <= untilNs && this.step()) {
        if (stop?.() === true) return false;
      }
    } finally {
      release();
    }
    if (untilNs > this.now) {
      this.now = untilNs;
      this.instantEventCount = 0;
    }
    return true;
  }

  /** Runs at most `stepMax` events, or until nothing is pending; answers how many it ran. */
  runSteps(stepMax: number): number {
    const release = this.guard.install(this);
    try {
      let count = 0;
      while (count < stepMax && this.step()) count += 1;
      return count;
    } finally {
      release();
    }
  }

  /** Delivers a message from outside every actor, at this instant and without a wire. */
  send(to: ActorId, message: Message): void {
    const cell = this.actor(to);
    this.beginOutside();
    const { now, events } = this;
    const tie = this.tie(cell.tieKey);
    const handle = events.push(eventKind.message, now, tie, cell.index, -1, message, now);
    this.identifyFrom(handle, this.identity.high, 0, cell.nameHash, eventKind.message);
  }

  /** Internal: what is done from outside has an identity of its own, in order. */
  beginOutside(): void {
    const { identity } = this;
    identity.high = childLane(1, 0, 0, this.outsideCount++);
    identity.low = 0;
    identity.causeHigh = 0;
    identity.causeLow = 0;
    identity.previousHigh = 0;
    identity.previousLow = 0;
    identity.ordinal = 0;
  }

  // ---- troubles ----

  /** Plans a fault; its target is resolved when it fires. */
  scheduleFault(fault: ScheduledFault): void {
    this.faults.schedule(this, fault);
  }

  /** Ends every fault now and cancels those to come: the second act begins. */
  heal(): void {
    this.faults.heal(this);
  }

  /**
   * Stops a node: its actors lose all volatile state and their timers. With `power` its devices
   * lose power, too: requests in flight vanish and unflushed blocks are kept or lost by choice. A
   * node can be held down by several faults at once; it starts again with the last `restart`.
   */
  crash(nodeId: NodeId, how: { readonly power: boolean }): void {
    crashNode(this, this.node(nodeId), how.power);
  }

  /** Starts a crashed node again: each of its actors begins anew with nothing but its devices. */
  restart(nodeId: NodeId): void {
    restartNode(this, this.node(nodeId));
  }

  /** Makes a node stand still: what falls due for it waits. Several faults can pause it at once. */
  pause(nodeId: NodeId): void {
    this.node(nodeId).pauseCount += 1;
  }

  /** Wakes a paused node; what fell due meanwhile happens now, in order. */
  resume(nodeId: NodeId): void {
    resumeNode(this, this.node(nodeId));
  }

  /** Changes the rate of a node's clock; timers that are running fire by the new rate. */
  setClockSkew(nodeId: NodeId, skewPpm: number): void {
    skewClock(this, this.node(nodeId), skewPpm);
  }

  // ---- looking ----

  /** What has been kept of the record: all of it at level `full`. */
  get entries(): readonly Entry[] {
    return this.parts.recorder.entries;
  }

  /** The hash of all that has happened so far, 16 hex digits. */
  get fingerprint(): string {
    return this.parts.recorder.fingerprint;
  }

  /** Shows each further entry to `sink`. */
  watch(sink: EntrySink | null): void {
    this.parts.recorder.watch(sink);
  }

  /** Nodes that a selector matches, in the order they were added. */
  select(selector: Selector): readonly NodeId[] {
    const matched: NodeId[] = [];
    for (const node of this.nodes.values()) {
      if (matchesSelector(selector, node.id, node.labels)) matched.push(node.id);
    }
    return matched;
  }

  node(id: NodeId): SimNode {
    const node = this.nodes.get(id);
    return node ?? fail(`no node '${id}'; known: ${[...this.nodes.keys()].join(', ')}`);
  }

  actor(id: ActorId): ActorCell {
    const cell = this.actorById.get(id);
    return cell ?? fail(`no actor '${id}'; known: ${[...this.actorById.keys()].join(', ')}`);
  }

  /** The mode an actor is in, or undefined when it is not running or has none. */
  modeOf(id: ActorId): string | undefined {
    const cell = this.actor(id);
    return cell.alive ? cell.mode : undefined;
  }

  /**
   * An independent copy. Both go on with the same choices: continued alike, they give the same
   * fingerprint.
   */
  fork(options: { readonly level?: RecordLevel; readonly choices?: ChoiceSource } = {}): World {
    const { parts } = this;
    const other = new World(
      {
        ...parts,
        choices: options.choices ?? parts.choices.copy(),
        recorder: parts.recorder.copy(options.level),
        network: parts.network.copy(),
        scheduler: parts.scheduler.copy(),
      },
      this.events.copy(),
      this.faults.copy(),
    );
    fillFork(this, other);
    return other;
  }

  /** Internal: what orders events of one instant and class, from the stream of their receiver. */
  tie(key: string): number {
    return this.parts.scheduler.tie(key, this.parts.choices);
  }

  #livelock(firstSlot: number): LivelockError {
    const busy = new Set<string>();
    for (let i = 0, slot = firstSlot; i < 100; i++, slot = this.parts.scheduler.pop(this)) {
      if (slot < 0 || this.events.queue.poppedAtNs > this.now) break;
      busy.add(this.actors[this.events.actor[slot]]?.id ?? 'nemesis');
    }
    return new LivelockError(
      `livelock: over ${instantEventMax} events at ${this.now} ns, among them at ` +
        `${[...busy].join(', ')}; give one of them a delay`,
    );
  }
}

/** What a world is made of. */
export interface WorldParts {
  readonly choices: ChoiceSource;
  readonly recorder: Recorder;
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly freeze: boolean;
  readonly guard: boolean;
}
