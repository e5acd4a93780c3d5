// The figures of the protocol core: every state, every mutant, every rule of the table.
import { describe, expect, it } from 'vitest';
import { LineageCore } from '../../../model/lineage/core.ts';
import type { CoreOptions } from '../../../model/lineage/core-options.ts';
import { type Observed, observations, ruleFor } from '../../../model/lineage/rules.ts';
import { searchStates } from '../../../sim/index.ts';
import { toldOf } from '../../support/lineage-readme.ts';

const limits = { stateMax: 2_000_000 };
const oneMove: CoreOptions = { requests: ['r1'], moveMax: 1 };
const twoMoves: CoreOptions = { requests: ['r1'], moveMax: 2 };

function search(options: CoreOptions) {
  const core = new LineageCore(options);
  const result = searchStates(core, limits);
  return { core, result };
}

describe('the protocol core', () => {
  it.each([
    ['one move', oneMove, 1_450, 36],
    ['two moves there and back', twoMoves, 13_491, 48],
    ['one move, a request through two routers', { ...oneMove, requests: ['r1', 'r1'] }, 33_398, 36],
    ['one move, two requests', { ...oneMove, requests: ['r1', 'r2'] }, 175_270, 36],
    ['two moves, merits are swapped', { ...twoMoves, rollBacks: true }, 46_910, 48],
    ['two moves among three cells', { ...twoMoves, cellCount: 3 }, 95_887, 49],
    ['two moves, take-over', { ...twoMoves, forcedTakeover: true }, 148_885, 48],
  ] as const)('is safe and can always finish: %s', (name, options, stateCount, pairCount) => {
    const decided = new Set<string>();
    const ruleOf: typeof ruleFor = (pair) => {
      decided.add(pair.join('/'));
      return ruleFor(pair);
    };
    const { core, result } = search({ ...options, ruleOf });
    expect(result).toMatchObject({ stateCount, complete: true, violation: null, stuck: null });
    // Each order of a pair counts for itself, and only once it was decided by.
    expect(core.coverage()).toEqual({ appliedCount: pairCount, ruleCount: 49 });
    expect([...core.pairsDecided].sort()).toEqual([...decided].sort());
    expect(toldOf(name).slice(0, 2)).toEqual([`${stateCount}`, `${pairCount}`]);
  });

  it('leaves out only that neither of two cells has the volume', () => {
    const { core } = search(twoMoves);
    const all = observations.flatMap((a) => observations.map((b) => `${a}/${b}`));
    expect(all.filter((pair) => !core.pairsDecided.has(pair))).toEqual(['not-found/not-found']);
  });
});

describe('a mutant of the protocol', () => {
  const mutants: readonly (readonly [string, CoreOptions, string, number])[] = [
    ['commits unsealed', { ...oneMove, faults: { commitUnsealed: true } }, 'one-authority', 6],
    ['unseals undecided', { ...oneMove, faults: { unsealUndecided: true } }, 'one-authority', 8],
    [
      'unseals where the target is unreachable',
      { ...oneMove, faults: { unsealIfUnreachable: true } },
      'one-authority',
      8,
    ],
    ['activates on the seal', { ...oneMove, faults: { activateOnSeal: true } }, 'one-authority', 8],
    [
      'activates where the source is unreachable',
      { ...oneMove, faults: { activateIfUnreachable: true } },
      'one-authority',
      6,
    ],
    [
      'takes certificates twice',
      { ...twoMoves, guards: { certificateOnce: false } },
      'one-authority',
      12,
    ],
    [
      'forgets requests, in cells and authority',
      {
        requests: ['r1', 'r1'],
        moveMax: 1,
        guards: { deduplicate: false },
        checks: { deduplicate: false },
      },
      'published-once',
      13,
    ],
    ['acknowledges unpublished', { ...oneMove, ackBeforePublish: true }, 'not-lost', 8],
    [
      'takes over without the lease',
      { ...oneMove, forcedTakeover: true, forceWithoutLease: true },
      'one-authority',
      4,
    ],
  ];

  it('is caught by two swaps of merits: an owner follows them', () => {
    const { core, result } = search({
      ...oneMove,
      rollBacks: true,
      checks: { decidedStays: false },
    });
    expect(result.violation?.what).toContain('lineage-hints-harmless');
    expect(result.violation?.path.steps.map((step) => core.label(step))).toEqual([
      'mover opens move 1 from cell-x to cell-y',
      'operator swaps the merits: cell-x is preferred',
      'operator swaps the merits: cell-y is preferred',
    ]);
  });

  it.each(mutants)('is caught by the shortest way: %s', (_name, options, property, length) => {
    const { violation } = search(options).result;
    expect(violation?.what).toContain(`lineage-${property}`);
    expect(violation?.path.steps).toHaveLength(length);
  });

  it('wedges requests: publishes only in the epoch of the taking', () => {
    const { stuck, violation } = search({
      ...oneMove,
      checks: { publishNeedsSameEpoch: true },
    }).result;
    expect(violation).toBeNull();
    expect(stuck?.count).toBeGreaterThan(0);
  });

  it.each([
    ['cells that take in any state', { ...oneMove, guards: { takeNeedsState: false } }],
    ['cells that take in any epoch', { ...oneMove, guards: { takeNeedsEpoch: false } }],
    [
      'cells that forget requests',
      { requests: ['r1', 'r1'], moveMax: 1, guards: { deduplicate: false } },
    ],
  ] as const)('is harmless while publishing is a compare-and-set: %s', (_name, options) => {
    const { result } = search(options);
    expect(result).toMatchObject({ complete: true, violation: null, stuck: null });
  });
});

describe('a rule of the table that is dropped', () => {
  const dropped = (a: Observed, b: Observed, moveMax: number, forcedTakeover = false) => {
    const ruleOf: typeof ruleFor = (pair) => {
      const isDropped = (pair[0] === a && pair[1] === b) || (pair[0] === b && pair[1] === a);
      return ruleFor(isDropped ? ['unreachable', 'unreachable'] : pair);
    };
    return search({ requests: ['r1'], moveMax, forcedTakeover, ruleOf });
  };
  const unordered = observations.flatMap((a, at) =>
    observations.slice(at).map((b) => [a, b] as const),
  );

  const wedgedBy = (moveMax: number) =>
    unordered.flatMap(([a, b]) => {
      const { stuck } = dropped(a, b, moveMax).result;
      return stuck === null ? [] : [[`${a}/${b}`, stuck.count] as const];
    });

  it('wedges a request for each of the 13 pairs that exist at one instant, and no other', () => {
    const wedged = wedgedBy(2);
    expect(wedged.map(([pair]) => pair)).toEqual([
      'not-found/active',
      'not-found/migrating',
      'not-found/sealed',
      'not-found/retired',
      'creating/active',
      'creating/migrating',
      'creating/sealed',
      'creating/retired',
      'active/sealed',
      'active/retired',
      'migrating/retired',
      'sealed/retired',
      'retired/retired',
    ]);
    for (const [pair, count] of wedged) expect(toldOf(pair)[2]).toBe(`${count}`);
  });

  it('wedges a request for 10 of them where there is one move', () => {
    const wedged = wedgedBy(1);
    expect(wedged).toHaveLength(10);
    for (const [pair, count] of wedged) expect(toldOf(pair)[0]).toBe(`${count}`);
  });

  it('wedges one for the rule of two active cells, too, where a source is overruled', () => {
    const { stuck } = dropped('active', 'active', 2, true).result;
    expect(toldOf('active/active')[4]).toBe(`${stuck?.count}`);
  });

  it('is named by the state in which nothing leads on', () => {
    const { stuck } = dropped('active', 'retired', 1).result;
    expect(stuck?.path.steps.length).toBeGreaterThan(0);
  });
});
