import { describe, expect, it } from 'vitest';
import { nsPerSec, type World } from '../../../sim/index.ts';
import {
  type ClusterChoice,
  clusterSpec,
  clusterWorld,
  complaints,
  marks,
  opCount,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 14 * nsPerSec;

/** Some hosts do not hear each other for ten seconds; everybody else hears all. */
function cutWorld(
  choice: Omit<ClusterChoice, 'seed'>,
  groups: readonly (readonly string[])[] = [['host-1'], ['host-2']],
): World {
  const world = clusterWorld({ seed: '1', untilNs, ...choice });
  const params = { groups, oneWay: false };
  plan(world, { kind: 'partition', atMs: 2_000, forMs: 10_000, params });
  runAndSettle(world, untilNs);
  return world;
}

describe('a cut between two hosts alone', () => {
  it.each([
    { replication: 'chain', replicas: 2 },
    { replication: 'chain', replicas: 3 },
    { replication: 'primary-backup', replicas: 3 },
    { replication: 'client-quorum', replicas: 3 },
  ] as const)('costs no operation ($replication, $replicas copies)', (choice) => {
    const world = cutWorld(choice);
    expect(opCount(world, 'read', 'fail') + opCount(world, 'write', 'info')).toBe(0);
    const unstuckNs = marks(world, 'volume.unstuck').at(-1)?.atNs ?? 0;
    expect(unstuckNs).toBeLessThan(7 * nsPerSec);
    expect(complaints(world)).toEqual([]);
  });

  it('moves copies of ranges that both have, and of no others (3 copies)', () => {
    const world = cutWorld({ replication: 'chain', replicas: 3 });
    const changes = marks(world, 'map.applied');
    expect(changes.length).toBeGreaterThan(0);
    for (const { facts } of changes) {
      const { previous, replicas } = facts as Record<string, readonly { readonly host: string }[]>;
      if (replicas!.length > previous!.length) continue;
      const had = previous!.map(({ host }) => host);
      expect(had).toEqual(expect.arrayContaining(['host-1', 'host-2']));
    }
  });

  it('gets no copy across it while other hosts have room (3 copies)', () => {
    const world = cutWorld({ replication: 'chain', replicas: 3 });
    const copies = marks(world, 'copy.admitted').map(({ facts }) => facts);
    expect(copies.length).toBeGreaterThan(0);
    for (const { source, target } of copies) {
      expect([source, target].sort()).not.toEqual(['host-1', 'host-2']);
    }
  });

  it('leaves ranges short until it has healed where no other host is (3 copies, 3 hosts)', () => {
    const hosts = clusterSpec({ seed: '1' }).hosts.slice(0, 3);
    const world = cutWorld({ replication: 'chain', replicas: 3, hosts });
    expect(opCount(world, 'read', 'fail') + opCount(world, 'write', 'info')).toBe(0);
    expect(complaints(world)).toEqual([]);
  });

  it('costs the copies of the host that no other host hears (3 copies)', () => {
    const others = ['host-2', 'host-3', 'host-4', 'host-5', 'host-6'];
    const world = cutWorld({ replication: 'chain', replicas: 3 }, [['host-1'], others]);
    for (const { facts } of marks(world, 'map.applied')) {
      const { replicas } = facts as Record<string, readonly unknown[]>;
      expect(replicas!.length).toBeGreaterThan(1);
    }
    expect(opCount(world, 'read', 'fail') + opCount(world, 'write', 'info')).toBe(0);
    expect(complaints(world)).toEqual([]);
  });
});
