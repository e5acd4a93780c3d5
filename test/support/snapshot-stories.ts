// Clusters of two cells whose volume has snapshots taken of it, and the storms that routers and
// requesters meet there.
import type { HostSpec, LineageSpec, MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clusterWorld, mebibyte, plan, runAndSettle } from './block-store.ts';

const zones = ['az-a', 'az-b', 'az-c'] as const;
const untilNs = 10 * nsPerSec;

// Three hosts in each of two cells, one in each zone.
const twoCells: readonly HostSpec[] = Array.from({ length: 6 }, (_, index) => ({
  id: `host-${index + 1}`,
  zone: zones[index % zones.length]!,
  cell: index < zones.length ? 'cell-1' : 'cell-2',
  device: 'nvme-plp',
  slotCount: 32,
}));

/** Who asks for snapshots, unless a test says otherwise: one each second. */
export type Asking = Partial<LineageSpec['snapshots'][number]>;

/** Two routers, and one requester that asks so. */
export function lineageSpec(asking: Asking, more: Partial<LineageSpec> = {}): LineageSpec {
  return {
    routerCount: 2,
    moverCount: 0,
    cellLeaseNs: 10 * nsPerSec,
    snapshots: [
      {
        id: 'requester-1',
        zone: 'az-a',
        volume: 'vol-1',
        firstNs: nsPerSec,
        everyNs: nsPerSec,
        count: null,
        retryNs: nsPerSec,
        askedAtOnce: 1,
        giveUpNs: null,
        ...asking,
      },
    ],
    moves: [],
    ...more,
  };
}

/** A cluster of two cells; its one volume begins in the first. */
export function snapshotWorld(choice: ClusterChoice, lineage: LineageSpec): World {
  const cells = ['cell-1', 'cell-2'];
  const volume = { sizeBytes: 2 * mebibyte, rangeBytes: mebibyte, replicas: 2 };
  const volumes = [{ id: 'vol-1', ...volume, cells: ['cell-1'] }];
  return clusterWorld({
    hosts: twoCells,
    untilNs,
    ...choice,
    more: { cells, volumes, lineage, ...choice.more },
  });
}

// Whoever asks asks two routers at once, and each of them may die at any step.
function twoRouters(choice: ClusterChoice): World {
  const asking = { askedAtOnce: 2, everyNs: 500 * nsPerMs };
  const world = snapshotWorld({ clients: [], ...choice }, lineageSpec(asking));
  const shift = (Number(choice.seed) * 7_919) % 1_000;
  plan(world, { kind: 'crash', target: 'router-1', atMs: 2_000 + shift, forMs: 500 });
  plan(world, { kind: 'crash', target: 'router-2', atMs: 4_000 + shift, forMs: 500 });
  runAndSettle(world, untilNs);
  return world;
}

// The authority is slow to hear: requests are given up while their snapshots are being published.
function givenUp(choice: ClusterChoice): World {
  const ms = (count: number) => count * nsPerMs;
  const asking = { askedAtOnce: 2, everyNs: ms(700), retryNs: ms(150), giveUpNs: ms(150) };
  const world = snapshotWorld({ clients: [], ...choice }, lineageSpec(asking));
  for (let second = 2; second < 9; second += 1) {
    const atMs = second * 1_000 + ((Number(choice.seed) * 131 * second) % 500);
    const delay = { kind: 'message-delay', target: 'authority', params: { by: ms(100) } };
    plan(world, { ...delay, atMs, forMs: 500 });
  }
  runAndSettle(world, untilNs);
  return world;
}

// Most hosts of the cell are away for a while: nobody can say what it is.
function darkCell(choice: ClusterChoice): World {
  const world = snapshotWorld({ clients: [], ...choice }, lineageSpec({}));
  for (const target of ['host-1', 'host-2']) {
    plan(world, { kind: 'isolate', target, atMs: 2_500, forMs: 3_000 });
  }
  runAndSettle(world, untilNs);
  return world;
}

/** Worlds in which wrong variants of routers show themselves. */
export const snapshotHunts = {
  'ack-before-publish': twoRouters,
  'failed-without-tombstone': givenUp,
  'rule-ignored': darkCell,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
