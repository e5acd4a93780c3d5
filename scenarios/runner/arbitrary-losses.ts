// Losses that last, for property-based tests: other faults seldom change the map, who leads, who
// holds a volume, or whether a cell is overruled.
import fc from 'fast-check';
import type { ClusterSpec } from '../../model/index.ts';
import { type FaultParams, type FaultTrigger, type Ns, nsPerMs } from '../../sim/index.ts';
import { drawn, lasting } from './arbitrary-faults.ts';
import type { DeclaredFault } from './scenario.ts';

interface Loss {
  readonly kind: string;
  readonly target: string;
  readonly params: FaultParams;
  readonly atNs: Ns;
  readonly forNs: Ns | undefined;
  readonly trigger?: FaultTrigger;
}

/**
 * A host is gone for longer than its clients' patience, a leader for longer than an election, all
 * clients at once, or the cell that a volume leaves for longer than its lease.
 */
export function arbitraryLoss(
  cluster: ClusterSpec,
  durationMs: number,
): fc.Arbitrary<DeclaredFault> {
  const halfMs = Math.floor(durationMs / 2);
  const early = fc.integer({ min: 0, max: Math.floor(durationMs / 4) }).map((ms) => ms * nsPerMs);
  const late = fc.integer({ min: halfMs, max: durationMs - 1 }).map((ms) => ms * nsPerMs);
  const how = { kind: fc.constantFrom('crash', 'power-loss'), params: fc.constant({}) };
  const host = fc.record({
    target: fc.constantFrom(...cluster.hosts.map(({ id }) => id)),
    forNs: fc.constantFrom(undefined, undefined, halfMs * nsPerMs),
    atNs: early,
    ...how,
  });
  // Before that there is none.
  const leader = fc.record({
    target: fc.constant('leader-of authority'),
    forNs: fc.constant(halfMs * nsPerMs),
    atNs: late,
    ...how,
  });
  const clients = fc.record({
    target: fc.constant('role=client'),
    forNs: fc.constantFrom(1, halfMs).map((ms) => ms * nsPerMs),
    atNs: fc.oneof(early, late),
    ...how,
  });
  return fc
    .oneof<fc.WeightedArbitrary<Loss>[]>(
      { arbitrary: host, weight: 4 },
      { arbitrary: leader, weight: 1 },
      { arbitrary: clients, weight: 1 },
      ...(isMoved(cluster) ? [{ arbitrary: arbitraryCellLoss(halfMs), weight: 4 }] : []),
    )
    .map(({ forNs, ...loss }) => ({
      ...loss,
      ...lasting({ atNs: loss.atNs, forNs }, durationMs),
      source: drawn,
    }));
}

function isMoved({ lineage }: ClusterSpec): boolean {
  return lineage !== undefined && (lineage.moves.length > 0 || lineage.split !== undefined);
}

/** How far a move is when its source is lost. */
const moveSteps = ['volume-move.opened', 'volume-move.imported', 'volume-move.committed'] as const;

function arbitraryCellLoss(halfMs: number): fc.Arbitrary<Loss> {
  return fc
    .record({
      kind: fc.constantFrom('isolate', 'crash', 'power-loss'),
      target: fc.constant('role=host cell=cell-1'),
      forNs: fc.constantFrom(undefined, halfMs * nsPerMs),
      name: fc.constantFrom(...moveSteps),
    })
    .map(({ name, ...loss }) => ({
      ...loss,
      params: loss.kind === 'isolate' ? { inbound: true, outbound: true } : {},
      atNs: 0,
      trigger: { steps: [{ on: 'mark', name, nth: 1 }], delayNs: 0, times: 1 },
    }));
}
