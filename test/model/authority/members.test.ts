import { describe, expect, it } from 'vitest';
import { nsPerSec, type World } from '../../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  memberTargets,
  opCount,
  plan,
  planStorm,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 10 * nsPerSec;

function members(choice: ClusterChoice): World {
  const authority = { members: 3, ...choice.authority };
  return clusterWorld({ untilNs, ...choice, authority });
}

function storm(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-2')];
  const world = members({ volumeCount: 2, clients, ...choice });
  planStorm(world, choice.seed, 10_000, memberTargets);
  runAndSettle(world, untilNs);
  return world;
}

describe('a map authority of three members', () => {
  it('elects one leader and serves', () => {
    const world = members({ seed: '1' });
    runAndSettle(world, untilNs);
    expect(complaints(world)).toEqual([]);
    expect(opCount(world, 'write', 'ok')).toBeGreaterThan(300);
    expect(marks(world, 'leader.elected')).toHaveLength(1);
  });

  it('goes on under another leader when its leader is lost, and loses nothing', () => {
    const world = members({ seed: '2' });
    plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 4_000, target: 'leader-of authority' });
    plan(world, { kind: 'crash', atMs: 4_500, forMs: 4_000, target: 'host-1' });
    plan(world, { kind: 'crash', atMs: 5_000, forMs: 1_000, target: 'client-1' });
    runAndSettle(world, untilNs);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('leader-changed')?.status).toBe('held');
    expect(judge(world).get('failover-completeness')?.status).toBe('held');
  });

  it.each(['1', '2', '3', '4'])('keeps its promises in a storm (seed %s)', (seed) => {
    const world = storm({ seed });
    expect(complaints(world)).toEqual([]);
  });
});
