import { describe, expect, it } from 'vitest';
import { assign, createMachine, sendParent, sendTo } from 'xstate';
import type { Behavior } from '../../sim/actor.ts';
import { machineBehavior } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

describe('messages between actors', () => {
  const echo: Behavior<number> = {
    name: 'echo',
    init: () => 0,
    receive: (state, message, from, _self, out) => {
      if (message.type === 'ping') out.send(from, { type: 'pong' });
      return state + 1;
    },
    copy: (state) => state,
  };

  it('writes to any kernel actor by its id, at once and later', () => {
    const machine = createMachine({
      id: 'm',
      types: {} as { context: { pongs: number } },
      context: () => ({ pongs: 0 }),
      entry: [
        sendTo(({ system }) => system.get('echo'), { type: 'ping' }),
        sendTo(({ system }) => system.get('echo'), { type: 'ping' }, { id: 'later', delay: 50 }),
      ],
      on: { pong: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) } },
    });
    const sim = actorHarness();
    sim.start('echo', echo);
    sim.start('m', machineBehavior(machine));
    expect(sim.state('m').context.pongs).toBe(1);
    sim.pass(49);
    expect(sim.state('m').context.pongs).toBe(1);
    sim.pass(1);
    expect(sim.state('m').context.pongs).toBe(2);
  });

  it('answers the sender of an event (withSender)', () => {
    const machine = createMachine({
      id: 'server',
      types: {} as { events: { type: 'ask'; from: string } },
      on: {
        ask: { actions: sendTo(({ event, system }) => system.get(event.from), { type: 'told' }) },
      },
    });
    const sim = actorHarness();
    sim.start('server', machineBehavior(machine, { withSender: true }));
    sim.send('server', { type: 'ask' }, 'client-7');
    expect(sim.lines).toContain('server -> client-7 told');
  });

  it('lets a plain action send by a reference', () => {
    const machine = createMachine({
      id: 'm',
      entry: ({ self, system }) => system.get('echo').send({ type: `from ${self.sessionId}` }),
    });
    const sim = actorHarness();
    sim.start('m', machineBehavior(machine));
    expect(sim.lines).toContain('m -> echo from m');
  });

  it('does not let an actor read the snapshot of another', () => {
    const machine = createMachine({
      id: 'm',
      entry: ({ system }) => system.get('echo').getSnapshot(),
    });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(
      "snapshot of 'echo' read by 'm', ask by message instead",
    );
  });

  it('writes to the parent when a plain behavior spawned the machine', () => {
    const child = createMachine({ id: 'child', entry: sendParent({ type: 'hello' }) });
    const parent: Behavior<string[]> = {
      name: 'parent',
      init: (_input, _self, out) => {
        out.spawn('kid', machineBehavior(child));
        return [];
      },
      receive: (state, message, from) => [...state, `${message.type} from ${from}`],
      copy: (state) => state,
    };
    const sim = actorHarness();
    sim.start('plain', parent);
    expect(sim.state('plain')).toEqual(['hello from plain/kid']);
  });
});
