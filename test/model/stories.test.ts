import { describe, expect, it } from 'vitest';
import { nsPerSec } from '../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  opCount,
  plan,
  runAndSettle,
} from '../support/block-store.ts';

const seconds = (count: number) => count * nsPerSec;

describe('a healthy cluster', () => {
  it('attaches, serves every request and reads back what was written', () => {
    const world = clusterWorld({ seed: '1', untilNs: seconds(5) });
    runAndSettle(world, seconds(5), seconds(10));
    expect(marks(world, 'attach.granted')).toHaveLength(1);
    expect(opCount(world, 'write', 'ok')).toBeGreaterThan(150);
    expect(opCount(world, 'write', 'info') + opCount(world, 'write', 'overloaded')).toBe(0);
    expect(marks(world, 'verified')[0]?.facts.blocks).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('linearizable-blocks')?.status).toBe('held');
  });

  it('gives the same fingerprint twice, and another for another seed', () => {
    const run = (seed: string) => {
      const world = clusterWorld({ seed, untilNs: seconds(2) });
      world.runUntil(seconds(3));
      return world.fingerprint;
    };
    expect(run('7')).toBe(run('7'));
    expect(run('7')).not.toBe(run('8'));
  });
});

describe('a host that dies', () => {
  it('is replaced in every range it held, and its old copies are given up when it is back', () => {
    const world = clusterWorld({ seed: '2', untilNs: seconds(12) });
    plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 8_000, target: 'host-1' });
    runAndSettle(world, seconds(12));
    const dropped = marks(world, 'map.applied').filter(
      ({ facts }) =>
        JSON.stringify(facts.previous).includes('"host-1"') &&
        !JSON.stringify(facts.replicas).includes('"host-1"'),
    );
    expect(dropped.length).toBeGreaterThan(0);
    expect(marks(world, 're-mirror.finished').length).toBeGreaterThanOrEqual(dropped.length);
    const freed = marks(world, 'slot.freed').filter(({ actor }) => actor === 'host-1');
    expect(freed.length).toBe(dropped.length);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('copied-before-switch')?.status).toBe('held');
  });

  it('serves again from its own device when nobody missed it (crash for 300 ms)', () => {
    const world = clusterWorld({ seed: '3', untilNs: seconds(6) });
    plan(world, { kind: 'crash', atMs: 2_000, forMs: 300, target: 'host-2' });
    runAndSettle(world, seconds(6));
    expect(marks(world, 'map.applied')).toHaveLength(0);
    expect(marks(world, 'host.recovered').filter(({ actor }) => actor === 'host-2')).toHaveLength(
      2,
    );
    expect(complaints(world)).toEqual([]);
  });

  it('leaves no range without a copy when its whole zone loses power', () => {
    const world = clusterWorld({ seed: '4', untilNs: seconds(12), device: 'nvme-consumer' });
    plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 6_000, target: 'zone=az-b' });
    runAndSettle(world, seconds(12));
    expect(marks(world, 're-mirror.finished').length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('replication-restored')?.status).toBe('held');
  });
});

describe('a client with an old map', () => {
  it('is refused by a host and asks for the entry anew', () => {
    const world = clusterWorld({ seed: '5', untilNs: seconds(14) });
    plan(world, { kind: 'isolate', atMs: 2_000, forMs: 5_000, target: 'host-4', params: both });
    runAndSettle(world, seconds(14));
    expect(marks(world, 'request.refused').length).toBeGreaterThan(0);
    expect(judge(world).get('stale-map-refused')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });

  it('loses the volume to the next client, and its delayed writes are refused', () => {
    const clients = [
      clientSpec('client-1', 'vol-1'),
      clientSpec('client-2', 'vol-1', { zone: 'az-b' }),
    ];
    const world = clusterWorld({ seed: '6', clients, untilNs: seconds(8) });
    const params = { by: 400_000_000 };
    plan(world, { kind: 'message-delay', atMs: 1_000, forMs: 6_000, target: 'client-1', params });
    runAndSettle(world, seconds(8));
    expect(marks(world, 'client.fenced').length).toBeGreaterThan(0);
    const late = marks(world, 'request.refused').filter(({ facts }) => facts.reason === 'fenced');
    expect(late.length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('single-writer')?.status).toBe('held');
  });

  it('gets a new session after its own crash and reads the whole volume back', () => {
    const world = clusterWorld({ seed: '7', untilNs: seconds(8) });
    plan(world, { kind: 'crash', atMs: 3_000, forMs: 1_000, target: 'client-1' });
    runAndSettle(world, seconds(8));
    expect(marks(world, 'attach.granted').map(({ facts }) => facts.session)).toEqual([1, 2]);
    expect(marks(world, 'verified').at(-1)?.facts.blocks).toBe(2_048);
    expect(complaints(world)).toEqual([]);
  });
});

describe('a map authority that dies', () => {
  it('comes back with the map it had, whenever it loses power (10 instants)', () => {
    for (let i = 0; i < 10; i++) {
      const world = clusterWorld({
        seed: `authority-${i}`,
        authorityDevice: 'nvme-consumer',
        untilNs: seconds(8),
      });
      plan(world, { kind: 'power-loss', atMs: 1_500, forMs: 6_000, target: 'host-1' });
      for (let k = 0; k < 4; k++) {
        const atMs = 2_400 + k * 900 + i * 37;
        plan(world, { kind: 'power-loss', atMs, forMs: 200, target: 'authority' });
      }
      runAndSettle(world, seconds(8));
      expect(complaints(world)).toEqual([]);
      expect(judge(world).get('recovery-equivalence')?.status).toBe('held');
    }
  });
});

const both = { inbound: true, outbound: true };
