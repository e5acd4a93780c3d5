import { describe, expect, it } from 'vitest';
import { nsPerMs, type World } from '../../../sim/index.ts';
import { authorityWorld, isStoryEnded, moved, scripted } from '../../support/authority-story.ts';
import { complaints, judge, marks, plan } from '../../support/block-store.ts';

/** Moves the second copy of one range to and fro. */
const requests = Array.from({ length: 200 }, (_, i) =>
  Object.assign(scripted(i + 1, { changes: [moved(Math.floor(i / 20), 1 + (i % 20))] }), {
    // At most three are under way.
    openReqId: Math.max(1, i - 2),
  }),
);
const input = { logBlockCount: 64, checkpointEvery: 5 };
/** Of a log of 64 blocks: two superblocks and two checkpoint areas of eight. */
const ringLength = 64 - 2 - 16;

function losePower(world: World): void {
  world.crash('authority', { power: true });
  world.restart('authority');
}

describe('a log store of 64 blocks', () => {
  it('goes round its ring again and again, and each recovery finds what was there', () => {
    const world = authorityWorld({ requests, input });
    let crashedAt = 0;
    while (!isStoryEnded(world) && world.now < 20e9) {
      world.runUntil(world.now + nsPerMs);
      const finishedCount = marks(world, 'checkpoint.finished').length;
      if (finishedCount < crashedAt + 4) continue;
      crashedAt = finishedCount;
      losePower(world);
    }
    const recoveries = marks(world, 'log.recovered').map(({ facts }) => Number(facts.logIndex));
    expect(Math.max(...recoveries)).toBeGreaterThan(3 * ringLength);
    expect(judge(world).get('recovery-equivalence')?.evaluatedCount).toBeGreaterThan(3);
    expect([isStoryEnded(world), complaints(world)]).toEqual([true, []]);
  });

  it.each([5, 8, 11, 40])(
    'serves on when no checkpoint can be written, refuses when it is full, and recovers (every %i)',
    (checkpointEvery) => {
      const world = fullLog(checkpointEvery);
      const refused = marks(world, 'receipt.sent').filter(
        ({ facts }) => facts.status === 'overloaded',
      );
      expect(refused.length).toBeGreaterThan(0);
      const flushed = marks(world, 'log.flushed').map(({ facts }) => Number(facts.logIndex));
      expect(Math.max(...flushed)).toBeGreaterThan(ringLength - 10);
      expect(marks(world, 'checkpoint.abandoned').length).toBeGreaterThan(2);
      losePower(world);
      world.runUntil(20_000 * nsPerMs, () => isStoryEnded(world));
      expect([isStoryEnded(world), complaints(world)]).toEqual([true, []]);
    },
  );
});

/** Most of a second in which no checkpoint can be written. */
function fullLog(checkpointEvery: number): World {
  const world = authorityWorld({ requests, input: { ...input, checkpointEvery } });
  const params = { name: 'checkpoint.io' };
  plan(world, { kind: 'fault-point', atMs: 0, forMs: 1_000, target: 'authority', params });
  world.runUntil(900 * nsPerMs);
  return world;
}
