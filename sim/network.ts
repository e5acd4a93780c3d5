// The network between nodes: connectionless datagrams.
//
// Can happen: a message is delayed by its link class and by queueing at the sender's interface,
// lost, delivered twice, overtaken by a later one, held until a fault is over, dropped because its
// checksum is wrong, or stopped by a cut in one direction or both. A cut loses what is in flight
// across it during any part of the cut, however short it is; what is held back waits, and is in
// flight from its release on (cut-log.ts). What waits at an interface leaves at the rate that the
// link has then, not at the one it had when it was sent (send-queue.ts). Contents are altered
// without notice only where a fault says so. Cannot happen: a message that nobody sent. Within a
// node messages are never lost and take `localNs`.
import type { NodeId } from './actor.ts';
import { assert, fail } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import { CutLog } from './cut-log.ts';
import { constantTable, draw, type QuantileTable } from './distribution.ts';
import { Assessment, bandwidthFactorOf, type Disturbance } from './disturbance.ts';
import type { EventHandle } from './event-queue.ts';
import { type Moved, SendQueue } from './send-queue.ts';
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
  /** When its last bit leaves the sender's interface. */
  readonly departNs: Ns;
  /** How long it is under way from then on. */
  readonly flightNs: Ns;
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
  readonly #sending = new Map<NodeId, SendQueue>();
  #disturbances: ReadonlyMap<number, Disturbance> = new Map();
  #disturbanceCount = 0;
  /**
   * `#bytesPerStep` bytes leave in `#nsPerStep` ns: in lowest terms, so that products stay exact.
   */
  readonly #nsPerStep: number;
  readonly #bytesPerStep: number;
  readonly #met = new Assessment();
  /** What waits for a fault to be over, in the order it was sent. */
  #held = new Map<EventHandle, HeldMessage>();
  #cuts = new CutLog();
  #routedAtNs: Ns = 0;
  /** The latest instant at which anything that was ever in flight was due. */
  #latestArrivalNs: Ns = 0;
  // Of the message that was routed last: what it waits in, when it leaves, when each copy is due if
  // nothing holds it, and when the one before it on its link is.
  #queue: SendQueue | null = null;
  #departNs: Ns = 0;
  readonly #dueNs = new Float64Array(2);
  readonly #afterNs = new Float64Array(2);
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
    this.#departNs = this.#depart(from, to, sizeBytes, nowNs);
    // Drawn for lost messages too: those after them keep their latencies when a fault is removed.
    const latencyNs = draw(link.latency, choices, 'net.latency', link.key);
    this.isAltered = false;
    if (met.cut !== null) return this.#drop(met.cut);
    if (happens(met.lossPpm, choices, 'net.loss', link)) return this.#drop('loss');
    if (happens(met.corruptPpm, choices, 'net.corrupt', link)) return this.#drop('corrupt');
    this.isAltered = happens(met.alterPpm, choices, 'net.alter', link);
    this.#arrive(0, link, latencyNs, choices);
    const copyCount = happens(met.duplicatePpm, choices, 'net.duplicate', link) ? 2 : 1;
    if (copyCount === 2) {
      const copyLatencyNs = draw(link.latency, choices, 'net.latency', link.copyKey);
      this.#arrive(1, link, copyLatencyNs, choices);
    }
    this.#routedAtNs = nowNs;
    for (let i = 0; i < copyCount; i++) this.expect(this.#dueNs[i]);
    return copyCount;
  }

  /** The event of a copy of the message that was routed last: the network may move it. */
  attach(handle: EventHandle, from: NodeId, to: NodeId, copyIndex: number): void {
    const dueNs = this.#dueNs[copyIndex];
    this.#queue?.attach(copyIndex, handle, dueNs, this.#afterNs[copyIndex]);
    if (!this.#met.isHeld) return;
    const departNs = this.#departNs;
    this.#held.set(handle, { handle, from, to, departNs, flightNs: dueNs - departNs });
  }

  /** Hands over the messages that nothing holds any more, in the order they were sent. */
  takeReleased(): readonly HeldMessage[] {
    const released = [...this.#held.values()].filter(({ from, to }) => !this.isHeld(from, to));
    for (const { handle } of released) this.#held.delete(handle);
    return released;
  }

  /** The event of a message that was held has another handle; 0: it is due, whatever happens. */
  release({ handle, from }: HeldMessage, by: EventHandle): void {
    this.#sending.get(from)?.replace(handle, by);
  }

  /**
   * Bandwidths have changed: what has not left its interface goes at the new rate. `moved` learns
   * of each event that is due at another instant and answers its new handle.
   */
  rebook(nowNs: Ns, moved: (handle: EventHandle, arrivalNs: Ns) => EventHandle): void {
    const onMoved: Moved = (handle, departNs, arrivalNs) => {
      this.expect(arrivalNs);
      const held = this.#held.get(handle);
      if (held === undefined) return moved(handle, arrivalNs);
      this.#held.set(handle, { ...held, departNs, flightNs: arrivalNs - departNs });
      return handle;
    };
    for (const [from, queue] of this.#sending) {
      const factorTo = (to: NodeId) => bandwidthFactorOf(this.#disturbances, from, to);
      for (const [to, lastNs] of queue.rebook(nowNs, factorTo, onMoved)) {
        this.#links.get(from)!.get(to)!.lastArrivalNs = lastNs;
      }
    }
    this.#cuts.remember(this.#latestArrivalNs);
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
    for (const [node, queue] of this.#sending) other.#sending.set(node, queue.copy());
    other.#held = new Map(this.#held);
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
  #depart(from: NodeId, to: NodeId, sizeBytes: number, nowNs: Ns): Ns {
    if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)) {
      fail(`node '${from}' sends ${sizeBytes} bytes, expected an integer from 0`);
    }
    if (this.spec.bandwidthBitsPerSec === 0) return nowNs;
    let queue = this.#sending.get(from);
    if (queue === undefined) {
      queue = new SendQueue(this.spec.fifo);
      this.#sending.set(from, queue);
    }
    const sendingNs = Math.ceil((sizeBytes * this.#nsPerStep) / this.#bytesPerStep);
    this.#queue = queue;
    return queue.book(to, sendingNs, this.#met.bandwidthFactor, nowNs);
  }

  #drop(reason: string): number {
    this.dropReason = reason;
    return 0;
  }

  #arrive(copyIndex: number, link: Link, latencyNs: Ns, choices: ChoiceSource): void {
    const met = this.#met;
    let arrivalNs = this.#departNs + latencyNs + met.extraNs;
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
    this.#afterNs[copyIndex] = link.lastArrivalNs;
    link.lastArrivalNs = arrivalNs;
    this.#dueNs[copyIndex] = arrivalNs;
    this.arrivalsNs[copyIndex] = met.isHeld ? timeNsMax : arrivalNs;
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
