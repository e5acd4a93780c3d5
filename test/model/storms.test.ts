import { describe, expect, it } from 'vitest';
import { defaultReMirror, type MutantId, mutants } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  planStorm,
  runAndSettle,
} from '../support/block-store.ts';
import { planRollouts } from '../support/roll-outs.ts';

const untilNs = 15 * nsPerSec;

function storm(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs, ...choice });
  planStorm(world, choice.seed, 15_000);
  runAndSettle(world, untilNs);
  return world;
}

// Four volumes change their maps at once while the authority, on a slow device, loses power again
// and again.
function authorityStorm(choice: ClusterChoice): World {
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

function checkpointStorm(choice: ClusterChoice): World {
  return authorityStorm({ authority: { checkpointEvery: 8, logBytes: 1_024 * 1_024 }, ...choice });
}

// The authority hears but is not heard: drivers give up and ask again for what was applied already.
function muteAuthority(choice: ClusterChoice): World {
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

function takeoverStorm(choice: ClusterChoice): World {
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

// Hosts die one after the other, and hardly more slots are free than are needed.
function flappingHosts(choice: ClusterChoice): World {
  const slotLife = { reserveNs: 5 * nsPerSec, graceNs: 5 * nsPerSec };
  const world = clusterWorld({ untilNs: 3 * untilNs, slotCount: 4, more: { slotLife }, ...choice });
  for (let k = 0; k < 6; k++) {
    const target = `host-${1 + (k % 6)}`;
    plan(world, { kind: 'power-loss', atMs: 2_000 + 7_000 * k, forMs: 2_500, target });
  }
  runAndSettle(world, 3 * untilNs);
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

describe('a storm of random faults', () => {
  for (const device of ['nvme-plp', 'nvme-consumer'] as const) {
    for (const replicas of [2, 3]) {
      it(`breaks no property (${device}, ${replicas} replicas, 6 seeds)`, () => {
        for (let i = 0; i < 6; i++) {
          const seed = String(100 * replicas + i);
          const world = storm({ seed, device, replicas, authorityDevice: device });
          expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
        }
      });
    }
  }

  it('breaks no property when two clients take a volume from each other (6 seeds)', () => {
    for (let i = 0; i < 6; i++) {
      const seed = String(500 + i);
      const world = takeoverStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
    }
  });

  it('breaks no property when the authority loses power again and again (4 seeds)', () => {
    for (let i = 0; i < 4; i++) {
      const seed = String(600 + i);
      const world = authorityStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(judge(world).get('recovery-equivalence')?.status).toBe('held');
    }
  });

  it('breaks no property when it takes checkpoints in a small log, too (4 seeds)', () => {
    for (let i = 0; i < 4; i++) {
      const seed = String(700 + i);
      const world = checkpointStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      const recovered = marks(world, 'log.recovered').map(({ facts }) => facts.checkpointCount);
      expect(Math.max(...recovered.map(Number))).toBeGreaterThan(8);
    }
  });
});

describe('a map authority that is not heard (6 s, while copies are missing)', () => {
  it('refuses what it has applied already, and breaks no property', () => {
    const world = muteAuthority({ seed: '1' });
    expect(judge(world).get('change-refused')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });
});

describe('a known wrong variant', () => {
  const hunts = {
    'receipt-before-flush': storm,
    'no-host-fencing': takeoverStorm,
    'skip-compare-and-set': muteAuthority,
    'cut-over-without-catch-up': storm,
    'client-never-refreshes': storm,
    'ack-from-primary-only': storm,
    'acks-on-shrunk-config': storm,
    'quorum-of-one': quorumStorm,
    'apply-twice-on-retry': storm,
    'torn-batch-applied': authorityStorm,
    'checkpoint-forgets-requests': checkpointStorm,
    'previous-tail-first': rollingStorm,
    'damage-served': rottingDisk,
    'damage-left-alone': rottingDisk,
    'no-read-repair': rottingDisk,
    'back-off-disabled': fullCell,
    'budget-ignored': fullCell,
    'gc-without-asking': fullCell,
    'slot-reused-before-grace': flappingHosts,
    'no-scrub': flappingHosts,
    'second-target-accepted': dyingDriver,
  } as const satisfies Record<MutantId, (choice: ClusterChoice) => World>;

  for (const [name, hunt] of Object.entries(hunts)) {
    const { killedBy } = mutants[name as MutantId];
    it(`is caught by ${killedBy} (${name})`, () => {
      const seedMax = 60;
      const caught = [];
      for (let seed = 1; seed <= seedMax && caught.length === 0; seed++) {
        const world = hunt({ seed: String(seed), mutants: [name as MutantId] });
        const status = judge(world).get(killedBy)?.status;
        if (status === 'violated' || status === 'stalled') caught.push(seed);
      }
      expect(caught, `${name} lived through ${seedMax} storms`).toHaveLength(1);
    }, 120_000);
  }
});
