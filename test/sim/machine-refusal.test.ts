import { describe, expect, it, vi } from 'vitest';
import {
  and,
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  raise,
  setup,
  spawnChild,
} from 'xstate';
import { machineBehavior, machineDriver } from '../../sim/machine-actor.ts';
import { MachineRefusal } from '../../sim/machine-refusal.ts';
import { actorHarness } from '../support/actor-harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: logic that XState's types would already refuse.
type Loose = any;

function problemsOf(logic: Loose): string[] {
  try {
    machineBehavior(logic);
  } catch (error) {
    if (!(error instanceof MachineRefusal)) throw error;
    return error.problems.map((p) => `${p.where}: ${p.what}`);
  }
  return [];
}

const loose = (config: Loose, implementations?: Loose) => createMachine(config, implementations);

describe('actor logic', () => {
  it.each([
    ['fromPromise', fromPromise(async () => 1)],
    ['fromCallback', fromCallback(() => {})],
    [
      'fromObservable',
      fromObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }) as Loose),
    ],
    [
      'fromEventObservable',
      fromEventObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }) as Loose),
    ],
  ])('refuses %s, by itself, named and invoked', (kind, logic: Loose) => {
    expect(problemsOf(logic)).toEqual([`logic: ${kind} logic`]);
    expect(problemsOf(setup({ actors: { load: logic } }).createMachine({ id: 'm' }))).toEqual([
      `machine 'm', actor source 'load': ${kind} logic`,
    ]);
    const invoking = { id: 'm', initial: 'a', states: { a: { invoke: { src: logic } } } };
    expect(problemsOf(loose(invoking))).toEqual([
      `machine 'm', state 'm.a', child without a name: ${kind} logic`,
    ]);
  });

  it('says what to use instead', () => {
    expect(() =>
      machineBehavior(
        fromPromise(async () => 1),
        { name: 'load' },
      ),
    ).toThrow(
      "this logic cannot be simulated:\n  logic 'load': fromPromise logic; instead: send a " +
        'message to an actor, wait for its answer, and bound the wait with `after`',
    );
  });

  it('refuses logic of an unknown kind', () => {
    const logic = { transition: (s: Loose) => s, getInitialSnapshot: () => ({}) };
    expect(problemsOf(logic)).toEqual(['logic: logic of an unknown kind']);
    expect(problemsOf(undefined)).toEqual(['logic: logic of an unknown kind']);
  });

  it('finds what a child of a child would start', () => {
    const inner = loose({
      id: 'inner',
      entry: spawnChild(
        fromPromise(async () => 1),
        { id: 'p' },
      ),
    });
    const outer = loose({ id: 'outer', invoke: { id: 'c', src: inner } });
    expect(problemsOf(outer)).toEqual([
      "machine 'inner', state 'inner', child without a name: fromPromise logic",
    ]);
    expect(() => machineDriver(outer)).toThrow(MachineRefusal);
  });

  it('accepts machines and fromTransition, and a machine that spawns itself', () => {
    const sources: Record<string, Loose> = { sum: fromTransition((s: number) => s, 0) };
    const self = loose(
      { id: 'self', on: { GO: { actions: spawnChild('self', { id: 's' }) } } },
      {
        actors: sources,
      },
    );
    sources.self = self;
    expect(problemsOf(self.provide({ actors: sources }))).toEqual([]);
  });

  it('refuses logic that only shows itself while running', () => {
    const machine = loose({
      id: 'm',
      entry: assign(({ spawn }: Loose) => {
        spawn(
          fromPromise(async () => 1),
          { id: 'p' },
        );
        return {};
      }),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(
      "logic 'p': fromPromise logic",
    );
  });
});

describe('names', () => {
  it('refuses names without an implementation, all in one message', () => {
    const machine = loose({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          entry: 'lost',
          exit: { type: 'lostToo' },
          invoke: { src: 'nobody' },
          after: { never: 'b' },
          on: { GO: { guard: and(['isLost', () => true]), actions: 'lost', target: 'b' } },
          always: { guard: { type: 'isGone' }, target: 'b' },
        },
        b: { entry: raise({ type: 'X' }, { delay: 'soon' as Loose }) },
      },
    });
    expect(problemsOf(machine)).toEqual([
      "machine 'm', state 'm.a': action 'lost' has no implementation",
      "machine 'm', state 'm.a': delay 'never' has no implementation",
      "machine 'm', state 'm.a': action 'lostToo' has no implementation",
      "machine 'm', state 'm.a': action 'lost' has no implementation",
      "machine 'm', state 'm.a': guard 'isLost' has no implementation",
      "machine 'm', state 'm.a': guard 'isGone' has no implementation",
      "machine 'm', state 'm.a': actor source 'nobody' has no implementation",
      "machine 'm', state 'm.b': delay 'soon' has no implementation",
    ]);
    const provided = machine.provide({
      actions: { lost: () => {}, lostToo: () => {} },
      guards: { isLost: () => true, isGone: () => false },
      delays: { never: 1_000, soon: () => 1 },
      actors: { nobody: fromTransition((s: number) => s, 0) },
    } as Loose);
    expect(problemsOf(provided)).toEqual([]);
  });

  it('looks into implementations that name others', () => {
    const machine = loose({ id: 'm' }, { guards: { both: and(['isHere']) } });
    expect(problemsOf(machine)).toEqual([
      "machine 'm', guard 'both': guard 'isHere' has no implementation",
    ]);
  });

  it('refuses a name that only shows itself while running', () => {
    const machine = loose({
      id: 'm',
      entry: enqueueActions(({ enqueue }: Loose) => enqueue('lost')),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(
      "action 'lost' is not implemented, provide it in setup({ actions })",
    );
  });
});

describe('children by enqueueActions', () => {
  it.each([
    [
      "actor source 'lost' is not implemented, provide it in setup({ actors })",
      'lost',
      { id: 'c' },
    ],
    ['spawnChild without id', fromTransition((s: Loose) => s, 0), {}],
  ])('refuses while running: %s', (what, source, options) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const machine = loose({
      id: 'm',
      entry: enqueueActions(({ enqueue }: Loose) => enqueue.spawnChild(source, options)),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(what);
    warn.mockRestore();
  });
});

describe('shared memory and process-wide state', () => {
  it('refuses a context object that all actors would share, and allows flat values', () => {
    expect(
      problemsOf(loose({ id: 'm', context: { list: [], map: {}, count: 0, none: null } })),
    ).toEqual([
      "machine 'm': context.list is one array shared by all actors",
      "machine 'm': context.map is one object shared by all actors",
    ]);
    expect(problemsOf(loose({ id: 'm', context: { count: 0, none: null } }))).toEqual([]);
    expect(problemsOf(loose({ id: 'm', context: () => ({ list: [] }) }))).toEqual([]);
  });

  it('refuses async actions', () => {
    const machine = loose({ id: 'm', entry: async function load() {} });
    expect(problemsOf(machine)).toEqual(["machine 'm', state 'm': action 'load' is async"]);
  });

  it('refuses systemId, snapshot sync and children without id', () => {
    const child = loose({ id: 'child' });
    const machine = loose({
      id: 'm',
      entry: [
        spawnChild(child, {}),
        spawnChild(child, { id: 'c', systemId: 'c', syncSnapshot: true }),
      ],
      invoke: { src: child, systemId: 'x', onSnapshot: {} },
    });
    expect(problemsOf(machine)).toEqual([
      "machine 'm', state 'm': spawnChild without id: XState takes one from a process-wide counter",
      "machine 'm', state 'm': systemId is set",
      "machine 'm', state 'm': syncSnapshot reads the memory of another actor",
      "machine 'm', state 'm': systemId is set",
      "machine 'm', state 'm': onSnapshot reads the memory of another actor",
    ]);
  });

  it.each([
    ['systemId is set', { id: 'c', systemId: 'c' }],
    ['syncSnapshot reads', { id: 'c', syncSnapshot: true }],
  ])('refuses while running: %s', (what, options) => {
    const child = loose({ id: 'child' });
    const machine = loose({
      id: 'm',
      entry: assign(({ spawn }: Loose) => ({ c: spawn(child, options) })),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(what);
  });
});
