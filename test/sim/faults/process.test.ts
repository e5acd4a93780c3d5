// What each fault of processes does, measured, and that it is over when it ends.
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  deviceProfiles,
  type FaultParams,
  nsPerMs,
  tableDevice,
  type World,
} from '../../../sim/index.ts';

/** Counts a beat each millisecond; asks its fault point at each `ask`, reads its disk at `read`. */
const beater: Behavior<{ count: number }> = {
  name: 'beater',
  init(_input, _self, out) {
    out.setTimer('beat', nsPerMs, { type: 'beat' });
    return { count: 0 };
  },
  receive(state, message, _from, self, out) {
    if (message.type === 'beat') {
      state.count += 1;
      out.mark('beat');
      out.setTimer('beat', nsPerMs, { type: 'beat' });
    } else if (message.type === 'ask') {
      out.mark(self.faultPoint('lost-update') ? 'went wrong' : 'went well');
    } else if (message.type === 'write') {
      out.submitIo('disk', {
        op: 'write',
        block: 5,
        blockCount: 1,
        stamps: [9],
        fua: true,
        tag: 0,
      });
    } else if (message.type === 'read') {
      out.submitIo('disk', { op: 'read', block: 5, blockCount: 1, tag: 'read' });
    } else if (message.type === 'io.completed') {
      out.mark('stored', { stamps: (message as { stamps?: readonly number[] }).stamps ?? null });
    }
    return state;
  },
  copy: (state) => ({ ...state }),
};

const ids = ['a', 'b', 'c'];

function build(): World {
  const world = createWorld({ seed: 8, level: 'full' });
  for (const id of ids) {
    world.addNode({ id });
    world.addDevice(id, 'disk', tableDevice(deviceProfiles['nvme-plp'], 64));
    world.spawn({ id: `@${id}`, node: id, behavior: beater });
  }
  world.runUntil(0);
  return world;
}

function strike(world: World, kind: string, forMs: number, params: FaultParams = {}, target = 'b') {
  world.scheduleFault({ kind, atNs: world.now, forNs: forMs * nsPerMs, params, target });
}

/** Of each node, the periods it was down, in ms: `100..150`. */
function downs(world: World): Readonly<Record<string, readonly string[]>> {
  const periods: Record<string, string[]> = { a: [], b: [], c: [] };
  const since: Record<string, number> = {};
  for (const { kind, actor, atNs } of world.entries) {
    const id = actor.slice(1);
    if (kind === 'stop') since[id] = atNs / nsPerMs;
    if (kind === 'start' && id in since) periods[id]!.push(`${since[id]}..${atNs / nsPerMs}`);
  }
  return periods;
}

const marks = (world: World, actor: string, name: string) =>
  world.entries.filter((e) => e.kind === 'mark' && e.actor === actor && e.name === name);

describe('processes', () => {
  it('are down for 50 ms and up for 150 ms, again and again (crash-loop)', () => {
    const world = build();
    strike(world, 'crash-loop', 500, { down: 50 * nsPerMs, up: 150 * nsPerMs });
    world.runUntil(1000 * nsPerMs);
    expect(downs(world)).toEqual({ a: [], b: ['0..50', '200..250', '400..450'], c: [] });
  });

  it('are started when a crash loop ends while they are down', () => {
    const world = build();
    strike(world, 'crash-loop', 420, { down: 50 * nsPerMs, up: 150 * nsPerMs });
    world.runUntil(1000 * nsPerMs);
    expect(downs(world).b).toEqual(['0..50', '200..250', '400..420']);
  });

  it('are killed again 5 ms after each restart, three times (kill-while-recovering)', () => {
    const world = build();
    strike(world, 'kill-while-recovering', 900, { after: 5 * nsPerMs, down: 20 * nsPerMs });
    world.runUntil(1000 * nsPerMs);
    expect(downs(world).b).toEqual(['0..20', '25..45', '50..70', '75..95']);
  });

  it('restart one after the other, each once (rolling-restart)', () => {
    const world = build();
    const params = { down: 30 * nsPerMs, gap: 20 * nsPerMs };
    strike(world, 'rolling-restart', 900, params, 'any');
    world.runUntil(1000 * nsPerMs);
    expect(downs(world)).toEqual({ a: ['0..30'], b: ['50..80'], c: ['100..130'] });
  });

  it('stand still for 3 of each 10 ms (slow-node, 30 % of 10 ms)', () => {
    const world = build();
    strike(world, 'slow-node', 1000, { stopped: 0.3, period: 10 * nsPerMs });
    world.runUntil(1000 * nsPerMs);
    const beats = (actor: string) => marks(world, actor, 'beat').length;
    const beatsNs = marks(world, '@b', 'beat').map(({ atNs }) => atNs);
    const periodNs = 10 * nsPerMs;
    const inStop = beatsNs.filter((ns) => ns < 100 * periodNs && ns % periodNs < 3 * nsPerMs);
    expect(inStop).toEqual([]);
    expect(beats('@a')).toBe(1000);
    // A beat that falls due in a stop comes at its end, and the next a millisecond later: of each
    // period come those at 3 to 9 ms.
    expect(Math.abs(beats('@b') - 700)).toBeLessThanOrEqual(1);
    const before = beats('@b');
    world.runUntil(2000 * nsPerMs);
    expect(beats('@b') - before).toBe(1000);
  });

  it('come back with empty devices when they were wiped, with full ones after a power loss', () => {
    const stored = (kind: string) => {
      const world = build();
      world.send('@b', { type: 'write' });
      world.runUntil(10 * nsPerMs);
      strike(world, kind, 20);
      world.runUntil(100 * nsPerMs);
      const first = world.entries.length;
      world.send('@b', { type: 'read' });
      world.runUntil(200 * nsPerMs);
      return world.entries
        .slice(first)
        .flatMap((e) => (e.kind === 'mark' && e.name === 'stored' ? [e.facts.stamps] : []));
    };
    expect(stored('power-loss')).toEqual([[9]]);
    expect(stored('wipe')).toEqual([[0]]);
  });
});

describe('points in the code', () => {
  const asked = (world: World, actor: string, times: number) => {
    for (let i = 0; i < times; i++) world.send(actor, { type: 'ask' });
    world.runUntil(world.now + 1);
    return marks(world, actor, 'went wrong').length;
  };

  it('go wrong in 30 % of the passes within sampling error, only there, only meanwhile', () => {
    const world = build();
    strike(world, 'fault-point', 100, { name: 'lost-update', share: 0.3 });
    const wrong = asked(world, '@b', 10_000);
    expect(Math.abs(wrong - 3000)).toBeLessThan(140);
    expect(asked(world, '@a', 100)).toBe(0);
    world.runUntil(200 * nsPerMs);
    expect(asked(world, '@b', 1000)).toBe(wrong);
  });

  it('do not go wrong under another name, and always by default', () => {
    const world = build();
    strike(world, 'fault-point', 100, { name: 'another' });
    expect(asked(world, '@b', 100)).toBe(0);
    strike(world, 'fault-point', 100, { name: 'lost-update' });
    expect(asked(world, '@b', 100)).toBe(100);
  });
});

describe('a fault of several steps', () => {
  it('goes on alike in a fork made between two of them', () => {
    const world = build();
    strike(world, 'crash-loop', 500, { down: 50 * nsPerMs, up: 150 * nsPerMs });
    world.runUntil(100 * nsPerMs);
    const fork = world.fork();
    fork.runUntil(1000 * nsPerMs);
    world.runUntil(1000 * nsPerMs);
    expect(fork.fingerprint).toBe(world.fingerprint);
    expect(downs(fork)).toEqual(downs(world));
  });

  it('leaves a mark of each step, caused by the one before', () => {
    const world = build();
    strike(world, 'rolling-restart', 900, { down: 30 * nsPerMs, gap: 20 * nsPerMs }, 'a|b');
    world.runUntil(1000 * nsPerMs);
    const steps = world.entries.flatMap((entry) =>
      entry.kind === 'mark' && entry.name === 'fault.stepped' ? [entry] : [],
    );
    expect(steps.map(({ atNs, facts }) => [atNs / nsPerMs, facts.step])).toEqual([
      [30, 1],
      [50, 2],
      [80, 3],
    ]);
    const start = world.entries.find((entry) => entry.kind === 'fault');
    const chain = [start?.id, steps[0]?.id, steps[1]?.id];
    expect(steps.map(({ cause }) => cause)).toEqual(chain);
  });
});
