// The network between nodes: connectionless datagrams.
//
// Can happen: a message is delayed by its link class and by queueing at the sender's interface,
// lost, delivered twice, overtaken by a later one, held until a fault is over, dropped because its
// checksum is wrong, or stopped by a cut in one direction or both. A cut loses what is in flight
// across it during any part of the cut, however short it is; what is held back waits, and is in
// flight from its release on (cut-log.ts). Contents are altered without notice only where a fault
// says so. Cannot happen: a message that nobody sent. Within a node messages are never lost and
// take `localNs`.
import type { NodeId } from './actor.ts';
import { assert, fail } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import { CutLog } from './cut-log.ts';
import { constantTable, draw, type QuantileTable } from './distribution.ts';
import { Assessment, type Disturbance } from './disturbance.ts';
import type { EventHandle } from './event-queue.ts';
import { type Ns, nsPerSec, nsPerUs, timeNsMax } from './units.ts';

/** What the wires are like while nothing is wrong. All shares in parts per million. */
export interface NetworkSpec {
  /** One-way latency between two nodes with the same `zone` label (also when neither has one). */
  readonly sameZone: QuantileTable;
  /** One-way latency between zones. */
  readonly crossZone: QuantileTable;
  /** Bits per second that a node can send; 0 for no limit. */
  readonly bandwidthBitsPerSec: number;
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  /**
   * Share of messages that are held back for one more latency, so that later ones overtake them.
   */
  readonly reorderPpm: number;
  /** True: a link never reorders (a message waits for those before it). */
  readonly fifo: boolean;
  /** Delay between actors of one node. */
  readonly localNs: Ns;
}

/** Latencies assumed for one region: about 100 us in a zone, 500 us between zones, nothing lost. */
export const defaultNetwork: NetworkSpec = {
  sameZone: constantTable(100 * nsPerUs),
  crossZone: constantTable(500 * nsPerUs),
  bandwidthBitsPerSec: 10_000_000_000,
  lossPpm: 0,
  duplicatePpm: 0,
  reorderPpm: 0,
  fifo: false,
  localNs: nsPerUs,
};

const million = 1_000_000;

/** Jitter is drawn in this many steps. */
const jitterStepCount = 65_536;

/** A message that waits for a fault to be over; its event stands at the end of time. */
export interface HeldMessage {
  readonly handle: EventHandle;
  readonly from: NodeId;
  readonly to: NodeId;
  /** How long it would have been under way. */
  readonly delayNs: Ns;
}

type Purpose =
  | 'net.loss'
  | 'net.corrupt'
  | 'net.alter'
  | 'net.duplicate'
  | 'net.reorder'
  | 'net.tail'
  | 'net.jitter';

interface Link {
  readonly latency: QuantileTable;
  readonly key: string;
  readonly holdbackKey: string;
  readonly copyKey: string;
  readonly purposeKeys: Readonly<Record<Purpose, string>>;
  lastArrivalNs: Ns;
}

/**
 * Decides delay and fate of each message. Draws come from streams of their own link and purpose.
 */
export class Network {
  readonly spec: NetworkSpec;
  readonly #links = new Map<string, Map<string, Link>>();
  readonly #busyUntilNs = new Map<NodeId, Ns>();
  #disturbances: ReadonlyMap<number, Disturbance> = new Map();
  #disturbanceCount = 0;
  /**
   * `#bytesPerStep` bytes leave in `#nsPerStep` ns: in lowest terms, so that products stay exact.
   */
  readonly #nsPerStep: number;
  readonly #bytesPerStep: number;
  readonly #met = new Assessment();
  readonly #heldDelaysNs = new Float64Array(2);
  #held: HeldMessage[] = [];
  #cuts = new CutLog();
  #routedAtNs: Ns = 0;
  /** The latest instant at which anything that was ever in flight was due. */
  #latestArrivalNs: Ns = 0;
  /** After `route`: when each copy arrives; the end of time for one that is held. */
  readonly arrivalsNs = new Float64Array(2);
  /** After `route`: whether the message arrives with a number altered. */
  isAltered = false;
  /** After `route` answered 0: why. */
  dropReason = '';

  constructor(spec: NetworkSpec) {
    this.spec = spec;
    const rate = spec.bandwidthBitsPerSec;
    assert(Number.isSafeInteger(rate) && rate >= 0, `bandwidth ${rate} bit/s, expected an integer`);
    const shared = divisorOf(8 * nsPerSec, rate);
    this.#nsPerStep = (8 * nsPerSec) / shared;
    this.#bytesPerStep = rate / shared;
  }

  /** Adds trouble; the answer takes it away again. */
  disturb(disturbance: Disturbance): number {
    const id = this.#disturbanceCount++;
    this.#disturbances = new Map(this.#disturbances).set(id, disturbance);
    if (disturbance.cut === true) {
      this.#cuts.forgetBefore(this.#routedAtNs);
      this.#cuts.fall(id, disturbance);
    }
    return id;
  }

  calm(id: number): void {
    const rest = new Map(this.#disturbances);
    if (rest.get(id)?.cut === true) this.#cuts.end(id, this.#latestArrivalNs);
    rest.delete(id);
    this.#disturbances = rest;
  }

  /** Whether anything disturbs any link: the common case asks no further. */
  get disturbed(): boolean {
    return this.#disturbances.size > 0;
  }

  /** The reason why nothing passes from one node to another right now, or null. */
  cutReason(from: NodeId, to: NodeId): string | null {
    for (const d of this.#disturbances.values()) {
      if (d.cut === true && d.strikes(from, to)) return d.reason;
    }
    return null;
  }

  /** How many cuts have fallen so far: a message that sets out now remembers it. */
  get cutCount(): number {
    return this.#cuts.count;
  }

  /** Why a message that set out when `cutCount` cuts had fallen was lost on its way, or null. */
  lostInFlight(cutCount: number, from: NodeId, to: NodeId): string | null {
    return this.#cuts.metSince(cutCount, from, to);
  }

  /** Whether messages from one node to the other wait right now. */
  isHeld(from: NodeId, to: NodeId): boolean {
    for (const d of this.#disturbances.values()) {
      if (d.holds === true && d.strikes(from, to)) return true;
    }
    return false;
  }

  /**
   * Routes one message between two different nodes: answers how many copies arrive, 0 to 2, and
   * leaves their instants in `arrivalsNs`, or the reason for none in `dropReason`. No object per
   * message.
   */
  route(
    from: NodeId,
    to: NodeId,
    sameZone: boolean,
    sizeBytes: number,
    nowNs: Ns,
    choices: ChoiceSource,
  ): number {
    const link = this.#link(from, to, sameZone);
    const met = this.#met;
    met.assess(this.spec, this.#disturbances, from, to);
    const departNs = this.#depart(from, sizeBytes, nowNs, met.bandwidthFactor);
    // Drawn for lost messages too: those after them keep their latencies when a fault is removed.
    const latencyNs = draw(link.latency, choices, 'net.latency', link.key);
    this.isAltered = false;
    if (met.cut !== null) return this.#drop(met.cut);
    if (happens(met.lossPpm, choices, 'net.loss', link)) return this.#drop('loss');
    if (happens(met.corruptPpm, choices, 'net.corrupt', link)) return this.#drop('corrupt');
    this.isAltered = happens(met.alterPpm, choices, 'net.alter', link);
    this.arrivalsNs[0] = this.#arrival(link, departNs + latencyNs, choices);
    const copyCount = happens(met.duplicatePpm, choices, 'net.duplicate', link) ? 2 : 1;
    if (copyCount === 2) {
      const copyLatencyNs = draw(link.latency, choices, 'net.latency', link.copyKey);
      this.arrivalsNs[1] = this.#arrival(link, departNs + copyLatencyNs, choices);
    }
    this.#routedAtNs = nowNs;
    for (let i = 0; i < copyCount; i++) this.expect(this.arrivalsNs[i]);
    if (met.isHeld) this.#hold(copyCount, nowNs);
    return copyCount;
  }

  /** Whether the message that was routed last waits for a fault to be over. */
  get holdsLast(): boolean {
    return this.#met.isHeld;
  }

  /** Keeps the event of a copy of the message that was routed last until it is released. */
  keep(handle: EventHandle, from: NodeId, to: NodeId, copyIndex: number): void {
    this.#held.push({ handle, from, to, delayNs: this.#heldDelaysNs[copyIndex] });
  }

  /** Hands over the messages that nothing holds any more, in the order they were sent. */
  takeReleased(): readonly HeldMessage[] {
    const released: HeldMessage[] = [];
    const rest: HeldMessage[] = [];
    for (const held of this.#held) {
      (this.isHeld(held.from, held.to) ? rest : released).push(held);
    }
    this.#held = rest;
    return released;
  }

  /** A message is in flight and due at `arrivalNs`. */
  expect(arrivalNs: Ns): void {
    if (arrivalNs > this.#latestArrivalNs) this.#latestArrivalNs = arrivalNs;
  }

  copy(): Network {
    const other = new Network(this.spec);
    for (const [from, row] of this.#links) {
      const copied = new Map<string, Link>();
      for (const [to, link] of row) copied.set(to, { ...link });
      other.#links.set(from, copied);
    }
    for (const [node, untilNs] of this.#busyUntilNs) other.#busyUntilNs.set(node, untilNs);
    other.#held = this.#held.slice();
    other.#cuts = this.#cuts.copy();
    other.#routedAtNs = this.#routedAtNs;
    other.#latestArrivalNs = this.#latestArrivalNs;
    other.#disturbances = this.#disturbances;
    other.#disturbanceCount = this.#disturbanceCount;
    return other;
  }

  #link(from: NodeId, to: NodeId, sameZone: boolean): Link {
    let row = this.#links.get(from);
    if (row === undefined) {
      row = new Map();
      this.#links.set(from, row);
    }
    let link = row.get(to);
    if (link === undefined) {
      const latency = sameZone ? this.spec.sameZone : this.spec.crossZone;
      link = newLink(latency, `net ${from}->${to}`);
      row.set(to, link);
    }
    return link;
  }

  /** When the last bit has left the sender's interface, which sends one message after another. */
  #depart(from: NodeId, sizeBytes: number, nowNs: Ns, factor: number): Ns {
    if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)) {
      fail(`node '${from}' sends ${sizeBytes} bytes, expected an integer from 0`);
    }
    if (this.spec.bandwidthBitsPerSec === 0) return nowNs;
    const startNs = Math.max(nowNs, this.#busyUntilNs.get(from) ?? 0);
    const sendingNs = Math.ceil((sizeBytes * this.#nsPerStep) / this.#bytesPerStep);
    const departNs = startNs + (factor === 1 ? sendingNs : Math.ceil(sendingNs * factor));
    this.#busyUntilNs.set(from, departNs);
    return departNs;
  }

  #hold(copyCount: number, nowNs: Ns): void {
    for (let i = 0; i < copyCount; i++) {
      this.#heldDelaysNs[i] = this.arrivalsNs[i] - nowNs;
      this.arrivalsNs[i] = timeNsMax;
    }
  }

  #drop(reason: string): number {
    this.dropReason = reason;
    return 0;
  }

  #arrival(link: Link, undisturbedNs: Ns, choices: ChoiceSource): Ns {
    const met = this.#met;
    let arrivalNs = undisturbedNs + met.extraNs;
    if (met.jitterNs > 0) {
      const step = choices.choose(
        'net.jitter',
        jitterStepCount + 1,
        link.purposeKeys['net.jitter'],
      );
      arrivalNs += Math.round((step / jitterStepCount) * met.jitterNs);
    }
    if (happens(met.tailPpm, choices, 'net.tail', link)) arrivalNs += met.tailNs;
    if (happens(met.reorderPpm, choices, 'net.reorder', link)) {
      arrivalNs += draw(link.latency, choices, 'net.holdback', link.holdbackKey);
    }
    if (this.spec.fifo && arrivalNs <= link.lastArrivalNs) arrivalNs = link.lastArrivalNs + 1;
    link.lastArrivalNs = arrivalNs;
    return arrivalNs;
  }
}

/** The greatest common divisor of two integers, at least 1. */
function divisorOf(one: number, other: number): number {
  return other === 0 ? one : divisorOf(other, one % other);
}

function newLink(latency: QuantileTable, key: string): Link {
  return {
    latency,
    key,
    holdbackKey: `${key} holdback`,
    copyKey: `${key} copy`,
    purposeKeys: {
      'net.loss': `${key} loss`,
      'net.corrupt': `${key} corrupt`,
      'net.alter': `${key} alter`,
      'net.duplicate': `${key} duplicate`,
      'net.reorder': `${key} reorder`,
      'net.tail': `${key} tail`,
      'net.jitter': `${key} jitter`,
    },
    lastArrivalNs: 0,
  };
}

/** Each purpose has a stream of its own: a fault that adds loss never shifts a latency. */
function happens(sharePpm: number, choices: ChoiceSource, kind: Purpose, link: Link): boolean {
  if (sharePpm <= 0) return false;
  return choices.choose(kind, million, link.purposeKeys[kind]) < sharePpm;
}
