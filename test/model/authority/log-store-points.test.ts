import { describe, expect, it } from 'vitest';
import { logLayout, readSuperblock, superblockCount } from '../../../model/authority/superblock.ts';
import type { World } from '../../../sim/index.ts';
import { marks } from '../../support/block-store.ts';
import { someWays } from '../../support/enumerated-choices.ts';
import {
  failFlush,
  type Interrupted,
  type KeeperInput,
  keeperTrouble,
  keeperWorld,
  losePower,
  payloadAt,
  rot,
  storeBlockCount,
  storeOf,
} from '../../support/store-keeper.ts';

/** The ways that a disk can go at each point which are tried. */
const wayMax = 4;
const { areaLength, ringLength } = logLayout(storeBlockCount);

/** Worlds before each event of a story, and at its end. */
function momentsOf(input: Partial<KeeperInput>, interrupted: Interrupted = 'whole') {
  const world = keeperWorld(input, interrupted);
  const moments: World[] = [];
  do moments.push(world.fork());
  while (world.step());
  return moments;
}

describe('a log store that goes round its ring and loses power at each instant', () => {
  it.each([
    ['alone', { isMember: false }, 'torn'],
    ['alone', { isMember: false }, 'unreadable'],
    ['with votes and cuts', { isMember: true, cutEvery: 5 }, 'whole'],
    ['with votes and cuts', { isMember: true, cutEvery: 5 }, 'torn'],
    ['with votes and cuts', { isMember: true, cutEvery: 5 }, 'unreadable'],
  ] as const)(
    'has what it told of, or that and the next thing (%s, %j, blocks are %s)',
    (...how) => {
      const [, input, interrupted] = how;
      const moments = momentsOf(input, interrupted);
      expect(storeOf(moments.at(-1)!).endIndex).toBeGreaterThan(2.5 * ringLength);
      let runCount = 0;
      let tornCount = 0;
      // Each block that no read gets is read again and again.
      const every = interrupted === 'unreadable' ? 4 : 1;
      for (const [moment, before] of moments.entries()) {
        if (moment % every !== 0) continue;
        const { results } = someWays(wayMax, (choices) => losePower(before, choices));
        for (const world of results) {
          runCount += 1;
          expect({ moment, trouble: keeperTrouble(world) }).toEqual({ moment, trouble: [] });
        }
        const { results: cut } = someWays(wayMax, (choices) => losePower(before, choices, 0));
        tornCount += cut.filter((world) => isTorn(world, 0) || isTorn(world, 1)).length;
      }
      expect(runCount).toBeGreaterThan((2 * moments.length) / every);
      // A superblock with the vote in it is one of the blocks that are cut off.
      expect(tornCount > 10).toBe(interrupted === 'torn');
    },
  );

  it.each([
    ['torn-batch-applied', 11],
    // No room is left when the first checkpoint is begun, and none after it before the second.
    ['log-freed-early', 44],
  ] as const)('is caught when it is a wrong one (%s)', (mutant, checkpointEvery) => {
    const moments = momentsOf({ mutants: [mutant], checkpointEvery });
    const isCaught = moments.some((before) =>
      someWays(wayMax, (choices) => losePower(before, choices)).results.some(
        (world) => keeperTrouble(world).length > 0,
      ),
    );
    expect(isCaught).toBe(true);
    const right = momentsOf({ checkpointEvery });
    for (const before of right.filter((_, i) => i % 5 === 0)) {
      const { results } = someWays(1, (choices) => losePower(before, choices));
      expect(results.flatMap(keeperTrouble)).toEqual([]);
    }
  });
});

describe('a log store whose process dies of a flush that fails', () => {
  it.each([
    ['alone', { isMember: false }],
    ['with votes and cuts', { isMember: true, cutEvery: 5 }],
  ] as const)('believes nothing that only its cache has (%s)', (_, input) => {
    const results = momentsOf(input).flatMap(
      (before) => someWays(1, (choices) => failFlush(before, choices)).results,
    );
    expect(results.length).toBeGreaterThan(100);
    const openings = results.map((world) => marks(world, 'kept.opened').length);
    expect(Math.max(...openings)).toBe(3);
    expect(results.flatMap(keeperTrouble)).toEqual([]);
  });

  it('is caught when it reads by way of the cache', () => {
    const moments = momentsOf({ mutants: ['dropped-tail-believed'] });
    const troubles = moments.flatMap((before) =>
      someWays(1, (choices) => failFlush(before, choices)).results.flatMap(keeperTrouble),
    );
    expect(troubles.length).toBeGreaterThan(0);
  });
});

function isTorn(world: World, block: number): boolean {
  const payload = payloadAt(world, block);
  return payload !== undefined && readSuperblock(payload) === null;
}

describe('a log store whose newer checkpoint rots', () => {
  // The next one is written over the older one.
  const moments = momentsOf({}).filter(
    (world) => checkpointsOf(world).length === 2 && !storeOf(world).isCheckpointing,
  );

  it('begins with the older one, says so, has lost nothing, and goes on', () => {
    expect(moments.length).toBeGreaterThan(50);
    let fallBackCount = 0;
    for (const [moment, before] of moments.entries()) {
      if (moment % 3 !== 0) continue;
      const [newer, older] = checkpointsOf(before);
      rot(before, superblockCount + newer!.area * areaLength);
      const { results } = someWays(wayMax, (choices) => losePower(before, choices));
      for (const world of results) {
        expect({ moment, trouble: keeperTrouble(world) }).toEqual({ moment, trouble: [] });
        const [opened] = marks(world, 'kept.opened').slice(-1);
        const said = marks(world, 'checkpoint.unreadable').map(({ facts }) => facts.recordCount);
        // What struck nothing that counts is no damage.
        expect(said.length === 0 || said[0] === newer!.recordCount).toBe(true);
        const taken = said.length === 0 ? newer : older;
        expect(opened!.facts.recordCount).toBe(taken!.recordCount);
        fallBackCount += said.length;
      }
    }
    expect(fallBackCount).toBeGreaterThan(10);
  });

  it('takes what is left for damaged when the older one rots, too', () => {
    for (const [isMember, told] of [
      [false, 'kept.failed'],
      [true, 'kept.damaged'],
    ] as const) {
      const all = momentsOf({ isMember }).filter((world) => checkpointsOf(world).length === 2);
      const before = all.at(-1)!;
      for (const area of [0, 1]) rot(before, superblockCount + area * areaLength);
      const { results } = someWays(1, (choices) => losePower(before, choices));
      expect(results.flatMap(keeperTrouble)).toEqual([told]);
    }
  });
});

/** The checkpoints that both superblocks name, the newer one first. */
function checkpointsOf(world: World) {
  const [first, second] = [0, 1].map((place) => readSuperblock(payloadAt(world, place)));
  return first?.sequence === second?.sequence ? (first?.checkpoints ?? []) : [];
}

describe('a member whose superblock rots', () => {
  const voted = () => momentsOf({ isMember: true, thingMax: 1 }).at(-1)!;

  it.each([0, 1])('knows its vote by the other one (place %i)', (place) => {
    for (const before of [voted(), momentsOf({ isMember: true }).at(-1)!]) {
      rot(before, place);
      const { results } = someWays(wayMax, (choices) => losePower(before, choices));
      expect(results.flatMap(keeperTrouble)).toEqual([]);
    }
  });

  it('knows that it has promised something when both do, and it had nothing but a vote', () => {
    const before = voted();
    for (const place of [0, 1]) rot(before, place);
    const { results } = someWays(1, (choices) => losePower(before, choices));
    expect(results.flatMap(keeperTrouble)).toEqual(['kept.damaged']);
  });
});
