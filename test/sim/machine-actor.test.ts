import { describe, expect, it } from 'vitest';
import {
  assign,
  cancel,
  createMachine,
  emit,
  fromTransition,
  log,
  not,
  raise,
  sendParent,
  setup,
} from 'xstate';
import { MachineFailure, machineBehavior } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

const light = setup({
  types: { events: {} as { type: 'POWER.OUT' } | { type: 'POWER.BACK' } },
  delays: { yellowMs: 3_000 },
}).createMachine({
  id: 'light',
  initial: 'green',
  states: {
    green: { after: { 10000: 'yellow' }, on: { 'POWER.OUT': 'dark' } },
    yellow: { after: { yellowMs: 'red' }, on: { 'POWER.OUT': 'dark' } },
    red: { after: { 0.5: 'green' }, on: { 'POWER.OUT': 'dark' } },
    dark: { on: { 'POWER.BACK': 'red' } },
  },
});

describe('timers', () => {
  it('walks a traffic light through its delays in virtual time', () => {
    const sim = actorHarness();
    sim.start('light', machineBehavior(light));
    sim.pass(9_999);
    expect(sim.mode('light')).toBe('green');
    sim.pass(1);
    expect(sim.mode('light')).toBe('yellow');
    sim.pass(3_000);
    expect(sim.mode('light')).toBe('red');
    sim.pass(0.5);
    expect(sim.mode('light')).toBe('green');
  });

  it('cancels the delays of a state that is left', () => {
    const sim = actorHarness();
    sim.start('light', machineBehavior(light));
    expect(sim.timers('light')).toEqual(['xstate.after.10000.light.green']);
    sim.send('light', { type: 'POWER.OUT' });
    expect(sim.timers('light')).toEqual([]);
    sim.pass(60_000);
    expect(sim.mode('light')).toBe('dark');
  });

  const retry = setup({
    types: {
      context: {} as { readonly tryCount: number },
      events: {} as { type: 'TRY' } | { type: 'ANSWER' },
    },
    actions: {
      count: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
      ask: emit({ type: 'asked' }),
      tryLater: raise(
        { type: 'TRY' },
        { id: 'retry', delay: ({ context }) => context.tryCount * 10 },
      ),
      giveUp: cancel('retry'),
    },
    guards: { isWorn: ({ context }) => context.tryCount >= 3 },
  }).createMachine({
    id: 'retry',
    context: () => ({ tryCount: 0 }),
    initial: 'asking',
    states: {
      asking: {
        entry: ['count', 'ask', 'tryLater'],
        on: {
          TRY: [
            { guard: 'isWorn', target: 'failed' },
            { target: 'asking', reenter: true },
          ],
          ANSWER: { target: 'answered', actions: 'giveUp' },
        },
      },
      answered: {},
      failed: {},
    },
  });

  it('retries by a delayed raise until it gives up (10, 20, 30 ms)', () => {
    const sim = actorHarness();
    sim.start('client', machineBehavior(retry));
    sim.pass(59);
    expect(sim.mode('client')).toBe('asking');
    expect(sim.lines.filter((line) => line.includes('asked'))).toHaveLength(3);
    sim.pass(1);
    expect(sim.mode('client')).toBe('failed');
  });

  it('stops retrying when the answer cancels the raise', () => {
    const sim = actorHarness();
    sim.start('client', machineBehavior(retry));
    sim.send('client', { type: 'ANSWER' });
    expect(sim.timers('client')).toEqual([]);
    sim.pass(1_000);
    expect(sim.state('client').context.tryCount).toBe(1);
  });

  it('keeps unnamed delays apart and numbers them the same in every run', () => {
    const machine = createMachine({
      id: 'many',
      types: {} as { context: { heard: number } },
      context: () => ({ heard: 0 }),
      on: {
        GO: {
          actions: [raise({ type: 'TICK' }, { delay: 5 }), raise({ type: 'TICK' }, { delay: 5 })],
        },
        TICK: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
      },
    });
    const keys = [0, 1].map(() => {
      const sim = actorHarness();
      sim.start('many', machineBehavior(machine));
      sim.send('many', { type: 'GO' });
      sim.send('many', { type: 'GO' });
      const armed = sim.timers('many');
      sim.pass(5);
      expect(sim.state('many').context.heard).toBe(4);
      return armed;
    });
    expect(keys[0]).toEqual(['delay:0', 'delay:1', 'delay:2', 'delay:3']);
    expect(keys[1]).toEqual(keys[0]);
  });

  it('leaves the state before a step as it was (unnamed delay, no transition)', () => {
    const machine = createMachine({
      id: 'm',
      on: { GO: { actions: raise({ type: 'X' }, { delay: 5 }) } },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    const before = sim.state('m');
    const keysBefore = Reflect.ownKeys(before);
    sim.send('m', { type: 'GO' });
    expect(Reflect.ownKeys(before)).toEqual(keysBefore);
    expect(sim.state('m')).not.toBe(before);
  });

  it('refuses a delay that is no time (NaN)', () => {
    const machine = createMachine({
      id: 'm',
      entry: raise({ type: 'X' }, { delay: () => Number.NaN }),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(/NaN ms/);
  });
});

describe('shapes of machines', () => {
  const parallel = createMachine({
    id: 'host',
    type: 'parallel',
    states: {
      power: {
        initial: 'off',
        states: {
          off: { on: { ON: 'on' } },
          on: { initial: 'cold', states: { cold: { after: { 5: 'warm' } }, warm: {} } },
        },
      },
      link: { initial: 'down', states: { down: { on: { ON: 'up' } }, up: {} } },
    },
  });

  it('names the mode by region and nesting', () => {
    const sim = actorHarness();
    sim.start('host', machineBehavior(parallel));
    expect(sim.mode('host')).toBe('power.off+link.down');
    sim.send('host', { type: 'ON' });
    expect(sim.mode('host')).toBe('power.on.cold+link.up');
    sim.pass(5);
    expect(sim.mode('host')).toBe('power.on.warm+link.up');
  });

  it('returns by history to the state that was left', () => {
    const machine = createMachine({
      id: 'player',
      initial: 'playing',
      states: {
        playing: {
          initial: 'slow',
          states: { slow: { on: { FASTER: 'fast' } }, fast: {}, last: { type: 'history' } },
          on: { PAUSE: 'paused' },
        },
        paused: { on: { RESUME: 'playing.last' } },
      },
    });
    const sim = actorHarness();
    sim.start('player', machineBehavior(machine));
    for (const type of ['FASTER', 'PAUSE', 'RESUME']) sim.send('player', { type });
    expect(sim.mode('player')).toBe('playing.fast');
  });

  it('keeps the effects of entry, always and raise in one step', () => {
    const machine = createMachine({
      id: 'chain',
      initial: 'a',
      states: {
        a: { entry: emit({ type: 'a.entered' }), always: 'b' },
        b: { entry: [emit({ type: 'b.entered' }), raise({ type: 'NEXT' })], on: { NEXT: 'c' } },
        c: { entry: [emit({ type: 'c.entered', by: 'raise' }), log('arrived', 'chain')] },
      },
    });
    const sim = actorHarness();
    sim.start('chain', machineBehavior(machine));
    expect(sim.lines).toEqual([
      'start chain',
      'chain mark a.entered {}',
      'chain mark b.entered {}',
      'chain mark c.entered {"by":"raise"}',
      'chain mark log {"label":"chain","value":"arrived"}',
    ]);
  });

  it('ends an endless chain of always with the name of the machine', () => {
    const machine = createMachine({
      id: 'spinner',
      initial: 'a',
      states: { a: { always: 'b' }, b: { always: 'a' } },
    });
    expect(() => actorHarness().start('s', machineBehavior(machine))).toThrow(
      /machine 'spinner' of actor 's'.*'always' or 'raise' go in a circle/,
    );
  });

  it('runs fromTransition logic with input, emit and self', () => {
    const counter = fromTransition(
      (state: { total: number }, event: { type: 'ADD'; by: number }, { emit: say, self }) => {
        say({ type: 'added' });
        if (event.by === 0) self.send({ type: 'ADD', by: 1 });
        return { total: state.total + event.by };
      },
      ({ input }: { input: { first: number } }) => ({ total: input.first }),
    );
    const sim = actorHarness();
    sim.start('counter', machineBehavior(counter, { name: 'counter' }), { first: 40 });
    sim.send('counter', { type: 'ADD', by: 1 } as { type: 'ADD' });
    sim.send('counter', { type: 'ADD', by: 0 } as { type: 'ADD' });
    expect(sim.state('counter').context).toEqual({ total: 42 });
    expect(sim.mode('counter')).toBe('active');
    expect(sim.lines).toContain('counter -> counter ADD');
    expect(sim.lines.filter((line) => line === 'counter mark added {}')).toHaveLength(3);
  });

  it('ignores what comes after the final state', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { END: 'z' } }, z: { type: 'final' } },
      on: { '*': { actions: emit({ type: 'heard' }) } },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    sim.send('m', { type: 'END' });
    const done = sim.state('m');
    sim.send('m', { type: 'ANY' });
    expect(sim.state('m')).toBe(done);
    expect(sim.lines).toEqual(['start m']);
  });
});

describe('failures', () => {
  it('throws an error that a child reports and its parent does not handle', () => {
    const child = createMachine({
      id: 'child',
      entry: sendParent({ type: 'xstate.error', data: new Error('worn') }),
    });
    const machine = createMachine({ id: 'm', invoke: { id: 'c', src: child } });
    expect(() => actorHarness().start('m-1', machineBehavior(machine))).toThrow(
      /machine 'm' of actor 'm-1' failed on 'xstate.error.actor.c' in 'active': worn/,
    );
  });

  it('passes an unhandled error of a grandchild on to the grandparent', () => {
    const leaf = createMachine({
      id: 'leaf',
      entry: sendParent({ type: 'xstate.error', data: 'worn' }),
    });
    const mid = createMachine({ id: 'mid', invoke: { id: 'leaf', src: leaf } });
    const machine = createMachine({
      id: 'm',
      initial: 'ok',
      states: { ok: { invoke: { id: 'mid', src: mid, onError: 'sad' } }, sad: {} },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    expect(sim.mode('m')).toBe('sad');
    expect(sim.alive()).toEqual(['m']);
  });

  it('names actor, machine and event when an action throws, and keeps the cause', () => {
    const cause = new Error('broken lamp');
    const machine = createMachine({
      id: 'lamp',
      initial: 'off',
      states: {
        off: {
          on: {
            ON: {
              actions: () => {
                throw cause;
              },
            },
          },
        },
      },
    });
    const sim = actorHarness();
    sim.start('lamp-3', machineBehavior(machine));
    let caught: unknown;
    try {
      sim.send('lamp-3', { type: 'ON' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(MachineFailure);
    expect((caught as MachineFailure).message).toBe(
      "machine 'lamp' of actor 'lamp-3' failed on 'ON' in 'off': broken lamp",
    );
    expect((caught as MachineFailure).cause).toBe(cause);
  });

  it('throws what a first entry action throws, though XState would keep it in the snapshot', () => {
    const machine = createMachine({
      id: 'lamp',
      entry: () => {
        throw new Error('no power');
      },
    });
    expect(() => actorHarness().start('lamp-3', machineBehavior(machine))).toThrow(
      "machine 'lamp' of actor 'lamp-3' failed on 'xstate.init' in its first state: no power",
    );
  });

  it('works on after a failed step (the same behavior, another actor)', () => {
    const machine = createMachine({
      id: 'm',
      on: {
        BAD: {
          guard: not(() => {
            throw new Error('no');
          }),
          actions: [],
        },
        GOOD: { actions: emit({ type: 'good' }) },
      },
    });
    const behavior = machineBehavior(machine);
    const sim = actorHarness();
    sim.start('a', behavior);
    sim.start('b', behavior);
    expect(() => sim.send('a', { type: 'BAD' })).toThrow(MachineFailure);
    sim.send('b', { type: 'GOOD' });
    expect(sim.lines.at(-1)).toBe('b mark good {}');
  });
});
