import { describe, expect, it } from 'vitest';
import { emit, setup } from 'xstate';
import type { Behavior } from '../../sim/actor.ts';
import { actorModes, type ModalStep, type ModeOf } from '../../sim/actor-modes.ts';
import { actorHarness } from '../support/actor-harness.ts';

const pump = setup({
  types: {
    events: {} as { type: 'FULL' } | { type: 'STOP' },
    emitted: {} as { type: 'fill' | 'drain' | 'rest' },
  },
}).createMachine({
  id: 'pump',
  initial: 'filling',
  states: {
    filling: {
      entry: emit({ type: 'fill' }),
      after: { 100: 'draining' },
      on: { FULL: 'draining' },
    },
    draining: { entry: [emit({ type: 'drain' }), emit({ type: 'rest' })], on: { STOP: 'resting' } },
    resting: { type: 'final' },
  },
});

interface Well {
  machine: ModeOf<typeof pump>;
  /** Each ask, with the mode in which it was carried out. */
  readonly done: string[];
  readonly isFull: boolean;
}

const modes = actorModes(pump, carryOut);

function carryOut(step: ModalStep<Well>, { type }: { readonly type: string }): void {
  const { state } = step;
  state.done.push(`${type} in ${modes.mode(state)}`);
  if (type === 'fill' && state.isFull) modes.enter(step, { type: 'FULL' });
  if (type === 'rest') modes.enter(step, { type: 'STOP' });
}

const well: Behavior<Well, boolean> = {
  name: 'well',
  init: (isFull, self, out) =>
    modes.begin(undefined, self, out, (machine) => ({ machine, done: [], isFull })),
  receive(state, message, _from, self, out) {
    if (!modes.takeTimer({ state, self, out }, message)) state.done.push(message.type);
    return state;
  },
  copy: (state) => ({ ...state, done: state.done.slice() }),
  mode: modes.mode,
  modes: modes.modes,
};

describe('actor modes', () => {
  it('carry out what the first mode asks for with the state that was made', () => {
    const sim = actorHarness();
    sim.start('w', well, false);
    expect(sim.state('w').done).toEqual(['fill in filling']);
  });

  it('carry out asks in the mode that asked, timers too (filling times out)', () => {
    const sim = actorHarness();
    sim.start('w', well, false);
    sim.pass(100);
    expect(sim.mode('w')).toBe('resting');
    const drained = ['drain in draining', 'rest in draining'];
    expect(sim.state('w').done).toEqual(['fill in filling', ...drained]);
  });

  it('go on from what was carried out (it is full at once)', () => {
    const sim = actorHarness();
    sim.start('w', well, true);
    expect(sim.mode('w')).toBe('resting');
  });

  it('leave other messages to the actor', () => {
    const sim = actorHarness();
    sim.start('w', well, false);
    sim.send('w', { type: 'hello' });
    expect(sim.state('w').done.at(-1)).toBe('hello');
    expect(modes.modes).toEqual(['filling', 'draining', 'resting']);
  });
});
