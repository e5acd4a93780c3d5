// Clusters, workloads and fault plans for property-based tests. What fast-check draws is a
// scenario, so that whatever it shrinks to is a scenario file.
import fc from 'fast-check';
import { type ClusterSpec, properties } from '../../model/index.ts';
import { nsPerMs, nsPerUs, type Property } from '../../sim/index.ts';
import { arbitraryCluster } from './arbitrary-clusters.ts';
import { arbitraryFault, drawn } from './arbitrary-faults.ts';
import { arbitraryLoss } from './arbitrary-losses.ts';
import type { Expectation, Scenario, ScenarioNetwork } from './scenario.ts';

/** Where hosts are given up one in a minute, as many wait for each other. */
const limitedSettleMs = 300_000;

/** How large what is drawn may be; small by default, so that hundreds of runs take a minute. */
export interface DrawLimits {
  readonly durationMs?: number;
  readonly settleMs?: number;
  readonly faultsMax?: number;
  /** Known wrong variants to switch on in every drawn scenario. */
  readonly mutants?: readonly string[];
}

/** A whole scenario: cluster, wires, workload and faults. */
export function arbitraryScenario(limits: DrawLimits = {}): fc.Arbitrary<Scenario> {
  const { durationMs = 3000, settleMs = 90_000, faultsMax = 4, mutants = [] } = limits;
  return arbitraryCluster(durationMs, mutants).chain((cluster) => {
    const actMs = cluster.workloadUntilNs / nsPerMs;
    return fc
      .record({
        // Shrinking a seed would only move to another universe.
        seed: fc.noShrink(fc.integer({ min: 1, max: 1_000_000 })),
        network: arbitraryNetwork(),
        clockSkewPpm: fc.constantFrom(0, 100, 10_000),
        faults: fc.oneof(
          {
            arbitrary: fc.array(arbitraryFault(cluster, actMs), { maxLength: faultsMax }),
            weight: 3,
          },
          { arbitrary: fc.constant([]), weight: 1 },
        ),
        losses: fc.array(arbitraryLoss(cluster, actMs), { maxLength: 2 }),
      })
      .map(({ seed, network, clockSkewPpm, faults, losses }) => ({
        name: 'drawn',
        summary: 'Drawn by a property-based test.',
        seed: String(seed),
        durationNs: cluster.workloadUntilNs,
        settleNs: (isLimited(cluster) ? limitedSettleMs : settleMs) * nsPerMs,
        cluster,
        network,
        clockSkewPpm,
        faults: [...faults, ...losses].sort((a, b) => a.atNs - b.atNs),
        randomFaults: [],
        expect: safetyAndLiveness(cluster, network),
        traces: {},
      }));
  });
}

function isLimited({ reMirror }: ClusterSpec): boolean {
  return (reMirror?.hostsPerMinute ?? null) !== null;
}

/** Every property that may never break and every one that must come true after healing. */
function safetyAndLiveness(cluster: ClusterSpec, network: ScenarioNetwork): Scenario['expect'] {
  const all: readonly Property[] = Object.values(properties);
  const left = unpromised(cluster, network);
  const named = (mode: Property['mode']): Expectation[] =>
    all
      .filter((one) => one.mode === mode && !left.includes(one.id))
      .map(({ id }) => ({ property: id, source: drawn }));
  return {
    always: named('always'),
    eventually: named('eventually'),
    sometimes: [],
    violates: [],
    thresholds: [],
  };
}

// What some clusters do not promise.
function unpromised(
  { clients, volumes, authority, lineage }: ClusterSpec,
  { dropShare, crossZone }: ScenarioNetwork,
): readonly string[] {
  const left: (keyof typeof properties)[] = [];
  // A client restores copies of what it knows of the map; a move waits for the others.
  if (clients.some(({ cacheRangeMax }) => cacheRangeMax !== undefined)) {
    left.push('replication-restored', 'moved-copies-home', 'lineage-converged');
  }
  // Operations end badly without a fault: by a message that is lost, by order, because writes of
  // the same blocks wait for each other between zones that are far apart, or for the authority.
  const isEnded = clients.some(
    ({ attachAtNs, detachAtNs, onLeaseLost }) =>
      (attachAtNs ?? detachAtNs) !== undefined ||
      (authority.leaseNs !== undefined && onLeaseLost === 'stop'),
  );
  const isGivenUp = lineage?.snapshots.some(({ giveUpNs }) => giveUpNs !== null) ?? false;
  const isRestored = volumes.some(({ restoredFrom }) => restoredFrom !== undefined);
  const isFar = crossZone.kind === 'uniform' && crossZone.maxNs > 5 * nsPerMs;
  const isSlow = isFar || authority.queueMax !== undefined;
  const isImpatient = isSlow && clients.some(({ timeoutNs }) => timeoutNs < 1000 * nsPerMs);
  // What is yet to be restored cannot be read.
  const isConfined = !isEnded && !isGivenUp && !isImpatient && !isRestored;
  if (!isConfined || dropShare > 0) left.push('blast-radius-confined');
  return left;
}

function arbitraryNetwork(): fc.Arbitrary<ScenarioNetwork> {
  return fc
    .record({
      crossUs: fc.constantFrom(200, 500, 5000),
      dropShare: fc.constantFrom(0, 0, 0.001, 0.02),
      duplicateShare: fc.constantFrom(0, 0.01),
      reorderShare: fc.constantFrom(0, 0.05),
    })
    .map(({ crossUs, ...shares }) => ({
      sameZone: { kind: 'uniform', minNs: 50 * nsPerUs, maxNs: 200 * nsPerUs },
      crossZone: { kind: 'uniform', minNs: (crossUs * nsPerUs) / 2, maxNs: crossUs * nsPerUs * 2 },
      bandwidthBitsPerSec: 10_000_000_000,
      ...shares,
    }));
}
