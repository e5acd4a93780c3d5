import { describe, expect, it } from 'vitest';
import { cut } from '../../../model/cut/cut.ts';
import type { CutStep } from '../../../model/messages/cuts.ts';
import { type Behavior, type Message, nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import { clusterWorld, complaints, marks, runAndSettle } from '../../support/block-store.ts';

const untilNs = 8 * nsPerSec;

/** Cuts the volume at those times, from a node of its own. */
function cutAt(world: World, timesMs: readonly number[]): void {
  world.addNode({ id: 'cutter', labels: { zone: 'az-b', role: 'cutter' } });
  for (const [i, atMs] of timesMs.entries()) {
    world.runUntil(atMs * nsPerMs);
    beginCut(world, i + 1);
  }
}

interface Maker {
  readonly parent: string;
  readonly epoch: number | null;
}

const cutter: Maker = { parent: 'cutter', epoch: null };

// Who makes them gives up none of those that are wanted.
function beginCut(
  world: World,
  number: number,
  wanted = namesUpTo(number - 1),
  by: Maker = cutter,
): void {
  const name = `cut-${number}`;
  const what = { volume: 'vol-1', cut: name, wanted, authorities: ['authority'] };
  world.spawn({
    id: name,
    node: 'cutter',
    behavior: cut,
    input: { ...by, life: 1, number, ...what },
  });
}

function namesUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `cut-${i + 1}`);
}

interface Sending {
  readonly to: string;
  readonly message: Message;
}

const sender: Behavior<null, readonly Sending[]> = {
  name: 'sender',
  init(sendings, _self, out) {
    for (const { to, message } of sendings) out.send(to, message);
    return null;
  },
  receive: () => null,
  copy: () => null,
};

/** Tells a cut that nobody wants it, though it counts already. */
function disown(world: World, name: string): void {
  const sending = { to: name, message: { type: 'cut.disowned' } };
  world.spawn({ id: `no-${name}`, node: 'cutter', behavior: sender, input: [sending] });
}

/** Tells all copies that a cut is the last one with a complete snapshot. */
function forgetBefore(world: World, name: string): void {
  const input = marks(world, 'cut.committed')
    .filter(({ facts }) => facts.cut === name)
    .map(({ actor, facts }) => {
      const { volume, range, slot, gen } = facts as unknown as CutStep;
      const step = { phase: 'forget', volume, range, slot, gen, cfgEpoch: 1, cut: name } as const;
      return { to: actor, message: { type: 'cut.step', ...step, cutEpoch: 0, line: null } };
    });
  world.spawn({ id: `after-${name}`, node: 'cutter', behavior: sender, input });
}

describe('a cut of a volume', () => {
  it('is taken under load, and writes go on', () => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, [2_000, 3_000, 4_000]);
    runAndSettle(world, untilNs);
    expect(marks(world, 'cut.taken').length).toBe(3);
    expect(complaints(world)).toEqual([]);
  });

  it('finds room behind void cuts, once copies hear that the one before is complete', () => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, [1_000, 1_500, 2_000, 2_500]);
    world.runUntil(3_000 * nsPerMs);
    expect(marks(world, 'cut.taken').length).toBe(4);
    for (const name of ['cut-2', 'cut-3', 'cut-4']) disown(world, name);
    world.runUntil(3_500 * nsPerMs);
    expect(marks(world, 'shadows.dropped')).toEqual([]);
    forgetBefore(world, 'cut-1');
    world.runUntil(4_000 * nsPerMs);
    const copyCount = marks(world, 'cut.committed').length / 4;
    const dropped = marks(world, 'shadows.dropped');
    expect(dropped.map(({ facts }) => facts.reason)).toEqual(Array(copyCount).fill('full'));
    beginCut(world, 5);
    runAndSettle(world, untilNs);
    expect(marks(world, 'cut.taken').map(({ facts }) => facts.cut)).toContain('cut-5');
    expect(complaints(world)).toEqual([]);
  });

  it('leaves its slots vacant when it is given up, so that others follow at once', () => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, []);
    world.runUntil(nsPerSec);
    for (let number = 1; number <= 30; number++) {
      beginCut(world, number, []);
      world.runUntil(world.now + 50 * nsPerMs);
      disown(world, `cut-${number}`);
      world.runUntil(world.now + 10 * nsPerMs);
    }
    expect(marks(world, 'cut.taken').length).toBe(30);
  });

  it.each([
    ['a later', { parent: 'b', epoch: 2 }, ['cut-1', 'cut-2']],
    ['the same', { parent: 'b', epoch: 1 }, []],
    ['no', { parent: 'b', epoch: null }, []],
    ['a later, of the same maker', { parent: 'a', epoch: 2 }, ['cut-1', 'cut-2']],
  ] as const)('lets go of what others made for an earlier epoch (for %s epoch)', (_, by, names) => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, []);
    world.runUntil(nsPerSec);
    for (const [index, parent] of ['a', 'c', 'a'].entries()) {
      beginCut(world, index + 1, namesUpTo(index), { parent, epoch: 1 });
      world.runUntil(world.now + 100 * nsPerMs);
    }
    beginCut(world, 4, ['cut-3'], by);
    world.runUntil(world.now + 200 * nsPerMs);
    expect(marks(world, 'cut.taken').length).toBe(4);
    const released = new Set(marks(world, 'cut.released').map(({ facts }) => facts.cut));
    expect([...released].sort()).toEqual(names);
  });

  it('leaves nothing at any copy, whenever it is given up', () => {
    const world = clusterWorld({ seed: '1', untilNs });
    cutAt(world, [1_000]);
    const points: World[] = [];
    while (marks(world, 'cut.taken').length === 0) {
      if (marks(world, 'cut.held').length > 0) points.push(world.fork());
      world.step();
    }
    expect(points.length).toBeGreaterThan(50);
    const left = points.filter((point) => {
      disown(point, 'cut-1');
      point.runUntil(point.now + 200 * nsPerMs);
      // Who cuts next has whatever is left of the first let go.
      beginCut(point, 2, []);
      point.runUntil(point.now + 200 * nsPerMs);
      expect(marks(point, 'cut.taken').at(-1)?.facts.cut).toBe('cut-2');
      return marks(point, 'cut.released').length > 0;
    });
    expect(left).toEqual([]);
  });
});
