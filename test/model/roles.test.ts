import { describe, expect, it } from 'vitest';
import { authorityId, type ClusterSpec, readRolePlace, roles } from '../../model/index.ts';
import { buildCluster } from '../../model/topology.ts';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import { createWorld, nsPerMs, nsPerSec, parseTarget, type World } from '../../sim/index.ts';

const mib = 1024 * 1024;
const spec: ClusterSpec = {
  zones: ['az-a', 'az-b', 'az-c'],
  cells: ['cell-1'],
  hosts: ['az-a', 'az-b', 'az-c'].map((zone, index) => ({
    id: `host-${index + 1}`,
    zone,
    cell: 'cell-1',
    device: 'nvme-plp',
    slotCount: 16,
  })),
  authority: { zone: 'az-a', device: 'nvme-plp' },
  devices: deviceSpecs(['nvme-plp']),
  volumes: [{ id: 'vol-1', sizeBytes: 3 * mib, rangeBytes: mib, replicas: 2 }],
  clients: [
    {
      id: 'client-1',
      zone: 'az-a',
      volumes: ['vol-1'],
      workload: {
        kind: 'pattern',
        readShare: 0.5,
        blocksMin: 1,
        blocksMax: 2,
        ratePerSec: 50,
        keys: { kind: 'uniform' },
        flushEvery: 0,
      },
      timeoutNs: nsPerSec,
      suspectNs: 300 * nsPerMs,
    },
  ],
  mutants: [],
  workloadUntilNs: 5 * nsPerSec,
};

function cluster(untilNs: number): World {
  const world = createWorld({ seed: 2, level: 'full' });
  buildCluster(world, spec);
  world.runUntil(untilNs);
  return world;
}

/** The replicas of each range by the last map that was cached by the client. */
function cachedReplicas(world: World): readonly (readonly string[])[] {
  const byRange: string[][] = [];
  for (const entry of world.entries) {
    if (entry.kind !== 'mark' || entry.name !== 'map.cached') continue;
    const { range, replicas } = entry.facts as { range: number; replicas: { host: string }[] };
    byRange[range] = replicas.map(({ host }) => host);
  }
  return byRange;
}

describe('roles of the block store', () => {
  it('mean the heads, the members and the holder that the map names', () => {
    const world = cluster(2 * nsPerSec);
    const cached = cachedReplicas(world);
    expect(cached).toHaveLength(3);
    for (const [range, hosts] of cached.entries()) {
      expect(roles['primary-of'].resolve(world, `vol-1 range=${range}`)).toEqual([hosts[0]]);
      expect(roles['replicas-of'].resolve(world, `vol-1 range=${range}`)).toEqual(hosts);
    }
    const heads = new Set(cached.map(([head]) => head));
    expect(roles['primary-of'].resolve(world, 'vol-1')).toEqual([...heads]);
    expect(roles['replicas-of'].resolve(world, 'vol-1')).toEqual([...new Set(cached.flat())]);
    expect(roles['holder-of'].resolve(world, 'vol-1')).toEqual(['client-1']);
  });

  it('follow the map: a primary that is lost is primary no more', () => {
    const world = cluster(nsPerSec);
    const before = roles['primary-of'].resolve(world, 'vol-1 range=0')[0];
    const params = {};
    const target = 'primary-of vol-1 range=0';
    world.scheduleFault({ kind: 'power-loss', atNs: nsPerSec, target, params });
    world.runUntil(5 * nsPerSec);
    const struck = world.entries.find((entry) => entry.kind === 'fault');
    expect(struck?.kind === 'fault' && struck.targets).toEqual([before]);
    const after = roles['primary-of'].resolve(world, 'vol-1 range=0')[0];
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  it('mean nobody while the authority is down, and of a volume it has not created', () => {
    const world = cluster(2 * nsPerSec);
    expect(roles['primary-of'].resolve(world, 'vol-9')).toEqual([]);
    world.crash(authorityId, { power: true });
    for (const role of Object.values(roles)) expect(role.resolve(world, 'vol-1')).toEqual([]);
    const target = 'primary-of vol-1';
    world.scheduleFault({ kind: 'crash', atNs: world.now, target, params: {} });
    world.runUntil(3 * nsPerSec);
    expect(world.faults.missed).toEqual([
      { faultId: 0, fault: 'crash', reason: 'nobody is primary-of vol-1' },
    ]);
  });

  it('have names that a target can say', () => {
    for (const name of Object.keys(roles)) {
      const target = parseTarget(`${name} vol-1`);
      expect(target.kind === 'target' && target.whom.kind).toBe('role');
    }
  });
});

describe('what a role is asked about', () => {
  it.each([
    ['vol-1', { kind: 'place', volume: 'vol-1', range: null }],
    ['vol-1 range=3', { kind: 'place', volume: 'vol-1', range: 3 }],
    ['', expect.stringContaining('is no volume')],
    ['vol-1 vol-2', expect.stringContaining('is no volume')],
    ['vol-1 range=x', expect.stringContaining('is no volume')],
  ])("'%s'", (text, place) => {
    expect(readRolePlace(text)).toEqual(place);
  });
});
