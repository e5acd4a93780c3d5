// Knobs that several faults turn at once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  deviceProfiles,
  nsPerMs,
  type ScheduledFault,
  tableDevice,
  type World,
} from '../../sim/index.ts';
import { sender } from '../support/behaviors.ts';

function build(): World {
  const world = createWorld({ seed: 3, level: 'full' });
  world.addNode({ id: 'n', labels: { zone: 'a' } });
  world.addNode({ id: 'm', labels: { zone: 'b' } });
  world.addDevice('n', 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
  world.spawn({ id: '@n', node: 'n', behavior: sender });
  world.runUntil(0);
  return world;
}

function fault(kind: string, atMs: number, forMs: number, params = {}): ScheduledFault {
  return { kind, atNs: atMs * nsPerMs, forNs: forMs * nsPerMs, target: 'n', params };
}

/** What `look` sees at each of these instants. */
function seen<T>(world: World, atMs: readonly number[], look: (world: World) => T): T[] {
  return atMs.map((ms) => {
    world.runUntil(ms * nsPerMs);
    return look(world);
  });
}

describe('slow-disk', () => {
  const slowness = (world: World) => world.node('n').devices.get('disk')!.device.slowFactor;

  it.each([3, 49, 0.1, 1e6, 1 / 3])('is undone to exactly 1 (factor %d)', (factor) => {
    const world = build();
    world.scheduleFault(fault('slow-disk', 10, 10, { factor }));
    expect(seen(world, [5, 15, 25], slowness)).toEqual([1, factor, 1]);
  });

  it('multiplies while two overlap, in whatever order they end', () => {
    const nested = build();
    nested.scheduleFault(fault('slow-disk', 10, 40, { factor: 49 }));
    nested.scheduleFault(fault('slow-disk', 20, 10, { factor: 3 }));
    expect(seen(nested, [15, 25, 35, 55], slowness)).toEqual([49, 147, 49, 1]);
    const crossed = build();
    crossed.scheduleFault(fault('slow-disk', 10, 20, { factor: 49 }));
    crossed.scheduleFault(fault('slow-disk', 20, 20, { factor: 3 }));
    expect(seen(crossed, [15, 25, 35, 55], slowness)).toEqual([49, 147, 3, 1]);
  });

  it('gives back the factor that a device had of its own', () => {
    const world = build();
    world.node('n').devices.get('disk')!.device.setSlowFactor(1.7);
    world.scheduleFault(fault('slow-disk', 10, 10, { factor: 49 }));
    expect(seen(world, [15, 25], slowness)).toEqual([1.7 * 49, 1.7]);
  });

  it('is undone to exactly 1 by any schedule and by healing at any time', () => {
    const slow = fc.record({
      atMs: fc.nat({ max: 50 }),
      forMs: fc.nat({ max: 50 }),
      factor: fc.double({ min: 0.001, max: 1000, noNaN: true }),
    });
    const schedules = fc.array(slow, { maxLength: 6 });
    fc.assert(
      fc.property(schedules, fc.nat({ max: 110 }), (schedule, healMs) => {
        const world = build();
        for (const { atMs, forMs, factor } of schedule) {
          world.scheduleFault(fault('slow-disk', atMs, forMs, { factor }));
        }
        world.runUntil(healMs * nsPerMs);
        world.fork().heal();
        world.heal();
        expect(slowness(world)).toBe(1);
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe('crash', () => {
  it.each([
    ['crash', 'crash'],
    ['crash', 'power-loss'],
    ['power-loss', 'crash'],
  ])('keeps a node down until the last of two has ended (%s, %s)', (one, other) => {
    const world = build();
    world.scheduleFault(fault(one, 10, 20));
    world.scheduleFault(fault(other, 20, 20));
    const alive = (of: World) => of.actor('@n').alive;
    expect(seen(world, [5, 15, 25, 35, 45], alive)).toEqual([true, false, false, false, true]);
    expect(world.actor('@n').incarnation).toBe(1);
  });
});

describe('pause', () => {
  it('lasts until the last of two has ended', () => {
    const world = build();
    world.scheduleFault(fault('pause', 10, 20));
    world.scheduleFault(fault('pause', 20, 20));
    world.runUntil(15 * nsPerMs);
    world.send('@n', { type: 'hello' });
    world.runUntil(100 * nsPerMs);
    const at = world.entries.flatMap((entry) => (entry.kind === 'message' ? [entry.atNs] : []));
    expect(at).toEqual([40 * nsPerMs]);
  });
});

describe('a mistaken fault is refused when it is planned or fires', () => {
  const at = { atNs: 0, params: {} };
  it.each<[ScheduledFault, RegExp]>([
    [{ ...at, kind: 'meteor' }, /unknown fault 'meteor'/],
    [{ ...at, kind: 'crash' }, /fault 'crash' has no target/],
    [{ ...at, kind: 'slow-disk', target: 'n' }, /fault 'slow-disk' has no 'factor'/],
    [
      { ...at, kind: 'isolate', target: 'n', params: { inbuond: false } },
      /fault 'isolate' has no parameter 'inbuond'; known: inbound, outbound/,
    ],
    [{ ...at, kind: 'crash', target: 'zone=z' }, /'zone=z' of fault 'crash' matches no node/],
    [{ ...at, kind: 'crash', target: '=' }, /selector '=' of fault 'crash' is bad/],
    [
      { ...at, kind: 'partition', params: { groups: [['n'], ['zone=z']] } },
      /selector 'zone=z' of a partition matches no node/,
    ],
    [
      { ...at, kind: 'partition', params: { groups: [['n'], ['=']] } },
      /selector '=' of a partition is bad/,
    ],
    [{ ...at, kind: 'pause', target: 'n', atNs: -1 }, /'pause' planned for the past, -1 ns/],
  ])('%j', (planned, message) => {
    const world = build();
    const run = () => {
      world.scheduleFault(planned);
      world.runUntil(nsPerMs);
    };
    expect(run).toThrow(message);
  });
});

describe('defaults of parameters', () => {
  it('hold when they are left out: isolate cuts both ways', () => {
    const world = build();
    world.scheduleFault(fault('isolate', 0, 10));
    world.runUntil(nsPerMs);
    const { network } = world.parts;
    expect(network.cutReason('n', 'm')).toBe('isolated n');
    expect(network.cutReason('m', 'n')).toBe('isolated n');
    world.runUntil(20 * nsPerMs);
    expect(network.cutReason('n', 'm')).toBeNull();
  });
});
