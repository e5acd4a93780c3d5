import { describe, expect, it } from 'vitest';
import { authorityWorld, isStoryEnded, moved, scripted } from '../../support/authority-story.ts';
import { complaints, judge, marks } from '../../support/block-store.ts';

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

describe('a log store of 64 blocks', () => {
  it('goes round its ring again and again, and each recovery finds what was there', () => {
    const world = authorityWorld({ requests, input });
    let crashedAt = 0;
    while (!isStoryEnded(world) && world.now < 20e9) {
      world.runUntil(world.now + 1_000_000);
      const finishedCount = marks(world, 'checkpoint.finished').length;
      if (finishedCount < crashedAt + 4) continue;
      crashedAt = finishedCount;
      world.crash('authority', { power: true });
      world.restart('authority');
    }
    const recoveries = marks(world, 'log.recovered').map(({ facts }) => Number(facts.logIndex));
    expect(Math.max(...recoveries)).toBeGreaterThan(3 * ringLength);
    expect(judge(world).get('recovery-equivalence')?.evaluatedCount).toBeGreaterThan(5);
    expect([isStoryEnded(world), complaints(world)]).toEqual([true, []]);
  });
});
