// Messages that the network has taken and not handed over, when faults come and go meanwhile.
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  defaultNetwork,
  type FaultParams,
  type NetworkSpec,
  nsPerMs,
  nsPerUs,
  type World,
} from '../../sim/index.ts';
import { type Burst, deliveriesTo, dropsIn, sender } from '../support/behaviors.ts';

/** 1 Gbit/s: a message of 1250 bytes takes 10 us to leave, and 100 us from then on. */
function build(network: Partial<NetworkSpec> = {}): World {
  const spec = { ...defaultNetwork, bandwidthBitsPerSec: 1_000_000_000, ...network };
  const world = createWorld({ seed: 8, level: 'full', network: spec });
  for (const id of ['a', 'b', 'c']) {
    world.addNode({ id });
    world.spawn({ id: `@${id}`, node: id, behavior: sender });
  }
  world.runUntil(0);
  return world;
}

/** A fault at b, in us. */
function strike(world: World, kind: string, atUs: number, forUs: number, params: FaultParams = {}) {
  const target = 'b';
  world.scheduleFault({ kind, atNs: atUs * nsPerUs, forNs: forUs * nsPerUs, params, target });
}

function burst(world: World, count: number, to = 'b'): void {
  world.send('@a', { type: 'burst', to: `@${to}`, count, sizeBytes: 1250 } as Burst);
}

/** When messages reached b, in us. */
function arrivalsUs(world: World, to = 'b'): number[] {
  world.runUntil(200 * nsPerMs);
  return deliveriesTo(world, `@${to}`).map(({ atNs }) => atNs / nsPerUs);
}

const numbersAt = (world: World) =>
  deliveriesTo(world, '@b').map(({ message }) => (message as { n: number }).n);

describe('a queue at a thin link', () => {
  it('is slower from the instant that the fault begins (10x from 25 us on, 4 messages)', () => {
    const world = build();
    burst(world, 4);
    strike(world, 'bandwidth', 25, 1000, { factor: 10 });
    // Half of the third is left: 50 us of it, then 100 us of the fourth.
    expect(arrivalsUs(world)).toEqual([110, 120, 175, 275]);
  });

  it('is as fast as ever from the instant that it is over (100x until 1.5 ms)', () => {
    const world = build();
    strike(world, 'bandwidth', 0, 1500, { factor: 100 });
    world.runUntil(1);
    burst(world, 4);
    const [first, second, ...rest] = arrivalsUs(world).map((us) => Math.round(us));
    expect([first, second]).toEqual([1100, 1605]);
    expect(rest).toEqual([1615, 1625]);
    expect(numbersAt(world)).toEqual([0, 1, 2, 3]);
  });

  it('has none of the backlog of two faults at once when both are over (300x and 300x)', () => {
    const world = build();
    strike(world, 'bandwidth', 0, 2000, { factor: 300 });
    strike(world, 'bandwidth', 500, 1000, { factor: 300 });
    world.runUntil(1);
    burst(world, 3);
    // 500 us send 1/6 of the first, 1000 us next to nothing, 500 us 1/6; 2/3 go at the full rate.
    const roundedUs = arrivalsUs(world).map((us) => Math.round(us));
    expect(roundedUs).toEqual([2107, 2117, 2127]);
  });

  it('shifts what another link of the same sender has behind it, and nothing else', () => {
    const world = build();
    burst(world, 2, 'b');
    burst(world, 1, 'c');
    strike(world, 'bandwidth', 5, 1000, { factor: 3 });
    // Half of the first takes 15 us, the second 30, and the one to c 10 as ever.
    expect(arrivalsUs(world)).toEqual([120, 150]);
    expect(arrivalsUs(world, 'c')).toEqual([160]);
  });

  it('goes on alike in a fork that is made while it is thin', () => {
    const world = build();
    strike(world, 'bandwidth', 10, 1500, { factor: 100 });
    burst(world, 50);
    world.runUntil(700 * nsPerUs);
    const other = world.fork();
    expect(arrivalsUs(other)).toEqual(arrivalsUs(world));
    expect(other.fingerprint).toBe(world.fingerprint);
    expect(arrivalsUs(other)).toHaveLength(50);
  });

  it('is healed at once', () => {
    const world = build();
    strike(world, 'bandwidth', 0, 100_000, { factor: 90_000 });
    world.runUntil(1);
    burst(world, 3);
    world.runUntil(nsPerMs);
    world.heal();
    expect(arrivalsUs(world).map((us) => Math.round(us))).toEqual([1110, 1120, 1130]);
  });

  it('loses what a cut met, though it leaves only when others have come and gone', () => {
    const world = build();
    burst(world, 3);
    strike(world, 'isolate', 12, 1);
    strike(world, 'bandwidth', 14, 3000, { factor: 100 });
    world.runUntil(500 * nsPerUs);
    strike(world, 'isolate', 600, 1);
    burst(world, 1, 'c');
    expect(arrivalsUs(world)).toEqual([]);
    expect(dropsIn(world).map(({ reason }) => reason)).toEqual([
      'isolated b',
      'isolated b',
      'isolated b',
    ]);
    expect(arrivalsUs(world, 'c')).toHaveLength(1);
  });

  it('never lets a message overtake another one where links keep their order (fifo)', () => {
    const world = build({ fifo: true });
    strike(world, 'message-jitter', 0, 5000, { upTo: 3 * nsPerMs });
    strike(world, 'bandwidth', 100, 300, { factor: 50 });
    strike(world, 'bandwidth', 200, 900, { factor: 7 });
    world.runUntil(1);
    burst(world, 100);
    const atUs = arrivalsUs(world);
    expect(numbersAt(world)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(new Set(atUs).size).toBe(100);
  });
});

describe('messages held back at a thin link', () => {
  it.each([
    // Three leave at 1, 2 and 3 ms. Freed at 1.5 ms, the first is under way from then on.
    ['clog', 1500, [1600, 2100, 3100]],
    ['clog', 9000, [9100, 9100, 9100]],
    ['hold-and-release', 1500, [1500, 1500, 1500]],
  ] as const)('%s until %i us: arrive at %j us', (kind, forUs, expected) => {
    const world = build();
    strike(world, 'bandwidth', 0, 5000, { factor: 100 });
    strike(world, kind, 0, forUs);
    world.runUntil(1);
    burst(world, 3);
    expect(arrivalsUs(world).map((us) => Math.round(us))).toEqual(expected);
  });

  it('leave their interface at the new rate, before they are freed and after', () => {
    for (const [clogUs, thinUs, expected] of [
      // Thin until 500 us: they leave at 505, 515 and 525 us, and are freed later.
      [2000, 500, [2100, 2100, 2100]],
      // Freed at 200 us while they wait at the interface, which is fast again from 500 us on.
      [200, 500, [605, 615, 625]],
    ] as const) {
      const world = build();
      strike(world, 'bandwidth', 0, thinUs, { factor: 100 });
      strike(world, 'clog', 0, clogUs);
      world.runUntil(1);
      burst(world, 3);
      expect(arrivalsUs(world).map((us) => Math.round(us))).toEqual(expected);
      expect(numbersAt(world)).toEqual([0, 1, 2]);
    }
  });
});
