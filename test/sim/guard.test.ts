// The traps are set while a world runs, and only then.
import { describe, expect, it } from 'vitest';
import { createWorld, DeterminismError, type World } from '../../sim/index.ts';
import { doing } from '../support/behaviors.ts';

const cheats: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Date()', () => Date()],
  ['Math.random', () => Math.random()],
  ['setTimeout', () => clearTimeout(setTimeout(() => {}, 0))],
  ['setInterval', () => clearInterval(setInterval(() => {}, 1))],
  ['setImmediate', () => clearImmediate(setImmediate(() => {}))],
  ['queueMicrotask', () => queueMicrotask(() => {})],
  ['performance.now', () => performance.now()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['Promise.then', () => Promise.resolve().then(() => {})],
];

/** A world whose actor does `act` at each message. */
function acting(act: () => unknown, guard = true): World {
  const world = createWorld({ seed: 1, guard });
  world.addNode({ id: 'n' });
  world.spawn({ id: 'a', node: 'n', behavior: doing(() => act()) });
  world.runUntil(0);
  return world;
}

function run(world: World): void {
  world.send('a', { type: 'go' });
  world.runUntil(world.now + 1);
}

function expectFree(): void {
  for (const [what, cheat] of cheats) expect(cheat, what).not.toThrow();
}

describe('the guard', () => {
  it.each(cheats)('traps %s, by the name of the actor, and lets go afterwards', (what, cheat) => {
    const world = acting(cheat);
    const text = new RegExp(
      `actor 'a' \\(doing\\) called ${what.replace(/[().]/g, '\\$&')} at 0 ns`,
    );
    expect(() => run(world)).toThrow(text);
    expectFree();
  });

  it.each(cheats)('traps %s in runSteps, too', (_what, cheat) => {
    const world = acting(cheat);
    world.send('a', { type: 'go' });
    expect(() => world.runSteps(1)).toThrow(DeterminismError);
    expectFree();
  });

  it('lets pass what is the same each time: a date of a number', () => {
    const years: number[] = [];
    run(acting(() => years.push(new Date(0).getUTCFullYear(), Date.UTC(1970, 0))));
    expect(years).toEqual([1970, 0]);
  });

  it('leaves the functions of the engine as they were, property by property', () => {
    const look = () => [
      Object.getOwnPropertyDescriptor(Date, 'now'),
      Object.getOwnPropertyDescriptor(Math, 'random'),
      Object.getOwnPropertyDescriptor(globalThis, 'setTimeout'),
      Object.getOwnPropertyDescriptor(performance, 'now'),
      Object.getOwnPropertyDescriptor(Promise.prototype, 'then'),
      globalThis.Date,
    ];
    const before = look();
    run(acting(() => {}));
    expect(look()).toEqual(before);
  });

  it('lets go after an exception of an actor and of a monitor', () => {
    const boom = () => {
      throw new Error('boom');
    };
    expect(() => run(acting(boom))).toThrow('boom');
    expectFree();
    const watched = acting(() => {});
    watched.watch(boom);
    expect(() => run(watched)).toThrow('boom');
    expectFree();
    expect(() => run(acting(() => Date.now()))).toThrow(DeterminismError);
  });

  it('traps a monitor, which is no actor', () => {
    const world = acting(() => {});
    world.watch(() => Date.now());
    expect(() => run(world)).toThrow(/a fault or monitor called Date.now at 0 ns/);
    expectFree();
  });

  it('stays set for the outer world when a world inside it has ended its run', () => {
    const calls: string[] = [];
    const outer = acting(() => {
      run(acting(() => calls.push('inner')));
      try {
        Date.now();
      } catch (error) {
        calls.push((error as Error).name);
      }
    });
    run(outer);
    expect(calls).toEqual(['inner', 'DeterminismError']);
    expectFree();
  });

  it('names the actor of the inner world where one world runs inside another', () => {
    const inner = createWorld({ seed: 1 });
    inner.addNode({ id: 'n' });
    inner.spawn({ id: 'inner', node: 'n', behavior: doing(() => Math.random()) });
    inner.runUntil(0);
    const outer = acting(() => {
      inner.send('inner', { type: 'go' });
      inner.runUntil(1);
    });
    expect(() => run(outer)).toThrow(/actor 'inner' \(doing\) called Math\.random/);
    expectFree();
  });

  it('stays set for the outer world when a world inside it throws', () => {
    const names: string[] = [];
    const outer = acting(() => {
      for (const cheat of [() => run(acting(() => Math.random())), () => Math.random()]) {
        try {
          cheat();
        } catch (error) {
          names.push((error as Error).name);
        }
      }
    });
    run(outer);
    expect(names).toEqual(['DeterminismError', 'DeterminismError']);
    expectFree();
  });

  it('is off where it is not wanted, and off inside does not open an outer one', () => {
    const seen: number[] = [];
    run(acting(() => seen.push(Math.random(), Date.now()), false));
    expect(seen).toHaveLength(2);
    const outer = acting(() => run(acting(() => Math.random(), false)));
    expect(() => run(outer)).toThrow(/Math\.random/);
    expectFree();
  });
});
