import { describe, expect, it } from 'vitest';
import type { MarkFacts } from '../../../../model/properties/marks.ts';
import { nsPerMs, nsPerSec, type World } from '../../../../sim/index.ts';
import { complaints, marks, mebibyte, plan, runAndSettle } from '../../../support/block-store.ts';
import { lineageSpec, snapshotWorld } from '../../../support/snapshot-stories.ts';

const untilNs = 10 * nsPerSec;

/** Two volumes in `cell-1`, of which snapshots are taken 10 and 2 times in a second. */
function splitWorld(ratePerSecMax: number): World {
  const { snapshots, ...lineage } = lineageSpec({}, { moverCount: 1 });
  const asking = [100, 500].map((everyMs, index) => ({
    ...snapshots[0]!,
    id: `requester-${index + 1}`,
    volume: `vol-${index + 1}`,
    everyNs: everyMs * nsPerMs,
  }));
  const split = { cell: 'cell-1', to: 'cell-2', ratePerSecMax, windowNs: 3 * nsPerSec };
  const shape = { sizeBytes: 2 * mebibyte, rangeBytes: mebibyte, replicas: 2, cells: ['cell-1'] };
  const volumes = ['vol-1', 'vol-2'].map((id) => ({ id, ...shape }));
  const all = { ...lineage, snapshots: asking, split };
  const more = { volumes, lineage: all };
  return snapshotWorld({ seed: '1', clients: [], untilNs, more }, all);
}

/** The cells in which the published snapshots of a volume were taken, in their order. */
function cellsOf(world: World, volume: string): readonly string[] {
  const all = marks(world, 'lineage.recorded').map(({ facts }) => facts);
  const places = all as unknown as readonly MarkFacts['lineage.recorded'][];
  const last = places.findLast((place) => place.volume === volume);
  const cells = last?.record.chain.map(({ cell }) => cell) ?? [];
  return cells.filter((cell, index) => cell !== cells[index - 1]);
}

describe('a cell with too many snapshots', () => {
  it('gives the busiest volume away once; what was taken stays where it is', () => {
    const world = splitWorld(8);
    runAndSettle(world, untilNs);
    const splits = marks(world, 'cell.split').map(({ facts }) => facts);
    expect(splits).toMatchObject([{ cell: 'cell-1', to: 'cell-2', volumes: ['vol-1'] }]);
    expect(splits[0]!.ratePerSec).toBeCloseTo(12, 0);
    expect(splits[0]!.leftPerSec).toBeCloseTo(2, 0);
    expect(cellsOf(world, 'vol-1')).toEqual(['cell-1', 'cell-2']);
    expect(cellsOf(world, 'vol-2')).toEqual(['cell-1']);
    expect(complaints(world)).toEqual([]);
  });

  it('splits though who splits it was away', () => {
    const world = splitWorld(8);
    plan(world, { kind: 'crash', target: 'mover-1', atMs: 2_000, forMs: 1_000 });
    runAndSettle(world, untilNs);
    expect(cellsOf(world, 'vol-1')).toEqual(['cell-1', 'cell-2']);
    expect(complaints(world)).toEqual([]);
  });

  it('stays whole within its limit', () => {
    const world = splitWorld(13);
    runAndSettle(world, untilNs);
    expect(marks(world, 'cell.split')).toEqual([]);
    expect(cellsOf(world, 'vol-1')).toEqual(['cell-1']);
  });
});
