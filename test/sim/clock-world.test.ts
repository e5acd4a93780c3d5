// Timers on a clock whose rate changes while they run.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  nsPerMs,
  nsPerSec,
  skewPpmMax,
  skewPpmMin,
  type World,
} from '../../sim/index.ts';

interface Started {
  readonly startedNs: number;
}

/** Sets one timer of `delayNs` and notes how long it took on the clock of its node. */
const waiter: Behavior<Started, { readonly delayNs: number }> = {
  name: 'waiter',
  init(input, self, out) {
    out.setTimer('wait', input.delayNs, { type: 'waited' });
    return { startedNs: self.nowNs() };
  },
  receive(state, _message, _from, self, out) {
    out.mark('waited', { tookNs: self.nowNs() - state.startedNs });
    return state;
  },
  copy: (state) => state,
};

function waiting(delayNs: number): World {
  const world = createWorld({ seed: 1, level: 'full' });
  world.addNode({ id: 'n', clock: { offsetNs: 77 } });
  world.spawn({ id: 'w', node: 'n', behavior: waiter, input: { delayNs } });
  return world;
}

/** How long the timer took on its own clock, and the true instant. */
function outcome(world: World): { tookNs: number; atNs: number } {
  const marks = world.entries.filter((entry) => entry.kind === 'mark');
  expect(marks).toHaveLength(1);
  return { tookNs: marks[0].facts.tookNs as number, atNs: marks[0].atNs };
}

describe('a timer', () => {
  it('is never early on its own clock and late by rounding only (rate changes as it runs)', () => {
    const changes = fc.array(
      fc.tuple(fc.nat({ max: nsPerMs }), fc.integer({ min: -900_000, max: 9_000_000 })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(changes, fc.nat({ max: 10 * nsPerMs }), (list, delayNs) => {
        const world = waiting(delayNs);
        let atNs = 0;
        for (const [gapNs, skewPpm] of list) {
          atNs += gapNs;
          world.runUntil(atNs);
          world.setClockSkew('n', skewPpm);
        }
        world.runUntil(nsPerSec);
        const { tookNs } = outcome(world);
        expect(tookNs).toBeGreaterThanOrEqual(delayNs);
        // Each change rounds up to a true nanosecond, which is at most ten of the clock's.
        expect(tookNs).toBeLessThanOrEqual(delayNs + 11 * (list.length + 1));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it.each([
    [0, 0, 9_000_000],
    [1_000_000, 0, 4_500_000],
    [1_000_000, 3_000_000, 6_000_000],
    [-500_000, 3_000_000, 15_000_000],
  ])('of 9 ms at %i ppm from %i ns on fires at %i ns', (skewPpm, fromNs, atNs) => {
    const world = waiting(9 * nsPerMs);
    world.runUntil(fromNs);
    world.setClockSkew('n', skewPpm);
    world.runUntil(nsPerSec);
    expect(outcome(world)).toEqual({ tookNs: 9 * nsPerMs, atNs });
  });

  it('keeps its instant when a change of rate is taken back at once', () => {
    const world = waiting(9 * nsPerMs);
    world.runUntil(3 * nsPerMs);
    world.setClockSkew('n', 2_000_000);
    world.setClockSkew('n', 0);
    world.runUntil(nsPerSec);
    expect(outcome(world).atNs).toBe(9 * nsPerMs);
  });

  it('is not moved by a step of the clock, though the reading is', () => {
    const world = waiting(9 * nsPerMs);
    world.runUntil(nsPerMs);
    world.node('n').clock.step(nsPerSec);
    world.runUntil(nsPerSec);
    expect(outcome(world)).toEqual({ tookNs: 9 * nsPerMs + nsPerSec, atNs: 9 * nsPerMs });
  });

  it('that fell due at a paused node fires when it wakes, whatever the rate by then', () => {
    const world = waiting(9 * nsPerMs);
    world.runUntil(0);
    world.pause('n');
    world.runUntil(20 * nsPerMs);
    world.setClockSkew('n', 5_000_000);
    world.runUntil(30 * nsPerMs);
    world.resume('n');
    world.runUntil(nsPerSec);
    expect(outcome(world).atNs).toBe(30 * nsPerMs);
  });

  it('that could not fire before the end of time is refused', () => {
    const world = waiting(0);
    world.setClockSkew('n', skewPpmMin);
    world.spawn({ id: 'far', node: 'n', behavior: waiter, input: { delayNs: 10_000 * nsPerSec } });
    expect(() => world.runUntil(nsPerSec)).toThrow(/a delay of .* ns takes .* beyond 2\^53/);
  });
});

describe('skew by several faults', () => {
  const rateOf = (world: World) => world.node('n').clock.skewPpm;
  const skew = (by: number, atMs: number, forMs: number) => ({
    kind: 'clock-skew',
    atNs: atMs * nsPerMs,
    forNs: forMs * nsPerMs,
    target: 'n',
    params: { by },
  });

  it.each([
    ['adds up', 100, 200, 300],
    ['adds up', 100, -100, 0],
    ['stays above the slowest rate', -600_000, -600_000, skewPpmMin],
    ['stays below the fastest rate', skewPpmMax, skewPpmMax, skewPpmMax],
  ])('%s while they overlap, and each takes away its own (%i and %i ppm)', (_what, a, b, both) => {
    const world = waiting(1);
    world.setClockSkew('n', 0);
    world.scheduleFault(skew(a, 10, 20));
    world.scheduleFault(skew(b, 20, 20));
    const rates = [15, 25, 35, 45].map((atMs) => {
      world.runUntil(atMs * nsPerMs);
      return rateOf(world);
    });
    expect(rates).toEqual([a, both, b, 0]);
  });

  it('leaves the rate that was set while it lasted', () => {
    const world = waiting(1);
    world.scheduleFault(skew(100, 10, 20));
    world.runUntil(20 * nsPerMs);
    world.setClockSkew('n', 7);
    expect(rateOf(world)).toBe(107);
    world.runUntil(40 * nsPerMs);
    expect(rateOf(world)).toBe(7);
  });
});
