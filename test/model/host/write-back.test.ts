import { describe, expect, it } from 'vitest';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
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
} from '../../support/block-store.ts';

const seconds = (count: number) => count * nsPerSec;
const modes = ['chain', 'primary-backup', 'client-quorum'] as const;
const onFlush = { durability: 'on-flush', replicas: 3, device: 'nvme-consumer' } as const;

function writeMedianNs(world: World): number {
  const begun = new Map<number, number>();
  const times: number[] = [];
  for (const entry of world.entries) {
    if (entry.kind !== 'op' || entry.name !== 'write') continue;
    if (entry.phase === 'invoke') begun.set(entry.opId, entry.atNs);
    else times.push(entry.atNs - begun.get(entry.opId)!);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Marks of blocks that were stored: in memory only, or on stable media. */
function storedCount(world: World, inMemory: boolean): number {
  return marks(world, 'block.stored').filter(({ facts }) => (facts.inMemory === true) === inMemory)
    .length;
}

const withClient = (more: Parameters<typeof clientSpec>[2], flushEvery = 50) => {
  const spec = clientSpec('client-1', 'vol-1', more);
  return { ...spec, workload: { ...spec.workload, flushEvery } } as typeof spec;
};

describe.each(modes)('a volume that is durable on flush, of mode %s', (replication) => {
  it('acknowledges writes from memory, and makes them durable at a flush (no fault)', () => {
    const choice: ClusterChoice = { seed: '1', replication, ...onFlush, untilNs: seconds(4) };
    const world = clusterWorld(choice);
    runAndSettle(world, seconds(4), seconds(10));
    const through = clusterWorld({ ...choice, durability: 'on-ack' });
    runAndSettle(through, seconds(4), seconds(10));
    expect(complaints(world)).toEqual([]);
    expect(opCount(world, 'write', 'info') + opCount(world, 'flush', 'fail')).toBe(0);
    expect(marks(world, 'writes.repeated')).toHaveLength(0);
    expect(storedCount(world, true)).toBeGreaterThan(100);
    expect(storedCount(through, true)).toBe(0);
    expect(judge(world).get('flushed-write-durable')!.evaluatedCount).toBeGreaterThan(500);
    expect(writeMedianNs(world)).toBeLessThan(0.8 * writeMedianNs(through));
  });

  it('loses nothing to its writer when all hosts lose power (3 times, 2 seeds)', () => {
    for (const seed of ['1', '2']) {
      const world = clusterWorld({ seed, replication, ...onFlush, untilNs: seconds(8) });
      for (const atMs of [2_000, 4_000, 6_000]) {
        plan(world, { kind: 'power-loss', atMs, forMs: 300, target: 'role=host' });
      }
      runAndSettle(world, seconds(8));
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(marks(world, 'writes.repeated').length).toBeGreaterThan(0);
      expect(judge(world).get('flushed-write-survives')!.evaluatedCount).toBeGreaterThan(100);
    }
  });

  it('breaks no property in a storm of random faults (3 seeds)', () => {
    for (const seed of ['41', '42', '43']) {
      const world = clusterWorld({ seed, replication, ...onFlush, untilNs: seconds(12) });
      planStorm(world, seed, 12_000);
      runAndSettle(world, seconds(12));
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
    }
  });

  it('breaks no property when two clients take it from each other (2 seeds)', () => {
    const clients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-1')];
    for (const seed of ['51', '54']) {
      const world = clusterWorld({ seed, replication, clients, ...onFlush, untilNs: seconds(12) });
      planStorm(world, seed, 12_000);
      runAndSettle(world, seconds(12));
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
    }
  });
});

describe('what is in the memory of hosts', () => {
  it('may be lost with its client, if no flush was answered for it (2 seeds)', () => {
    let lostCount = 0;
    for (const seed of ['1', '2']) {
      const clients = [withClient({}, 0)];
      const world = clusterWorld({ seed, clients, ...onFlush, untilNs: seconds(4) });
      plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 300, target: 'role=host' });
      plan(world, { kind: 'crash', atMs: 3_000, forMs: 500, target: 'client-1' });
      runAndSettle(world, seconds(4));
      expect(complaints(world)).toEqual([]);
      lostCount += lostBlockCount(world);
    }
    expect(lostCount).toBeGreaterThan(0);
  });

  it('survives its client where hosts do (client dies, no flush)', () => {
    const clients = [withClient({}, 0)];
    const world = clusterWorld({ seed: '1', clients, ...onFlush, untilNs: seconds(4) });
    plan(world, { kind: 'crash', atMs: 3_000, forMs: 500, target: 'client-1' });
    runAndSettle(world, seconds(4));
    expect(complaints(world)).toEqual([]);
    expect(lostBlockCount(world)).toBe(0);
  });

  it('is written after a while, though nobody flushes', () => {
    const clients = [withClient({ suspectNs: seconds(2) }, 0)];
    const world = clusterWorld({ seed: '1', clients, ...onFlush, untilNs: seconds(9) });
    plan(world, { kind: 'crash', atMs: 2_000, forMs: 6_000, target: 'client-1' });
    world.runUntil(seconds(8));
    expect(storedCount(world, false)).toBeGreaterThan(0);
    expect(marks(world, 'writes.repeated')).toHaveLength(0);
  });
});

/** Blocks of which a read showed less than had been acknowledged. */
function lostBlockCount(world: World): number {
  const acked = new Map<number, number>();
  const lost = new Set<number>();
  for (const entry of world.entries) {
    if (entry.kind !== 'op' || entry.phase !== 'ok' || entry.name === 'flush') continue;
    const { block, stamps } = entry.value as { block: number; stamps: readonly number[] };
    for (const [i, stamp] of stamps.entries()) {
      const before = acked.get(block + i) ?? 0;
      if (entry.name === 'write') acked.set(block + i, Math.max(before, stamp));
      else if (stamp < before) lost.add(block + i);
    }
  }
  return lost.size;
}

describe('a write that was cut short by the end of the process', () => {
  it('is written through when a scan finds it: the device may hold it in its cache only', () => {
    const workload = { ...clientSpec('', '').workload, readShare: 0, ratePerSec: 5_000 } as never;
    const clients = [clientSpec('client-1', 'vol-1', { workload })];
    const world = clusterWorld({ seed: '1', device: 'nvme-consumer', replicas: 1, clients });
    world.runUntil(1_000 * nsPerMs);
    for (const { id } of world.nodes.values()) {
      if (id.startsWith('host') || id.startsWith('client')) world.crash(id, { power: false });
    }
    world.runUntil(1_010 * nsPerMs);
    for (const { id } of world.nodes.values()) if (id.startsWith('host')) world.restart(id);
    world.runUntil(8_000 * nsPerMs);
    const written = marks(world, 'block.stored').filter(({ atNs }) => atNs > 1_010 * nsPerMs);
    expect(written.length).toBeGreaterThan(0);
    expect(complaints(world).filter((line) => !line.includes('stalled'))).toEqual([]);
  });
});
