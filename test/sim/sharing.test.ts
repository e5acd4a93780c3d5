// Two actors that hold the same memory are refused, whichever way they came by it.
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import {
  type AnyBehavior,
  type Behavior,
  createWorld,
  DeterminismError,
  type Message,
  machineBehavior,
  type World,
  type WorldOptions,
} from '../../sim/index.ts';

interface Item extends Message {
  readonly type: 'item';
  readonly bytes: Uint8Array;
}

/** A behavior whose first state is given; it keeps the bytes that it receives. */
function starting<S extends object>(first: () => S): Behavior<S> {
  return {
    name: 'keeper',
    init: first,
    receive(state, message) {
      if (message.type === 'item') Object.assign(state, { kept: (message as Item).bytes });
      return state;
    },
    copy: (state) => ({ ...state }),
  };
}

function worldOf(
  behaviors: Readonly<Record<string, AnyBehavior>>,
  input?: unknown,
  options: Partial<WorldOptions> = {},
): World {
  const world = createWorld({ seed: 1, ...options });
  world.addNode({ id: 'n' });
  for (const [id, behavior] of Object.entries(behaviors)) {
    world.spawn({ id, node: 'n', behavior, input });
  }
  return world;
}

describe('two actors', () => {
  it('may not start with one state object of a module', () => {
    const shared = { count: 0 };
    const world = worldOf({ a: starting(() => shared), b: starting(() => shared) });
    expect(() => world.runUntil(0)).toThrow(DeterminismError);
    const again = worldOf({ a: starting(() => shared), b: starting(() => shared) });
    expect(() => again.runUntil(0)).toThrow(
      "actor 'b' (keeper) shares memory with actor 'a' (keeper) on its start at 0 ns; " +
        "the object state of 'b' is also state of 'a': make it in init",
    );
  });

  it('may not hold one array, map or buffer within their states', () => {
    const list = [1];
    const table = new Map<string, number>();
    const bytes = new Uint8Array(8);
    for (const part of [{ list }, { deep: { table } }, { rows: [bytes] }]) {
      const world = worldOf({
        a: starting(() => ({ ...part })),
        b: starting(() => ({ other: 1, ...part })),
      });
      expect(() => world.runUntil(0)).toThrow(/is also state\.\w+/);
    }
  });

  it('may not hold one array in the contexts of machines', () => {
    const log: string[] = [];
    const machine = setup({ types: { context: {} as { log: string[] } } }).createMachine({
      id: 'writer',
      context: () => ({ log }),
    });
    const world = worldOf({ a: machineBehavior(machine), b: machineBehavior(machine) });
    expect(() => world.runUntil(0)).toThrow(
      /'b' \(writer\) shares memory .* the array context\.log of 'b' is also context\.log of 'a'/,
    );
  });

  it('may not keep the same bytes of messages: found when the events have doubled', () => {
    const world = worldOf({ a: starting(() => ({})), b: starting(() => ({})) });
    world.runUntil(0);
    const item: Item = { type: 'item', bytes: new Uint8Array(4) };
    world.send('a', item);
    world.send('b', item);
    expect(() => {
      for (let i = 1; i < 8; i++) {
        world.send('a', { type: 'other' });
        world.runUntil(i);
      }
    }).toThrow(/state\.kept of 'b' is also state\.kept of 'a'/);
  });

  it('may hold what is frozen, and what the other has let go of', () => {
    const limits = Object.freeze({ retryMax: 3 });
    const bytes = new Uint8Array(4);
    const world = worldOf({
      a: starting(() => ({ limits })),
      b: starting(() => ({ limits })),
      c: starting(() => ({ kept: bytes })),
    });
    world.runUntil(0);
    world.send('c', { type: 'item', bytes: new Uint8Array(1) } as Item);
    world.send('a', { type: 'item', bytes } as Item);
    for (let i = 1; i < 8; i++) {
      world.send('b', { type: 'other' });
      world.runUntil(i);
    }
    expect(world.actor('a').state).toEqual({ limits, kept: bytes });
  });

  it('may start again with what they had themselves', () => {
    const own = { count: 0 };
    const world = worldOf({ a: starting(() => own) });
    world.runUntil(0);
    world.crash('n', { power: false });
    world.restart('n');
    world.runUntil(1);
    expect(world.actor('a').incarnation).toBe(1);
  });

  it('are not looked at without `freeze`', () => {
    const shared = { count: 0 };
    const keepers = { a: starting(() => shared), b: starting(() => shared) };
    expect(() => worldOf(keepers, undefined, { freeze: false }).runUntil(0)).not.toThrow();
  });
});

describe('an input', () => {
  const mutating = (change: (input: { list: number[]; table: Map<string, number> }) => void) => {
    const behavior: Behavior<object, { list: number[]; table: Map<string, number> }> = {
      name: 'mutating',
      init(input) {
        change(input);
        return {};
      },
      receive: (state) => state,
      copy: (state) => state,
    };
    return behavior;
  };
  const inputOf = () => ({ list: [1], table: new Map([['a', 1]]) });

  it.each([
    ['an array', (input: ReturnType<typeof inputOf>) => input.list.push(2)],
    ['a map', (input: ReturnType<typeof inputOf>) => input.table.set('b', 2)],
    ['a map, by deletion', (input: ReturnType<typeof inputOf>) => input.table.delete('a')],
  ])('is frozen: %s in it cannot be changed by the actor', (_what, change) => {
    const world = worldOf({ a: mutating(change) }, inputOf());
    expect(() => world.runUntil(0)).toThrow(/actor 'a' \(mutating, no mode\) threw on its start/);
  });

  it('is frozen when an actor starts a child with it', () => {
    const child = mutating((input) => input.list.push(2));
    const parent: Behavior<null> = {
      name: 'parent',
      init(_input, _self, out) {
        out.spawn('child', child, inputOf());
        return null;
      },
      receive: (state) => state,
      copy: (state) => state,
    };
    expect(() => worldOf({ p: parent }).runUntil(0)).toThrow(
      /actor 'p\/child' \(mutating, no mode\) threw on its start/,
    );
  });

  it('keeps instances of classes as they are', () => {
    class Counter {
      count = 0;
    }
    const counter = new Counter();
    worldOf({ a: starting(() => ({})) }, { counter }).runUntil(0);
    counter.count += 1;
    expect(counter.count).toBe(1);
  });
});
