import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AssertionError,
  NodeClock,
  nsPerSec,
  skewPpmMax,
  skewPpmMin,
  timeNsMax,
} from '../../sim/index.ts';

const dayNs = 86_400 * nsPerSec;
const million = 1_000_000n;

const instants = fc.maxSafeNat();
const skews = fc.oneof(
  fc.integer({ min: skewPpmMin, max: skewPpmMax }),
  fc.integer({ min: -200, max: 200 }),
  fc.constantFrom(skewPpmMin, -1, 0, 1, 2_000_000, skewPpmMax),
);
/** Changes of rate at instants that do not go back. */
const histories = fc.array(fc.tuple(fc.nat({ max: 30 * dayNs }), skews), { maxLength: 5 });

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}

/** The exact value where an integer below 2^53 holds it, else a refusal. */
function exactOrRefused(exact: bigint, compute: () => number): void {
  const magnitude = exact < 0n ? -exact : exact;
  if (magnitude <= BigInt(timeNsMax)) expect(BigInt(compute())).toBe(exact);
  else expect(compute).toThrow(AssertionError);
}

describe('reading', () => {
  it('equals exact arithmetic, or is refused beyond 2^53 (any instant, offset and skew)', () => {
    const offsets = fc.integer({ min: 0, max: timeNsMax });
    fc.assert(
      fc.property(instants, offsets, skews, (trueNs, offsetNs, skewPpm) => {
        const clock = new NodeClock({ offsetNs, skewPpm });
        const skewed = floorDivide(BigInt(trueNs) * BigInt(skewPpm), million);
        exactOrRefused(BigInt(offsetNs) + BigInt(trueNs) + skewed, () => clock.read(trueNs));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    [100 * dayNs, 2_000_000],
    [100 * dayNs, skewPpmMax],
    [dayNs, skewPpmMax],
    [timeNsMax, 1],
  ])('is refused where it would lose precision (%d ns at %i ppm)', (trueNs, skewPpm) => {
    const read = () => new NodeClock({ skewPpm }).read(trueNs);
    if (trueNs === dayNs) expect(read()).toBe(dayNs * 101);
    else expect(read).toThrow(/clock reads .* ns at .* ns, beyond 2\^53; skew .* ppm/);
  });

  it('is refused where only the span is too long (an offset of -50 days hides it)', () => {
    const clock = new NodeClock({ offsetNs: -50 * dayNs, skewPpm: 500_000 });
    expect(clock.read(60 * dayNs)).toBe(40 * dayNs);
    expect(() => clock.read(90 * dayNs)).toThrow(AssertionError);
  });

  it('never goes back and never jumps at a change of rate', () => {
    fc.assert(
      fc.property(histories, fc.nat({ max: dayNs }), (changes, stepNs) => {
        const clock = new NodeClock();
        let nowNs = 0;
        let readingNs = 0;
        for (const [gapNs, skewPpm] of changes) {
          nowNs += Math.floor(gapNs / 1000);
          const beforeNs = clock.read(nowNs);
          expect(beforeNs).toBeGreaterThanOrEqual(readingNs);
          clock.setSkew(skewPpm, nowNs);
          readingNs = clock.read(nowNs);
          expect(readingNs).toBe(beforeNs);
          expect(clock.read(nowNs + 1)).toBeGreaterThanOrEqual(readingNs);
        }
        expect(clock.read(nowNs + Math.floor(stepNs / 1000))).toBeGreaterThanOrEqual(readingNs);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('moves by the step and by nothing else, and a copy does not follow', () => {
    const clock = new NodeClock({ offsetNs: 1000, skewPpm: 500_000 });
    const copy = clock.copy();
    expect(clock.read(0)).toBe(1000);
    expect(clock.read(10)).toBe(1015);
    clock.step(-400);
    expect(clock.read(10)).toBe(615);
    clock.setSkew(0, 20);
    expect(clock.read(30)).toBe(640);
    expect(copy.read(30)).toBe(1045);
    expect(copy.skewPpm).toBe(500_000);
  });

  it.each([skewPpmMin - 1, skewPpmMax + 1, 0.5, Number.NaN])(
    'refuses a skew of %d ppm and a step of a fraction',
    (skewPpm) => {
      const clock = new NodeClock();
      expect(() => clock.setSkew(skewPpm, 0)).toThrow(
        /expected an integer from -999000 to 100000000/,
      );
      expect(() => clock.step(0.5)).toThrow(AssertionError);
    },
  );
});

describe('a delay', () => {
  it('equals exact arithmetic, or is refused beyond 2^53 (any delay and skew)', () => {
    fc.assert(
      fc.property(instants, skews, (localNs, skewPpm) => {
        const clock = new NodeClock({ skewPpm });
        const rate = million + BigInt(skewPpm);
        const exact = (BigInt(localNs) * million + rate - 1n) / rate;
        exactOrRefused(exact, () => clock.trueDelay(localNs));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it('is never over early on its own clock, and never a tick later than it must be', () => {
    const delays = fc.nat({ max: dayNs });
    fc.assert(
      fc.property(instants, delays, skews, (anyNs, delayNs, skewPpm) => {
        const startNs = anyNs % dayNs;
        const clock = new NodeClock({ skewPpm });
        // A day at the slowest rate is a thousand days: not one that a run could reach.
        fc.pre(startNs + delayNs * (1_000_000 / (1_000_000 + skewPpm)) < timeNsMax / 200);
        const endNs = startNs + clock.trueDelay(delayNs);
        expect(clock.read(endNs) - clock.read(startNs)).toBeGreaterThanOrEqual(delayNs);
        if (delayNs === 0) return;
        const tooSoon = clock.read(clock.trueDelay(delayNs) - 1) - clock.read(0);
        expect(tooSoon).toBeLessThan(delayNs);
      }),
      { seed: 4, numRuns: 2000 },
    );
  });

  it('is itself on a true clock, whatever the offset', () => {
    expect(new NodeClock({ offsetNs: 12_345 }).trueDelay(timeNsMax)).toBe(timeNsMax);
  });
});
