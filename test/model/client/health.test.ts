import { describe, expect, it } from 'vitest';
import { nsPerSec, type World } from '../../../sim/index.ts';
import {
  type ClusterChoice,
  clusterWorld,
  complaints,
  marks,
  opCount,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 14 * nsPerSec;

/** Two hosts do not hear each other for ten seconds; everybody else hears both. */
function cutInTwo(choice: Omit<ClusterChoice, 'seed'>): World {
  const world = clusterWorld({ seed: '1', untilNs, ...choice });
  const params = { groups: [['host-1'], ['host-2']], oneWay: false };
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
    const world = cutInTwo(choice);
    expect(opCount(world, 'read', 'fail') + opCount(world, 'write', 'info')).toBe(0);
    const unstuckNs = marks(world, 'volume.unstuck').at(-1)?.atNs ?? 0;
    expect(unstuckNs).toBeLessThan(7 * nsPerSec);
    expect(complaints(world)).toEqual([]);
  });

  it('moves copies of ranges that both have, and of no others (3 copies)', () => {
    const world = cutInTwo({ replication: 'chain', replicas: 3 });
    const changes = marks(world, 'map.applied');
    expect(changes.length).toBeGreaterThan(0);
    for (const { facts } of changes) {
      const { previous, replicas } = facts as Record<string, readonly { readonly host: string }[]>;
      if (replicas!.length > previous!.length) continue;
      const had = previous!.map(({ host }) => host);
      expect(had).toEqual(expect.arrayContaining(['host-1', 'host-2']));
    }
  });
});
