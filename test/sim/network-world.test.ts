// The network as actors meet it: zones, cuts, and chance that belongs to one link alone.
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  defaultNetwork,
  type FaultParams,
  type NetworkSpec,
  nsPerMs,
  nsPerUs,
  type ScheduledFault,
  uniformTable,
  type World,
} from '../../sim/index.ts';
import { type Burst, deliveriesTo, dropsIn, sender } from '../support/behaviors.ts';

/** Nodes by name, each with a sender of the same name with `@` before it. */
function worldOf(zones: Readonly<Record<string, string>>, network: Partial<NetworkSpec> = {}) {
  const spec = { ...defaultNetwork, bandwidthBitsPerSec: 0, ...network };
  const world = createWorld({ seed: 5, level: 'full', network: spec });
  for (const [id, zone] of Object.entries(zones)) {
    world.addNode({ id, labels: zone === '' ? {} : { zone } });
    world.spawn({ id: `@${id}`, node: id, behavior: sender });
  }
  world.runUntil(0);
  return world;
}

function burst(world: World, from: string, to: string, count = 1): void {
  world.send(from, { type: 'burst', to, count } as Burst);
}

function fault(world: World, kind: string, of: Partial<ScheduledFault> & { params: FaultParams }) {
  world.scheduleFault({ kind, atNs: world.now, ...of });
}

function latenciesTo(world: World, actor: string): number[] {
  return deliveriesTo(world, actor).map((entry) => entry.atNs - entry.sentAtNs);
}

describe('latency', () => {
  const tables = {
    sameZone: uniformTable(10 * nsPerUs, 20 * nsPerUs),
    crossZone: uniformTable(100 * nsPerUs, 200 * nsPerUs),
  };

  it('comes from the table of one zone or of two, by the labels of both nodes', () => {
    const world = worldOf({ a1: 'a', a2: 'a', b1: 'b' }, tables);
    burst(world, '@a1', '@a2', 200);
    burst(world, '@a1', '@b1', 200);
    world.runUntil(nsPerMs);
    const near = latenciesTo(world, '@a2');
    const far = latenciesTo(world, '@b1');
    expect([near.length, far.length]).toEqual([200, 200]);
    expect(near.every((ns) => ns >= 10 * nsPerUs && ns <= 20 * nsPerUs)).toBe(true);
    expect(far.every((ns) => ns >= 100 * nsPerUs && ns <= 200 * nsPerUs)).toBe(true);
    expect(new Set(far).size).toBeGreaterThan(150);
  });

  it('is that of one zone between nodes without a zone', () => {
    const world = worldOf({ x: '', y: '' }, tables);
    burst(world, '@x', '@y', 50);
    world.runUntil(nsPerMs);
    expect(Math.max(...latenciesTo(world, '@y'))).toBeLessThanOrEqual(20 * nsPerUs);
  });

  it('is localNs within a node, and nothing is lost there (loss 100 %, cut off)', () => {
    const world = worldOf({ a: 'a', b: 'b' }, { localNs: 777, lossPpm: 1_000_000 });
    world.spawn({ id: '@a/2', node: 'a', behavior: sender });
    fault(world, 'isolate', { target: 'a', params: {} });
    burst(world, '@a', '@a/2', 20);
    world.runUntil(nsPerMs);
    expect(latenciesTo(world, '@a/2')).toEqual(Array.from({ length: 20 }, () => 777));
  });
});

describe('cuts', () => {
  const zones = { a: 'a', b: 'b', c: 'c' };

  function reachedUnder(kind: string, of: { target?: string; params: FaultParams }): string[] {
    const world = worldOf(zones);
    fault(world, kind, of);
    for (const from of Object.keys(zones)) {
      for (const to of Object.keys(zones)) if (from !== to) burst(world, `@${from}`, `@${to}`);
    }
    world.runUntil(nsPerMs);
    return world.entries.flatMap((entry) =>
      entry.kind === 'message' && entry.outcome === 'delivered' && entry.type === 'item'
        ? [`${entry.from.slice(1)}${entry.actor.slice(1)}`]
        : [],
    );
  }

  it.each([
    ['partition', { params: { groups: [['a'], ['b']] } }, 'ac bc ca cb'],
    ['partition', { params: { groups: [['a'], ['b']], oneWay: true } }, 'ac ba bc ca cb'],
    ['partition', { params: { groups: [['a'], ['b', 'c']] } }, 'bc cb'],
    ['partition', { params: { groups: [['a'], ['b', 'c']], oneWay: true } }, 'ba bc ca cb'],
    ['isolate', { target: 'a', params: {} }, 'bc cb'],
    ['isolate', { target: 'a', params: { outbound: false } }, 'ab ac bc cb'],
    ['isolate', { target: 'a', params: { inbound: false } }, 'ba bc ca cb'],
    ['isolate', { target: 'a|b', params: {} }, 'ab ba'],
  ])('%s with %j lets pass only %s', (kind, of, expected) => {
    expect(reachedUnder(kind, of).sort().join(' ')).toBe(expected);
  });

  it('lose what is in flight when they begin, and say so at the instant it was due', () => {
    const world = worldOf(zones);
    burst(world, '@a', '@b');
    const atNs = 200 * nsPerUs;
    fault(world, 'partition', { atNs, params: { groups: [['zone=a'], ['zone=b']] } });
    world.runUntil(nsPerMs);
    const drops = dropsIn(world);
    expect(drops.map((d) => [d.atNs, d.sentAtNs, d.reason])).toEqual([
      [500 * nsPerUs, 0, 'partition zone=a | zone=b'],
    ]);
    expect(deliveriesTo(world, '@b')).toEqual([]);
  });

  it('lose what is sent while they last, even when they end before it would arrive', () => {
    const world = worldOf(zones);
    const groups = [['a'], ['b']];
    fault(world, 'partition', { forNs: 100 * nsPerUs, params: { groups } });
    burst(world, '@a', '@b');
    world.runUntil(150 * nsPerUs);
    burst(world, '@a', '@b');
    world.runUntil(nsPerMs);
    expect(deliveriesTo(world, '@b').map((entry) => entry.sentAtNs)).toEqual([150 * nsPerUs]);
  });

  /** A message from a to b, due after 500 us, and a cut between them from 200 us on for `forUs`. */
  function crossed(forUs: number, atUs = 200): World {
    const world = worldOf(zones);
    const params = { groups: [['a'], ['b']] };
    fault(world, 'partition', { atNs: atUs * nsPerUs, forNs: forUs * nsPerUs, params });
    burst(world, '@a', '@b');
    return world;
  }

  const arrivalsAt = (world: World) => {
    world.runUntil(10 * nsPerMs);
    return deliveriesTo(world, '@b').map((entry) => entry.atNs);
  };

  it('lose what is in flight though they end before it is due (100 us of 500 us)', () => {
    const world = crossed(100);
    expect(arrivalsAt(world)).toEqual([]);
    expect(dropsIn(world).map(({ atNs, reason }) => [atNs, reason])).toEqual([
      [500 * nsPerUs, 'partition a | b'],
    ]);
  });

  it('lose it in a fork that was made before, during and after the cut', () => {
    for (const forkUs of [100, 250, 400]) {
      const world = crossed(100);
      world.runUntil(forkUs * nsPerUs);
      const other = world.fork();
      expect([arrivalsAt(other), arrivalsAt(world)]).toEqual([[], []]);
      expect(other.fingerprint).toBe(world.fingerprint);
    }
  });

  it('lose it only across the cut, and nothing that sets out when they are over', () => {
    const world = crossed(100);
    burst(world, '@b', '@c');
    world.runUntil(300 * nsPerUs);
    burst(world, '@a', '@b');
    expect(arrivalsAt(world)).toEqual([800 * nsPerUs]);
    expect(deliveriesTo(world, '@c')).toHaveLength(1);
  });

  it('each of many count: the one that fell in flight names the loss', () => {
    const world = worldOf(zones);
    const params = { groups: [['a'], ['b']] };
    for (let ms = 1; ms < 9; ms++) {
      fault(world, 'partition', { atNs: ms * nsPerMs, forNs: 1, params });
    }
    fault(world, 'isolate', { atNs: 9_200 * nsPerUs, forNs: 1, target: 'b', params: {} });
    world.runUntil(9 * nsPerMs);
    burst(world, '@a', '@b');
    expect(arrivalsAt(world)).toEqual([]);
    expect(dropsIn(world).map(({ reason }) => reason)).toEqual(['isolated b']);
  });

  it('are remembered while what they met is in flight, though others fall after them', () => {
    const world = crossed(100);
    for (const atUs of [310, 330, 350, 370]) {
      fault(world, 'isolate', { atNs: atUs * nsPerUs, forNs: 1, target: 'c', params: {} });
    }
    expect(arrivalsAt(world)).toEqual([]);
  });

  it('spare what is held while they come and go, and lose it when it is released into one', () => {
    for (const [cutUs, forUs, expected] of [
      [200, 100, [2500 * nsPerUs]],
      [2100, 100, []],
      [1900, 200, []],
      [1500, 5000, []],
    ] as const) {
      const world = worldOf(zones);
      fault(world, 'clog', { forNs: 2 * nsPerMs, target: 'b', params: {} });
      const params = { groups: [['a'], ['b']] };
      fault(world, 'partition', { atNs: cutUs * nsPerUs, forNs: forUs * nsPerUs, params });
      burst(world, '@a', '@b');
      expect([cutUs, arrivalsAt(world)]).toEqual([cutUs, expected]);
    }
  });
});

describe('chance of a link', () => {
  const spec = {
    sameZone: uniformTable(50 * nsPerUs, 150 * nsPerUs),
    lossPpm: 100_000,
    duplicatePpm: 100_000,
    reorderPpm: 100_000,
  };

  /** Instants at which a burst from a reaches b, while something else goes on. */
  function instants(also: (world: World) => void, zones = {}): number[] {
    const world = worldOf({ a: '', b: '', ...zones }, spec);
    also(world);
    burst(world, '@a', '@b', 200);
    burst(world, '@a', '@b', 200);
    world.runUntil(nsPerMs);
    return deliveriesTo(world, '@b').flatMap(({ from, atNs }) => (from === '@a' ? [atNs] : []));
  }

  const alone = instants(() => {});

  it.each<[string, (world: World) => void]>([
    ['another link of the same sender is busy', (world) => burst(world, '@a', '@c', 77)],
    ['another link of the same receiver is busy', (world) => burst(world, '@c', '@b', 77)],
    ['the way back is busy', (world) => burst(world, '@b', '@a', 77)],
    [
      'another node suffers loss',
      (world) => {
        fault(world, 'message-loss', { target: 'c', params: { share: 0.5 } });
        burst(world, '@c', '@d', 100);
      },
    ],
    [
      'another node loses power',
      (world) => fault(world, 'power-loss', { target: 'c', params: {} }),
    ],
  ])('is its own: arrivals stay the same when %s', (_what, also) => {
    expect(alone.length).toBeGreaterThan(300);
    expect(instants(also, { c: '', d: '' })).toEqual(alone);
  });
});
