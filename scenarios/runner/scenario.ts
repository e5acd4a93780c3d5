// A scenario as plain data: validated, units resolved, names checked. What runs, is shrunk and is
// written out.
//
//   text --document--> positions --schema--> typed --checks--> consistent --build--> Scenario
//                                                              text <--resolve-- Scenario

import type { ClusterSpec } from '../../model/index.ts';
import type { FaultParams, Ns, ScheduledFault } from '../../sim/index.ts';
import type { Budget } from './budget-lines.ts';
import type { Metric } from './metrics.ts';
import type { SourcePosition } from './problems.ts';
import type { Measure, Range } from './units.ts';

/** How long a message is under way between two nodes, before bandwidth and queueing. */
export type LatencySpec =
  | { readonly kind: 'uniform'; readonly minNs: Ns; readonly maxNs: Ns }
  /** Log-normal through these two quantiles. */
  | { readonly kind: 'lognormal'; readonly p50Ns: Ns; readonly p99Ns: Ns };

/**
 * What the wires do when no fault touches them, as the file says it; `network.ts` tells the kernel.
 */
export interface ScenarioNetwork {
  readonly sameZone: LatencySpec;
  readonly crossZone: LatencySpec;
  /** Of each node, each way. */
  readonly bandwidthBitsPerSec: number;
  /** Share of messages lost, 0 to 1. */
  readonly dropShare: number;
  /** Share of messages delivered twice, 0 to 1. */
  readonly duplicateShare: number;
  /** Share of messages held back so that later ones overtake them, 0 to 1. */
  readonly reorderShare: number;
}

/** A fault of the schedule, and where the file declares it. */
export interface DeclaredFault extends ScheduledFault {
  readonly source: SourcePosition;
}

/** A parameter that is still to be drawn: from a range, or one of several. */
export type RandomParam =
  | { readonly kind: 'range'; readonly measure: Measure; readonly range: Range }
  | { readonly kind: 'one of'; readonly values: readonly FaultParams[string][] };

/** Faults that the seed decides: how many, when, for how long, on whom. */
export interface RandomFault {
  readonly kind: string;
  readonly count: Range;
  readonly atNs: Range;
  /** Without it, each lasts until the world is healed. */
  readonly forNs?: Range;
  /** Selectors, one of which is drawn; empty for a fault without a target. */
  readonly targets: readonly string[];
  readonly params: Readonly<Record<string, RandomParam>>;
  readonly source: SourcePosition;
}

/** A kind of fault that weather may bring. */
export interface WeatherKind {
  readonly kind: string;
  /** How often it comes compared with the others, from 1. */
  readonly weight: number;
  /** Selectors, one of which is drawn for each fault; empty for a fault without a target. */
  readonly targets: readonly string[];
  readonly params: Readonly<Record<string, RandomParam>>;
}

/** Faults of many kinds, a subset of which each seed draws, at rates of its own. */
export interface Weather {
  readonly kinds: readonly WeatherKind[];
  /** The share of seeds that have a given kind, 0 to 1. */
  readonly presentShare: number;
  /** Faults a minute, on a seed whose kinds all come at their median rate. */
  readonly stormsPerMinute: number;
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  /** How long a fault lasts: half are shorter, one in a hundred is longer. */
  readonly lastingNs: { readonly p50Ns: Ns; readonly p99Ns: Ns };
  /** By how much one line of the budget is exceeded, 0 to stay inside. */
  readonly outsideBy: number;
  readonly source: SourcePosition;
}

/** A property the scenario holds the run to. */
export interface Expectation {
  readonly property: string;
  readonly source: SourcePosition;
}

/** A limit on something measured, apart from correctness. */
export interface Threshold extends Metric {
  /** As written: `write.latency.p99`. */
  readonly metric: string;
  readonly comparison: 'below' | 'above';
  /** In its unit: ns, a share of 0 to 1, a number per second, a plain number. */
  readonly limit: number;
  /** Which part of the first act is measured. */
  readonly when: 'always' | 'fault' | 'no-fault';
  readonly source: SourcePosition;
}

/**
 * Where a client's trace came from: its requests are in the cluster, its bytes stay in their file.
 */
export interface TraceReference {
  /** Seen from the working directory, with `/` on every platform. */
  readonly path: string;
  readonly sha256: string;
  readonly format: string;
}

/** Where the profile of a device that is not shipped came from: its numbers are in the cluster. */
export type ProfileReference = Pick<TraceReference, 'path' | 'sha256'>;

/** Everything one run is made of. The same scenario and seed give the same run. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly why?: string;
  readonly seed?: string;
  /** The first act: faults come and go, workloads issue. */
  readonly durationNs: Ns;
  /** The second act: all is healed, the world must come to rest within it. */
  readonly settleNs: Ns;
  readonly cluster: ClusterSpec;
  readonly network: ScenarioNetwork;
  /** Each node's clock rate is drawn within plus or minus this, in parts per million. */
  readonly clockSkewPpm: number;
  /** In order of their times. */
  readonly faults: readonly DeclaredFault[];
  /** Empty once the scenario is resolved for a seed. */
  readonly randomFaults: readonly RandomFault[];
  /** Absent once the scenario is resolved for a seed. */
  readonly weather?: Weather;
  /** What the system claims to survive; absent, nothing is held against the faults. */
  readonly survives?: Budget;
  /** No operation completed for so long: the longest fault ends early. Absent: it does not. */
  readonly calmNs?: Ns;
  /** Selectors of what is healed at the end of the first act; absent, everything is. */
  readonly core?: readonly string[];
  readonly expect: {
    readonly always: readonly Expectation[];
    readonly eventually: readonly Expectation[];
    readonly sometimes: readonly Expectation[];
    /** What a known wrong variant is to violate; empty for what is to hold. */
    readonly violates: readonly Expectation[];
    readonly thresholds: readonly Threshold[];
  };
  /** By client id. */
  readonly traces: Readonly<Record<string, TraceReference>>;
  /** By the name of the device; absent where all of them are shipped. */
  readonly profiles?: Readonly<Record<string, ProfileReference>>;
}
