import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededChoices } from '../../../sim/choice.ts';
import { keptChoices } from '../../../sim/disk/crash.ts';
import type { CrashPolicy } from '../../../sim/disk/crash-rules.ts';
import { flushesIn, naiveCrashImages, type Written } from './naive-crash.ts';
import { everyCrash, everyImage, type StoreRig, storeRig } from './store-rig.ts';

const policies = ['any', 'prefixPerLba', 'fifo', 'epoch', 'all', 'none'] as const;

function written(policy: CrashPolicy, blocks: readonly number[], blockCount = 16): StoreRig {
  const rig = storeRig({ crashPolicy: policy }, blockCount);
  for (const [index, block] of blocks.entries()) rig.write({ block, stamps: [index + 1] });
  return rig;
}

describe('an ordered cache', () => {
  test.each([0, 1, 2, 5, 12, 40])('leaves exactly k+1 images, each a prefix (k=%i)', (k) => {
    const blocks = Array.from({ length: k }, (_, index) => (index * 5) % 16);
    const outcomes = everyCrash(written('fifo', blocks));
    const prefixes = Array.from({ length: k + 1 }, (_, count) =>
      written('all', blocks.slice(0, count)).image(),
    );
    expect(outcomes.map(({ image }) => image)).toEqual(prefixes);
    expect(new Set(prefixes).size).toBe(k + 1);
  });

  test('is told from one that ignores the order', () => {
    const blocks = [3, 1, 2];
    const ordered = everyImage(written('fifo', blocks));
    expect(everyImage(written('any', blocks))).not.toEqual(ordered);
    expect(everyImage(written('fifo', [1, 2, 3]))).not.toEqual(ordered);
  });

  test('has what was in flight behind all that completed, in the order of submission', () => {
    const rig = storeRig({ crashPolicy: 'fifo' });
    rig.begin({ op: 'write', block: 2, stamps: [9] });
    rig.begin({ op: 'write', block: 0, stamps: [7, 8] });
    rig.write({ block: 1, stamps: [1] });
    expect(everyCrash(rig).map(({ image }) => image)).toEqual([
      '0 0 0 0',
      '0 1 0 0',
      '0 1 9 0',
      '7 1 9 0',
      '7 8 9 0',
    ]);
  });
});

describe('a cache that keeps to flushes', () => {
  function lying(sizes: readonly number[]): StoreRig {
    const rig = storeRig({ crashPolicy: 'epoch' }, 16);
    const id = rig.store.faults.add({ kind: 'lying-flush', sharePpm: 0, salt: 0 });
    let block = 0;
    for (const size of sizes) {
      if (block > 0) rig.flush();
      for (let count = 0; count < size; count += 1) rig.write({ block: block++, stamps: [block] });
    }
    rig.store.faults.remove(id);
    return rig;
  }

  test.each([
    [[3], 8],
    [[2, 3], 3 + 8],
    [[1, 1, 1, 1], 5],
    [[3, 0, 4], 7 + 16],
    [[2, 2, 2], 3 + 3 + 4],
  ])('loses nothing before the epoch that it cuts, any part of that (%j: %i)', (sizes, count) => {
    const outcomes = everyCrash(lying(sizes));
    expect(outcomes.length).toBe(count);
    expect(new Set(outcomes.map(({ image }) => image)).size).toBe(count);
  });

  test('counts a flush in flight as a barrier, whatever policy `any` makes of it', () => {
    const images = (['epoch', 'any'] as const).map((crashPolicy) => {
      const rig = storeRig({ crashPolicy });
      rig.write({ block: 0, stamps: [1] });
      rig.begin({ op: 'flush', block: 0 });
      rig.write({ block: 1, stamps: [2] });
      return everyImage(rig);
    });
    expect(images).toEqual([
      ['0 0 0 0', '1 0 0 0', '1 2 0 0'],
      ['0 0 0 0', '0 2 0 0', '1 0 0 0', '1 2 0 0'],
    ]);
  });

  test('counts the flush before the data of a write as a barrier, and has none of its data', () => {
    const rig = storeRig({ crashPolicy: 'epoch' });
    rig.write({ block: 0, stamps: [1] });
    rig.begin({ op: 'write', block: 3, stamps: [3], preflush: true }, true);
    rig.write({ block: 1, stamps: [2] });
    expect(everyImage(rig)).toEqual(['0 0 0 0', '1 0 0 0', '1 2 0 0']);
  });

  test('forgets barriers before which nothing is left', () => {
    const rig = lying([1, 1]);
    rig.flush();
    rig.write({ block: 4, stamps: [8] });
    rig.write({ block: 5, stamps: [9] });
    expect(everyImage(rig).length).toBe(4);
  });
});

describe('a block written in part', () => {
  function parts(crashPolicy: CrashPolicy): string[] {
    const rig = storeRig({ crashPolicy }, 1);
    rig.write({ block: 0, stamps: [1], endSector: 4 });
    rig.write({ block: 0, stamps: [2], startSector: 4 });
    return everyImage(rig);
  }

  test('keeps any of its parts (any), or the earlier ones first (prefixPerLba)', () => {
    const [none, first, second, both] = [
      '0',
      '1,1,1,1,0,0,0,0',
      '0,0,0,0,2,2,2,2',
      '1,1,1,1,2,2,2,2',
    ];
    expect(parts('any').sort()).toEqual([none, first, second, both].sort());
    expect(parts('prefixPerLba').sort()).toEqual([none, first, both].sort());
  });

  test('has m+1 images of m versions of the same part (m=6)', () => {
    for (const crashPolicy of ['any', 'prefixPerLba'] as const) {
      const rig = storeRig({ crashPolicy }, 1);
      for (let stamp = 1; stamp <= 6; stamp += 1) {
        rig.write({ block: 0, stamps: [stamp], startSector: 2, endSector: 5 });
      }
      expect(everyCrash(rig).length).toBe(7);
      expect(everyImage(rig).length).toBe(7);
    }
  });
});

const ask = fc.record({
  block: fc.nat(2),
  blockCount: fc.integer({ min: 1, max: 2 }),
  startSector: fc.constantFrom(0, 0, 0, 3),
  endSector: fc.constantFrom(8, 8, 8, 5),
  isInFlight: fc.nat(3).map((n) => n === 0),
  flush: fc.constantFrom('none', 'none', 'none', 'in flight', 'lying'),
});

test.each(policies)('%s leaves exactly the images that a brute search finds', (crashPolicy) => {
  fc.assert(
    fc.property(fc.array(ask, { maxLength: 4 }), fc.nat(2), (asks, awupfBlocks) => {
      const rig = storeRig({ crashPolicy, awupfBlocks }, 4);
      rig.store.faults.add({ kind: 'lying-flush', sharePpm: 0, salt: 0 });
      const completed: Written[] = [];
      const inFlight: Written[] = [];
      const barriersNs: number[] = [];
      for (const [index, { isInFlight, flush, ...where }] of asks.entries()) {
        const stamps = Array.from({ length: where.blockCount }, (_, at) => 10 * index + at + 1);
        const request = { op: 'write', ...where, stamps, tag: 0 } as const;
        const sectors = where.blockCount * 8 - where.startSector - (8 - where.endSector);
        const isWhole = sectors <= awupfBlocks * 8;
        if (isInFlight) {
          rig.begin(request);
          inFlight.push({ request, completedAtNs: null, isWhole });
        } else {
          rig.write(request);
          completed.push({ request, completedAtNs: rig.nowNs, isWhole });
        }
        if (flush === 'in flight') rig.begin({ op: 'flush', block: 0 });
        if (flush !== 'lying') continue;
        rig.flush();
        barriersNs.push(rig.nowNs);
      }
      barriersNs.push(...flushesIn(rig.cutOff));
      const history = [...completed, ...inFlight];
      const outcomes = everyCrash(rig);
      const images = [...new Set(outcomes.map(({ image }) => image))].sort();
      expect(images).toEqual(naiveCrashImages(history, crashPolicy, barriersNs, 4));
      for (const outcome of outcomes) {
        expect(rig.fork().crash(keptChoices(outcome.kept))).toEqual(outcome);
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});

describe('beyond what can be enumerated', () => {
  test('every image is equally likely (any, 16 blocks: the first eight, chi-square)', () => {
    const rig = written(
      'any',
      Array.from({ length: 16 }, (_, block) => block),
    );
    const counts = new Array<number>(256).fill(0);
    const choices = seededChoices('chi');
    const crashCount = 256 * 20;
    for (let crash = 0; crash < crashCount; crash += 1) {
      const { kept } = rig.store.copy().crash([], choices, 'disk d1');
      const cell = Number.parseInt(kept.slice(0, 8), 2);
      counts[cell] = (counts[cell] as number) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6; four of them either side.
    expect(Math.abs(chiSquare - 255)).toBeLessThan(91);
  });

  test('every cut is equally likely (fifo, 40 writes, chi-square)', () => {
    const rig = written(
      'fifo',
      Array.from({ length: 40 }, (_, index) => index % 16),
    );
    const counts = new Array<number>(41).fill(0);
    const choices = seededChoices('chi');
    for (let crash = 0; crash < 41 * 50; crash += 1) {
      const { kept } = rig.store.copy().crash([], choices, 'disk d1');
      const cut = Number.parseInt(kept, 36);
      counts[cut] = (counts[cut] as number) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 50) ** 2 / 50, 0);
    // 40 degrees of freedom: standard deviation 8.9; four of them either side.
    expect(Math.abs(chiSquare - 40)).toBeLessThan(36);
  });
});
