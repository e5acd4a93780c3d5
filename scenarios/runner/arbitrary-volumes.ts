// Volumes for property-based tests: how large, how many copies, kept alike how, and where.
import fc from 'fast-check';
import type { ReplicationMode, RestorePlan, VolumeSpec } from '../../model/index.ts';
import { bytesPerKiB } from '../../sim/index.ts';
import { type VolumeId, volumeIds } from './arbitrary-clients.ts';

const replications: readonly ReplicationMode[] = ['chain', 'primary-backup', 'client-quorum'];
const promises: readonly Pick<VolumeSpec, 'degraded' | 'durability'>[] = [
  { degraded: 'after-config-change' },
  { degraded: 'block' },
  { degraded: 'after-config-change', durability: 'on-flush' },
  { degraded: 'block', durability: 'on-flush' },
];

/** A few ranges, copies of them, and what is promised. */
export function arbitraryVolume() {
  return fc.record({
    rangeCount: fc.integer({ min: 1, max: 6 }),
    rangeKiB: fc.constantFrom(64, 256, 1024),
    replicas: fc.constantFrom(2, 2, 2, 3, 1),
    replication: fc.constantFrom(...replications),
    promises: fc.constantFrom(...promises),
  });
}

/** What is drawn for all volumes of a cluster alike. */
export type DrawnVolume =
  ReturnType<typeof arbitraryVolume> extends fc.Arbitrary<infer T> ? T : never;

/** Where volumes begin: anywhere, all in the first cell, or the others in the last one. */
export type Homes = 'anywhere' | 'together' | 'apart';

/** A volume of a cluster with these cells. */
export function volumeOf(
  id: VolumeId,
  {
    volume,
    zoneCount,
    homes,
    cells,
    restoredFrom,
  }: {
    readonly volume: DrawnVolume;
    readonly zoneCount: number;
    readonly homes: Homes;
    readonly cells: readonly string[];
    readonly restoredFrom: RestorePlan | null;
  },
): VolumeSpec {
  const { rangeCount, rangeKiB, replicas, replication, promises: kept } = volume;
  const home = homes === 'together' || id === volumeIds[0] ? cells[0]! : cells.at(-1)!;
  const rangeBytes = rangeKiB * bytesPerKiB;
  return {
    id,
    sizeBytes: rangeCount * rangeBytes,
    rangeBytes,
    replicas: Math.min(replicas, zoneCount),
    ...(homes === 'anywhere' ? {} : { cells: [home] }),
    replication,
    ...kept,
    ...(restoredFrom === null ? {} : { restoredFrom }),
  };
}
