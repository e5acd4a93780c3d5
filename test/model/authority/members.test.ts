import { describe, expect, it } from 'vitest';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
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

  it('gives its state to a member that comes back far behind its log', () => {
    const world = members({
      seed: '3',
      authority: { checkpointEvery: 4, logBytes: 256 * 1_024 },
    });
    plan(world, {
      kind: 'crash',
      atMs: 1_500,
      forMs: 7_000,
      target: 'one of followers-of authority',
    });
    for (let k = 0; k < 6; k++) {
      plan(world, {
        kind: 'crash',
        atMs: 2_000 + k * 1_000,
        forMs: 3_000,
        target: `host-${k + 1}`,
      });
    }
    runAndSettle(world, untilNs);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('snapshot-installed')?.status).toBe('held');
  });

  it('fills a member again whose promised records have rotted, and counts on it then', () => {
    const world = members({ seed: '4' });
    const all = { share: 1_000_000, structured: true };
    plan(world, { kind: 'bit-rot', atMs: 2_000, target: 'authority-2', params: all });
    plan(world, { kind: 'power-loss', atMs: 2_100, forMs: 500, target: 'authority-2' });
    // One of the others is away from now on: without the one that was filled nothing is decided.
    plan(world, { kind: 'power-loss', atMs: 5_000, forMs: 5_000, target: 'authority-3' });
    plan(world, { kind: 'crash', atMs: 5_500, forMs: 4_000, target: 'host-1' });
    runAndSettle(world, untilNs);
    expect(complaints(world)).toEqual([]);
    expect(marks(world, 'refill.started').map(({ actor }) => actor)).toEqual(['authority-2']);
    expect(judge(world).get('member-refilled')?.status).toBe('held');
    const [refilled] = marks(world, 'refill.finished');
    const isLater = (name: string) =>
      marks(world, name).some(({ atNs }) => atNs > 5_500 * nsPerMs && atNs < 10_000 * nsPerMs);
    expect(refilled!.atNs).toBeLessThan(5_000 * nsPerMs);
    expect(isLater('map.applied')).toBe(true);
  });

  it('changes its leader again and again under load', () => {
    const clients = ['1', '2', '3'].map((n) =>
      clientSpec(`client-${n}`, `vol-${n}`, { suspectNs: 300 * nsPerMs }),
    );
    const world = members({ seed: '5', clients, volumeCount: 3 });
    for (let k = 0; k < 4; k++) {
      const atMs = 1_500 + k * 2_000;
      plan(world, { kind: 'crash', atMs, forMs: 1_200, target: `host-${k + 1}` });
      // As soon as the map begins to change, its leader is gone.
      plan(world, {
        kind: 'power-loss',
        atMs: atMs + 310,
        forMs: 900,
        target: 'leader-of authority',
      });
    }
    runAndSettle(world, untilNs);
    expect(complaints(world)).toEqual([]);
    expect(marks(world, 'leader.elected').length).toBeGreaterThan(3);
    expect(judge(world).get('leader-changed')?.status).toBe('held');
    expect(opCount(world, 'write', 'ok')).toBeGreaterThan(600);
  });

  it.each(['1', '2', '3', '4'])('keeps its promises in a storm (seed %s)', (seed) => {
    const world = storm({ seed });
    expect(complaints(world)).toEqual([]);
  });
});
