// Worlds in which snapshots of a volume are taken on a schedule, while it is written to.
import type { ArchiveSpec, MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clusterWorld, plan, runAndSettle } from './block-store.ts';
import { restoreHunts } from './restore-stories.ts';
import { busy, routedHunts } from './routed-stories.ts';

/** A snapshot of the only volume every 300 ms; two are kept. */
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [{ volume: 'vol-1', everyNs: 300 * nsPerMs, keepCount: 2 }],
};

/** Many writes, and snapshots that soon go again. */
function shortBackups(choice: ClusterChoice): World {
  const untilNs = 3 * nsPerSec;
  const world = clusterWorld({ untilNs, clients: [busy], more: { archive }, ...choice });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** A few snapshots, and then nothing for as long as it takes to read them back. */
function quietBackups(choice: ClusterChoice): World {
  const untilNs = 1_200 * nsPerMs;
  const world = clusterWorld({ untilNs, more: { archive }, ...choice });
  runAndSettle(world, untilNs, 4 * nsPerSec);
  return world;
}

/** Many writes, and messages of who cuts that come at different times. */
function busyBackups(choice: ClusterChoice): World {
  const untilNs = 4 * nsPerSec;
  const world = clusterWorld({ untilNs, clients: [busy], more: { archive }, ...choice });
  const params = { upTo: 30 * nsPerMs };
  plan(world, { kind: 'message-jitter', atMs: 1_000, forMs: 2_000, target: 'backup', params });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** Many writes, and devices that take their time over each. */
function slowBackups(choice: ClusterChoice): World {
  const untilNs = 3 * nsPerSec;
  const world = clusterWorld({ untilNs, clients: [busy], more: { archive }, ...choice });
  const params = { factor: 30 };
  plan(world, { kind: 'slow-disk', atMs: 300, forMs: 2_500, target: 'role=host', params });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** What the archive has is read, and not what it was. */
function rottingArchive(choice: ClusterChoice): World {
  const untilNs = 4 * nsPerSec;
  const world = clusterWorld({ untilNs, clients: [busy], more: { archive }, ...choice });
  const params = { share: 0.1 };
  plan(world, { kind: 'bit-rot', atMs: 2_000, target: 'lineage-store', params });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** Somebody else deletes the newest snapshots, while messages of who uploads take their time. */
export function purgedBackups(choice: ClusterChoice): World {
  const untilNs = 4 * nsPerSec;
  const purges = [{ volume: 'vol-1', everyNs: 170 * nsPerMs, which: 'newest' }] as const;
  const backups = [{ volume: 'vol-1', everyNs: 50 * nsPerMs, keepCount: 2 }];
  const more = { archive: { ...archive, backups, purges } };
  const world = clusterWorld({ untilNs, clients: [busy], more, ...choice });
  const params = { by: 1 * nsPerMs };
  plan(world, { kind: 'message-delay', atMs: 500, forMs: 3_000, target: 'backup', params });
  for (const atMs of [1_500, 2_500]) {
    plan(world, { kind: 'power-loss', atMs, forMs: 200, target: 'lineage-store' });
  }
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** By variant: the world that it is hunted in. */
export const backupHunts = {
  ...restoreHunts,
  'base-unpinned': purgedBackups,
  'manifest-of-any-version': purgedBackups,
  'cut-without-gate': busyBackups,
  'cut-amid-writes': slowBackups,
  'copy-on-write-skipped': shortBackups,
  'delta-from-wrong-base': shortBackups,
  'completed-before-durable': shortBackups,
  'delete-ignores-references': shortBackups,
  'reference-never-dropped': shortBackups,
  'oldest-read-back-only': quietBackups,
  'archive-unchecked': rottingArchive,
  ...routedHunts,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
