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

// Two ask at once while every message of routers takes its own time.
function crossing(choice: ClusterChoice): World {
  const every = { everyNs: 200 * nsPerMs, retryNs: 2 * nsPerSec };
  const lineage = lineageSpec({});
  const [asked] = lineage.snapshots;
  const two = ['requester-1', 'requester-2'].map((id) => ({ ...asked!, ...every, id }));
  const world = snapshotWorld({ clients: [], ...choice }, { ...lineage, snapshots: two });
  jitter(world, 30);
  runAndSettle(world, untilNs);
  return world;
}

function jitter(world: World, upToMs: number): void {
  const params = { upTo: upToMs * nsPerMs };
  plan(world, { kind: 'message-jitter', target: 'role=router', atMs: 500, forMs: 9_000, params });
}

// There at 2 s and back at 6 s, with so much asking meanwhile.
function movedBothWays(choice: ClusterChoice, asking: Asking): World {
  const moves = [
    { volume: 'vol-1', to: 'cell-2', atNs: 2 * nsPerSec },
    { volume: 'vol-1', to: 'cell-1', atNs: 6 * nsPerSec },
  ];
  const lineage = lineageSpec(asking, { moverCount: 1, moves });
  return snapshotWorld({ clients: [], ...choice }, lineage);
}

// The cell that the volume has left is away when the last snapshots are published.
function deafCell(choice: ClusterChoice): World {
  const moves = [{ volume: 'vol-1', to: 'cell-2', atNs: 1 * nsPerSec }];
  const asking = { count: 6 };
  const lineage = lineageSpec(asking, { moverCount: 1, moves });
  const world = snapshotWorld({ clients: [], ...choice }, lineage);
  for (const target of ['host-1', 'host-2']) {
    plan(world, { kind: 'isolate', target, atMs: 5_000, forMs: 6_000 });
  }
  runAndSettle(world, untilNs);
  return world;
}

// Nothing that the routers say comes through to who asked: the same is asked again after moves.
function unheard(choice: ClusterChoice): World {
  const world = movedBothWays(choice, { everyNs: 300 * nsPerMs, retryNs: 1_500 * nsPerMs });
  const deaf = { target: 'role=requester', params: { share: 0.5 } };
  plan(world, { kind: 'message-loss', ...deaf, atMs: 1_000, forMs: 8_000 });
  runAndSettle(world, untilNs);
  return world;
}

/** Worlds in which wrong variants of routers show themselves. */
export const snapshotHunts = {
  'ack-before-publish': twoRouters,
  'failed-without-tombstone': givenUp,
  'rule-ignored': darkCell,
  'publish-own-first': crossing,
  'updates-sent-once': deafCell,
  'request-forgotten': unheard,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
