// What each fault of clocks does, measured, and that it is over when it ends.
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  type FaultParams,
  nsPerMs,
  nsPerSec,
  type World,
} from '../../../sim/index.ts';

/** Holds a lease of 300 ms from each `grant` on its own clock. */
const leaseholder: Behavior<null> = {
  name: 'leaseholder',
  init: () => null,
  receive(state, message, _from, _self, out) {
    if (message.type === 'grant') out.setTimer('lease', 300 * nsPerMs, { type: 'expire' });
    else out.mark('expired');
    return state;
  },
  copy: (state) => state,
};

function build(): World {
  const world = createWorld({ seed: 8, level: 'full' });
  for (const id of ['a', 'b']) {
    world.addNode({ id });
    world.spawn({ id: `@${id}`, node: id, behavior: leaseholder });
  }
  world.runUntil(0);
  return world;
}

function strike(world: World, kind: string, atMs: number, forMs: number, params: FaultParams = {}) {
  world.scheduleFault({
    kind,
    atNs: atMs * nsPerMs,
    forNs: forMs * nsPerMs,
    params,
    target: 'b',
  });
}

/** When the lease of `b`, granted at `atMs`, is over, in ms after it was granted. */
function leaseMs(world: World, atMs: number): number {
  world.runUntil(atMs * nsPerMs);
  world.send('@a', { type: 'grant' });
  world.send('@b', { type: 'grant' });
  const first = world.entries.length;
  world.runUntil(atMs * nsPerMs + 1000 * nsPerSec);
  const expired = (actor: string) =>
    world.entries.slice(first).find((e) => e.kind === 'mark' && e.actor === actor);
  expect((expired('@a')!.atNs - atMs * nsPerMs) / nsPerMs).toBe(300);
  return (expired('@b')!.atNs - atMs * nsPerMs) / nsPerMs;
}

/** How far the clock of `b` is from that of `a`, in ms, at these instants. */
function offsetsMs(world: World, atMs: readonly number[]): readonly number[] {
  return atMs.map((ms) => {
    world.runUntil(ms * nsPerMs);
    const reading = (id: string) => world.node(id).clock.read(world.now);
    return (reading('b') - reading('a')) / nsPerMs;
  });
}

describe('the rate that is added to a clock', () => {
  it('keeps to what a clock can do: -999,000 to 100,000,000 ppm', () => {
    for (const by of [-999_000, 100_000_000]) strike(build(), 'clock-skew', 1, 1, { by });
    for (const by of [-999_001, 100_000_001, Number.NaN]) {
      expect(() => strike(build(), 'clock-skew', 1, 1, { by })).toThrow(
        `fault 'clock-skew': 'by' is ${by}, expected -999000 to 100000000`,
      );
    }
  });
});

describe('the rate of a clock', () => {
  it('makes a lease expire at a third of the time (2,000,000 ppm)', () => {
    const world = build();
    strike(world, 'clock-skew', 0, 600, { by: 2_000_000 });
    expect(leaseMs(world, 10)).toBe(100);
    expect(leaseMs(world, world.now / nsPerMs + 1)).toBe(300);
  });

  it('makes a lease last twice as long (-500,000 ppm)', () => {
    const world = build();
    strike(world, 'clock-skew', 0, 700, { by: -500_000 });
    expect(leaseMs(world, 10)).toBe(600);
  });

  it('is a thousandth while it is frozen, for readings and leases', () => {
    const world = build();
    strike(world, 'clock-freeze', 0, 1000);
    expect(offsetsMs(world, [500])).toEqual([-499.5]);
    // 0.5 ms of the lease pass until the clock goes on.
    expect(leaseMs(world, 500)).toBe(500 + 299.5);
  });

  it('stays frozen whatever another fault adds to it', () => {
    const world = build();
    strike(world, 'clock-freeze', 0, 1000);
    strike(world, 'clock-skew', 100, 500, { by: 2_000_000 });
    expect(world.node('b').clock.skewPpm).toBe(0);
    world.runUntil(200 * nsPerMs);
    expect(world.node('b').clock.skewPpm).toBe(-999_000);
    world.runUntil(2000 * nsPerMs);
    expect(world.node('b').clock.skewPpm).toBe(0);
  });
});

describe('the reading of a clock', () => {
  it.each([7, -7])('jumps by %d ms and back, and no timer moves (clock-step)', (ms) => {
    const world = build();
    strike(world, 'clock-step', 100, 100, { by: ms * nsPerMs });
    expect(offsetsMs(world, [99, 100, 150, 200, 201])).toEqual([0, ms, ms, 0, 0]);
    const leased = build();
    strike(leased, 'clock-step', 100, 1000, { by: ms * nsPerMs });
    expect(leaseMs(leased, 50)).toBe(300);
  });

  it('jumps to and fro every 10 ms, and is right again at the end (clock-strobe)', () => {
    const world = build();
    strike(world, 'clock-strobe', 100, 45, { by: 7 * nsPerMs, every: 10 * nsPerMs });
    const seen = offsetsMs(world, [99, 105, 115, 125, 135, 144, 146, 200]);
    expect(seen).toEqual([0, 7, 0, 7, 0, 7, 0, 0]);
  });
});
