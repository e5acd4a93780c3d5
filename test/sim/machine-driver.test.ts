import { describe, expect, it } from 'vitest';
import { emit, setup } from 'xstate';
import type { Behavior } from '../../sim/actor.ts';
import { machineDriver } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

describe('driver', () => {
  interface Mode {
    readonly first: ReturnType<typeof left.initial>;
    readonly second: ReturnType<typeof right.initial>;
    readonly heard: readonly string[];
  }
  const lease = setup({
    types: { events: {} as { type: 'RENEW' }, emitted: {} as { type: 'lost' } },
  }).createMachine({
    id: 'lease',
    initial: 'held',
    states: {
      held: { after: { 100: 'lost' }, on: { RENEW: { target: 'held', reenter: true } } },
      lost: { entry: emit({ type: 'lost' }) },
    },
  });
  const left = machineDriver(lease, { name: 'left' });
  const right = machineDriver(lease, { name: 'right' });

  const host: Behavior<Mode> = {
    name: 'host',
    init: (_input, self, out) => ({
      first: left.initial(undefined, self, out, () => {}),
      second: right.initial(undefined, self, out, () => {}),
      heard: [],
    }),
    receive: (state, message, _from, self, out) => {
      const heard: string[] = [...state.heard];
      let { first, second } = state;
      if (left.ownsTimer(message)) {
        first = left.next(first, message, self, out, (event) => heard.push(`left ${event.type}`));
      } else if (right.ownsTimer(message)) {
        const { event } = message;
        second = right.next(second, event, self, out, (told) => heard.push(`right ${told.type}`));
      } else if (message.type === 'renew') {
        first = left.next(first, { type: 'RENEW' }, self, out, () => {});
      }
      return { first, second, heard };
    },
    copy: (state) => state,
    mode: (state) => `${left.mode(state.first)}/${right.mode(state.second)}`,
  };

  it('keeps the timers of two machines in one actor apart', () => {
    const sim = actorHarness();
    sim.start('h', host);
    sim.pass(60);
    sim.send('h', { type: 'renew' });
    sim.pass(40);
    expect(sim.mode('h')).toBe('held/lost');
    expect(sim.state('h').heard).toEqual(['right lost']);
    sim.pass(60);
    expect(sim.mode('h')).toBe('lost/lost');
    expect(sim.state('h').heard).toEqual(['right lost', 'left lost']);
  });

  it('owns no timer of another kind', () => {
    expect(left.ownsTimer({ type: 'machine.timer' })).toBe(false);
    expect(left.ownsTimer({ type: 'RENEW' })).toBe(false);
  });
});
