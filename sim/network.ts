// The network between nodes: connectionless datagrams.
//
// Can happen: a message is delayed by its link class and by queueing at the sender's interface,
// lost, delivered twice, overtaken by a later one, or stopped by a cut in one direction or both.
// What is cut off while in flight is lost, too. Cannot happen here: contents altered without notice
// (a checksum drops them). Within a node messages are never lost and take `localNs`.
import type { NodeId } from './actor.ts';
import { assert, fail } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import { constantTable, draw, type QuantileTable } from './distribution.ts';
import { type Ns, nsPerSec, nsPerUs } from './units.ts';

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

/** Extra trouble on a link or on all of them; faults add and remove these. */
export interface Disturbance {
  /** Whether it strikes messages from one node to the other. */
  readonly strikes: (from: NodeId, to: NodeId) => boolean;
  readonly reason: string;
  /** True: nothing passes. */
  readonly cut?: boolean;
  readonly lossPpm?: number;
  readonly duplicatePpm?: number;
  readonly reorderPpm?: number;
  readonly extraNs?: Ns;
}

interface Link {
  readonly latency: QuantileTable;
  readonly key: string;
  readonly holdbackKey: string;
  readonly copyKey: string;
  readonly purposeKeys: Readonly<Record<'net.loss' | 'net.duplicate' | 'net.reorder', string>>;
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
  #lossPpm = 0;
  #duplicatePpm = 0;
  #reorderPpm = 0;
  #extraNs = 0;
  #cut: string | null = null;
  /** After `route`: when each copy arrives. */
  readonly arrivalsNs = new Float64Array(2);
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
    return id;
  }

  calm(id: number): void {
    const rest = new Map(this.#disturbances);
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
    const departNs = this.#depart(from, sizeBytes, nowNs);
    this.#assess(from, to);
    // Drawn for lost messages too: those after them keep their latencies when a fault is removed.
    const latencyNs = draw(link.latency, choices, 'net.latency', link.key);
    if (this.#cut !== null) return this.#drop(this.#cut);
    if (happens(this.#lossPpm, choices, 'net.loss', link)) return this.#drop('loss');
    this.arrivalsNs[0] = this.#arrival(link, departNs + latencyNs, choices);
    if (!happens(this.#duplicatePpm, choices, 'net.duplicate', link)) return 1;
    const copyLatencyNs = draw(link.latency, choices, 'net.latency', link.copyKey);
    this.arrivalsNs[1] = this.#arrival(link, departNs + copyLatencyNs, choices);
    return 2;
  }

  copy(): Network {
    const other = new Network(this.spec);
    for (const [from, row] of this.#links) {
      const copied = new Map<string, Link>();
      for (const [to, link] of row) copied.set(to, { ...link });
      other.#links.set(from, copied);
    }
    for (const [node, untilNs] of this.#busyUntilNs) other.#busyUntilNs.set(node, untilNs);
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
  #depart(from: NodeId, sizeBytes: number, nowNs: Ns): Ns {
    if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)) {
      fail(`node '${from}' sends ${sizeBytes} bytes, expected an integer from 0`);
    }
    if (this.spec.bandwidthBitsPerSec === 0) return nowNs;
    const startNs = Math.max(nowNs, this.#busyUntilNs.get(from) ?? 0);
    const departNs = startNs + Math.ceil((sizeBytes * this.#nsPerStep) / this.#bytesPerStep);
    this.#busyUntilNs.set(from, departNs);
    return departNs;
  }

  /** What this message is up against: the spec and every disturbance that strikes its link. */
  #assess(from: NodeId, to: NodeId): void {
    this.#lossPpm = this.spec.lossPpm;
    this.#duplicatePpm = this.spec.duplicatePpm;
    this.#reorderPpm = this.spec.reorderPpm;
    this.#extraNs = 0;
    this.#cut = null;
    if (this.#disturbances.size === 0) return;
    for (const d of this.#disturbances.values()) {
      if (!d.strikes(from, to)) continue;
      if (d.cut === true) this.#cut = d.reason;
      this.#lossPpm = either(this.#lossPpm, d.lossPpm ?? 0);
      this.#duplicatePpm = either(this.#duplicatePpm, d.duplicatePpm ?? 0);
      this.#reorderPpm = either(this.#reorderPpm, d.reorderPpm ?? 0);
      this.#extraNs += d.extraNs ?? 0;
    }
  }

  #drop(reason: string): number {
    this.dropReason = reason;
    return 0;
  }

  #arrival(link: Link, undisturbedNs: Ns, choices: ChoiceSource): Ns {
    let arrivalNs = undisturbedNs + this.#extraNs;
    if (happens(this.#reorderPpm, choices, 'net.reorder', link)) {
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
      'net.duplicate': `${key} duplicate`,
      'net.reorder': `${key} reorder`,
    },
    lastArrivalNs: 0,
  };
}

/** Each purpose has a stream of its own: a fault that adds loss never shifts a latency. */
function happens(
  sharePpm: number,
  choices: ChoiceSource,
  kind: 'net.loss' | 'net.duplicate' | 'net.reorder',
  link: Link,
): boolean {
  if (sharePpm <= 0) return false;
  return choices.choose(kind, million, link.purposeKeys[kind]) < sharePpm;
}

/** The share of messages struck by at least one of two independent causes. */
function either(onePpm: number, otherPpm: number): number {
  if (onePpm === 0) return otherPpm;
  if (otherPpm === 0) return onePpm;
  return million - Math.floor(((million - onePpm) * (million - otherPpm)) / million);
}
