// Which snapshots drawn clusters have, and what a cluster has to be like for them, for
// property-based tests.
import fc from 'fast-check';
import type { ClusterSpec, OptimizerSpec, SnapshotPlan } from '../../model/index.ts';
import {
  arbitraryArchive,
  archivedVolumes,
  archiveOf,
  type DrawnArchive,
} from './arbitrary-archives.ts';
import { type DrawnClients, volumeIds, withVolumes } from './arbitrary-clients.ts';
import {
  arbitraryLineage,
  cellCountOf,
  type DrawnLineage,
  lineageOf,
  moves,
} from './arbitrary-lineage.ts';
import type { DrawnVolume, Homes } from './arbitrary-volumes.ts';

/** Snapshots that routers take have contents where both are drawn. */
export interface DrawnSnapshots {
  readonly lineage?: DrawnLineage;
  readonly archive?: DrawnArchive;
}

/** Snapshots by routers, on a schedule into an archive, or both; mostly none. */
export function arbitrarySnapshots(durationMs: number): fc.Arbitrary<DrawnSnapshots> {
  const lineage = arbitraryLineage(durationMs);
  const archive = arbitraryArchive(durationMs);
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant({}), weight: 6 },
    { arbitrary: lineage.map((one) => ({ lineage: one })), weight: 3 },
    { arbitrary: archive.map((one) => ({ archive: one })), weight: 3 },
    { arbitrary: fc.record({ lineage, archive }), weight: 2 },
  );
}

/** What of a draw snapshots and moves have needs of. */
interface Ground {
  readonly snapshots: DrawnSnapshots;
  readonly volume: DrawnVolume;
  readonly who: DrawnClients;
  readonly cellCount: number;
  readonly homes: Homes;
  readonly optimizer: Partial<{ readonly optimizer: OptimizerSpec }>;
  readonly workloadUntilNs: number;
}

/**
 * Snapshots need a head that orders writes; those of routers a home; moves other cells, two copies
 * and time: a cell is overruled only after it was silent for seconds.
 */
export function snapshotReady<T extends Ground>(draw: T): T {
  const { lineage, archive } = draw.snapshots;
  if (lineage === undefined && archive === undefined) return draw;
  const { volume } = draw;
  const isMoved = lineage !== undefined && moves(lineage);
  const isSplit = lineage !== undefined && lineage.split !== null;
  // Two volumes of one cell, of which one leaves.
  const splitCount = isSplit ? 2 : 1;
  const archivedCount = archive === undefined ? 1 : archivedVolumes(archive).length;
  const volumes = volumeIds.slice(0, Math.max(splitCount, archivedCount));
  return {
    ...draw,
    ...(lineage === undefined ? {} : { homes: isSplit ? 'together' : 'apart' }),
    ...(isMoved
      ? {
          cellCount: cellCountOf(lineage),
          optimizer: {},
          workloadUntilNs: 2 * draw.workloadUntilNs,
        }
      : {}),
    who: withVolumes(draw.who, volumes),
    volume: {
      ...volume,
      replicas: isMoved ? Math.max(2, volume.replicas) : volume.replicas,
      replication: volume.replication === 'client-quorum' ? 'chain' : volume.replication,
      promises: { degraded: volume.promises.degraded },
    },
  };
}

/** What a cluster has of them. */
export function snapshotsOf(
  { lineage, archive }: DrawnSnapshots,
  {
    cells,
    volumes,
    device,
  }: {
    readonly cells: readonly string[];
    readonly volumes: readonly string[];
    readonly device: string;
  },
): Pick<ClusterSpec, 'lineage' | 'archive'> {
  const asked = lineage === undefined ? undefined : lineageOf(lineage, cells, volumes);
  // A volume is restored from a snapshot of another: there has to be one in the end.
  const isPatient = asked !== undefined && (archive?.restores.length ?? 0) > 0;
  const planned = isPatient ? { ...asked, snapshots: asked.snapshots.map(patient) } : asked;
  return {
    ...(planned === undefined ? {} : { lineage: planned }),
    ...(archive === undefined ? {} : { archive: archiveOf(archive, planned, device) }),
  };
}

function patient(plan: SnapshotPlan): SnapshotPlan {
  return { ...plan, giveUpNs: null };
}
