// What a cell is to a volume, by most of its hosts: stories of crashes, rivals and bad networks.
import { describe, expect, it } from 'vitest';
import { nsPerSec } from '../../../../sim/index.ts';
import { marks, plan } from '../../../support/block-store.ts';
import { answersOf, cellWorld } from '../../../support/cell-story.ts';

const take = (request: string) => ({ kind: 'take', request, epoch: 1 }) as const;

describe('the members of a cell', () => {
  it('tell what the cell is, and do what its guards allow', () => {
    const world = cellWorld({
      asks: [
        { atMs: 100, command: null },
        { atMs: 200, member: 1, command: take('r1') },
        { atMs: 300, member: 2, command: take('r1') },
        { atMs: 400, command: { kind: 'seal', move: 1, epoch: 1 } },
        { atMs: 500, member: 1, command: take('r2') },
        { atMs: 600, member: 2, command: null },
      ],
    });
    world.runUntil(2 * nsPerSec);
    const [first, taken, again, sealed, refused, last] = answersOf(world);
    expect(first).toMatchObject({ state: 'active', epoch: 1, lineage: [] });
    expect(taken?.lineage).toEqual([{ request: 'r1', cell: 'cell-1', epoch: 1 }]);
    expect(again).toEqual(taken);
    expect(sealed).toMatchObject({ state: 'sealed', moveId: 1 });
    expect(refused).toEqual(sealed);
    expect(last).toEqual(sealed);
    expect(marks(world, 'control.accepted').length).toBeGreaterThanOrEqual(12);
  });

  it('answer while one host is away, which learns of it by the next question', () => {
    const world = cellWorld({
      asks: [
        { atMs: 300, member: 1, command: take('r1') },
        { atMs: 2_500, member: 0, command: null },
      ],
    });
    plan(world, { kind: 'power-loss', atMs: 100, forMs: 2_000, target: 'host-1' });
    world.runUntil(4 * nsPerSec);
    const [taken, read] = answersOf(world);
    expect(taken?.lineage.map(({ request }) => request)).toEqual(['r1']);
    expect(read).toEqual(taken);
    const atHost1 = marks(world, 'control.accepted').filter(
      ({ actor }) => actor === 'host-1:control',
    );
    expect(atHost1.at(-1)?.facts.record).toEqual(taken);
  });

  it('do not know what the cell is while most of them are away', () => {
    const world = cellWorld({
      asks: [
        { atMs: 300, command: null },
        { atMs: 4_000, command: null },
      ],
    });
    for (const target of ['host-2', 'host-3']) {
      plan(world, { kind: 'crash', atMs: 100, forMs: 2_000, target });
    }
    world.runUntil(6 * nsPerSec);
    const [unknown, known] = answersOf(world);
    expect(unknown).toBeNull();
    expect(known).toMatchObject({ state: 'active' });
  });
});
