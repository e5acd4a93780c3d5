import { describe, expect, it } from 'vitest';
import { cut } from '../../../model/cut/cut.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import { clusterWorld, complaints, marks, runAndSettle } from '../../support/block-store.ts';

const untilNs = 8 * nsPerSec;

/** Cuts the volume at those times, from a node of its own. */
function cutAt(world: World, timesMs: readonly number[]): void {
  world.addNode({ id: 'cutter', labels: { zone: 'az-b', role: 'cutter' } });
  for (const [i, atMs] of timesMs.entries()) {
    world.runUntil(atMs * nsPerMs);
    const input = {
      parent: 'cutter',
      volume: 'vol-1',
      cut: `cut-${i + 1}`,
      authorities: ['authority'],
    };
    world.spawn({ id: `cut-${i + 1}`, node: 'cutter', behavior: cut, input });
  }
}

describe('a cut of a volume', () => {
  it('is taken under load, and writes go on', () => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, [2_000, 3_000, 4_000]);
    runAndSettle(world, untilNs);
    expect(marks(world, 'cut.taken').length).toBe(3);
    expect(complaints(world)).toEqual([]);
  });
});
