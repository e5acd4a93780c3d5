import { describe, expect, it } from 'vitest';
import { defaultReMirror, type HostSpec } from '../../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import {
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';
import { fullHomes } from '../../support/cell-stories.ts';

const untilNs = 12 * nsPerSec;
const optimizer = { zone: 'az-b', everyNs: nsPerSec, movesAtOnce: 2 };

// In each zone one host has room for all, and the other gets what is moved.
const uneven: readonly HostSpec[] = ['az-a', 'az-b', 'az-c'].flatMap((zone, i) => [
  { id: `host-${i + 1}`, zone, cell: 'cell-1', device: 'nvme-plp', slotCount: 48 },
  { id: `host-${i + 4}`, zone, cell: 'cell-1', device: 'nvme-plp', slotCount: 16 },
]);

function unevenWorld(seed: string, more: Parameters<typeof clusterWorld>[0]['more'] = {}): World {
  return clusterWorld({ seed, untilNs, hosts: uneven, more: { optimizer, ...more } });
}

describe('a placement optimizer', () => {
  it('evens hosts out by one change for each copy, and leaves as many copies as there were', () => {
    const world = unevenWorld('1');
    runAndSettle(world, untilNs);
    const moved = marks(world, 'map.applied').filter(({ facts }) => facts.client === 'optimizer');
    expect(moved.length).toBeGreaterThan(2);
    for (const { facts } of moved) {
      expect((facts.replicas as unknown[]).length).toBe((facts.previous as unknown[]).length);
    }
    expect(marks(world, 'move.finished').length).toBe(moved.length);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('copied-before-switch')?.status).toBe('held');
  });

  it('races with a client that restores copies, and no change is lost (4 seeds)', () => {
    for (const seed of ['1', '2', '3', '4']) {
      const world = unevenWorld(seed);
      plan(world, { kind: 'power-loss', atMs: 2_500, forMs: 3_000, target: 'host-1' });
      plan(world, { kind: 'isolate', atMs: 6_500, forMs: 2_500, target: 'host-2' });
      runAndSettle(world, untilNs);
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(marks(world, 're-mirror.finished').length).toBeGreaterThan(0);
    }
  });

  it('leaves copies in the cells of their volume, however full those are', () => {
    const world = fullHomes({ seed: '1' });
    expect(marks(world, 'move.finished').length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('copies-stay-in-cells')?.evaluatedCount).toBeGreaterThan(16);
  });

  it('may die at each step of a move, and leaves nothing behind', () => {
    const steps = ['slot.reserved', 'copy.started', 'copy.caught-up', 'map.applied'];
    for (const name of steps) {
      const slotLife = { reserveNs: 5 * nsPerSec, graceNs: nsPerSec };
      const world = unevenWorld('7', { slotLife, reMirror: defaultReMirror });
      world.scheduleFault({
        kind: 'crash',
        atNs: 0,
        trigger: { steps: [{ on: 'mark', name, nth: 1 }], delayNs: 0, times: 3 },
        forNs: 700 * nsPerMs,
        target: 'optimizer',
        params: {},
      });
      runAndSettle(world, untilNs, 60 * nsPerSec);
      expect({ name, complaints: complaints(world) }).toEqual({ name, complaints: [] });
      expect(judge(world).get('garbage-bounded')?.status, name).toBe('held');
    }
  });
});
