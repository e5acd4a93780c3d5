import { describe, expect, it } from 'vitest';
import { pastKeptNs } from '../../../model/host/kept-past.ts';
import { nsPerSec, type World } from '../../../sim/index.ts';
import { complaints, marks, plan, runAndSettle } from '../../support/block-store.ts';
import { idle, movedAway } from '../../support/routed-stories.ts';

const untilNs = 55 * nsPerSec;

/** For each copy that was kept: how long, until its slot was free. */
function keptForNs(world: World): readonly number[] {
  const freed = marks(world, 'slot.freed');
  return marks(world, 'past.kept').map(({ actor, atNs, facts: { slot, gen } }) => {
    const isSame = (one: (typeof freed)[number]) =>
      one.actor === actor && one.facts.slot === slot && one.facts.gen === gen;
    return (freed.find(isSame)?.atNs ?? Number.POSITIVE_INFINITY) - atNs;
  });
}

describe('a copy that no map names any more', () => {
  it('is kept as long as a snapshot is to be uploaded from it, however long that is', () => {
    const choice = { seed: '1', clients: [idle] };
    const world = movedAway(choice, { everyMs: 500, awayMs: 50_000, count: 1 });
    plan(world, { kind: 'power-loss', target: 'host-1', atMs: 30_000, forMs: 500 });
    runAndSettle(world, untilNs, 30 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    expect(marks(world, 'snapshot.lost').map(({ facts }) => facts.snapshot)).toEqual([]);
    const kept = keptForNs(world);
    expect(kept.length).toBeGreaterThan(3);
    expect(Math.min(...kept)).toBeGreaterThan(pastKeptNs);
    expect(Math.max(...kept)).toBeLessThan(60 * nsPerSec);
  });

  it('is given up when nobody who knows was there for long', () => {
    const choice = { seed: '1', clients: [idle] };
    const world = movedAway(choice, { everyMs: 500, awayMs: 2_000, count: 1 });
    plan(world, { kind: 'power-loss', target: 'backup', atMs: 1_500, forMs: 50_500 });
    runAndSettle(world, untilNs, 30 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    expect(marks(world, 'snapshot.lost').length).toBeGreaterThan(0);
    const kept = keptForNs(world);
    expect(kept.length).toBeGreaterThan(3);
    expect(Math.min(...kept)).toBeGreaterThanOrEqual(pastKeptNs);
    expect(Math.max(...kept)).toBeLessThan(pastKeptNs + 11 * nsPerSec);
  });
});
