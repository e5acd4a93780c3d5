// Extra trouble on the wires: what faults add to a link, and what one message meets in sum.
//
// Independent shares combine as independent causes do; delays add up; of two slow tails the longer
// counts; bandwidth factors multiply.
import type { NodeId } from './actor.ts';
import type { Ns } from './units.ts';

const million = 1_000_000;

/** Extra trouble on a link or on all of them; faults add and remove these. */
export interface Disturbance {
  /** Whether it strikes messages from one node to the other. */
  readonly strikes: (from: NodeId, to: NodeId) => boolean;
  readonly reason: string;
  /** True: nothing passes. */
  readonly cut?: boolean;
  /** True: messages wait until it is over; none is lost. */
  readonly holds?: boolean;
  readonly lossPpm?: number;
  /** Share that arrives damaged, is noticed by its checksum, and dropped. */
  readonly corruptPpm?: number;
  /** Share that arrives with a number altered that no checksum noticed. */
  readonly alterPpm?: number;
  readonly duplicatePpm?: number;
  readonly reorderPpm?: number;
  readonly extraNs?: Ns;
  /** Each message takes 0 to this much longer, uniformly. */
  readonly jitterNs?: Ns;
  /** Share of messages in the slow tail, which take `tailNs` longer. */
  readonly tailPpm?: number;
  readonly tailNs?: Ns;
  /** How many times as long a bit takes to leave the sender's interface. */
  readonly bandwidthFactor?: number;
}

/** Shares that hold on every link without a fault, parts per million. */
export interface RestShares {
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  readonly reorderPpm: number;
}

/** What one message is up against. One object per network, filled anew for each message. */
export class Assessment {
  cut: string | null = null;
  isHeld = false;
  lossPpm = 0;
  corruptPpm = 0;
  alterPpm = 0;
  duplicatePpm = 0;
  reorderPpm = 0;
  extraNs: Ns = 0;
  jitterNs: Ns = 0;
  tailPpm = 0;
  tailNs: Ns = 0;
  bandwidthFactor = 1;

  /** Sums up the rest shares and every disturbance that strikes messages of this link. */
  assess(
    rest: RestShares,
    disturbances: ReadonlyMap<number, Disturbance>,
    from: NodeId,
    to: NodeId,
  ): void {
    this.cut = null;
    this.isHeld = false;
    this.lossPpm = rest.lossPpm;
    this.corruptPpm = 0;
    this.alterPpm = 0;
    this.duplicatePpm = rest.duplicatePpm;
    this.reorderPpm = rest.reorderPpm;
    this.extraNs = 0;
    this.jitterNs = 0;
    this.tailPpm = 0;
    this.tailNs = 0;
    this.bandwidthFactor = 1;
    if (disturbances.size === 0) return;
    for (const d of disturbances.values()) if (d.strikes(from, to)) this.#add(d);
  }

  #add(d: Disturbance): void {
    if (d.cut === true) this.cut = d.reason;
    if (d.holds === true) this.isHeld = true;
    this.lossPpm = either(this.lossPpm, d.lossPpm ?? 0);
    this.corruptPpm = either(this.corruptPpm, d.corruptPpm ?? 0);
    this.alterPpm = either(this.alterPpm, d.alterPpm ?? 0);
    this.duplicatePpm = either(this.duplicatePpm, d.duplicatePpm ?? 0);
    this.reorderPpm = either(this.reorderPpm, d.reorderPpm ?? 0);
    this.extraNs += d.extraNs ?? 0;
    this.jitterNs += d.jitterNs ?? 0;
    this.tailPpm = either(this.tailPpm, d.tailPpm ?? 0);
    this.tailNs = Math.max(this.tailNs, d.tailNs ?? 0);
    this.bandwidthFactor *= d.bandwidthFactor ?? 1;
  }
}

/** How many times as long a byte takes to leave the interface on its way to a node. */
export function bandwidthFactorOf(
  disturbances: ReadonlyMap<number, Disturbance>,
  from: NodeId,
  to: NodeId,
): number {
  let factor = 1;
  for (const d of disturbances.values()) if (d.strikes(from, to)) factor *= d.bandwidthFactor ?? 1;
  return factor;
}

/** The share of messages struck by at least one of two independent causes. */
function either(onePpm: number, otherPpm: number): number {
  if (onePpm === 0) return otherPpm;
  if (otherPpm === 0) return onePpm;
  return million - Math.floor(((million - onePpm) * (million - otherPpm)) / million);
}
