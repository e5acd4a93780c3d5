// Small worlds in which each known wrong variant shows itself, the same for each seed: what the
// properties of the block store are proved by.
import { defaultReMirror, type MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { backupHunts } from './backup-stories.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  plan,
  planStorm,
  runAndSettle,
} from './block-store.ts';
import { cellHunts } from './cell-hunts.ts';
import { fullHomes } from './cell-stories.ts';
import { darkCell } from './dark-cell-story.ts';
import { driverHunts } from './driver-hunts.ts';
import { flappingHost, flappingHosts } from './flapping-stories.ts';
import { fullLog, smallLog } from './full-log-story.ts';
import { memberHunts } from './member-hunts.ts';
import { moveHunts } from './move-stories.ts';
import { planRollouts } from './roll-outs.ts';
import {
  lapsedLease,
  lateWrites,
  leaseCollapse,
  mapOutage,
  movedByAnother,
  pausedHolder,
  rebuiltMap,
} from './session-stories.ts';
import { snapshotHunts } from './snapshot-stories.ts';
import { tenancyHunts } from './tenancy-hunts.ts';

const untilNs = 15 * nsPerSec;

export function storm(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs, ...choice });
  planStorm(world, choice.seed, 15_000);
  runAndSettle(world, untilNs);
  return world;
}

// Four volumes change their maps at once while the authority, on a slow device, keeps losing power.
export function authorityStorm(choice: ClusterChoice): World {
  const clients = ['1', '2', '3', '4'].map((n) =>
    clientSpec(`client-${n}`, `vol-${n}`, { zone: n === '1' ? 'az-a' : 'az-b' }),
  );
  const world = clusterWorld({
    clients,
    volumeCount: 4,
    authorityDevice: 'hdd-7200',
    untilNs,
    ...choice,
  });
  for (let k = 0; k < 6; k++) {
    const atMs = 2_000 + k * 2_000 + ((Number(choice.seed) * 7_919 + k * 1_237) % 1_500);
    plan(world, { kind: 'power-loss', atMs, forMs: 300, target: 'authority' });
  }
  for (let k = 0; k < 4; k++) {
    const target = `host-${1 + ((Number(choice.seed) + k) % 4)}`;
    plan(world, { kind: 'crash', atMs: 1_000 + k * 3_000, forMs: 2_500, target });
  }
  runAndSettle(world, untilNs, 30 * nsPerSec);
  return world;
}

export function checkpointStorm(choice: ClusterChoice): World {
  return authorityStorm({ authority: { checkpointEvery: 8, logBytes: 1_024 * 1_024 }, ...choice });
}

// The authority hears but is not heard: drivers give up and ask again for what was applied already.
export function muteAuthority(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs, ...choice });
  plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 9_000, target: 'host-1' });
  const params = { inbound: false, outbound: true };
  plan(world, { kind: 'isolate', atMs: 2_800, forMs: 6_000, target: 'authority', params });
  runAndSettle(world, untilNs);
  return world;
}

function quorumStorm(choice: ClusterChoice): World {
  return storm({ replicas: 3, replication: 'client-quorum', ...choice });
}

// Every host fails once, one after the other, and the authority after each; its device is slow.
function hostsInTurn(choice: ClusterChoice, factor = 1): World {
  const clients = [clientSpec('client-1', 'vol-1', { suspectNs: nsPerSec / 2 })];
  const world = clusterWorld({ clients, authorityDevice: 'hdd-7200', untilNs, ...choice });
  const slow = { target: 'authority', params: { factor } };
  if (factor > 1) plan(world, { kind: 'slow-disk', atMs: 900, forMs: 14_000, ...slow });
  for (let k = 0; k < 6; k++) {
    const atMs = 1_000 + k * 2_000;
    plan(world, { kind: 'crash', atMs, forMs: 1_500, target: `host-${k + 1}` });
    plan(world, { kind: 'crash', atMs: atMs + 700, forMs: 100, target: 'authority' });
  }
  runAndSettle(world, untilNs);
  return world;
}

/** A client whose request ids begin again, as if it went on from an older image. */
export function olderImageStorm(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1', { requestIdsRestartAfter: 4 })];
  return storm({ clients, ...choice });
}

export function takeoverStorm(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-1')];
  return storm({ clients, ...choice });
}

function rollingStorm(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs, ...choice });
  planRollouts(world, choice.seed, 15_000);
  planStorm(world, choice.seed, 15_000);
  runAndSettle(world, untilNs);
  return world;
}

// One device of three rots, and its host looks at all of it after a crash.
function rottingDisk(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs: 4 * nsPerSec, replicas: 3, ...choice });
  plan(world, { kind: 'bit-rot', atMs: 2_000, target: 'host-1', params: { share: 0.5 } });
  plan(world, { kind: 'crash', atMs: 2_500, forMs: 100, target: 'host-1' });
  runAndSettle(world, 4 * nsPerSec);
  return world;
}

// A host dies, there is hardly room for what it held, and one copy may be made at a time.
function fullCell(choice: ClusterChoice): World {
  const reMirror = { ...defaultReMirror, copiesPerHost: 1, copiesPerCell: 1 };
  const world = clusterWorld({ untilNs, slotCount: 3, more: { reMirror }, ...choice });
  plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 10_000, target: 'host-1' });
  runAndSettle(world, untilNs);
  return world;
}

// Two hosts are not heard for a while, one after the other; one may be given up in a minute.
function twoSuspects(choice: ClusterChoice): World {
  const reMirror = { ...defaultReMirror, hostsPerMinute: 1 };
  const world = clusterWorld({ untilNs, more: { reMirror }, ...choice });
  for (const [i, atMs] of [2_000, 7_000].entries()) {
    plan(world, { kind: 'power-loss', atMs, forMs: 4_500, target: `host-${i + 1}` });
  }
  runAndSettle(world, untilNs);
  return world;
}

// One device of three puts writes where they do not belong.
function misdirectingDisk(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs: 6 * nsPerSec, replicas: 3, ...choice });
  const params = { share: 0.3 };
  plan(world, { kind: 'misdirected-write', atMs: 500, forMs: 5_000, target: 'host-1', params });
  runAndSettle(world, 6 * nsPerSec, 20 * nsPerSec);
  return world;
}

// A client sleeps while another one has its volume and copies move, and wakes to slots that are
// somebody else's by now.
function reusedSlots(choice: ClusterChoice): World {
  const { workload: mixed } = clientSpec('client-1', 'vol-1');
  const workload = { ...mixed, ratePerSec: 15 };
  const clients = [
    clientSpec('client-1', 'vol-1', { workload }),
    clientSpec('client-2', 'vol-2', { workload }),
    clientSpec('client-3', 'vol-2', { workload }),
  ];
  const slotLife = { reserveNs: 5 * nsPerSec, graceNs: nsPerSec };
  const shape = { untilNs: 2 * untilNs, volumeCount: 2, slotCount: 8, more: { slotLife } };
  const world = clusterWorld({ ...shape, clients, ...choice });
  plan(world, { kind: 'pause', atMs: 0, forMs: 5_000, target: 'client-3' });
  plan(world, { kind: 'pause', atMs: 4_500, forMs: 25_000, target: 'client-2' });
  for (let k = 0; k < 4; k++) {
    const target = `host-${1 + k}`;
    plan(world, { kind: 'power-loss', atMs: 8_000 + 5_000 * k, forMs: 3_000, target });
  }
  runAndSettle(world, 2 * untilNs);
  return world;
}

// A host is cut off until its copies are dropped, and comes back while one after another is made.
export function returningHost(
  choice: ClusterChoice,
  more: (world: World) => void = () => {},
): World {
  const reMirror = { ...defaultReMirror, copiesPerHost: 1, copiesPerCell: 1, merge: true };
  const world = clusterWorld({ untilNs, device: 'hdd-7200', more: { reMirror }, ...choice });
  for (const [i, atMs] of [2_000, 8_000].entries()) {
    const params = { inbound: true, outbound: true };
    plan(world, { kind: 'isolate', atMs, forMs: 2_200, target: `host-${i + 1}`, params });
  }
  more(world);
  runAndSettle(world, untilNs);
  return world;
}

// Hardly anything is asked for: most slots that the map names are idle.
function idleRanges(choice: ClusterChoice): World {
  const { workload: mixed } = clientSpec('client-1', 'vol-1');
  const workload = { ...mixed, ratePerSec: 2 };
  const clients = [clientSpec('client-1', 'vol-1', { workload })];
  const world = clusterWorld({ untilNs: 2 * untilNs, clients, ...choice });
  runAndSettle(world, 2 * untilNs);
  return world;
}

// The client that restores copies dies as soon as one is begun, and comes back at once.
function dyingDriver(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs, ...choice });
  plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 10_000, target: 'host-1' });
  world.scheduleFault({
    kind: 'crash',
    atNs: 0,
    trigger: {
      steps: [{ on: 'mark', name: 'copy.started', nth: 1 }],
      delayNs: 0,
      times: 3,
    },
    forNs: 100 * nsPerMs,
    target: 'client-1',
    params: {},
  });
  runAndSettle(world, untilNs);
  return world;
}

// All hosts lose power at once, again and again, with acknowledged writes in their caches.
function darkHosts(choice: ClusterChoice): World {
  const device = 'nvme-consumer';
  const durability = 'on-flush';
  const world = clusterWorld({ untilNs: 8 * nsPerSec, device, durability, ...choice });
  for (const atMs of [2_000, 4_000, 6_000]) {
    plan(world, { kind: 'power-loss', atMs, forMs: 300, target: 'role=host' });
  }
  runAndSettle(world, 8 * nsPerSec);
  return world;
}

// One in three writes of a healthy store is a discard.
function discarding(choice: ClusterChoice): World {
  const client = clientSpec('client-1', 'vol-1');
  const workload = { ...client.workload, discardShare: 0.3 } as typeof client.workload;
  const clients = [{ ...client, workload }];
  const world = clusterWorld({ untilNs: 3 * nsPerSec, clients, ...choice });
  runAndSettle(world, 3 * nsPerSec);
  return world;
}

/** Variants that only a whole scenario shows: they are hunted on the file that ships. */
export const huntedOnFile = [
  'contents-deleted-first',
  'damage-taken-for-torn',
  'head-deleted',
  'dropped-tail-believed',
  'failed-flush-believed',
  'freed-slots-lost',
  'lost-range-skipped',
  'no-cell-guards',
  'past-freed-at-once',
  'volumes-cut-apart',
  'void-cut-dropped',
] as const;
type HuntedOnFile = (typeof huntedOnFile)[number];

/** By variant: the world that it is hunted in. */
export const hunts: Readonly<
  Record<Exclude<MutantId, HuntedOnFile>, (choice: ClusterChoice) => World>
> = {
  'receipt-before-flush': storm,
  'no-host-fencing': takeoverStorm,
  'skip-compare-and-set': muteAuthority,
  'cut-over-without-catch-up': storm,
  'client-never-refreshes': storm,
  'ack-from-primary-only': storm,
  'acks-on-shrunk-config': storm,
  'identity-unchecked': reusedSlots,
  'unwritten-unchecked': misdirectingDisk,
  'quorum-of-one': quorumStorm,
  'apply-twice-on-retry': storm,
  'receipt-lost-for-duplicates': muteAuthority,
  'duplicate-decided-anew': muteAuthority,
  'conflict-applied': olderImageStorm,
  'answers-while-recovering': (choice) => hostsInTurn(choice, 30),
  'failed-to-the-last': hostsInTurn,
  'torn-batch-applied': authorityStorm,
  'receipt-before-apply': (choice) => storm({ authority: { receipts: 'applied' }, ...choice }),
  'portion-under-older-number': takeoverStorm,
  'volatile-map': authorityStorm,
  'log-freed-early': fullLog,
  'requests-without-window': smallLog,
  'serves-one-volume-at-a-time': darkCell,
  'checkpoint-forgets-requests': checkpointStorm,
  'previous-tail-first': rollingStorm,
  'damage-served': rottingDisk,
  'damage-left-alone': rottingDisk,
  'no-read-repair': rottingDisk,
  'rejoin-on-equal-generation': returningHost,
  'tracker-cleared': returningHost,
  'trust-lease-only': pausedHolder,
  'detach-without-fencing': lateWrites,
  'issue-after-lease': lapsedLease,
  'no-refresh': movedByAnother,
  'invented-entry': storm,
  'timeout-forgotten': mapOutage,
  'flush-acked-by-primary-only': darkHosts,
  'discard-ignored': discarding,
  'verifier-ignored': darkHosts,
  'moves-known-to-clients-only': rebuiltMap,
  'renew-without-back-off': leaseCollapse,
  'back-off-disabled': fullCell,
  'budget-ignored': fullCell,
  'evacuations-unlimited': twoSuspects,
  'gc-without-asking': idleRanges,
  'slot-reused-before-grace': flappingHosts,
  'no-scrub': flappingHosts,
  'trusted-at-once': flappingHost,
  'second-target-accepted': dyingDriver,
  ...snapshotHunts,
  'moves-leave-cells': fullHomes,
  ...cellHunts,
  ...moveHunts,
  ...driverHunts,
  ...backupHunts,
  ...memberHunts,
  ...tenancyHunts,
};
