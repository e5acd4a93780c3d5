// Snapshots of drawn volumes, moves between their cells, and archives, for property-based tests.
import fc from 'fast-check';
import type { ArchiveSpec, ClusterSpec, LineageSpec } from '../../model/index.ts';
import { nsPerMs } from '../../sim/index.ts';

/** What is drawn once for a cluster. */
export interface DrawnSnapshots {
  readonly lineage?: Omit<LineageSpec, 'moves'> & { readonly moveTimesNs: readonly number[] };
  readonly archive?: Omit<ArchiveSpec, 'device'>;
}

/** Who alone has snapshots, in any cluster. */
const volume = 'vol-1';

/** Snapshots of the first volume, by routers or on a schedule into an archive; mostly none. */
export function arbitrarySnapshots(durationMs: number): fc.Arbitrary<DrawnSnapshots> {
  const lineage = arbitraryLineage(durationMs).map((one) => ({ lineage: one }));
  const archive = arbitraryArchive().map((one) => ({ archive: one }));
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant({}), weight: 3 },
    { arbitrary: lineage, weight: 2 },
    { arbitrary: archive, weight: 1 },
  );
}

/** What a cluster has of them: its volume moves to the other cell at each time. */
export function snapshotsOf(
  { lineage, archive }: DrawnSnapshots,
  cells: readonly string[],
  device: string,
): Pick<ClusterSpec, 'lineage' | 'archive'> {
  if (archive !== undefined) return { archive: { ...archive, device } };
  if (lineage === undefined) return {};
  const { moveTimesNs, ...spec } = lineage;
  const moves = moveTimesNs.map((atNs, index) => ({ volume, to: cells[(index + 1) % 2]!, atNs }));
  return { lineage: { ...spec, moves } };
}

function arbitraryLineage(durationMs: number) {
  const requester = fc.record({
    zone: fc.constantFrom('az-a', 'az-b'),
    everyNs: fc.constantFrom(200, 700).map((ms) => ms * nsPerMs),
    retryNs: fc.constantFrom(1000, 300).map((ms) => ms * nsPerMs),
    giveUpNs: fc.constantFrom(null, null, 400 * nsPerMs),
    isAskedTwice: fc.boolean(),
  });
  const atNs = fc.integer({ min: 0, max: durationMs - 1 }).map((ms) => ms * nsPerMs);
  return fc
    .record({
      routerCount: fc.integer({ min: 1, max: 2 }),
      moverCount: fc.integer({ min: 1, max: 2 }),
      cellLeaseNs: fc.constantFrom(10_000, 1000).map((ms) => ms * nsPerMs),
      requesters: fc.array(requester, { minLength: 1, maxLength: 2 }),
      moveTimesNs: fc.oneof(fc.constant([]), fc.array(atNs, { minLength: 1, maxLength: 2 })),
    })
    .map(({ requesters, moveTimesNs, ...spec }) => ({
      ...spec,
      moveTimesNs: [...moveTimesNs].sort((a, b) => a - b),
      snapshots: requesters.map(({ isAskedTwice, ...plan }, index) => ({
        ...plan,
        id: `requester-${index + 1}`,
        volume,
        firstNs: 100 * nsPerMs,
        count: null,
        askedAtOnce: isAskedTwice ? spec.routerCount : 1,
      })),
    }));
}

function arbitraryArchive(): fc.Arbitrary<Omit<ArchiveSpec, 'device'>> {
  return fc
    .record({
      zone: fc.constantFrom('az-a', 'az-b'),
      everyNs: fc.constantFrom(300, 1000).map((ms) => ms * nsPerMs),
      keepCount: fc.constantFrom(1, 3),
    })
    .map(({ zone, ...plan }) => ({ zone, backups: [{ volume, ...plan }] }));
}
