import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IoCounter } from '../../../../sim/disk/cloud/io-counter.ts';

const kib = 2;
const ssd = 256 * kib;
const hdd = 1_024 * kib;

/** How many I/Os `count` commands of one size make, one behind the other. */
function inARow(counter: IoCounter, count: number, sectorCount: number): number {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += counter.count('read', n * sectorCount, sectorCount);
  return sum;
}

describe('the accounting of the EC2 guide', () => {
  test.each([
    ['one sequential I/O of 256 KiB on SSD', ssd, 1, 256, 1],
    ['8 sequential I/Os of 32 KiB on SSD', ssd, 8, 32, 1],
    ['9 sequential I/Os of 32 KiB on SSD', ssd, 9, 32, 2],
    ['one I/O of 1,024 KiB on SSD', ssd, 1, 1_024, 4],
    ['one I/O of 257 KiB on SSD', ssd, 1, 257, 2],
    ['8 sequential I/Os of 128 KiB on HDD', hdd, 8, 128, 1],
    ['one I/O of 1,024 KiB on HDD', hdd, 1, 1_024, 1],
    ['2 sequential I/Os of 1,536 KiB on HDD', hdd, 2, 1_536, 3],
  ])('counts %s', (_what, max, count, sizeKiB, expected) => {
    expect(inARow(new IoCounter(max), count, sizeKiB * kib)).toBe(expected);
  });

  test.each([
    ['SSD', ssd],
    ['HDD', hdd],
  ])('counts each random small I/O one (%s)', (_what, max) => {
    const counter = new IoCounter(max);
    let sum = 0;
    for (let n = 0; n < 64; n += 1) sum += counter.count('read', ((n * 37) % 64) * 4_096, 8);
    expect(sum).toBe(64);
  });

  test('merges reads with reads and writes with writes, forced or not', () => {
    const counter = new IoCounter(ssd);
    expect(counter.count('read', 0, 8)).toBe(1);
    expect(counter.count('write', 8, 8)).toBe(1);
    expect(counter.count('read', 8, 8)).toBe(0);
    expect(counter.count('forcedWrite', 16, 8)).toBe(0);
    expect(counter.count('read', 8, 8)).toBe(1);
  });
});

test('a stream counts as its length does, however it is cut into commands', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(ssd, hdd),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50, size: 'max' }),
      (max, lengths) => {
        const counter = new IoCounter(max);
        let sector = 1_000;
        let sum = 0;
        for (const length of lengths) {
          sum += counter.count('write', sector, length);
          sector += length;
          expect(sum).toBe(Math.ceil((sector - 1_000) / max));
        }
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('copies into a counter of its own', () => {
  const counter = new IoCounter(ssd);
  counter.count('read', 0, 8);
  counter.count('write', 0, 504);
  const twin = counter.copy();
  expect(twin.count('read', 8, 8)).toBe(0);
  expect(twin.count('write', 504, 9)).toBe(1);
  expect(counter.count('write', 504, 8)).toBe(0);
});

test.each([0, 1.5, Number.NaN])('refuses I/Os of at most %d sectors', (max) => {
  expect(() => new IoCounter(max)).toThrow('expected a whole number from 1');
});
