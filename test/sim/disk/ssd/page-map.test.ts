import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Noise } from '../../../../sim/disk/noise.ts';
import { PageMapCleaner } from '../../../../sim/disk/ssd/page-map.ts';
import { plainSsd } from './plain-ssd.ts';

const pageCount = 262_144;

/** 1 GiB in blocks of 128 pages: two free blocks and the open one are 0.15 % of it. */
function cleaner(policy: 'fifo' | 'greedy', spareShare: number): PageMapCleaner {
  const cleaning = {
    policy,
    spareShare,
    model: 'pageMap',
    freeLowShare: 0,
    freeHighShare: 0,
  } as const;
  const spec = plainSsd({
    capacityBytes: pageCount * 4096,
    flash: { pagesPerBlock: 32 },
    cleaning,
  });
  return PageMapCleaner.of(spec, true);
}

/** Pages written for each page of the host, uniform random writes, after they have settled. */
function amplification(own: PageMapCleaner, writeCount = 600_000): number {
  const noise = new Noise(7);
  for (let count = 0; count < 4 * pageCount; count += 1) own.write(noise.below(pageCount), 1);
  own.takeMoves();
  for (let count = 0; count < writeCount; count += 1) own.write(noise.below(pageCount), 1);
  // A move is a program of four pages.
  return 1 + (4 * own.takeMoves()) / writeCount;
}

// Law S2, with the values that simulations of uniform random writes are known to give.
describe('random writes on a map of pages (3 %)', () => {
  test.each([
    [0.07, 7.986],
    [0.15, 4.057],
    [0.28, 2.491],
    [0.5, 1.72],
  ])('cleaned in order with %d spare: %d', (spareShare, expected) => {
    const ratio = amplification(cleaner('fifo', spareShare)) / expected;
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.03);
  });

  test.each([
    [0.07, 7.537],
    [0.15, 3.943],
    [0.28, 2.453],
    [0.5, 1.702],
  ])('cleaned where least is to move, with %d spare: %d', (spareShare, expected) => {
    const ratio = amplification(cleaner('greedy', spareShare)) / expected;
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.03);
  });
});

test('moves next to nothing when pages are written in order, round and round', () => {
  const own = cleaner('fifo', 0.07);
  for (let count = 0; count < 3 * pageCount; count += 1) own.write(count % pageCount, 1);
  expect(4 * own.takeMoves()).toBeLessThan(pageCount * 0.01);
  expect(own.takeErases()).toBeGreaterThan((2 * pageCount) / 128);
});

test('moves less once a half of the pages is trimmed', () => {
  const own = cleaner('greedy', 0.15);
  const before = amplification(own, 200_000);
  own.trim(0, pageCount / 2);
  expect(own.spareShare).toBeCloseTo(2.3 - 1, 1);
  const noise = new Noise(3);
  const write = () => own.write(pageCount / 2 + noise.below(pageCount / 2), 1);
  for (let count = 0; count < 2 * pageCount; count += 1) write();
  own.takeMoves();
  for (let count = 0; count < 200_000; count += 1) write();
  expect(before).toBeGreaterThan(3.5);
  expect(1 + (4 * own.takeMoves()) / 200_000).toBeLessThan(1.2);
});

test.each(['fifo', 'greedy'] as const)(
  'maps what a plain set has, through cleaning and copies (%s)',
  (policy) => {
    const small = plainSsd({
      capacityBytes: 256 * 4096,
      flash: { pagesPerBlock: 4, planeCount: 2 },
      cleaning: {
        model: 'pageMap',
        policy,
        spareShare: 0.3,
        freeLowShare: 0.05,
        freeHighShare: 0.1,
      },
    });
    const step = fc.tuple(fc.boolean(), fc.nat(239), fc.integer({ min: 1, max: 16 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 200 }), (steps) => {
        let own = PageMapCleaner.of(small, false);
        const flashPageCount = Math.floor((256 * 1.3) / 8) * 8;
        const plain = new Set<number>();
        for (const [isTrim, first, count] of steps) {
          const source = own;
          own = own.copy();
          if (isTrim) own.trim(first, count);
          else own.write(first, count);
          expect(source.spareShare).toBe(plain.size ? flashPageCount / plain.size - 1 : 1e9);
          for (let page = first; page < first + count; page += 1) {
            if (isTrim) plain.delete(page);
            else plain.add(page);
          }
          expect(own.spareShare).toBe(plain.size ? flashPageCount / plain.size - 1 : 1e9);
          // No two pages lie in one place.
          const places = [...plain].map((page) => own.placeOf(page));
          expect(places.every((place) => place >= 0 && place < flashPageCount)).toBe(true);
          expect(new Set(places).size).toBe(plain.size);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  },
);

test('refuses a page beyond the drive, and free blocks that leave no room for the data', () => {
  expect(() => cleaner('fifo', 0.07).write(pageCount, 1)).toThrow('beyond the drive');
  expect(() => cleaner('fifo', 0.001)).toThrow('of data and 2 free ones');
});
