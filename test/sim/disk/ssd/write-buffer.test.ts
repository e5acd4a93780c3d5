import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MediumEvents } from '../../../../sim/disk/medium.ts';
import { WriteBuffer } from '../../../../sim/disk/ssd/write-buffer.ts';

const entryBytesMax = 16_384;

function told(buffer: WriteBuffer, nowNs: number): [number, number][] {
  const ranges: [number, number][] = [];
  const events: MediumEvents = {
    done: () => {},
    wake: () => {},
    destaged: (sector, sectorCount) => ranges.push([sector, sectorCount]),
  };
  buffer.tell(nowNs, events);
  return ranges;
}

test('admits at once while there is room, then when the oldest program ends', () => {
  const buffer = new WriteBuffer(32_768, entryBytesMax, true);
  for (const endAtNs of [500, 900]) {
    expect(buffer.admit(16_384, 100)).toBe(100);
    buffer.push(0, 32, 16_384);
    buffer.close(endAtNs);
  }
  expect(buffer.admit(4_096, 200)).toBe(500);
  // The rest of the room that the first program left.
  expect(buffer.admit(12_288, 200)).toBe(500);
  expect(buffer.admit(4_096, 200)).toBe(900);
});

test('tells what has ended, oldest first, and not before those ahead of it', () => {
  const buffer = new WriteBuffer(65_536, entryBytesMax, false);
  for (const [sector, endAtNs] of [
    [0, 900],
    [800, 400],
    [1600, 1_000],
  ] as const) {
    buffer.admit(4_096, 0);
    buffer.push(sector, 8, 4_096);
    buffer.close(endAtNs);
  }
  expect(buffer.drainedAtNs).toBe(1_000);
  expect(told(buffer, 899)).toEqual([]);
  expect(buffer.isDirtyAt(999)).toBe(true);
  expect(told(buffer, 900)).toEqual([
    [0, 8],
    [800, 8],
  ]);
  expect(told(buffer, 1_000)).toEqual([[1600, 8]]);
  expect(buffer.isDirtyAt(1_000)).toBe(false);
});

test('is not drained before the oldest program has ended', () => {
  const buffer = new WriteBuffer(65_536, entryBytesMax, false);
  for (const endAtNs of [900, 400]) {
    buffer.admit(4_096, 0);
    buffer.push(0, 8, 4_096);
    buffer.close(endAtNs);
  }
  expect(buffer.drainedAtNs).toBe(900);
  expect(buffer.isDirtyAt(899)).toBe(true);
  expect(buffer.isDirtyAt(900)).toBe(false);
});

test('does not tell a page that a newer version waits for (volatile buffer)', () => {
  const buffer = new WriteBuffer(65_536, entryBytesMax, false);
  buffer.admit(12_288, 0);
  buffer.push(32, 24, 12_288);
  buffer.close(100);
  buffer.admit(4_096, 0);
  buffer.push(40, 8, 4_096);
  expect(told(buffer, 100)).toEqual([
    [32, 8],
    [48, 8],
  ]);
  buffer.close(200);
  expect(told(buffer, 200)).toEqual([[40, 8]]);
});

test('throws when nothing under way could make room', () => {
  const buffer = new WriteBuffer(32_768, entryBytesMax, true);
  buffer.admit(32_768, 0);
  buffer.push(0, 64, 32_768);
  expect(() => buffer.admit(4_096, 0)).toThrow('nothing under way');
});

const step = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    page: fc.nat(12),
    pages: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('close' as const), afterNs: fc.integer({ min: -50, max: 300 }) }),
  fc.record({ kind: fc.constant('tell' as const), afterNs: fc.nat(400) }),
);

test('tells each page once for its newest version, whatever came in between', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
      let buffer = new WriteBuffer(1e9, entryBytesMax, false);
      // By page: how many versions wait, and when the newest is on the flash.
      const newestEndNs = new Map<number, number>();
      let open: number[] = [];
      let [nowNs, endNs] = [0, 0];
      const checkTold = () => {
        const before = new Map(newestEndNs);
        buffer = buffer.copy();
        for (const [sector, sectorCount] of told(buffer, nowNs)) {
          for (let page = sector / 8; page < (sector + sectorCount) / 8; page += 1) {
            expect(newestEndNs.get(page)).toBeLessThanOrEqual(nowNs);
            newestEndNs.delete(page);
          }
        }
        for (const [page, atNs] of before) expect(newestEndNs.has(page)).toBe(atNs > nowNs);
      };
      const close = (atNs: number) => {
        endNs = Math.max(endNs, atNs);
        buffer.close(endNs);
        for (const page of open) newestEndNs.set(page, endNs);
        open = [];
      };
      for (const each of steps) {
        if (each.kind === 'push') {
          buffer.admit(each.pages * 4_096, nowNs);
          buffer.push(each.page * 8, each.pages * 8, each.pages * 4_096);
          for (let page = each.page; page < each.page + each.pages; page += 1) {
            open.push(page);
            newestEndNs.set(page, Number.POSITIVE_INFINITY);
          }
        } else if (each.kind === 'close') close(nowNs + each.afterNs);
        else {
          nowNs += each.afterNs;
          checkTold();
        }
      }
      close(nowNs);
      nowNs = endNs;
      checkTold();
      expect(newestEndNs.size).toBe(0);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('keeps 5000 entries apart as its ring grows, and forgets all at a power loss', () => {
  const buffer = new WriteBuffer(1e9, entryBytesMax, false);
  for (let index = 0; index < 5_000; index += 1) {
    buffer.admit(4_096, 0);
    buffer.push(index * 8, 8, 4_096);
    buffer.close(index);
    if (index === 700) expect(told(buffer, 499)).toHaveLength(500);
  }
  expect(told(buffer, 2_999).map(([sector]) => sector / 8)).toEqual(
    Array.from({ length: 2_500 }, (_, index) => 500 + index),
  );
  buffer.clear();
  expect(told(buffer, 9_999)).toEqual([]);
  expect(buffer.isDirtyAt(0)).toBe(false);
});
