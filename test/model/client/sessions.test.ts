import { describe, expect, it } from 'vitest';
import { sessionMax } from '../../../model/stamps.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  opCount,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';
import {
  lapsedLease,
  lateWrites,
  leaseCollapse,
  movedByAnother,
  pausedHolder,
  rebuiltMap,
} from '../../support/session-stories.ts';

const seconds = (count: number) => count * nsPerSec;

/** When each session was granted, in whole seconds, and to whom. */
const grants = (world: World) =>
  marks(world, 'attach.granted').map(
    ({ atNs, facts }) => `${facts.client} ${Math.floor(atNs / nsPerSec)}`,
  );

describe('a holder that stands still for longer than its lease', () => {
  const world = pausedHolder({ seed: '1' });

  it('loses the volume to who waits, once the lease and the margin are over', () => {
    expect(marks(world, 'attach.held').length).toBeGreaterThan(1);
    expect(grants(world).slice(0, 2)).toEqual(['client-1 0', 'client-2 8']);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('fenced-write')?.status).toBe('held');
  });

  it('sees by its own clock that the lease is over, and asks no host after that', () => {
    const lapsed = marks(world, 'lease.lapsed').find(({ actor }) => actor === 'client-1');
    const asked = marks(world, 'request.issued').filter(
      ({ actor, facts }) => actor === 'client-1' && facts.session === 1,
    );
    expect(asked.length).toBeGreaterThan(100);
    expect(Math.max(...asked.map(({ atNs }) => atNs))).toBeLessThan(lapsed?.atNs ?? 0);
    expect(judge(world).get('lease-never-outlived')?.status).toBe('held');
  });
});

describe('a client that lets go', () => {
  it('is told so when no host accepts what is still on its way (writes 3 s late)', () => {
    const world = lateWrites({ seed: '1' });
    expect(marks(world, 'client.detached')).toHaveLength(1);
    const late = marks(world, 'request.refused').filter(({ facts }) => facts.reason === 'fenced');
    expect(late.length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
  });

  it('makes room at once for a client that waits, and stays away', () => {
    const clients = [
      clientSpec('client-1', 'vol-1', { detachAtNs: seconds(4) }),
      clientSpec('client-2', 'vol-1', { attachAtNs: seconds(1), force: false }),
    ];
    const world = clusterWorld({ seed: '1', clients, untilNs: seconds(14) });
    runAndSettle(world, seconds(14));
    expect(grants(world)[0]).toBe('client-1 0');
    expect(grants(world)).toHaveLength(2);
    expect(grants(world)[1]).toMatch(/^client-2 ([4-9]|10)$/);
    expect(complaints(world)).toEqual([]);
  });

  it('is told in the end, whenever the authority loses power (8 instants)', () => {
    for (let i = 0; i < 8; i++) {
      const clients = [clientSpec('client-1', 'vol-1', { detachAtNs: seconds(2) })];
      const world = clusterWorld({ seed: '2', clients, untilNs: seconds(4) });
      plan(world, { kind: 'power-loss', atMs: 1_990 + i * 8, forMs: 900, target: 'authority' });
      runAndSettle(world, seconds(4), seconds(20));
      expect(marks(world, 'client.detached'), `instant ${i}`).toHaveLength(1);
      expect(complaints(world)).toEqual([]);
    }
  });
});

describe('a lease that is over while the authority is away', () => {
  it('stops a client that keeps to it, until it is renewed', () => {
    const world = lapsedLease({ seed: '1' });
    expect(marks(world, 'lease.lapsed')).toHaveLength(1);
    expect(marks(world, 'client.fenced')).toHaveLength(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('leases-recover')?.status).toBe('held');
  });

  it('stops no client that does not: hosts serve it as before', () => {
    const clients = [clientSpec('client-1', 'vol-1')];
    const world = clusterWorld({
      seed: '1',
      clients,
      authority: { leaseNs: seconds(2) },
      untilNs: seconds(9),
    });
    plan(world, { kind: 'isolate', atMs: 3_000, forMs: 5_000, target: 'authority' });
    runAndSettle(world, seconds(9));
    expect(marks(world, 'lease.lapsed')).toHaveLength(1);
    expect(opCount(world, 'write', 'info') + opCount(world, 'read', 'fail')).toBe(0);
    expect(complaints(world)).toEqual([]);
  });

  it('comes back to twelve clients of an authority that serves twelve a second', () => {
    const world = leaseCollapse({ seed: '1' });
    expect(marks(world, 'lease.lapsed').length).toBeGreaterThanOrEqual(12);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('leases-recover')?.status).toBe('held');
  });
});

describe('the copy of the map', () => {
  it('follows what another moves, by asking once a second', () => {
    const world = movedByAnother({ seed: '1' });
    expect(marks(world, 'map.applied')).toHaveLength(8);
    expect(marks(world, 'stale-map.noticed')).toHaveLength(8);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('stale-entry-refreshed')?.evaluatedCount).toBe(8);
  });

  it('stays within its bound, and what was forgotten is asked for again (3 of 8 ranges)', () => {
    const clients = [clientSpec('client-1', 'vol-1', { cacheRangeMax: 3 })];
    const world = clusterWorld({ seed: '1', clients, untilNs: seconds(4) });
    runAndSettle(world, seconds(4));
    const cachedCount = marks(world, 'map.cached').length;
    const forgottenCount = marks(world, 'map.forgotten').length;
    expect(cachedCount - forgottenCount).toBe(3);
    expect(forgottenCount).toBeGreaterThan(20);
    expect(complaints(world)).toEqual([]);
  });

  it('serves whoever asked, however small it is and whatever comes along (1 of 8 ranges)', () => {
    const clients = [clientSpec('client-1', 'vol-1', { cacheRangeMax: 1 })];
    const authority = { prefetchCount: 2 };
    for (const replication of ['chain', 'client-quorum'] as const) {
      const world = clusterWorld({
        seed: '1',
        clients,
        authority,
        replication,
        untilNs: seconds(2),
      });
      runAndSettle(world, seconds(2));
      expect(complaints(world)).toEqual([]);
    }
  });

  it('is rebuilt from the authority alone after all clients have died', () => {
    const world = rebuiltMap({ seed: '1' });
    expect(marks(world, 'map.applied').length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('map-independent-of-clients')?.evaluatedCount).toBe(16);
  });
});

describe('a client of several volumes', () => {
  it('has a session for each, and loses all of them with its node', () => {
    const clients = [{ ...clientSpec('client-1', 'vol-1'), volumes: ['vol-1', 'vol-2'] }];
    const world = clusterWorld({ seed: '1', clients, volumeCount: 2, untilNs: seconds(8) });
    plan(world, { kind: 'crash', atMs: 3_000, forMs: 1_000, target: 'client-1' });
    runAndSettle(world, seconds(8));
    const sessions = marks(world, 'attach.granted').map(
      ({ facts }) => `${facts.client} ${facts.session}`,
    );
    expect([...sessions].sort()).toEqual([
      'client-1:vol-1 1',
      'client-1:vol-1 2',
      'client-1:vol-2 1',
      'client-1:vol-2 2',
    ]);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('map-independent-of-clients')?.status).toBe('held');
  });
});

describe('a client that was fenced', () => {
  it('stays away if it is told to', () => {
    const clients = [
      clientSpec('client-1', 'vol-1', { afterFenced: 'stop' }),
      clientSpec('client-2', 'vol-1', { attachAtNs: seconds(2) }),
    ];
    const world = clusterWorld({ seed: '1', clients, untilNs: seconds(12) });
    runAndSettle(world, seconds(12));
    expect(grants(world)).toEqual(['client-1 0', 'client-2 2']);
    expect(marks(world, 'client.fenced')).toHaveLength(1);
    expect(complaints(world)).toEqual([]);
  });
});

describe('a client that restarts again and again', () => {
  it('is not attached any more when all sessions of the volume are used up', () => {
    const world = clusterWorld({ seed: '1', untilNs: seconds(6) });
    const params = { down: 2 * nsPerMs, up: 4 * nsPerMs };
    plan(world, { kind: 'crash-loop', target: 'client-1', atMs: 100, forMs: 5_000, params });
    runAndSettle(world, seconds(6));
    const sessions = marks(world, 'attach.granted').map(({ facts }) => Number(facts.session));
    expect(Math.max(...sessions)).toBe(sessionMax);
    const asked = world.entries.filter(
      (entry) => entry.kind === 'message' && entry.type === 'attach.refused',
    );
    expect(asked.length).toBeGreaterThan(0);
  });
});
