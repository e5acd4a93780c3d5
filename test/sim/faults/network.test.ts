// What each fault of the network does, measured, and that it is over when it ends.
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  defaultNetwork,
  type FaultParams,
  type NetworkSpec,
  nsPerMs,
  nsPerUs,
  type World,
} from '../../../sim/index.ts';
import { type Burst, deliveriesTo, dropsIn, sender } from '../../support/behaviors.ts';

const count = 10_000;
/** Three standard deviations of 10,000 draws at 30 %. */
const sampling = 140;

function build(network: Partial<NetworkSpec> = {}, ids = ['a', 'b', 'c', 'd', 'e']): World {
  const spec = { ...defaultNetwork, bandwidthBitsPerSec: 0, ...network };
  const world = createWorld({ seed: 8, level: 'full', network: spec });
  for (const id of ids) {
    world.addNode({ id });
    world.spawn({ id: `@${id}`, node: id, behavior: sender });
  }
  world.runUntil(0);
  return world;
}

function strike(world: World, kind: string, forMs: number, params: FaultParams, target?: string) {
  const at = { kind, atNs: world.now, forNs: forMs * nsPerMs, params };
  world.scheduleFault(target === undefined ? at : { ...at, target });
}

function burst(world: World, from: string, to: string, of = count, sizeBytes?: number): void {
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  world.send(`@${from}`, { type: 'burst', to: `@${to}`, count: of, ...size } as Burst);
}

const latencies = (world: World, to: string) =>
  deliveriesTo(world, `@${to}`).map(({ atNs, sentAtNs }) => atNs - sentAtNs);

/** Latencies at `b` under a fault of 100 ms, and after it. */
function measured(kind: string, params: FaultParams, target = 'b') {
  const world = build();
  strike(world, kind, 100, params, target);
  burst(world, 'a', 'b');
  burst(world, 'c', 'd');
  world.runUntil(200 * nsPerMs);
  const during = latencies(world, 'b');
  const others = latencies(world, 'd');
  burst(world, 'a', 'b');
  world.runUntil(300 * nsPerMs);
  return { world, during, others, after: latencies(world, 'b').slice(during.length) };
}

const base = 100 * nsPerUs;
const untouched = new Array<number>(count).fill(base);

describe('shares of messages', () => {
  it('loses 30 % within sampling error, and nothing elsewhere or later', () => {
    const { world, during, others, after } = measured('message-loss', { share: 0.3 });
    expect(Math.abs(during.length - 0.7 * count)).toBeLessThan(sampling);
    expect(new Set(dropsIn(world).map(({ reason }) => reason))).toEqual(new Set(['loss']));
    expect([others, after]).toEqual([untouched, untouched]);
  });

  it('drops 30 % as corrupt within sampling error when checksums notice', () => {
    const { world, during, others, after } = measured('message-corruption', { share: 0.3 });
    expect(Math.abs(during.length - 0.7 * count)).toBeLessThan(sampling);
    expect(new Set(dropsIn(world).map(({ reason }) => reason))).toEqual(new Set(['corrupt']));
    expect([others, after]).toEqual([untouched, untouched]);
  });

  it('alters a number of 30 % when no checksum notices, loses none and says which', () => {
    const { world, during, after } = measured('message-corruption', {
      share: 0.3,
      undetected: true,
    });
    expect([during, after]).toEqual([untouched, untouched]);
    const received = deliveriesTo(world, '@b').map(({ message }) => (message as { n: number }).n);
    const first = received.slice(0, count);
    const altered = first.filter((n, index) => n !== index);
    expect(Math.abs(altered.length - 0.3 * count)).toBeLessThan(sampling);
    expect(received.slice(count)).toEqual(first.map((_, index) => index));
    const marks = world.entries.flatMap((entry) =>
      entry.kind === 'mark' && entry.name === 'message.altered' ? [entry] : [],
    );
    expect(marks.map(({ facts }) => facts.after)).toEqual(altered);
    expect(marks.every(({ facts }) => facts.to === '@b' && facts.field === 'n')).toBe(true);
  });

  it('delivers 30 % twice within sampling error', () => {
    const { during, after } = measured('message-duplication', { share: 0.3 });
    expect(Math.abs(during.length - 1.3 * count)).toBeLessThan(sampling);
    expect(after).toEqual(untouched);
  });

  it('holds 30 % back for one more latency within sampling error', () => {
    const { during, after } = measured('message-reordering', { share: 0.3 });
    const late = during.filter((ns) => ns === 2 * base);
    expect(Math.abs(late.length - 0.3 * count)).toBeLessThan(sampling);
    expect(after).toEqual(untouched);
  });

  it('slows the tail of 30 % by exactly its time and nobody else', () => {
    const { during, others, after } = measured('slow-tail', { share: 0.3, by: 7 * nsPerMs });
    const late = during.filter((ns) => ns === base + 7 * nsPerMs);
    expect(Math.abs(late.length - 0.3 * count)).toBeLessThan(sampling);
    expect(during.filter((ns) => ns === base)).toHaveLength(count - late.length);
    expect([others, after]).toEqual([untouched, untouched]);
  });
});

describe('times of messages', () => {
  it('delays each by exactly the time (message-delay)', () => {
    const { during, after } = measured('message-delay', { by: 7 * nsPerMs });
    expect(new Set(during)).toEqual(new Set([base + 7 * nsPerMs]));
    expect(after).toEqual(untouched);
  });

  it('adds 0 to 8 ms, on average 4 (message-jitter)', () => {
    const { during, after } = measured('message-jitter', { upTo: 8 * nsPerMs });
    const added = during.map((ns) => ns - base);
    expect(Math.min(...added)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...added)).toBeLessThanOrEqual(8 * nsPerMs);
    const mean = added.reduce((sum, ns) => sum + ns, 0) / count;
    expect(Math.abs(mean - 4 * nsPerMs)).toBeLessThan(0.07 * nsPerMs);
    expect(after).toEqual(untouched);
  });

  it('sends a queue of messages out in five times the time (bandwidth)', () => {
    // 1000 messages of 1250 bytes at 1 Gbit/s leave in 10 ms.
    const lastNs = (factor: number | null) => {
      const world = build({ bandwidthBitsPerSec: 1_000_000_000 });
      if (factor !== null) strike(world, 'bandwidth', 100, { factor }, 'b');
      burst(world, 'a', 'b', 1000, 1250);
      world.runUntil(100 * nsPerMs);
      burst(world, 'a', 'b', 1000, 1250);
      world.runUntil(200 * nsPerMs);
      const taken = latencies(world, 'b');
      return [Math.max(...taken.slice(0, 1000)), Math.max(...taken.slice(1000))];
    };
    expect(lastNs(null)).toEqual([base + 10 * nsPerMs, base + 10 * nsPerMs]);
    expect(lastNs(5)).toEqual([base + 50 * nsPerMs, base + 10 * nsPerMs]);
  });
});

describe('messages that wait', () => {
  const order = (world: World) =>
    deliveriesTo(world, '@b').map(({ message }) => (message as { n: number }).n);
  const numbers = Array.from({ length: 100 }, (_, n) => n);

  it('arrive when the clog is over, all of them and in order', () => {
    const world = build();
    strike(world, 'clog', 50, {}, 'b');
    burst(world, 'a', 'b', 100);
    world.runUntil(50 * nsPerMs);
    expect(order(world)).toEqual([]);
    world.runUntil(60 * nsPerMs);
    expect(order(world)).toEqual(numbers);
    expect(new Set(latencies(world, 'b'))).toEqual(new Set([50 * nsPerMs + base]));
    expect(dropsIn(world)).toEqual([]);
  });

  it('that were under way when a clog began arrive', () => {
    const world = build();
    burst(world, 'a', 'b', 100);
    world.runUntil(base / 2);
    strike(world, 'clog', 50, {}, 'b');
    world.runUntil(nsPerMs);
    expect(order(world)).toEqual(numbers);
  });

  it('wait for the last of two clogs', () => {
    const world = build();
    strike(world, 'clog', 50, {}, 'b');
    strike(world, 'clog', 80, {}, 'a');
    burst(world, 'a', 'b', 100);
    world.runUntil(79 * nsPerMs);
    expect(order(world)).toEqual([]);
    world.runUntil(90 * nsPerMs);
    expect(order(world)).toEqual(numbers);
  });

  it('arrive at one instant, the newest first (hold-and-release)', () => {
    const world = build();
    strike(world, 'hold-and-release', 50, {}, 'b');
    burst(world, 'a', 'b', 100);
    world.runUntil(60 * nsPerMs);
    expect(order(world)).toEqual([...numbers].reverse());
    expect(new Set(latencies(world, 'b'))).toEqual(new Set([50 * nsPerMs]));
  });

  it('are never lost by a swizzle, and every node is clogged and freed once', () => {
    const world = build();
    strike(world, 'swizzle-clog', 900, { every: 10 * nsPerMs }, 'a|b|c');
    const received: number[] = [];
    for (let ms = 0; ms < 100; ms += 1) {
      world.runUntil(ms * nsPerMs);
      for (const to of ['a', 'b', 'c']) burst(world, 'd', to, 1);
      received.push(['a', 'b', 'c'].filter((to) => world.parts.network.isHeld('d', to)).length);
    }
    expect(received.slice(0, 60).filter((_, ms) => ms % 10 === 5)).toEqual([1, 2, 3, 2, 1, 0]);
    world.runUntil(110 * nsPerMs);
    const arrived = ['a', 'b', 'c'].map((to) => deliveriesTo(world, `@${to}`).length);
    expect(arrived).toEqual([100, 100, 100]);
  });
});

describe('cuts', () => {
  /** Which pairs reach each other, as `ab`. */
  function pairs(world: World, ids = ['a', 'b', 'c', 'd', 'e']): string[] {
    const { network } = world.parts;
    return ids.flatMap((from) =>
      ids.flatMap((to) => (from !== to && network.cutReason(from, to) === null ? [from + to] : [])),
    );
  }
  const all = pairs(build());
  const healed = (world: World) => {
    world.runUntil(200 * nsPerMs);
    return pairs(world);
  };
  function cut(kind: string, params: FaultParams, target?: string): World {
    const world = build();
    strike(world, kind, 100, params, target);
    world.runUntil(50 * nsPerMs);
    return world;
  }

  it('one way only from the first group to the others', () => {
    const world = cut('partition', { groups: [['a'], ['b', 'c']], oneWay: true });
    expect(all.filter((pair) => !pairs(world).includes(pair))).toEqual(['ab', 'ac']);
    expect(healed(world)).toEqual(all);
  });

  it('between all groups but neighbours: the bridge reaches both sides', () => {
    const world = cut('bridge-partition', { groups: [['a', 'b'], ['c'], ['d']] });
    const lost = all.filter((pair) => !pairs(world).includes(pair));
    expect(lost).toEqual(['ad', 'bd', 'da', 'db']);
    expect(healed(world)).toEqual(all);
  });

  it('between all that are not neighbours in a ring', () => {
    const world = cut('ring-partition', {}, 'any');
    const ring = ['ab', 'ae', 'ba', 'bc', 'cb', 'cd', 'dc', 'de', 'ea', 'ed'];
    expect(pairs(world)).toEqual(ring);
    expect(healed(world)).toEqual(all);
  });

  it('never strike as a ring of three or among one, which would cut nothing: they say so', () => {
    const ring = cut('ring-partition', {}, 'a|b|c');
    expect(pairs(ring)).toEqual(all);
    expect(ring.faults.missed).toEqual([
      { faultId: 0, fault: 'ring-partition', reason: "3 nodes, 'ring-partition' needs 4" },
    ]);
    const [missed] = cut('partial-partition', { share: 1 }, 'a').faults.missed;
    expect(missed?.reason).toBe("1 nodes, 'partial-partition' needs 2");
    expect(cut('ring-partition', {}, 'a|b|c|d').faults.missed).toEqual([]);
  });

  it('are refused as a bridge of two groups', () => {
    const groups = [['a'], ['b']];
    expect(() => cut('bridge-partition', { groups })).toThrow('2 groups, expected 3 or more');
  });

  it('some pairs of the targets in both directions, about their share', () => {
    const ids = Array.from({ length: 40 }, (_, index) => `n${index}`);
    const world = build({}, ids);
    strike(world, 'partial-partition', 100, { share: 0.3 }, 'any');
    world.runUntil(50 * nsPerMs);
    const reached = new Set(pairs(world, ids));
    const cutPairs = ids.flatMap((from) =>
      ids.flatMap((to) => (from < to && !reached.has(from + to) ? [[from, to]] : [])),
    );
    // 780 pairs, three standard deviations of 13.
    expect(Math.abs(cutPairs.length - 0.3 * 780)).toBeLessThan(39);
    expect(cutPairs.every(([from, to]) => !reached.has(`${to}${from}`))).toBe(true);
    world.runUntil(200 * nsPerMs);
    expect(pairs(world, ids)).toHaveLength(40 * 39);
  });
});
