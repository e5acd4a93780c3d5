import { describe, expect, it } from 'vitest';
import {
  assign,
  createMachine,
  emit,
  enqueueActions,
  forwardTo,
  fromTransition,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import { machineBehavior } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

describe('children', () => {
  const worker = setup({
    types: { input: {} as { readonly amount: number }, context: {} as { readonly amount: number } },
  }).createMachine({
    id: 'worker',
    context: ({ input }) => ({ amount: input.amount }),
    initial: 'working',
    states: {
      working: { after: { 10: 'finished' }, on: { HURRY: 'finished' } },
      finished: { type: 'final' },
    },
    output: ({ context }) => ({ doubled: context.amount * 2 }),
  });

  const boss = createMachine({
    id: 'boss',
    context: () => ({ result: 0 }),
    initial: 'waiting',
    states: {
      waiting: {
        entry: sendTo('job', { type: 'NOTE' }),
        invoke: {
          id: 'job',
          src: worker,
          input: { amount: 21 },
          onDone: {
            target: 'rested',
            actions: assign({ result: ({ event }) => event.output.doubled }),
          },
        },
        on: {
          LEAVE: 'idle',
          AGAIN: { target: 'waiting', reenter: true },
          PUSH: { actions: forwardTo('job') },
          HURRY: { actions: sendTo('job', { type: 'HURRY' }) },
        },
      },
      idle: { on: { AGAIN: 'waiting' } },
      rested: {},
    },
  });

  it('runs an invoked machine as the actor parent/child and hears its output', () => {
    const sim = actorHarness();
    sim.start('b', machineBehavior(boss));
    expect(sim.alive()).toEqual(['b', 'b/job']);
    expect(sim.lines).toEqual(['start b', 'b -> b/job NOTE', 'start b/job']);
    sim.pass(10);
    expect(sim.mode('b')).toBe('rested');
    expect(sim.state('b').context.result).toBe(42);
    expect(sim.alive()).toEqual(['b']);
  });

  it('stops the child, and what it invoked, when its state is left', () => {
    const nested = createMachine({
      id: 'top',
      initial: 'on',
      states: {
        on: { invoke: { id: 'mid', src: boss }, on: { OFF: 'off' } },
        off: {},
      },
    });
    const sim = actorHarness();
    sim.start('t', machineBehavior(nested));
    expect(sim.alive()).toEqual(['t', 't/mid', 't/mid/job']);
    sim.send('t', { type: 'OFF' });
    expect(sim.alive()).toEqual(['t']);
  });

  it('starts a new child of the same name when the state is entered again', () => {
    const sim = actorHarness();
    sim.start('b', machineBehavior(boss));
    sim.pass(9);
    sim.send('b', { type: 'AGAIN' });
    expect(sim.alive()).toEqual(['b', 'b/job']);
    sim.pass(9);
    expect(sim.mode('b')).toBe('waiting');
    sim.pass(1);
    expect(sim.mode('b')).toBe('rested');
  });

  it('ignores news of a child that was replaced meanwhile', () => {
    const sim = actorHarness();
    sim.start('b', machineBehavior(boss));
    sim.send('b', { type: 'AGAIN' });
    sim.send('b', { type: 'xstate.done.actor.job', actorId: 'job', spawnId: '0.0' } as {
      type: string;
    });
    expect(sim.mode('b')).toBe('waiting');
    expect(sim.alive()).toEqual(['b', 'b/job']);
    sim.send('b', { type: 'HURRY' });
    expect(sim.mode('b')).toBe('rested');
  });

  it('spawns in assign, writes by the reference in context, and stops by it', () => {
    const keeper = setup({ actors: { worker } }).createMachine({
      id: 'keeper',
      context: ({ spawn }) => ({
        first: spawn('worker', { id: 'first', input: { amount: 1 } }),
        second: null as unknown,
      }),
      on: {
        MORE: {
          actions: assign({
            second: ({ spawn }) => spawn('worker', { id: 'second', input: { amount: 2 } }),
          }),
        },
        HURRY: { actions: sendTo(({ context }) => context.first, { type: 'HURRY' }) },
        FIRE: { actions: stopChild(({ context }) => context.second as never) },
      },
    });
    const sim = actorHarness();
    sim.start('k', machineBehavior(keeper));
    sim.send('k', { type: 'MORE' });
    expect(sim.alive()).toEqual(['k', 'k/first', 'k/second']);
    expect(JSON.stringify(sim.state('k').context.first)).toBe(
      '{"id":"first","sessionId":"k/first"}',
    );
    sim.send('k', { type: 'HURRY' });
    sim.send('k', { type: 'FIRE' });
    expect(sim.alive()).toEqual(['k']);
    expect(sim.lines).toContain('k/first -> k xstate.done.actor.first');
  });

  it('numbers children without a name the same in every run of a process', () => {
    const keeper = setup({ actors: { worker } }).createMachine({
      id: 'keeper',
      entry: assign(({ spawn }) => {
        spawn('worker', { input: { amount: 1 } });
        spawn('worker', { input: { amount: 2 } });
        return {};
      }),
    });
    const runs = [0, 1].map(() => {
      const sim = actorHarness();
      sim.start('k', machineBehavior(keeper));
      sim.pass(10);
      return sim.lines;
    });
    expect(runs[0]).toContain('start k/x:0');
    expect(runs[0]).toContain('k/x:1 -> k xstate.done.actor.x:1');
    expect(runs[1]).toEqual(runs[0]);
  });

  it('never starts a child that is stopped in the step that wants it', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { invoke: { id: 'job', src: worker, input: { amount: 1 } }, always: 'b' },
        b: {},
      },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    expect(sim.lines).toEqual(['start m']);
  });

  it('spawns by action with input from context, and takes children by enqueueActions', () => {
    const adder = fromTransition(
      (total: number, event: { type: 'ADD'; by: number }) => total + event.by,
      0,
    );
    const machine = setup({ actors: { worker, adder } }).createMachine({
      id: 'm',
      context: () => ({ amount: 4 }),
      entry: [
        spawnChild('worker', { id: 'w', input: { amount: 4 } }),
        enqueueActions(({ enqueue }) => {
          enqueue.spawnChild('adder', { id: 'sum' });
          enqueue.sendTo('sum', { type: 'ADD', by: 5 });
        }),
      ],
      on: {
        'xstate.done.actor.w': { actions: emit(({ event }) => ({ type: 'got', ...event.output })) },
      },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    expect(sim.state('m/sum').context).toBe(5);
    sim.pass(10);
    expect(sim.lines).toContain('m mark got {"doubled":8}');
    expect(sim.alive()).toEqual(['m', 'm/sum']);
  });

  it('tells a parent of an error that its child reports', () => {
    const child = createMachine({
      id: 'child',
      entry: sendParent({ type: 'xstate.error', data: 'worn' }),
    });
    const machine = createMachine({
      id: 'm',
      initial: 'trying',
      states: {
        trying: {
          invoke: {
            id: 'c',
            src: child,
            onError: {
              target: 'sad',
              actions: emit(({ event }) => ({ type: 'why', error: event.error })),
            },
          },
        },
        sad: {},
      },
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    expect(sim.mode('m')).toBe('sad');
    expect(sim.lines).toContain('m mark why {"error":"worn"}');
  });
});
