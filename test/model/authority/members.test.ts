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

// A member is away while all hosts fail in turn, and comes back far behind.
function farBehind(choice: ClusterChoice): World {
  const world = members({
    ...choice,
    authority: { checkpointEvery: 4, logBytes: 288 * 1_024 },
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
    const world = farBehind({ seed: '3' });
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('snapshot-installed')?.status).toBe('held');
    expect(judge(world).get('recovery-equivalence')?.evaluatedCount).toBeGreaterThan(20);
  });

  it('is caught when that state lacks which requests were applied', () => {
    const world = farBehind({ seed: '3', mutants: ['checkpoint-forgets-requests'] });
    expect(judge(world).get('recovery-equivalence')?.violation?.what).toMatch(
      /came to another state after record/,
    );
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

describe('a map authority of five members', () => {
  // Two are lost until the end, each while it leads; with a third one there is no majority.
  function losesTwo(seed: string): World {
    const world = members({ seed, authority: { members: 5 }, untilNs: 18 * nsPerSec });
    const leader = 'leader-of authority';
    plan(world, { kind: 'power-loss', atMs: 2_000, target: leader });
    plan(world, { kind: 'power-loss', atMs: 4_000, target: leader });
    plan(world, { kind: 'crash', atMs: 5_500, forMs: 2_000, target: 'host-1' });
    plan(world, { kind: 'power-loss', atMs: 9_000, forMs: 3_000, target: leader });
    plan(world, { kind: 'crash', atMs: 9_500, forMs: 7_000, target: 'host-2' });
    runAndSettle(world, 18 * nsPerSec);
    return world;
  }

  it.each(['1', '2'])(
    'goes on with three of them, not with two, and loses nothing (%s)',
    (seed) => {
      const world = losesTwo(seed);
      const appliedCount = (fromMs: number, untilMs: number) =>
        marks(world, 'map.applied').filter(
          ({ atNs }) => atNs >= fromMs * nsPerMs && atNs < untilMs * nsPerMs,
        ).length;
      expect(complaints(world)).toEqual([]);
      const leaders = marks(world, 'leader.began').map(({ actor }) => actor);
      expect(new Set(leaders).size).toBeGreaterThan(2);
      expect(appliedCount(5_500, 9_000)).toBeGreaterThan(0);
      expect(appliedCount(9_000, 12_000)).toBe(0);
      expect(appliedCount(12_000, 18_000)).toBeGreaterThan(0);
      expect(judge(world).get('failover-completeness')?.status).toBe('held');
    },
  );
});
