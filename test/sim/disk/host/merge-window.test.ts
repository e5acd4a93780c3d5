import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MergeWindow } from '../../../../sim/disk/host/merge-window.ts';

function windowOf(nomerges: 0 | 1 | 2 = 0, ioSectorCountMax = 64): MergeWindow {
  return new MergeWindow({ nomerges, ioSectorCountMax });
}

/** Joins or adds; answers the slot that has the command now. */
function offer(window: MergeWindow, slot: number, sector: number, sectorCount = 8): number {
  const joined = window.join('read', sector, sectorCount);
  if (joined === -1) window.add(slot, 'read', sector, sectorCount);
  return joined === -1 ? slot : joined;
}

describe('merging', () => {
  test('appends to the back and to the front', () => {
    const window = windowOf();
    expect(offer(window, 0, 8)).toBe(0);
    expect(offer(window, 1, 16)).toBe(0);
    expect(offer(window, 1, 0)).toBe(0);
    expect([window.sectorOf(0), window.sectorCountOf(0), window.count]).toEqual([0, 24, 1]);
  });

  test('0 finds any waiting command, 1 the last one only, 2 none', () => {
    const slots = ([0, 1, 2] as const).map((nomerges) => {
      const window = windowOf(nomerges);
      // Two streams in turn, then a third, then the first one goes on.
      const sectors = [0, 1_000, 8, 1_008, 2_000, 3_000, 16, 1_016];
      return sectors.map((sector, slot) => offer(window, slot, sector));
    });
    expect(slots[0]).toEqual([0, 1, 0, 1, 4, 5, 0, 1]);
    // 8 joins what was first in line, 1,008 what was added last; 16 finds neither of them.
    expect(slots[1]).toEqual([0, 1, 0, 1, 4, 5, 6, 1]);
    expect(slots[2]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('prefers the back of one command to the front of another', () => {
    const window = windowOf();
    offer(window, 0, 16);
    offer(window, 1, 0);
    offer(window, 2, 500);
    offer(window, 3, 508);
    expect(offer(window, 4, 8)).toBe(1);
    // The gap is closed; the two stay two.
    expect(window.count).toBe(3);
  });

  test('never grows a command beyond the largest', () => {
    const window = windowOf(0, 16);
    expect(offer(window, 0, 0)).toBe(0);
    expect(offer(window, 1, 8)).toBe(0);
    expect(offer(window, 1, 16)).toBe(1);
    expect(offer(window, 2, 24, 9)).toBe(2);
  });

  test('keeps reads, writes and forced writes apart', () => {
    const window = windowOf();
    window.add(0, 'read', 0, 8);
    window.add(1, 'write', 100, 8);
    window.add(2, 'forcedWrite', 200, 8);
    expect(window.join('write', 8, 8)).toBe(-1);
    expect(window.join('read', 108, 8)).toBe(-1);
    expect(window.join('write', 208, 8)).toBe(-1);
    expect(window.join('forcedWrite', 108, 8)).toBe(-1);
    expect(window.join('write', 108, 8)).toBe(1);
    expect(window.count).toBe(2);
  });

  test('leaves a command alone once it has begun', () => {
    const window = windowOf(1);
    offer(window, 0, 0);
    window.remove(0);
    window.remove(99);
    expect(offer(window, 1, 8)).toBe(1);
    expect(offer(window, 2, 16)).toBe(1);
    window.clear();
    expect(offer(window, 1, 24)).toBe(1);
    expect(window.count).toBe(1);
  });

  test('1: what was added first is forgotten when it begins', () => {
    const window = windowOf(1);
    offer(window, 0, 0);
    window.remove(0);
    offer(window, 1, 100);
    offer(window, 2, 200);
    expect(offer(window, 3, 108)).toBe(1);
  });

  test('copies into a window of its own', () => {
    const window = windowOf(1);
    offer(window, 0, 0);
    offer(window, 1, 100);
    offer(window, 2, 8);
    const twin = window.copy();
    expect(offer(twin, 2, 16)).toBe(0);
    expect(offer(twin, 2, 108)).toBe(1);
    expect([window.sectorCountOf(0), window.sectorCountOf(1)]).toEqual([16, 8]);
  });

  test('refuses an impossible largest command', () => {
    expect(() => windowOf(0, 0)).toThrow('commands of at most 0 sectors');
  });
});

const blocks = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 60, size: 'max' });

test('with 0, joins what a search of all waiting commands would (disjoint commands)', () => {
  fc.assert(
    fc.property(blocks, fc.integer({ min: 1, max: 6 }), (order, blockCountMax) => {
      const window = windowOf(0, blockCountMax * 8);
      const waiting: { slot: number; start: number; end: number }[] = [];
      for (const [slot, block] of order.entries()) {
        const [start, end] = [block * 8, block * 8 + 8];
        const fits = (one: { start: number; end: number }) =>
          one.end - one.start + 8 <= blockCountMax * 8;
        const back = waiting.find((one) => one.end === start && fits(one));
        const front = waiting.find((one) => one.start === end && fits(one));
        const into = offer(window, slot, start);
        if (back === undefined && front === undefined) {
          expect(into).toBe(slot);
          waiting.push({ slot, start, end });
          continue;
        }
        // Both touch: the last one added or joined may be the front one.
        const one = into === front?.slot ? front : (back ?? front);
        expect(into).toBe(one?.slot);
        Object.assign(one as object, one === back ? { end } : { start });
        expect(window.sectorOf(into)).toBe(one?.start);
        expect(window.sectorCountOf(into)).toBe((one?.end ?? 0) - (one?.start ?? 0));
      }
      expect(window.count).toBe(waiting.length);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('the waiting commands cover what was offered, once (any level, disjoint commands)', () => {
  fc.assert(
    fc.property(fc.constantFrom(0 as const, 1 as const), blocks, (nomerges, order) => {
      const window = windowOf(nomerges, 4 * 8);
      const slots = new Set(order.map((block, slot) => offer(window, slot, block * 8)));
      const covered = [...slots].flatMap((slot) =>
        Array.from({ length: window.sectorCountOf(slot) }, (_, n) => window.sectorOf(slot) + n),
      );
      expect(covered.length).toBe(order.length * 8);
      expect(new Set(covered).size).toBe(order.length * 8);
      expect(new Set(covered.map((sector) => Math.floor(sector / 8)))).toEqual(new Set(order));
    }),
    { seed: 2, numRuns: 200 },
  );
});
