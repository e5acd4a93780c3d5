// Exhaustive search: counts that are known, bugs that only some orders show, and what it says when
// cut off.
import { describe, expect, it } from 'vitest';
import {
  type AnyBehavior,
  type Behavior,
  type ChoiceSource,
  createWorld,
  defaultNetwork,
  deviceProfiles,
  type ExploreResult,
  explore,
  type Message,
  nsPerMs,
  replayedChoices,
  tableDevice,
  type World,
} from '../../sim/index.ts';
import { doing, listener } from '../support/behaviors.ts';
import { racingClients, transactions } from '../support/races.ts';

/** A world in which everything of one node happens at one instant, in an order that is chosen. */
function instantly(
  choices: ChoiceSource,
  actors: Readonly<Record<string, [AnyBehavior, unknown?]>>,
) {
  const network = { ...defaultNetwork, localNs: 0 };
  const world = createWorld({ seed: 1, choices, network, scheduling: 'choose', level: 'full' });
  world.addNode({ id: 'n' });
  for (const [id, [behavior, input]] of Object.entries(actors)) {
    world.spawn({ id, node: 'n', behavior, input });
    world.runUntil(0);
  }
  return world;
}

function messagesTo(world: World, actor: string): readonly string[] {
  return world.entries.flatMap((e) => (e.kind === 'message' && e.actor === actor ? [e.type] : []));
}

/** Asks for choices itself, as many as told. */
const asker: Behavior<number[]> = {
  name: 'asker',
  init: () => [],
  receive(state, message, _from, self) {
    const { counts } = message as Message & { counts: readonly number[] };
    return [...state, ...counts.map((n) => self.choose('ask', n))];
  },
  copy: (state) => state,
};

function asking(counts: readonly number[]) {
  return (choices: ChoiceSource) => {
    const world = instantly(choices, { asker: [asker] });
    world.send('asker', { type: 'ask', counts } as Message);
    return world;
  };
}

/**
 * The failure's choices, in a world of their own: what the check says, and what the log did not
 * foresee.
 */
function replayed(
  { failure }: ExploreResult,
  build: (choices: ChoiceSource) => World,
  check: (world: World) => string | null,
) {
  const choices = replayedChoices(failure?.choices ?? []);
  const world = build(choices);
  world.runUntil(1);
  return { what: check(world), divergedCount: choices.divergedCount };
}

describe('explore', () => {
  it.each([1, 2, 3, 4, 5, 6])('visits each order of %i messages of one instant once', (count) => {
    const orders: string[] = [];
    const result = explore({
      build(choices) {
        const world = instantly(choices, { log: [listener] });
        for (let i = 0; i < count; i++) world.send('log', { type: `${i}` });
        return world;
      },
      untilNs: 1,
      check(world) {
        orders.push(messagesTo(world, 'log').join(' '));
        return null;
      },
    });
    const factorial = [1, 1, 2, 6, 24, 120, 720][count];
    expect(new Set(orders).size).toBe(factorial);
    const deepest = count - 1;
    expect(result).toEqual({ runCount: factorial, complete: true, failure: null, deepest });
  });

  it('visits each answer to questions that depend on earlier answers', () => {
    const branching = doing((_state, message, _from, self, out) => {
      if (message.type !== 'go') return;
      const first = self.choose('first', 3) + self.choose('no question', 1);
      const rest = first === 1 ? [self.choose('second', 2), self.choose('third', 2)] : [];
      out.mark([first, ...rest].join(' '));
    });
    const found: string[] = [];
    const result = explore({
      build(choices) {
        const world = instantly(choices, { b: [branching] });
        world.send('b', { type: 'go' });
        return world;
      },
      stepMax: 1,
      check(world) {
        for (const entry of world.entries) if (entry.kind === 'mark') found.push(entry.name);
        return null;
      },
    });
    expect(found).toEqual(['0', '1 0 0', '1 0 1', '1 1 0', '1 1 1', '2']);
    expect(result).toEqual({ runCount: 6, complete: true, failure: null, deepest: 3 });
  });

  it.each([0, 1, 3, 5])('finds two worlds for each of %i unflushed blocks at a power loss', (k) => {
    const images = new Set<string>();
    const result = explore({
      build: () => poweredOff(k),
      untilNs: 30 * nsPerMs,
      check(world) {
        images.add(world.entries.flatMap((e) => (e.kind === 'mark' ? [e.name] : [])).join(' '));
        return null;
      },
    });
    expect(result).toMatchObject({ runCount: 2 ** k, complete: true });
    expect(images.size).toBe(2 ** k);
  });
});

describe('explore, for a bug that only some orders show', () => {
  it('finds the order in which one of two increments is lost, and it replays', () => {
    const build = racing(false);
    const result = explore({ build, untilNs: 1, check: lostIncrement });
    expect(lostIncrement(run(build, replayedChoices([])))).toBeNull();
    expect(result.failure?.what).toBe('counted 1 of 2');
    expect(result.complete).toBe(false);
    const replay = replayed(result, build, lostIncrement);
    expect(replay).toEqual({ what: 'counted 1 of 2', divergedCount: 0 });
  });

  it('proves that no order loses an increment when the store compares before it writes', () => {
    const result = explore({ build: racing(true), untilNs: 1, check: lostIncrement });
    expect(result).toMatchObject({ complete: true, failure: null });
    expect(result.runCount).toBeGreaterThan(50);
  });

  it('finds what a lock released before the next is taken lets through, and it replays', () => {
    const build = locking({ early: true, orders: ['xy', 'xy'] });
    const result = explore({ build, untilNs: 1, check: notSerial });
    expect(result.failure?.what).toMatch(/^x is \d, y is \d$/);
    expect(replayed(result, build, notSerial).what).toBe(result.failure?.what);
  });

  it('finds the deadlock of locks taken in opposite orders, and it replays', () => {
    const build = locking({ early: false, orders: ['xy', 'yx'] });
    const result = explore({ build, untilNs: 1, check: notSerial });
    expect(result.failure?.what).toBe('ended: none');
    expect(replayed(result, build, notSerial).what).toBe('ended: none');
  });

  it('proves that two-phase locking in one order is serial and ends', () => {
    const build = locking({ early: false, orders: ['xy', 'xy'] });
    const result = explore({ build, untilNs: 1, check: notSerial });
    expect(result).toMatchObject({ complete: true, failure: null });
    expect(result.runCount).toBeGreaterThan(10);
  });

  it('takes an actor that throws for a failure, with its choices', () => {
    const fragile = doing((_state, message, _from, self) => {
      if (message.type === 'go' && self.choose('fate', 4) === 2) throw new Error('boom');
    });
    const result = explore({
      build(choices) {
        const world = instantly(choices, { f: [fragile] });
        world.send('f', { type: 'go' });
        return world;
      },
      untilNs: 1,
      check: () => null,
    });
    expect(result.failure?.what).toMatch(/actor 'f' .* threw on 'go'.*boom/);
    expect(result.failure?.choices.map(({ answer }) => answer)).toEqual([2]);
    expect(result.runCount).toBe(3);
  });
});

describe('explore, when it is cut off', () => {
  it('is not complete after runMax runs, and complete when that was all', () => {
    const search = (runMax: number) =>
      explore({ build: asking([2, 2, 2]), untilNs: 1, check: () => null, runMax });
    expect(search(7)).toMatchObject({ runCount: 7, complete: false });
    expect(search(8)).toMatchObject({ runCount: 8, complete: true });
  });

  it('is not complete when a run made more than choiceMax choices, the rest answered 0', () => {
    const ends = new Set<string>();
    const search = (choiceMax: number) =>
      explore({
        build: asking([2, 2, 3]),
        untilNs: 1,
        check(world) {
          ends.add((world.actor('asker').state as number[]).join(' '));
          return null;
        },
        choiceMax,
      });
    expect(search(2)).toEqual({ runCount: 4, complete: false, failure: null, deepest: 3 });
    expect([...ends]).toEqual(['0 0 0', '0 1 0', '1 0 0', '1 1 0']);
    expect(search(3)).toMatchObject({ runCount: 12, complete: true });
  });

  it('refuses a world that asks other questions after the same answers', () => {
    let calls = 0;
    const build = (choices: ChoiceSource) => {
      calls += 1;
      return asking(calls === 1 ? [2, 2] : [3, 2])(choices);
    };
    expect(() => explore({ build, untilNs: 1, check: () => null })).toThrow(
      /choice 0 is of "ask" for "actor asker ask" among 3, after the same answers .* among 2/,
    );
  });

  it('refuses a world that asks fewer questions after the same answers', () => {
    let calls = 0;
    const build = (choices: ChoiceSource) => {
      calls += 1;
      return asking(calls === 1 ? [2, 2] : [2])(choices);
    };
    expect(() => explore({ build, untilNs: 1, check: () => null })).toThrow(
      /choice 1 is not made, after the same answers/,
    );
  });
});

function run(build: (choices: ChoiceSource) => World, choices: ChoiceSource): World {
  const world = build(choices);
  world.runUntil(1);
  return world;
}

function racing(compares: boolean) {
  return (choices: ChoiceSource) => {
    const world = instantly(choices, racingClients(compares));
    world.send('first', { type: 'go' });
    world.send('second', { type: 'go' });
    return world;
  };
}

function lostIncrement(world: World): string | null {
  const { value } = world.actor('store').state as { value: number };
  return value === 2 ? null : `counted ${value} of 2`;
}

function locking(how: { early: boolean; orders: readonly [string, string] }) {
  return (choices: ChoiceSource) => {
    const world = instantly(choices, transactions(how));
    world.send('adder', { type: 'go' });
    world.send('doubler', { type: 'go' });
    return world;
  };
}

/** Adding one and doubling, each to both cells: in either order both cells end alike. */
function notSerial(world: World): string | null {
  const ended = world.entries.flatMap((e) =>
    e.kind === 'mark' && e.name === 'ended' ? [e.actor] : [],
  );
  if (ended.length < 2) return `ended: ${ended.join(' ') || 'none'}`;
  const [x, y] = ['x', 'y'].map((id) => (world.actor(id).state as { value: number }).value);
  return x === y ? null : `x is ${x}, y is ${y}`;
}

/** Writes `k` blocks without a flush, loses power, and marks what it reads when it starts again. */
function poweredOff(k: number): World {
  const writer: Behavior<null> = {
    name: 'writer',
    init(_input, self, out) {
      for (let block = 0; block < k; block++) {
        const request = { block, blockCount: 1, tag: block };
        if (self.incarnation > 0) out.submitIo('disk', { op: 'read', ...request });
        else out.submitIo('disk', { op: 'write', stamps: [1], ...request });
      }
      return null;
    },
    receive(state, message, _from, self, out) {
      const { tag, stamps } = message as unknown as { tag: number; stamps: number[] };
      if (self.incarnation > 0) out.mark(`${tag}:${stamps[0]}`);
      return state;
    },
    copy: (state) => state,
  };
  const world = createWorld({ seed: 1, level: 'full' });
  world.addNode({ id: 'n' });
  world.addDevice('n', 'disk', tableDevice(deviceProfiles['nvme-consumer'], 1024));
  world.spawn({ id: 'writer', node: 'n', behavior: writer });
  world.runUntil(10 * nsPerMs);
  const times = { atNs: 20 * nsPerMs, forNs: nsPerMs };
  world.scheduleFault({ kind: 'power-loss', ...times, target: 'n', params: {} });
  return world;
}
