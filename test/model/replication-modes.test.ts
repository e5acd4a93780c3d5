import { describe, expect, it } from 'vitest';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  opCount,
  plan,
  planStorm,
  runAndSettle,
} from '../support/block-store.ts';

const seconds = (count: number) => count * nsPerSec;
const modes = ['primary-backup', 'client-quorum'] as const;

function storm(choice: ClusterChoice): World {
  const world = clusterWorld({ untilNs: seconds(12), ...choice });
  planStorm(world, choice.seed, 12_000);
  runAndSettle(world, seconds(12));
  return world;
}

describe.each(modes)('a volume of mode %s', (replication) => {
  it('serves every request and reads back what was written (3 replicas, no fault)', () => {
    const world = clusterWorld({ seed: '1', replication, replicas: 3, untilNs: seconds(5) });
    runAndSettle(world, seconds(5), seconds(10));
    expect(opCount(world, 'write', 'ok')).toBeGreaterThan(150);
    expect(opCount(world, 'write', 'info') + opCount(world, 'read', 'fail')).toBe(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('linearizable-blocks')?.status).toBe('held');
  });

  it('replaces the copies of a zone that loses power (3 replicas, consumer devices)', () => {
    const device = 'nvme-consumer';
    const choice = { seed: '4', replication, replicas: 3, untilNs: seconds(12), device };
    const world = clusterWorld(choice);
    plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 6_000, target: 'zone=az-b' });
    runAndSettle(world, seconds(12));
    expect(marks(world, 're-mirror.finished').length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('replication-restored')?.status).toBe('held');
  });

  for (const replicas of [2, 3]) {
    it(`breaks no property in a storm of random faults (${replicas} replicas, 6 seeds)`, () => {
      for (let i = 0; i < 6; i++) {
        const seed = String(700 + 10 * replicas + i);
        const world = storm({ seed, replication, replicas, device: 'nvme-consumer' });
        expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      }
    });
  }

  it('breaks no property when two clients take it from each other (3 replicas, 6 seeds)', () => {
    const clients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-1')];
    for (let i = 0; i < 6; i++) {
      const seed = String(800 + i);
      const world = storm({ seed, replication, replicas: 3, clients });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
    }
  });
});

describe('a volume that has lost a copy (one host in each of 3 zones, 6 s)', () => {
  const hosts = ['az-a', 'az-b', 'az-c'].map((zone, i) => ({
    id: `host-${i + 1}`,
    zone,
    cell: 'cell-1',
    device: 'nvme-plp',
    slotCount: 32,
  }));
  const run = (choice: Partial<ClusterChoice>) => {
    const world = clusterWorld({ seed: '3', replicas: 3, hosts, untilNs: seconds(12), ...choice });
    plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 6_000, target: 'host-2' });
    runAndSettle(world, seconds(12));
    expect(complaints(world)).toEqual([]);
    return world;
  };

  it.each(['chain', 'client-quorum'] as const)(
    'takes no write meanwhile if it blocks (%s)',
    (mode) => {
      const world = run({ replication: mode, degraded: 'block' });
      expect(acceptedOnFewer(world)).toBe(0);
      expect(marks(world, 'request.refused').some(isDegraded)).toBe(true);
      expect(marks(world, 'volume.stuck').length).toBeGreaterThan(0);
      expect(marks(world, 'volume.unstuck').length).toBe(marks(world, 'volume.stuck').length);
    },
  );

  it('goes on with the two others if it does not block', () => {
    const world = run({});
    expect(acceptedOnFewer(world)).toBeGreaterThan(0);
  });
});

function isDegraded({ facts }: ReturnType<typeof marks>[number]): boolean {
  return facts.reason === 'degraded';
}

// Writes that were accepted in a configuration with fewer than 3 members.
function acceptedOnFewer(world: World): number {
  const fewer = new Set<string>();
  for (const { facts } of marks(world, 'map.applied')) {
    const { range, version, replicas } = facts as { range: number; version: number } & {
      replicas: readonly unknown[];
    };
    if (replicas.length < 3) fewer.add(`${range}/${version}`);
  }
  return marks(world, 'write.accepted').filter(({ facts }) =>
    fewer.has(`${facts.range}/${facts.cfgEpoch}`),
  ).length;
}

describe('one slow member of three', () => {
  const writeMedianMs = (replication: ClusterChoice['replication']) => {
    const workload = { ...clientSpec('client-1', 'vol-1').workload, readShare: 0 };
    const clients = [clientSpec('client-1', 'vol-1', { workload })];
    const choice = { seed: '9', replicas: 3, clients, untilNs: seconds(4) };
    const world = clusterWorld({
      ...choice,
      ...(replication === undefined ? {} : { replication }),
    });
    const params = { by: 40 * nsPerMs };
    plan(world, { kind: 'message-delay', atMs: 1_000, forMs: 3_000, target: 'host-2', params });
    plan(world, { kind: 'message-delay', atMs: 1_000, forMs: 3_000, target: 'host-5', params });
    runAndSettle(world, seconds(4), seconds(10));
    expect(complaints(world)).toEqual([]);
    return medianOf(writeTimesNs(world)) / nsPerMs;
  };

  it('slows writes of a chain and of a primary down, and not those of a client-quorum', () => {
    expect(writeMedianMs('chain')).toBeGreaterThan(40);
    expect(writeMedianMs('primary-backup')).toBeGreaterThan(40);
    expect(writeMedianMs('client-quorum')).toBeLessThan(20);
  });
});

function writeTimesNs(world: World): readonly number[] {
  const begun = new Map<number, number>();
  const times: number[] = [];
  for (const entry of world.entries) {
    if (entry.kind !== 'op' || entry.name !== 'write') continue;
    const startNs = begun.get(entry.opId);
    if (entry.phase === 'invoke') begun.set(entry.opId, entry.atNs);
    else if (startNs !== undefined && startNs > 1_500 * nsPerMs) times.push(entry.atNs - startNs);
  }
  return times;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
