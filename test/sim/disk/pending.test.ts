import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Content } from '../../../sim/disk/content.ts';
import { OddBlock } from '../../../sim/disk/odd-block.ts';
import { joinedBit, PendingVersions, promisedBit } from '../../../sim/disk/pending.ts';

interface Entry {
  readonly block: number;
  readonly stamp: number;
  mask: number;
  readonly completedAtNs: number;
  readonly command: number;
  readonly isPromised: boolean;
}

/** The cache as a list that is searched, and the durable image as sectors. */
class NaiveCache {
  entries: Entry[] = [];
  readonly durable: number[] = new Array<number>(blockCount * 8).fill(0);

  #makeDurable({ block, stamp }: Entry, mask: number): void {
    for (let sector = 0; sector < 8; sector += 1) {
      if ((mask & (1 << sector)) !== 0) this.durable[block * 8 + sector] = stamp;
    }
  }

  flush(atNs: number): void {
    for (const entry of this.entries)
      if (entry.completedAtNs <= atNs) this.#makeDurable(entry, entry.mask);
    this.drop(atNs);
  }

  drop(atNs: number): void {
    this.entries = this.entries.filter((entry) => entry.completedAtNs > atNs);
  }

  oldest(): void {
    const command = this.entries[0]!.command;
    for (const entry of this.entries) {
      if (entry.command === command) this.#makeDurable(entry, entry.mask);
    }
    this.entries = this.entries.filter((entry) => entry.command !== command);
  }

  supersede(block: number, mask: number, before = this.entries.length): void {
    for (const entry of this.entries.slice(0, before)) {
      if (entry.block === block) entry.mask &= ~mask;
    }
  }

  retire(block: number, mask: number, before = this.entries.length): void {
    let left = mask;
    for (let at = before - 1; at >= 0; at -= 1) {
      const entry = this.entries[at]!;
      const found = entry.mask & left;
      if (entry.block !== block || found === 0) continue;
      this.#makeDurable(entry, found);
      this.supersede(block, found, at + 1);
      left &= ~found;
      if (!entry.isPromised) continue;
      for (const [place, other] of this.entries.entries()) {
        if (other.command === entry.command && other.mask !== 0) {
          this.retire(other.block, other.mask, place + 1);
        }
      }
    }
  }

  tidy(): void {
    this.entries = this.entries.filter(({ mask }) => mask !== 0);
  }
}

// A few blocks are hit often; among many, some share a chain.
const blockCount = 40;
const block = fc.oneof(fc.nat(4), fc.nat(blockCount - 2));
const mask = fc.constantFrom(0xff, 0xff, 0xff, 0x0f, 0xf0, 0x3c);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      block,
      size: fc.integer({ min: 1, max: 2 }),
      mask,
      isPromised: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('retire' as const), block, mask }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('force' as const), block, mask }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('oldest' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flush' as const),
      ageNs: fc.integer({ min: 0, max: 80 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('drop' as const),
      ageNs: fc.integer({ min: 0, max: 80 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const) }) },
);

test('is a list of versions, whatever leaves it in whatever order (property)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 90, size: 'max' }), (steps) => {
      let [pending, content] = [new PendingVersions(), new Content(blockCount, true)];
      const naive = new NaiveCache();
      for (const [atNs, one] of steps.entries()) {
        switch (one.kind) {
          case 'write':
            for (let index = 0; index < one.size; index += 1) {
              const block = one.block + index;
              const marks = !one.isPromised
                ? 0
                : index === 0
                  ? promisedBit
                  : promisedBit | joinedBit;
              pending.push(block, atNs + 1, undefined, atNs, one.mask | marks);
              const command = one.isPromised ? atNs : atNs + index / 2;
              naive.entries.push({ ...one, block, stamp: atNs + 1, completedAtNs: atNs, command });
            }
            break;
          case 'retire':
            pending.retireBlock(one.block, one.mask, content);
            naive.retire(one.block, one.mask);
            break;
          case 'force':
            pending.supersede(one.block, one.mask);
            naive.supersede(one.block, one.mask);
            break;
          case 'oldest':
            if (pending.dirtyCount > 0) {
              pending.retireOldest(content);
              naive.oldest();
            }
            break;
          case 'flush':
            pending.retireThrough(atNs - one.ageNs, content);
            naive.flush(atNs - one.ageNs);
            break;
          case 'drop':
            pending.dropThrough(atNs - one.ageNs);
            naive.drop(atNs - one.ageNs);
            break;
          case 'copy': {
            const [source, image] = [pending, content];
            [pending, content] = [pending.copy(), content.copy()];
            source.retireThrough(atNs, image);
            source.push(0, 9_999, undefined, atNs, 0xff);
          }
        }
        naive.tidy();
        expect(pending.dirtyCount).toBe(naive.entries.length);
      }
      expect(joined(pending.versions())).toEqual(joined(naive.entries));
      expect(sectorsOf(content)).toEqual(naive.durable);
    }),
    { seed: 5, numRuns: 700 },
  );
});

test('takes room for what counts only, however long the oldest stays (1.2 million)', () => {
  const pending = new PendingVersions();
  const content = new Content(1 << 20, true);
  pending.push(0, 1, undefined, 0, 0xff);
  // Far more than the limit of the cache would hold if gaps took room for good.
  for (let atNs = 1; atNs <= 1_200_000; atNs += 1) {
    pending.push(7, atNs, undefined, atNs, 0xff);
    pending.retireBlock(7, 0xff, content);
  }
  expect(pending.dirtyCount).toBe(1);
  expect(content.durableAt(7).stamp).toBe(1_200_000);
  expect(pending.versions().map(({ block }) => block)).toEqual([0]);
});

test('refuses to retire what is not there, and a completion before the last', () => {
  const pending = new PendingVersions();
  expect(() => pending.retireOldest(new Content(1, true))).toThrow('no version to retire');
  pending.push(0, 1, undefined, 5, 0xff);
  expect(() => pending.push(0, 1, undefined, 4, 0xff)).toThrow('completion at 4 ns before');
});

/** Versions, and of which the one before is of the same command. */
function joined(versions: readonly Readonly<Entry>[]) {
  return versions.map(({ block, stamp, mask, completedAtNs, command, isPromised }, index) => {
    const isJoined = versions[index - 1]?.command === command;
    return { block, stamp, mask, completedAtNs, isPromised, isJoined };
  });
}

/** The durable stamp of every sector. */
function sectorsOf(content: Content): number[] {
  return Array.from({ length: blockCount }, (_, block) => {
    const { stamp, payload } = content.durableAt(block);
    if (payload instanceof OddBlock) return [...payload.stamps];
    return new Array<number>(8).fill(stamp);
  }).flat();
}
