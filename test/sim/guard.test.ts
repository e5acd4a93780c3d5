// The traps are set while a world runs, and only then.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import {
  type AnyBehavior,
  createWorld,
  DeterminismError,
  machineBehavior,
  type Outbox,
  type World,
} from '../../sim/index.ts';
import { doing } from '../support/behaviors.ts';

const weak = new WeakRef({});
const dates = new Intl.DateTimeFormat('en');
const amounts = new Intl.NumberFormat('en');
const collator = new Intl.Collator('en');
const plural = new Intl.PluralRules('en');
const cell = new Int32Array(new SharedArrayBuffer(4));
const channel = new MessageChannel();
afterAll(() => channel.port1.close());
const settled = Promise.resolve();

// Made with one call each, so that it is always the function named that is caught.
const cheats: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Date()', () => Date()],
  ['performance.now', () => performance.now()],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime.bigint', () => process.hrtime.bigint()],
  ['process.uptime', () => process.uptime()],
  ['Math.random', () => Math.random()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['setTimeout', () => clearTimeout(setTimeout(() => {}, 0))],
  ['setInterval', () => clearInterval(setInterval(() => {}, 1))],
  ['setImmediate', () => clearImmediate(setImmediate(() => {}))],
  ['queueMicrotask', () => queueMicrotask(() => {})],
  ['process.nextTick', () => process.nextTick(() => {})],
  ['new Promise', () => new Promise(() => {})],
  ['Promise.resolve', () => Promise.resolve()],
  ['Promise.all', () => Promise.all([])],
  ['Promise.then', () => settled.then(() => {})],
  ['Promise.then', () => settled.finally(() => {})],
  ['fetch', () => void fetch('data:,').catch(() => {})],
  ['new WeakRef', () => new WeakRef({})],
  ['WeakRef.deref', () => weak.deref()],
  ['new FinalizationRegistry', () => new FinalizationRegistry(() => {})],
  ['Intl.NumberFormat', () => new Intl.NumberFormat()],
  ['String.localeCompare', () => 'a'.localeCompare('b')],
  ['String.toLocaleUpperCase', () => 'i'.toLocaleUpperCase()],
  ['String.toLocaleLowerCase', () => 'I'.toLocaleLowerCase()],
  ['Number.toLocaleString', () => (1000).toLocaleString()],
  ['BigInt.toLocaleString', () => 1000n.toLocaleString()],
  ['Array.toLocaleString', () => [1000].toLocaleString()],
  ['TypedArray.toLocaleString', () => new Uint8Array(1).toLocaleString()],
  ['Date.toLocaleDateString', () => new Date(0).toLocaleDateString()],
  ['Date.getHours', () => new Date(0).getHours()],
  ['Date.toString', () => `${new Date(0)}`],
  ['new Date(year, month)', () => new Date(1970, 0)],
  ['Intl.DateTimeFormat.format', () => dates.format(0)],
  ['Intl.DateTimeFormat.formatToParts', () => dates.formatToParts(0)],
  ['Intl.NumberFormat.format', () => amounts.format(1000)],
  ['Intl.Collator.compare', () => collator.compare('a', 'b')],
  ['Intl.PluralRules.select', () => plural.select(1)],
  ['performance.getEntries', () => performance.getEntries()],
  ['performance.timeOrigin', () => performance.timeOrigin],
  ['process.memoryUsage', () => process.memoryUsage()],
  ['process.memoryUsage.rss', () => process.memoryUsage.rss()],
  ['process.cpuUsage', () => process.cpuUsage()],
  ['process.getBuiltinModule', () => process.getBuiltinModule('node:os')],
  ['Atomics.wait', () => Atomics.wait(cell, 0, 0, 0)],
  ['AbortSignal.timeout', () => AbortSignal.timeout(0)],
  ['crypto.subtle.digest', () => crypto.subtle.digest('SHA-1', new Uint8Array(1))],
  ['new MessageChannel', () => new MessageChannel().port1.close()],
  ['MessagePort.postMessage', () => channel.port1.postMessage(0)],
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

function caughtIn(act: () => void): DeterminismError {
  try {
    act();
  } catch (error) {
    if (error instanceof DeterminismError) return error;
    throw error;
  }
  throw new Error('nothing was caught');
}

/** A behavior that the types would refuse: what comes from plain JavaScript. */
function asBehavior(parts: Readonly<Record<string, unknown>>): AnyBehavior {
  const copy = (state: null) => state;
  const whole: unknown = { name: 'late', init: () => null, receive: () => null, copy, ...parts };
  return whole as AnyBehavior;
}

describe('the guard', () => {
  it.each(cheats)('traps %s, by the name of the actor, and lets go afterwards', (what, cheat) => {
    const world = acting(cheat);
    const text = new RegExp(
      `^actor 'a' \\(doing\\) called ${what.replace(/[().]/g, '\\$&')} on 'go' from 'outside' ` +
        'at 0 ns, in .*guard\\.test\\.ts:\\d+:\\d+; a replay could not repeat it: use ',
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

  it('says in which mode a machine was, and in which line its action cheats', () => {
    const order = setup({}).createMachine({
      id: 'order',
      initial: 'open',
      states: {
        open: { on: { go: 'paid' } },
        paid: { on: { go: { actions: () => Math.random() } } },
      },
    });
    const world = createWorld({ seed: 1 });
    world.addNode({ id: 'n' });
    world.spawn({ id: 'a', node: 'n', behavior: machineBehavior(order) });
    world.runUntil(0);
    run(world);
    const line = caughtIn(() => run(world));
    expect(line.message).toMatch(
      /^actor 'a' \(order, paid\) called Math\.random on 'go' from 'outside' at 1 ns, in /,
    );
    expect(line.place).toMatch(/guard\.test\.ts:\d+:\d+$/);
  });

  it('points to the line of the call, not to one of the kernel', () => {
    const first = caughtIn(() => run(acting(() => Date.now())));
    const other = caughtIn(() => run(acting(() => Date.now())));
    const lineOf = (error: DeterminismError) => Number(/:(\d+):\d+$/.exec(error.place ?? '')?.[1]);
    expect(lineOf(other) - lineOf(first)).toBe(1);
    expect(first.stack).toContain(first.message);
  });

  it('lets the engine serve itself: an actor may print', () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const printer = new Console(sink);
    run(acting(() => printer.log('hello %d', 1)));
    expect(lines).toEqual(['hello 1\n']);
  });

  it('refuses a receive that answers a promise, and an init', () => {
    const late = acting(() => {});
    late.actor('a').behavior = asBehavior({ receive: async () => null });
    expect(() => run(late)).toThrow(
      /^actor 'a' \(late\) answered a promise from receive on 'go' from 'outside' at 0 ns; a step/,
    );
    const world = createWorld({ seed: 1 });
    world.addNode({ id: 'n' });
    const behavior = asBehavior({ init: async () => Promise.reject(new Error('nobody waits')) });
    world.spawn({ id: 'b', node: 'n', behavior });
    expect(() => world.runUntil(0)).toThrow(
      /^actor 'b' \(late\) answered a promise from init on its start at 0 ns/,
    );
  });

  it('refuses an action of a machine that answers a promise', () => {
    const pay = settled;
    const order = setup({ actions: { pay: () => pay } }).createMachine({
      id: 'order',
      on: { go: { actions: 'pay' } },
    });
    const world = createWorld({ seed: 1 });
    world.addNode({ id: 'n' });
    world.spawn({ id: 'a', node: 'n', behavior: machineBehavior(order) });
    world.runUntil(0);
    expect(() => run(world)).toThrow(
      /^actor 'a' \(order, active\) answered a promise from action 'pay' on 'go'/,
    );
  });

  it('refuses effects that were asked for after the step had ended', async () => {
    const world = acting(() => {});
    world.actor('a').behavior = asBehavior({
      receive(state: null, _message: unknown, _from: unknown, _self: unknown, out: Outbox) {
        void (async () => {
          await null;
          out.send('a', { type: 'late' });
        })();
        return state;
      },
    });
    run(world);
    await settled;
    expect(() => world.runUntil(9)).toThrow(
      /^an actor asked for an effect \('a'\) after its step had ended at 1 ns/,
    );
  });

  it('leaves the functions of the engine as they were when the job is over', async () => {
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
    await settled;
    const after = look();
    expect(after).toEqual(before);
    expect(after.at(-1)).toBe(globalThis.Date);
    expect(globalThis.Date).toBe(before.at(-1));
  });

  it('leaves alone what another tool put in place of a function meanwhile', async () => {
    const real = Math.random;
    run(acting(() => {}));
    const theirs = () => 0.5;
    Math.random = theirs;
    await settled;
    expect(Math.random).toBe(theirs);
    expect(() => run(acting(() => Math.random()))).toThrow(DeterminismError);
    await settled;
    expect(Math.random).toBe(theirs);
    Math.random = real;
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
