import { describe, expect, it } from 'vitest';
import type { ReceiptLevel } from '../../../model/index.ts';
import type { Attach, ChangeNotification } from '../../../model/messages/notifications.ts';
import type { World } from '../../../sim/index.ts';
import {
  type AuthorityStory,
  authorityWorld,
  endStory,
  moved,
  scripted,
} from '../../support/authority-story.ts';
import { complaints, judge, marks } from '../../support/block-store.ts';

function told(story: AuthorityStory): World {
  const world = authorityWorld(story);
  expect(endStory(world)).toBe(true);
  // Later pages are still on their way.
  world.runUntil(world.now + 5_000_000);
  expect(complaints(world)).toEqual([]);
  return world;
}

/** What the client was sent, by type. */
function answers<T>(world: World, type: string): readonly T[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'message' && entry.actor === 'client-1' && entry.type === type
      ? [entry.message as T]
      : [],
  );
}

const statuses = (world: World) =>
  marks(world, 'receipt.sent').map(({ facts }) => `${facts.reqId} ${facts.status}`);

/** Ten changes, of which three name a version that the entry does not have. */
const ten = scripted(1, {
  changes: Array.from({ length: 10 }, (_, range) =>
    moved(range, 1, [2, 5, 9].includes(range) ? 7 : 1),
  ),
});

describe('a notification with ten changes, three of them refused (S24)', () => {
  const world = told({ requests: [ten] });

  it('is answered with the ranges that were changed and those that were not, and why', () => {
    const [updated] = answers<{
      applied: { range: number; version: number }[];
      refused: { range: number; reason: string; current: { version: number } }[];
    }>(world, 'map.updated');
    expect(updated?.applied.map(({ range }) => range)).toEqual([0, 1, 3, 4, 6, 7, 8]);
    expect(updated?.applied.every(({ version }) => version === 2)).toBe(true);
    expect(
      updated?.refused.map(({ range, reason, current }) => [range, reason, current.version]),
    ).toEqual([2, 5, 9].map((range) => [range, 'version-moved', 1]));
  });
});

describe('a notification that lacks a part of the map and asks for a change, too', () => {
  it('gets a receipt, what became of the change, and the portion after it', () => {
    const both = scripted(1, { need: [0, 1], changes: [moved(0, 1)] });
    const world = told({ requests: [both] });
    const [portion] = answers<{ entries: { version: number }[]; mapVersion: number }>(
      world,
      'map.portion',
    );
    expect(portion?.entries.map(({ version }) => version)).toEqual([2, 1]);
    expect(portion?.mapVersion).toBe(1);
    expect(answers(world, 'map.updated')).toHaveLength(1);
    expect(statuses(world)).toEqual(['1 logged']);
  });
});

describe('a portion of the map', () => {
  const need = [0, 1, 2, 3, 4, 5, 6];
  interface Page {
    readonly pageIndex: number;
    readonly pageCount: number;
    readonly complete: boolean;
    readonly entries: readonly { readonly range: number }[];
  }

  it('comes in pages that say how many they are, with what was asked for', () => {
    const pages = answers<Page>(told({ requests: [scripted(1, { need })] }), 'map.portion');
    expect(pages.map(({ pageIndex, pageCount }) => [pageIndex, pageCount])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(pages.flatMap(({ entries }) => entries.map(({ range }) => range))).toEqual(need);
    expect(pages.every(({ complete }) => complete)).toBe(true);
  });

  it('has so many neighbours beyond what was asked for, where there are any', () => {
    const ranges = (asked: readonly number[]) => {
      const world = told({ requests: [scripted(1, { need: asked })], input: { prefetchCount: 2 } });
      const pages = answers<Page>(world, 'map.portion');
      return pages.flatMap(({ entries }) => entries.map(({ range }) => range));
    };
    expect(ranges([3])).toEqual([3, 4, 5]);
    expect(ranges([3, 4])).toEqual([3, 4, 5, 6]);
    expect(ranges([11])).toEqual([11]);
  });

  it('is not complete when it lacks a range, as one that does not exist', () => {
    const pages = answers<Page>(told({ requests: [scripted(1, { need: [40] })] }), 'map.portion');
    expect(pages).toMatchObject([{ complete: false, entries: [], pageCount: 1 }]);
  });
});

describe('a receipt', () => {
  it.each<[ReceiptLevel, readonly string[], readonly string[]]>([
    ['received', [], ['log.submitted', 'log.flushed', 'map.applied']],
    ['logged', ['log.submitted', 'log.flushed'], ['map.applied']],
    ['applied', ['log.submitted', 'log.flushed', 'map.applied'], []],
  ])('of level %s is sent after %j and before %j', (receipts, before, after) => {
    const world = told({
      requests: [scripted(1, { changes: [moved(0, 1)] })],
      input: { receipts },
    });
    const names = world.entries.flatMap((entry) => (entry.kind === 'mark' ? [entry.name] : []));
    const at = names.indexOf('receipt.sent');
    const begun = names.indexOf('notification.received');
    expect(statuses(world)).toEqual([`1 ${receipts}`]);
    for (const name of before) expect(names.slice(begun, at), name).toContain(name);
    for (const name of after) expect(names.slice(at), name).toContain(name);
    expect(judge(world).get('receipt-implies-durable')?.evaluatedCount).toBe(
      receipts === 'received' ? 0 : 1,
    );
  });

  it('says that a request came again, or that its id was taken by another one', () => {
    const first = scripted(1, { changes: [moved(0, 1)] });
    const other: ChangeNotification = { ...first, changes: [moved(1, 1)] };
    const world = told({ requests: [first] });
    world.send('authority', first);
    world.send('authority', other);
    world.runUntil(world.now + 5_000_000);
    expect(statuses(world)).toEqual(['1 logged', '1 duplicate', '1 conflict']);
    expect(marks(world, 'map.applied')).toHaveLength(1);
    expect(complaints(world)).toEqual([]);
  });

  it('is what even a refused notification gets: of an unknown volume, of an old session', () => {
    const world = told({ requests: [scripted(1, { need: [0] })] });
    const elsewhere: ChangeNotification = { ...scripted(2, { need: [0] }), volume: 'vol-9' };
    const stale: ChangeNotification = { ...scripted(3, { need: [0] }), session: 4 };
    world.send('authority', elsewhere);
    world.send('authority', stale);
    world.runUntil(world.now + 5_000_000);
    expect(statuses(world).slice(1)).toEqual(['2 unknown-volume', '3 stale-session']);
  });

  it('says that too many wait, when each takes its time (5,000 at once, 1 ms each)', () => {
    const world = told({ requests: [ten], input: { serviceTimeNs: 1_000_000, queueMax: 1_000 } });
    for (let reqId = 2; reqId < 5_002; reqId++) {
      world.send('authority', scripted(reqId, { need: [0] }));
    }
    world.runUntil(world.now + 100_000);
    const overloaded = statuses(world).filter((text) => text.endsWith('overloaded'));
    expect(overloaded).toHaveLength(5_000 - 1_000);
    const depths = world.entries.flatMap((entry) =>
      entry.kind === 'gauge' && entry.name === 'authority.queue' ? [entry.value] : [],
    );
    expect(Math.max(...depths)).toBe(1_000);
  });
});

describe('an authority with a full queue', () => {
  it('refuses to attach, too: the client need not wait to learn of it', () => {
    const world = told({ requests: [ten], input: { serviceTimeNs: 1_000_000_000, queueMax: 1 } });
    for (const attachId of ['a-1', 'a-2', 'a-3']) {
      const who = { volume: 'vol-1', client: 'client-1', attachId };
      const attach: Attach = { type: 'attach', ...who, force: true, sentNs: 0 };
      world.send('authority', attach);
    }
    world.runUntil(world.now + 100_000);
    const refused = world.entries.flatMap((entry) =>
      entry.kind === 'message' && entry.type === 'attach.refused' ? [entry.message] : [],
    );
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const one of refused) expect(one).toMatchObject({ reason: 'overloaded' });
  });
});

describe('a request that the client awaits no more', () => {
  it('is forgotten, and a late copy of it changes nothing', () => {
    const first = scripted(1, { changes: [moved(0, 1)] });
    const world = told({ requests: [first, { ...scripted(2, { need: [0] }), openReqId: 2 }] });
    const late: ChangeNotification = { ...first, changes: [moved(0, 2)] };
    world.send('authority', late);
    world.runUntil(world.now + 5_000_000);
    expect(statuses(world).at(-1)).toBe('1 answered');
    expect(marks(world, 'map.applied')).toHaveLength(1);
    expect(complaints(world)).toEqual([]);
  });
});

describe('a request far above the first one that its client awaits', () => {
  const window = { requestWindow: 4 };

  it('is refused until the client says that it has the answers below', () => {
    const requests = [1, 2, 3, 4, 5].map((reqId) => scripted(reqId, { need: [0] }));
    const world = authorityWorld({ requests, input: window });
    world.runUntil(world.now + 30_000_000);
    const receipts = new Set(statuses(world));
    expect(receipts).toContain('3 logged');
    expect(receipts).toContain('4 overloaded');
    expect(receipts).not.toContain('4 logged');
    const later: ChangeNotification = { ...requests[3]!, openReqId: 3 };
    world.send('authority', later);
    world.runUntil(world.now + 5_000_000);
    expect(statuses(world)).toContain('4 logged');
  });
});
