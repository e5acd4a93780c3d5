// Machines and the actors that run on them. What a crash takes away is all in `ActorCell.state`,
// `timers` and `children`; what survives is on the devices.

import type { ActorId, AnyBehavior, Labels, NodeId, Self } from './actor.ts';
import { assert } from './assert.ts';
import type { ClockSetting } from './clock.ts';
import { NodeClock } from './clock.ts';
import type { Device, IoRequest } from './disk/device.ts';
import type { EventHandle } from './event-queue.ts';
import { mixText } from './fingerprint.ts';
import type { Ns } from './units.ts';

/** A device in a node, with the completions it has asked for. */
export class MountedDevice {
  readonly index: number;
  readonly name: string;
  readonly node: SimNode;
  readonly device: Device;
  /** Its own stream for the order of its completions within an instant. */
  readonly tieKey: string;
  /** The completion event of each slot of the device that has one. */
  readonly completions = new Map<number, EventHandle>();
  crashCount = 0;
  /** The factors of the faults that slow it now, in the order they came. */
  readonly slowFactors: number[] = [];
  /** Its slow factor while no fault slows it. */
  restSlowFactor = 1;

  constructor(index: number, name: string, node: SimNode, device: Device) {
    this.index = index;
    this.name = name;
    this.node = node;
    this.device = device;
    this.tieKey = `schedule ${node.id} ${name}`;
  }

  /** One more cause makes it `factor` times as slow. */
  slow(factor: number): void {
    if (this.slowFactors.length === 0) this.restSlowFactor = this.device.slowFactor;
    this.slowFactors.push(factor);
    this.device.setSlowFactor(this.device.slowFactor * factor);
  }

  /** A cause is gone. The rest is multiplied anew: dividing would leave a trace in the last bit. */
  relieve(factor: number): void {
    const at = this.slowFactors.indexOf(factor);
    assert(at >= 0, `device '${this.name}' relieved of factor ${factor}, which it has not`);
    this.slowFactors.splice(at, 1);
    let product = this.restSlowFactor;
    for (const other of this.slowFactors) product *= other;
    this.device.setSlowFactor(product);
  }
}

/** A named point in the code of a node's actors that goes wrong. */
export interface FaultPoint {
  readonly name: string;
  /** Share of the passes that go wrong, parts per million. */
  readonly sharePpm: number;
}

/** Another version of the software on a node. Two faults never share one: it is known by itself. */
export interface NodeVersion {
  readonly name: string;
}

/** A machine: one clock, one network address, some devices, some actors. */
export class SimNode {
  readonly id: NodeId;
  readonly labels: Labels;
  readonly clock: NodeClock;
  readonly devices = new Map<string, MountedDevice>();
  readonly actors: ActorCell[] = [];
  /** How many faults hold it down; it runs while this is 0. */
  downCount = 0;
  /** How many faults hold it paused; its events wait while this is above 0. */
  pauseCount = 0;
  /** The rate error of its clock while no fault adds to it, ppm. */
  restSkewPpm: number;
  /** What faults add to it, in sum; may exceed what the clock can do. */
  addedSkewPpm = 0;
  /** Points in its actors' code that go wrong now, by the faults that say so. */
  readonly faultPoints: FaultPoint[] = [];
  /** Other versions that faults have put on it, in the order they came. */
  readonly versions: NodeVersion[] = [];
  /** Events that fell due while it was paused, in order. */
  readonly held: EventHandle[] = [];

  constructor(id: NodeId, labels: Labels, clock: NodeClock | ClockSetting = {}) {
    this.id = id;
    this.labels = labels;
    this.clock = clock instanceof NodeClock ? clock : new NodeClock(clock);
    this.restSkewPpm = this.clock.skewPpm;
  }

  get up(): boolean {
    return this.downCount === 0;
  }

  /** The version that actors start with: the one that came last, or null for their own. */
  get version(): string | null {
    return this.versions.at(-1)?.name ?? null;
  }
}

/** An actor's place in the world. It keeps its index for good; what lives in it comes and goes. */
export class ActorCell {
  readonly index: number;
  readonly id: ActorId;
  /** Enters causal ids: depends on the name alone, so that other actors never shift it. */
  readonly nameHash: number;
  readonly node: SimNode;
  readonly labels: Labels;
  #behavior: AnyBehavior;
  /** What runs: `behavior`, or the version of it that the node had when the actor started. */
  program: AnyBehavior;
  /** The name of that version, or null while the actor runs its own behavior. */
  version: string | null = null;
  input: unknown;
  readonly parent: ActorCell | null;
  readonly children = new Map<string, ActorCell>();
  readonly timers = new Map<string, EventHandle>();
  state: unknown = undefined;
  alive = false;
  /** The start that is under way, or null. */
  startEvent: EventHandle | null = null;
  /** Counts starts; -1 before the first. */
  incarnation = -1;
  lastHigh = 0;
  lastLow = 0;
  mode: string | undefined = undefined;
  /** Its own stream for the order of its events within an instant. */
  readonly tieKey: string;
  self: Self;

  constructor(
    place: { index: number; id: ActorId; node: SimNode; labels: Labels; parent: ActorCell | null },
    behavior: AnyBehavior,
    input: unknown,
    self: (cell: ActorCell) => Self,
  ) {
    this.index = place.index;
    this.id = place.id;
    this.nameHash = mixText(0, place.id);
    this.tieKey = `schedule ${place.id}`;
    this.node = place.node;
    this.labels = place.labels;
    this.parent = place.parent;
    this.#behavior = behavior;
    this.program = behavior;
    this.input = input;
    this.self = self(this);
  }

  get behavior(): AnyBehavior {
    return this.#behavior;
  }

  /** A child started again may have another behavior and input. */
  set behavior(behavior: AnyBehavior) {
    this.#behavior = behavior;
    this.program = behavior;
    this.version = null;
  }

  /** At a start: the version of the node, where the behavior has one of that name. */
  chooseProgram(): void {
    const { versions } = this.behavior;
    const { version } = this.node;
    const other = version !== null && versions !== undefined && Object.hasOwn(versions, version);
    this.version = other ? version : null;
    this.program = other ? versions[version] : this.behavior;
  }
}

/** A submitted request that has not completed: who asked, and when. */
export interface PendingIo {
  readonly request: IoRequest;
  readonly actor: number;
  readonly incarnation: number;
  readonly submittedAtNs: Ns;
  readonly high: number;
  readonly low: number;
  readonly causeHigh: number;
  readonly causeLow: number;
}
