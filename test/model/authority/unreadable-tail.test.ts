// A power loss that leaves blocks which no read gets: the authority goes on where they can only be
// what was cut off, and serves nobody where a promise may have been in them.
import { describe, expect, it } from 'vitest';
import { logLayout } from '../../../model/authority/superblock.ts';
import { isBadBlock } from '../../../sim/disk/media-faults.ts';
import { nsPerMs, type World } from '../../../sim/index.ts';
import {
  authorityWorld,
  endStory,
  memberIds,
  logBlockCount as storyLogBlockCount,
} from '../../support/authority-story.ts';
import { complaints, marks } from '../../support/block-store.ts';
import { crashAt, pointsOf, troubleOf } from '../../support/crash-points.ts';
import { someWays, wayOfTurn } from '../../support/enumerated-choices.ts';

/** What the disk may keep is tried in so many ways at each point. */
const wayMax = 6;
/** A block in a hundred: a salt that strikes one block alone is soon found. */
const sharePpm = 10_000;

function unreadCountOf(worlds: readonly World[]): number {
  return worlds.filter((world) => marks(world, 'log.unread').length > 0).length;
}

describe('a map authority whose device leaves what it cuts off unreadable', () => {
  it('breaks no promise and serves again, wherever the power goes', () => {
    const points = pointsOf({ interrupted: 'unreadable' }).filter((_, i) => i % 4 === 0);
    let unreadCount = 0;
    for (const point of points) {
      const { results } = someWays(wayMax, (choices) => crashAt(point, choices));
      for (const world of results) {
        const trouble = troubleOf(world);
        expect({ name: point.name, trouble }).toEqual({ name: point.name, trouble: [] });
      }
      unreadCount += unreadCountOf(results);
    }
    expect(unreadCount).toBeGreaterThan(5);
  });

  it('is as safe with three members, of which none has to be filled again', () => {
    const all = pointsOf({ interrupted: 'unreadable', memberCount: 3 });
    const points = all.filter(({ role }, i) => role === 'leader' && i % 3 === 0);
    const worlds = points.map((point, turn) => crashAt(point, wayOfTurn(turn)));
    expect(worlds.flatMap(troubleOf)).toEqual([]);
    expect(worlds.flatMap((world) => marks(world, 'refill.started'))).toEqual([]);
    expect(unreadCountOf(worlds)).toBeGreaterThan(2);
  });
});

const { ringStart, ringLength } = logLayout(storyLogBlockCount);

/** The story ends, its last record is lost on the device of a member, and the power goes. */
function lostLastRecord(memberCount: number, spoil: 'rot' | 'decay'): World {
  const world = authorityWorld({ memberCount, input: { checkpointEvery: 100 } });
  const ids = memberIds(memberCount);
  endStory(world);
  world.runUntil(world.now + 100 * nsPerMs);
  const id = ids.at(-1)!;
  const last = marks(world, 'log.flushed')
    .filter(({ actor }) => actor === id)
    .at(-1)!;
  const block = ringStart + (Number(last.facts.logIndex) % ringLength);
  const { contents } = world.node(id).devices.get('disk')!.device;
  const isStruck = (salt: number, at: number) => isBadBlock({ sharePpm, salt }, at);
  const others = Array.from({ length: storyLogBlockCount }, (_, at) => at);
  let salt = 1;
  while (others.some((at) => isStruck(salt, at) !== (at === block))) salt += 1;
  if (spoil === 'rot') contents!.rot({ sharePpm, salt, hitsPayloads: true });
  else contents!.decay({ sharePpm, salt }, 1);
  world.crash(id, { power: true });
  world.restart(id);
  world.runUntil(world.now + 10_000 * nsPerMs);
  return world;
}

describe('a map authority whose last record is damaged', () => {
  it.each(['rot', 'decay'] as const)(
    'serves nobody, and says from which record on (%s)',
    (spoil) => {
      const world = lostLastRecord(1, spoil);
      const told = marks(world, 'log.damaged').map(({ facts }) => facts);
      expect(told.length).toBeGreaterThan(1);
      const logIndex = Number(marks(world, 'log.flushed').at(-2)!.facts.logIndex) + 1;
      for (const facts of told) {
        const isUnreadable = spoil === 'decay';
        expect(facts).toEqual({ logIndex, damage: 'last-batch', isUnreadable });
      }
      expect(marks(world, 'log.recovered')).toHaveLength(1);
      expect(complaints(world)).toEqual([]);
    },
  );

  it.each(['rot', 'decay'] as const)('has it from the other members again (%s)', (spoil) => {
    const world = lostLastRecord(3, spoil);
    expect(marks(world, 'refill.started')).toHaveLength(1);
    expect(marks(world, 'refill.finished')).toHaveLength(1);
    expect(complaints(world)).toEqual([]);
  });
});
