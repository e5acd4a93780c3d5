// Worlds in which routers are asked for snapshots that have contents.
import type { ArchiveSpec, LineageSpec, MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clientSpec, mebibyte, plan, runAndSettle } from './block-store.ts';
import { lineageSpec, snapshotWorld } from './snapshot-stories.ts';

const untilNs = 6 * nsPerSec;
const rivalryNs = 3.5 * nsPerSec;

/** Whatever routers publish is uploaded. */
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [{ volume: 'vol-1', source: 'lineage', everyNs: 100 * nsPerMs, keepCount: 2 }],
};

/** A client that writes to a volume most of the time. */
export const busy = clientSpec('client-1', 'vol-1', {
  workload: {
    kind: 'pattern',
    readShare: 0.2,
    blocksMin: 1,
    blocksMax: 4,
    ratePerSec: 400,
    keys: { kind: 'uniform' },
    flushEvery: 0,
  },
});

/** One that hardly writes anything. */
export const idle = {
  ...busy,
  workload: { ...busy.workload, ratePerSec: 5 } as typeof busy.workload,
};

/** Two who ask so often, of two routers at once. */
export function asking(everyMs: number, more: Partial<LineageSpec> = {}): LineageSpec {
  const every = { everyNs: everyMs * nsPerMs, askedAtOnce: 2, retryNs: 2 * nsPerSec };
  const lineage = lineageSpec(every, { routerCount: 3, ...more });
  const [asked] = lineage.snapshots;
  const two = ['requester-1', 'requester-2'].map((id) => ({ ...asked!, id }));
  return { ...lineage, snapshots: two };
}

/** A busy volume of which they ask for snapshots. */
export function routedWorld(choice: ClusterChoice, lineage: LineageSpec): World {
  const more = { archive, ...choice.more };
  return snapshotWorld({ clients: [busy], untilNs, ...choice, more }, lineage);
}

/**
 * Members of a cell that cut against each other: one of them, who has no copy of the volume's only
 * range, hears late, so that what the others take comes in between.
 */
function rivals(choice: ClusterChoice): World {
  const one = { sizeBytes: mebibyte, rangeBytes: mebibyte, replicas: 2, cells: ['cell-1'] };
  const more = { volumes: [{ id: 'vol-1', ...one }], ...choice.more };
  const world = routedWorld({ clients: [idle], untilNs: rivalryNs, ...choice, more }, asking(200));
  const params = { by: 60 * nsPerMs };
  plan(world, { kind: 'message-delay', target: 'host-3', atMs: 500, forMs: 5_000, params });
  runAndSettle(world, rivalryNs, 5 * nsPerSec);
  return world;
}

/** One host of the cell hears late: a cut waits for it, and a majority of the cell does not. */
function slowHost(choice: ClusterChoice): World {
  const world = routedWorld(choice, asking(500));
  const params = { upTo: 25 * nsPerMs };
  plan(world, { kind: 'message-jitter', target: 'host-1', atMs: 500, forMs: 5_000, params });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** The lineage store is away for a while: what is published meanwhile is uploaded later. */
function lateArchive(choice: ClusterChoice): World {
  const world = routedWorld(choice, asking(700));
  plan(world, { kind: 'power-loss', target: 'lineage-store', atMs: 2_000, forMs: 2_000 });
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** A volume that moves while the lineage store is away, until `awayMs`. */
export function movedAway(
  choice: ClusterChoice,
  {
    everyMs,
    awayMs,
    count = null,
  }: { readonly everyMs: number; readonly awayMs: number; readonly count?: number | null },
): World {
  const moves = [{ volume: 'vol-1', to: 'cell-2', atNs: 2 * nsPerSec }];
  const asked = asking(everyMs, { moverCount: 1, moves });
  const snapshots = asked.snapshots.map((one) => ({ ...one, count }));
  const world = routedWorld(choice, { ...asked, snapshots });
  const forMs = awayMs - 1_000;
  plan(world, { kind: 'power-loss', target: 'lineage-store', atMs: 1_000, forMs });
  return world;
}

/** The disks that the volume has left are lost before anything is uploaded. */
export function lostPast(choice: ClusterChoice): World {
  const world = movedAway({ clients: [idle], ...choice }, { everyMs: 500, awayMs: 9_000 });
  for (const target of ['host-1', 'host-2', 'host-3']) {
    plan(world, { kind: 'wipe', target, atMs: 4_000, forMs: 300, params: { device: 'disk' } });
  }
  runAndSettle(world, untilNs, 20 * nsPerSec);
  return world;
}

/** The oldest snapshot is deleted again and again. */
function purged(choice: ClusterChoice): World {
  const purges = [{ volume: 'vol-1', everyNs: 400 * nsPerMs, which: 'oldest' }] as const;
  const more = { archive: { ...archive, purges } };
  const soonNs = 3 * nsPerSec;
  const world = routedWorld({ clients: [idle], untilNs: soonNs, ...choice, more }, asking(500));
  runAndSettle(world, soonNs, 5 * nsPerSec);
  return world;
}

/** By variant: the world that it is hunted in. */
export const routedHunts = {
  'take-before-cut': slowHost,
  'cut-order-unchecked': rivals,
  'lineage-guessed': lateArchive,
  'published-cuts-released': lateArchive,
  'deleted-contents-stay': purged,
  'stops-at-failed-upload': lostPast,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
