import { describe, expect, it } from 'vitest';
import { preferred } from '../../../../model/lineage/routing.ts';
import { nsPerSec, type World } from '../../../../sim/index.ts';
import {
  complaints,
  marks,
  opCount,
  plan,
  planStorm,
  runAndSettle,
} from '../../../support/block-store.ts';
import { hiddenSource, turnedBack, upon } from '../../../support/move-stories.ts';
import { cellsOfCopies, movedWorld, newestPlace } from '../../../support/moved-volumes.ts';

const untilNs = 12 * nsPerSec;

/** `host-4` and on are in the second cell, `host-7` and on in the third. */
function cellOf(host: string): string {
  return `cell-${1 + Math.floor((Number(host.slice('host-'.length)) - 1) / 3)}`;
}

function stepsOf(world: World): readonly string[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'mark' && entry.name.startsWith('volume-move.')
      ? [entry.name.slice('volume-move.'.length)]
      : [],
  );
}

/** What is wrong at the end with a volume that is to be in this cell. */
function troubleOf(world: World, cell: string): readonly string[] {
  const { owner, move } = newestPlace(world).record;
  const cells = cellsOfCopies(world, cellOf).join();
  return [
    ...complaints(world),
    ...(owner === cell ? [] : [`owner is ${owner}`]),
    ...(move === null ? [] : [`move ${move.id} is ${move.decision}`]),
    ...(cells === cell ? [] : [`copies lie in ${cells}`]),
  ];
}

describe('a mover', () => {
  it('moves a volume while its client writes, step by step', () => {
    const world = movedWorld({ seed: '1', moves: [[2, 'cell-2']] });
    runAndSettle(world, untilNs);
    expect(stepsOf(world).slice(0, 4)).toEqual(['opened', 'imported', 'sealed', 'committed']);
    expect(stepsOf(world).slice(4).sort()).toEqual(['activated', 'cleared', 'retired']);
    expect(troubleOf(world, 'cell-2')).toEqual([]);
  });

  it('moves it on and back, and each snapshot is taken where the volume is', () => {
    const world = movedWorld({
      seed: '2',
      cellCount: 3,
      snapshotsEverySec: 1,
      moves: [
        [2, 'cell-2'],
        [5, 'cell-3'],
        [8, 'cell-1'],
      ],
    });
    runAndSettle(world, untilNs);
    expect(troubleOf(world, 'cell-1')).toEqual([]);
    const { chain, lastMove } = newestPlace(world).record;
    expect(lastMove).toBe(3);
    expect(new Set(chain.map(({ cell }) => cell))).toEqual(new Set(['cell-1', 'cell-2', 'cell-3']));
    expect(opCount(world, 'snapshot', 'ok')).toBe(chain.length);
  });

  it('gives a move up that is not wanted any more, and brings back what was moved', () => {
    const world = turnedBack({ seed: '3' });
    expect(stepsOf(world)).toContain('aborted');
    expect(troubleOf(world, 'cell-1')).toEqual([]);
  });

  it('gives a move up when its merits are rolled back in the middle of it', () => {
    const lineage = { rollBacks: [{ volume: 'vol-1', atNs: 4 * nsPerSec }] };
    const world = movedWorld({ seed: '3', moves: [[2, 'cell-2']], lineage });
    world.scheduleFault(upon('move.finished', 3, { kind: 'crash', target: 'mover-1', forSec: 3 }));
    runAndSettle(world, untilNs);
    expect(stepsOf(world)).toContain('rolled-back');
    expect(stepsOf(world)).not.toContain('committed');
    expect(troubleOf(world, 'cell-1')).toEqual([]);
  });

  it('leaves a volume where it was decided to be, whatever the merits say then', () => {
    const lineage = { rollBacks: [{ volume: 'vol-1', atNs: 4 * nsPerSec }] };
    const world = movedWorld({ seed: '3', moves: [[2, 'cell-2']], lineage });
    runAndSettle(world, untilNs);
    expect(stepsOf(world)).toContain('rolled-back');
    expect(preferred(newestPlace(world).routing)).toBe('cell-1');
    expect(troubleOf(world, 'cell-2')).toEqual([]);
  });

  it('may die at each step, and goes on when it is back', () => {
    const names = ['opened', 'imported', 'sealed', 'committed', 'activated', 'cleared'];
    for (const name of ['move.started', ...names.map((step) => `volume-move.${step}`)]) {
      const world = movedWorld({ seed: '4', moves: [[2, 'cell-2']] });
      const crash = { kind: 'crash', target: 'mover-1', forSec: 0.7 };
      for (const nth of [1, 2]) world.scheduleFault(upon(name, nth, crash));
      runAndSettle(world, untilNs);
      expect({ name, trouble: troubleOf(world, 'cell-2') }).toEqual({ name, trouble: [] });
    }
  });

  it('is stood in for by another one when it is gone for good', () => {
    for (const name of ['volume-move.opened', 'volume-move.sealed', 'volume-move.committed']) {
      const lineage = { moverCount: 2 };
      const world = movedWorld({ seed: '5', moves: [[2, 'cell-2']], lineage });
      world.scheduleFault(upon(name, 1, { kind: 'crash', target: 'mover-1', forSec: 17 }));
      runAndSettle(world, 20 * nsPerSec);
      expect({ name, trouble: troubleOf(world, 'cell-2') }).toEqual({ name, trouble: [] });
      expect(marks(world, 'volume-move.cleared').map(({ actor }) => actor)).toEqual(['mover-2']);
    }
  });

  it('overrules a source that does not answer once the data is over and its lease is', () => {
    const world = movedWorld({ seed: '6', moves: [[2, 'cell-2']] });
    const params = { inbound: true, outbound: true };
    const target = 'role=host cell=cell-1';
    const cut = { kind: 'isolate', target, forSec: 25, params };
    world.scheduleFault(upon('volume-move.imported', 1, cut));
    runAndSettle(world, 30 * nsPerSec);
    const forced = marks(world, 'volume-move.committed').map(({ facts }) => facts.isForced);
    expect(forced).toEqual([true]);
    expect(troubleOf(world, 'cell-2')).toEqual([]);
  });

  it('overrules nobody who has a lease, however long it does not see it', () => {
    const world = hiddenSource({ seed: '1' });
    const forced = marks(world, 'volume-move.committed').map(({ facts }) => facts.isForced);
    expect(forced).toEqual([false]);
    expect(stepsOf(world)).toContain('unsealed');
    expect(troubleOf(world, 'cell-2')).toEqual([]);
  });

  it('tries again after a target that was away', () => {
    const world = movedWorld({ seed: '7', moves: [[2, 'cell-2']] });
    plan(world, { kind: 'crash', atMs: 1_900, forMs: 4_000, target: 'role=host cell=cell-2' });
    runAndSettle(world, 25 * nsPerSec);
    expect(stepsOf(world)).toContain('aborted');
    expect(troubleOf(world, 'cell-2')).toEqual([]);
  });
});

const targets = [
  ...['host-1', 'host-2', 'host-3', 'host-4', 'host-5', 'host-6', 'mover-1', 'router-1'],
  ...['authority', 'client-1', 'zone=az-b', 'role=host zone=az-c', 'cell-1', 'cell-2'],
];

describe('a volume that is moved in a storm', () => {
  it.each(['1', '2', '3', '4', '5', '6'])('is right (seed %s)', (seed) => {
    const world = movedWorld({
      seed,
      moves: [
        [2, 'cell-2'],
        [7, 'cell-1'],
      ],
      lineage: { moverCount: 2 },
      snapshotsEverySec: 1,
    });
    planStorm(world, seed, 10_000, targets);
    runAndSettle(world, untilNs, 120 * nsPerSec);
    expect(troubleOf(world, 'cell-1')).toEqual([]);
  });
});
