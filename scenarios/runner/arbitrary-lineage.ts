// Snapshots that routers take of drawn volumes, and moves of the first one between cells, for
// property-based tests.
import fc from 'fast-check';
import type { CellSplitPlan, LineageSpec, SnapshotPlan } from '../../model/index.ts';
import { nsPerMs } from '../../sim/index.ts';

/** The volume that is moved. */
const movedVolume = 'vol-1';

/** What is drawn of a lineage, before it is known which volumes and cells there are. */
export interface DrawnLineage
  extends Pick<LineageSpec, 'routerCount' | 'moverCount' | 'cellLeaseNs'> {
  readonly requesters: readonly Requester[];
  /** In the order of their times; the first one names its cell. */
  readonly hops: readonly Hop[];
  /** The merits are rolled back so long after the first move. */
  readonly rollBackNs: number | null;
  readonly split: Pick<CellSplitPlan, 'ratePerSecMax' | 'windowNs'> | null;
}

type Requester = Omit<SnapshotPlan, 'id' | 'volume' | 'askedAtOnce'> & {
  readonly isAskedTwice: boolean;
  /** It asks for snapshots of the second volume, where there is one. */
  readonly isOther: boolean;
};

interface Hop {
  readonly atNs: number;
  /** So many cells on from where the volume is; null for where the merits prefer it. */
  readonly cellCount: number | null;
}

/** Whether volumes may leave the cell in which they begin. */
export function moves({ hops, split }: DrawnLineage): boolean {
  return hops.length > 0 || split !== null;
}

/** How many cells it needs: a third one where a move leads on from the second. */
export function cellCountOf(drawn: DrawnLineage): number {
  if (!moves(drawn)) return 1;
  return drawn.hops.some(({ cellCount }) => cellCount === 2) ? 3 : 2;
}

/** The lineage of a cluster with these cells and volumes. */
export function lineageOf(
  { requesters, hops, rollBackNs, split, ...drawn }: DrawnLineage,
  cells: readonly string[],
  volumes: readonly string[],
): LineageSpec {
  let at = 0;
  const planned = hops.map(({ atNs, cellCount }, index) => {
    if (cellCount === null && index > 0) return { volume: movedVolume, to: null, atNs };
    at = (at + (cellCount ?? 1)) % cells.length;
    return { volume: movedVolume, to: cells[at]!, atNs };
  });
  const first = planned[0];
  return {
    ...drawn,
    snapshots: requesters.map(({ isAskedTwice, isOther, ...plan }, index) => ({
      ...plan,
      id: `requester-${index + 1}`,
      volume: (isOther ? volumes[1] : undefined) ?? movedVolume,
      askedAtOnce: isAskedTwice ? drawn.routerCount : 1,
    })),
    moves: planned,
    ...(rollBackNs === null || first === undefined
      ? {}
      : { rollBacks: [{ volume: movedVolume, atNs: first.atNs + rollBackNs }] }),
    ...(split === null ? {} : { split: { cell: cells[0]!, to: cells[1]!, ...split } }),
  };
}

/** Who asks for snapshots and who moves volumes, the plain way first: nobody moves anything. */
export function arbitraryLineage(durationMs: number): fc.Arbitrary<DrawnLineage> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: arbitraryRequests(), weight: 2 },
    { arbitrary: arbitraryMoves(durationMs), weight: 3 },
    { arbitrary: arbitrarySplit(), weight: 1 },
  );
}

function arbitraryRequests(): fc.Arbitrary<DrawnLineage> {
  return fc
    .record({
      routerCount: fc.integer({ min: 1, max: 2 }),
      moverCount: fc.integer({ min: 1, max: 2 }),
      cellLeaseNs: fc.constantFrom(10_000, 1000).map((ms) => ms * nsPerMs),
      requesters: fc.array(arbitraryRequester(), { minLength: 1, maxLength: 2 }),
    })
    .map((drawn) => ({ ...drawn, hops: [], rollBackNs: null, split: null }));
}

// There and back, on to a third cell, or wherever the merits say.
function arbitraryMoves(durationMs: number): fc.Arbitrary<DrawnLineage> {
  const hop = fc.record({
    atNs: fc.integer({ min: 0, max: durationMs - 1 }).map((ms) => ms * nsPerMs),
    cellCount: fc.constantFrom(1, 1, 1, 2, null),
  });
  return fc
    .record({
      drawn: arbitraryRequests(),
      hops: fc.array(hop, { minLength: 1, maxLength: 3 }),
      rollBackNs: fc.constantFrom(null, null, null, 1, 200, 1500),
    })
    .map(({ drawn, hops, rollBackNs }) => ({
      ...drawn,
      hops: [...hops].sort((a, b) => a.atNs - b.atNs),
      rollBackNs: rollBackNs === null ? null : rollBackNs * nsPerMs,
    }));
}

// Of two volumes in one cell the busier one leaves.
function arbitrarySplit(): fc.Arbitrary<DrawnLineage> {
  const split = fc.record({
    ratePerSecMax: fc.constantFrom(2, 5),
    windowNs: fc.constant(1000 * nsPerMs),
  });
  return fc
    .record({ drawn: arbitraryRequests(), other: arbitraryRequester(), split })
    .map(({ drawn, other, split: plan }) => ({
      ...drawn,
      requesters: [
        { ...drawn.requesters[0]!, isOther: false },
        { ...other, isOther: true },
      ],
      split: plan,
    }));
}

function arbitraryRequester(): fc.Arbitrary<Requester> {
  return fc.record({
    zone: fc.constantFrom('az-a', 'az-b'),
    firstNs: fc.constant(100 * nsPerMs),
    // Some rest of what is asked for within 6 s has to be cut and uploaded afterwards, one after
    // the other: at 0.7/s over slow links, as measured.
    everyNs: fc.constantFrom(400, 700).map((ms) => ms * nsPerMs),
    count: fc.constant(null),
    retryNs: fc.constantFrom(1000, 300).map((ms) => ms * nsPerMs),
    giveUpNs: fc.constantFrom(null, null, 400 * nsPerMs),
    isAskedTwice: fc.boolean(),
    isOther: fc.constantFrom(false, false, true),
  });
}
