// Small worlds in which wrong variants of an authority of several members show themselves.
import type { MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clusterWorld, plan, runAndSettle } from './block-store.ts';

const membersUntilNs = 8 * nsPerSec;

// A host is gone, so that the map has to change while members of the authority are in trouble.
function membersWorld(choice: ClusterChoice): World {
  const world = clusterWorld({
    untilNs: membersUntilNs,
    authorityDevice: 'nvme-consumer',
    ...choice,
    authority: { members: 3, ...choice.authority },
  });
  plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 5_000, target: 'host-1' });
  return world;
}

// Everybody loses power when a leader has just been elected.
function shortPower(choice: ClusterChoice): World {
  const world = membersWorld(choice);
  world.scheduleFault({
    kind: 'power-loss',
    atNs: 0,
    trigger: { steps: [{ on: 'mark', name: 'leader.elected', nth: 1 }], delayNs: 0, times: 3 },
    forNs: 20 * nsPerMs,
    target: 'role=authority',
    params: {},
  });
  runAndSettle(world, membersUntilNs);
  return world;
}

// When a leader has just committed something, all lose power, and it is back last.
function loneLeader(choice: ClusterChoice): World {
  const world = membersWorld(choice);
  for (const [target, forMs] of [
    ['followers-of authority', 20],
    ['leader-of authority', 3_000],
  ] as const) {
    world.scheduleFault({
      kind: 'power-loss',
      atNs: 2_500 * nsPerMs,
      trigger: {
        steps: [{ on: 'mark', name: 'map.applied', nth: 1 }],
        delayNs: 0,
        times: 1,
      },
      forNs: forMs * nsPerMs,
      target,
      params: {},
    });
  }
  runAndSettle(world, membersUntilNs);
  return world;
}

// A follower is cut off from all changes, and the leader loses its power as it comes back.
function shortLog(choice: ClusterChoice): World {
  const world = membersWorld(choice);
  const params = { inbound: true, outbound: true };
  const target = 'one of followers-of authority';
  plan(world, { kind: 'isolate', atMs: 1_000, forMs: 3_000, target, params });
  plan(world, { kind: 'power-loss', atMs: 3_990, forMs: 3_000, target: 'leader-of authority' });
  runAndSettle(world, membersUntilNs);
  return world;
}

// The leader sleeps while another one takes over, and has requests to look at when it wakes up.
function sleepingLeader(choice: ClusterChoice): World {
  const world = membersWorld(choice);
  plan(world, { kind: 'pause', atMs: 2_500, forMs: 3_000, target: 'leader-of authority' });
  runAndSettle(world, membersUntilNs);
  return world;
}

// Leaders die when they have changed the map, and hardly anybody hears of it.
function dyingLeaders(choice: ClusterChoice): World {
  const world = membersWorld(choice);
  const params = { share: 0.7 };
  plan(world, { kind: 'message-loss', atMs: 2_500, forMs: 5_000, target: 'client-1', params });
  world.scheduleFault({
    kind: 'power-loss',
    atNs: 0,
    trigger: { steps: [{ on: 'mark', name: 'map.applied', nth: 1 }], delayNs: 0, times: 4 },
    forNs: 300 * nsPerMs,
    target: 'leader-of authority',
    params: {},
  });
  runAndSettle(world, membersUntilNs);
  return world;
}

/** By variant: the world that it is hunted in. */
export const memberHunts = {
  'request-dedup-lost-on-failover': dyingLeaders,
  'commit-without-majority': loneLeader,
  'vote-forgotten': shortPower,
  'votes-for-shorter-log': shortLog,
  'stale-leader-answers': sleepingLeader,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
