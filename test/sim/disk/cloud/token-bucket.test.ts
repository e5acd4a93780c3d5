import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from '../../../../sim/disk/cloud/token-bucket.ts';

const second = 1_000_000_000;

/** The same bucket in exact fractions: tokens times 10^9, as big integers. */
function exactBucket(ratePerSec: number, capacity: number) {
  const rate = BigInt(ratePerSec);
  const unit = BigInt(second);
  let level = BigInt(capacity) * unit;
  let asOf = 0n;
  const earn = (at: bigint, limit: bigint) => {
    if (at <= asOf) return;
    const earned = level + (at - asOf) * rate;
    // Less than a ns above the limit stays: what conforms within a ns leaves at its end.
    level = earned - limit >= rate ? limit : earned;
    asOf = at;
  };
  return {
    conformsAtNs(cost: number, nowNs: number): number {
      earn(BigInt(nowNs), BigInt(capacity) * unit);
      const missing = BigInt(cost) * unit - level;
      return Number(missing <= 0n ? asOf : asOf + (missing + rate - 1n) / rate);
    },
    take(cost: number, atNs: number): void {
      earn(BigInt(atNs), BigInt(Math.max(capacity, cost)) * unit);
      level -= BigInt(cost) * unit;
    },
    level: () => Number(level / unit),
  };
}

/** Any rate up to what is exact; MiB rates in sectors may be higher. */
const rate = fc.oneof(
  fc.integer({ min: 1, max: 9_000_000 }),
  fc.integer({ min: 1, max: 100_000 }).map((mib) => mib * 2_048),
);
const command = fc.record({
  gapNs: fc.oneof(
    fc.integer({ min: 0, max: 10_000 }),
    fc.integer({ min: 0, max: 3 * second }),
    fc.integer({ min: 0, max: 1_000_000 * second }),
  ),
  cost: fc.integer({ min: 0, max: 8_192 }),
  lateNs: fc.integer({ min: 0, max: 50_000 }),
});

test('agrees with exact fractions at every instant (any rate, capacity and cost)', () => {
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 1, max: 40_000_000_000 }),
      fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }),
      (ratePerSec, capacity, commands) => {
        const bucket = new TokenBucket({ ratePerSec, capacity });
        const exact = exactBucket(ratePerSec, capacity);
        let nowNs = 0;
        for (const { gapNs, cost, lateNs } of commands) {
          nowNs += gapNs;
          const atNs = bucket.conformsAtNs(cost, nowNs);
          expect(atNs).toBe(exact.conformsAtNs(cost, nowNs));
          bucket.take(cost, atNs + lateNs);
          exact.take(cost, atNs + lateNs);
          expect(bucket.levelAt(0)).toBe(exact.level());
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('T1: never lets more than capacity + rate t through in any t successive ns', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 8, max: 200 }),
      fc.array(fc.record({ gapNs: fc.nat(5_000_000), cost: fc.integer({ min: 1, max: 8 }) }), {
        minLength: 2,
        maxLength: 60,
        size: 'max',
      }),
      (ratePerSec, capacity, commands) => {
        const bucket = new TokenBucket({ ratePerSec, capacity });
        const taken: { atNs: number; cost: number }[] = [];
        let nowNs = 0;
        for (const { gapNs, cost } of commands) {
          nowNs += gapNs;
          const atNs = bucket.conformsAtNs(cost, nowNs);
          bucket.take(cost, atNs);
          taken.push({ atNs, cost });
        }
        const above = taken.some((first, from) => {
          let sum = 0;
          return taken.slice(from).some(({ atNs, cost }) => {
            sum += cost;
            // Exact: both sides stay below 2^53 (480 tokens, 5000 a second, 480 s).
            return (sum - capacity) * second > ratePerSec * (atNs - first.atNs + 1);
          });
        });
        expect(above).toBe(false);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

test('keeps its rate to the token (3000 a second, one token at most)', () => {
  const bucket = new TokenBucket({ ratePerSec: 3_000, capacity: 1 });
  const wrong: number[] = [];
  for (let count = 0; count <= 100_000; count += 1) {
    const atNs = bucket.conformsAtNs(1, 0);
    if (atNs !== Math.ceil((count * second) / 3_000)) wrong.push(count);
    bucket.take(1, atNs);
  }
  expect(wrong).toEqual([]);
});

test('conforms at the first ns at which the tokens are there, and not one earlier', () => {
  const bucket = new TokenBucket({ ratePerSec: 3, capacity: 2 });
  bucket.take(2, 0);
  expect(bucket.conformsAtNs(1, 0)).toBe(333_333_334);
  expect(() => bucket.copy().take(1, 333_333_333)).toThrow(
    '1 tokens taken at 333333333 ns, there are 0',
  );
  bucket.take(1, 333_333_334);
  // Two of three ns were earned ahead of the second token.
  expect(bucket.conformsAtNs(1, 333_333_334)).toBe(666_666_667);
});

test('T1: a burst lasts B / (burst - rate), to the token (5.4 million, 3000 above 100)', () => {
  const bucket = new TokenBucket({ ratePerSec: 100, capacity: 5_400_000 });
  let atNs = 0;
  let count = 0;
  // A hundred at a time at 3000 a second, until they must wait.
  for (; bucket.conformsAtNs(100, atNs) === atNs; count += 100) {
    bucket.take(100, atNs);
    atNs = Math.floor(((count + 100) * second) / 3_000);
  }
  expect(count).toBe(Math.floor((5_400_000 * 3_000) / 2_900 / 100) * 100);
  expect(Math.round(atNs / second)).toBe(1_862);
});

test('is full again after B / rate, and not one ns earlier', () => {
  const bucket = new TokenBucket({ ratePerSec: 1_002, capacity: 5_400_000 });
  bucket.take(5_400_000, 0);
  const fullAtNs = Math.ceil(5_400_000 / 1.002) * 1_000_000;
  expect(bucket.copy().conformsAtNs(5_400_000, 0)).toBe(Math.ceil((5_400_000 * second) / 1_002));
  expect(bucket.levelAt(fullAtNs - 2_000_000)).toBeLessThan(5_400_000);
  expect(bucket.levelAt(fullAtNs)).toBe(5_400_000);
  expect(bucket.levelAt(fullAtNs * 10)).toBe(5_400_000);
});

test('lets a command through that costs more than the capacity, as if it came in pieces', () => {
  const bucket = new TokenBucket({ ratePerSec: 1_000, capacity: 2 });
  const pieces = bucket.copy();
  let atNs = 0;
  for (let piece = 0; piece < 5; piece += 1) {
    atNs = pieces.conformsAtNs(2, atNs);
    pieces.take(2, atNs);
  }
  expect(bucket.conformsAtNs(10, 0)).toBe(atNs);
  // Later than it conforms: what was earned beyond its cost is lost.
  bucket.take(10, atNs + 7_000_000);
  expect(bucket.levelAt(0)).toBe(0);
});

test('copies into a bucket of its own, with the part of a token in it', () => {
  const bucket = new TokenBucket({ ratePerSec: 100_000 * 2_048, capacity: 3 });
  bucket.take(3, 1);
  // 0.2048 tokens a ns: 0.8192 of one.
  expect(bucket.levelAt(5)).toBe(0);
  const twin = bucket.copy();
  expect(twin.conformsAtNs(64, 5)).toBe(bucket.conformsAtNs(64, 5));
  twin.take(64, 1_000);
  expect(bucket.conformsAtNs(1, 5)).toBe(6);
});

test('forgets promises for later, not what they cost', () => {
  const bucket = new TokenBucket({ ratePerSec: 10, capacity: 1 });
  bucket.take(1, 0);
  bucket.take(20, bucket.conformsAtNs(20, 0));
  bucket.forgetAfter(500_000_000);
  expect(bucket.conformsAtNs(1, 500_000_000)).toBe(600_000_000);
});

test.each([
  [{ ratePerSec: 0, capacity: 1 }, '0 tokens a second'],
  [{ ratePerSec: 1.5, capacity: 1 }, '1.5 tokens a second'],
  [{ ratePerSec: 1_000_000_000, capacity: 1 }, 'below one each ns'],
  [{ ratePerSec: 1, capacity: 0 }, 'a capacity of 0'],
  [{ ratePerSec: 9_100_001, capacity: 1 }, '9100001 tokens a second are not exact'],
])('refuses %o', (spec, message) => {
  expect(() => new TokenBucket(spec)).toThrow(message);
});

test('refuses what it cannot answer exactly, and tokens taken out of order', () => {
  const bucket = new TokenBucket({ ratePerSec: 1, capacity: 10 });
  expect(() => bucket.conformsAtNs(10_000_000, 0)).toThrow('at most 9007199 are exact');
  bucket.take(1, 5);
  expect(() => bucket.take(1, 4)).toThrow('tokens taken at 4 ns, after some at 5 ns');
});
