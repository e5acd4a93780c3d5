// Worlds in which a volume begins with a snapshot of another one, and both are in use.
import type { ArchiveSpec, ClusterSpec, MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterSpec,
  clusterWorld,
  mebibyte,
  runAndSettle,
} from './block-store.ts';
import { lineageSpec, snapshotWorld } from './snapshot-stories.ts';

/** A snapshot of the first volume every 300 ms, and one is kept; two of the restored one. */
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [
    { volume: 'vol-1', everyNs: 300 * nsPerMs, keepCount: 1 },
    { volume: 'vol-2', everyNs: 500 * nsPerMs, keepCount: 2 },
  ],
};

/** When the second volume is restored, and from when on it is used. */
export const restoredAtNs = 1_500 * nsPerMs;

const workload = (readShare: number, ratePerSec: number) =>
  ({
    kind: 'pattern',
    readShare,
    blocksMin: 1,
    blocksMax: 4,
    ratePerSec,
    keys: { kind: 'uniform' },
    flushEvery: 0,
  }) as const;

/** Two volumes and who uses them; the second is restored from the first. */
export function restoring(
  choice: ClusterChoice,
  more: {
    readonly bitsPerSec?: number;
    readonly attachAtNs?: number;
    /** Ranges of the map that the client of the restored volume keeps; all by default. */
    readonly cacheRangeMax?: number;
  } = {},
): World {
  const untilNs = choice.untilNs ?? 5 * nsPerSec;
  const { bitsPerSec = 16 * mebibyte, attachAtNs = restoredAtNs, ...cache } = more;
  const clients = [
    clientSpec('client-1', 'vol-1', { workload: workload(0.2, 400) }),
    clientSpec('client-2', 'vol-2', {
      workload: workload(0.7, 200),
      zone: 'az-b',
      attachAtNs,
      ...cache,
    }),
  ];
  const spec = clusterSpec({ volumeCount: 2, slotCount: 64, clients, untilNs, ...choice });
  const volumes = spec.volumes.map((volume): ClusterSpec['volumes'][number] =>
    volume.id === 'vol-2'
      ? { ...volume, restoredFrom: { volume: 'vol-1', atNs: restoredAtNs, bitsPerSec } }
      : volume,
  );
  return clusterWorld({ ...choice, untilNs, more: { ...spec, volumes, archive, ...choice.more } });
}

/** Routers are asked for snapshots of the second volume long before it is restored. */
export function askedEarly(choice: ClusterChoice): World {
  const until = choice.untilNs ?? 3 * nsPerSec;
  const asking = lineageSpec({ volume: 'vol-2', firstNs: 100 * nsPerMs, everyNs: 400 * nsPerMs });
  const [first] = archive.backups;
  const followed = { volume: 'vol-2', source: 'lineage', everyNs: 100 * nsPerMs, keepCount: 2 };
  const base = { sizeBytes: 2 * mebibyte, rangeBytes: mebibyte, replicas: 2, cells: ['cell-1'] };
  const restoredFrom = { volume: 'vol-1', atNs: restoredAtNs, bitsPerSec: 16 * mebibyte };
  const more = {
    archive: { ...archive, backups: [first!, followed] } as ArchiveSpec,
    volumes: [
      { id: 'vol-1', ...base },
      { id: 'vol-2', ...base, restoredFrom },
    ],
  };
  const clients = [
    clientSpec('client-1', 'vol-1', { workload: workload(0.2, 200) }),
    clientSpec('client-2', 'vol-2', { workload: workload(0.5, 100), zone: 'az-b' }),
  ];
  const world = snapshotWorld({ clients, ...choice, untilNs: until, more }, asking);
  runAndSettle(world, until, 20 * nsPerSec);
  return world;
}

function restored(choice: ClusterChoice): World {
  const world = restoring(choice);
  runAndSettle(world, choice.untilNs ?? 5 * nsPerSec, 20 * nsPerSec);
  return world;
}

/** By variant: the world that it is hunted in. */
export const restoreHunts = {
  'cut-before-beginning': askedEarly,
  'clone-unreferenced': restored,
  'clone-rootless': restored,
  'restore-reads-zeros': restored,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
