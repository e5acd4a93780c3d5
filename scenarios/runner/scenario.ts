// A scenario as plain data: validated, units resolved, names checked. What runs, is shrunk and is
// written out.
//
//   text --document--> positions --schema--> typed --checks--> consistent --build--> Scenario
//                                                              text <--resolve-- Scenario

import type { ClusterSpec } from '../../model/index.ts';
import type { FaultParams, Ns, ScheduledFault } from '../../sim/index.ts';
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

/** A property the scenario holds the run to. */
export interface Expectation {
  readonly property: string;
  readonly source: SourcePosition;
}

/** What a threshold measures; `ops` are operations that completed. */
export type ThresholdMeasure =
  | 'latency.p50'
  | 'latency.p90'
  | 'latency.p99'
  | 'latency.p999'
  | 'latency.max'
  | 'errors.rate'
  | 'iops.min';

/** A limit on something measured, apart from correctness. */
export interface Threshold {
  /** As written: `write.latency.p99`. */
  readonly metric: string;
  /** The operation, or null where all count: `iops.min`. */
  readonly op: string | null;
  readonly measure: ThresholdMeasure;
  readonly comparison: 'below' | 'above';
  /** Ns, a share of 0 to 1, or operations per second. */
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
  readonly expect: {
    readonly always: readonly Expectation[];
    readonly eventually: readonly Expectation[];
    readonly sometimes: readonly Expectation[];
    readonly thresholds: readonly Threshold[];
  };
  /** By client id. */
  readonly traces: Readonly<Record<string, TraceReference>>;
}
