import { describe, expect, it } from 'vitest';
import { createMachine, emit, setup } from 'xstate';
import { inlineParts, machineConfig, machineDiagram } from '../../sim/machine-diagram.ts';

const pump = setup({
  actions: { open: emit({ type: 'open' }), note: () => {} },
  guards: { isFull: () => true },
  delays: { rest: 5 },
}).createMachine({
  id: 'pump',
  context: () => ({ count: 0 }),
  initial: 'idle',
  on: { RESET: '.idle' },
  states: {
    idle: {
      after: { rest: { target: 'running', reenter: true } },
      on: { NOTE: { actions: 'note' } },
    },
    running: {
      entry: 'open',
      initial: 'slow',
      on: { STOP: { guard: 'isFull', target: 'ended', actions: 'note' } },
      states: { slow: { on: { FASTER: 'fast' } }, fast: {} },
    },
    ended: { type: 'final' },
  },
});

describe('a machine on paper', () => {
  it('is drawn with its states within states, guards, actions and delays', () => {
    expect(machineDiagram(pump)).toBe(
      `stateDiagram-v2
  state "pump" as pump {
    [*] --> pump_idle
    state "idle" as pump_idle
    state "running, on entry open" as pump_running {
      [*] --> pump_running_slow
      state "slow" as pump_running_slow
      state "fast" as pump_running_fast
      pump_running_slow --> pump_running_fast : FASTER
    }
    state "ended" as pump_ended
    pump_ended --> [*]
    state "any of pump" as pump_any
    pump_any --> pump_idle : RESET
    pump_idle --> pump_idle : NOTE / note
    pump_idle --> pump_running : after rest
    pump_running --> pump_ended : STOP [isFull] / note
  }
`,
    );
  });

  it('is data that makes the same machine again', () => {
    const copy = createMachine(machineConfig(pump));
    expect(machineDiagram(copy)).toBe(machineDiagram(pump));
    expect(inlineParts(pump)).toEqual([]);
  });

  it('tells what is no data (an inline guard, an inline action, a date)', () => {
    const inline = createMachine({
      id: 'inline',
      entry: [() => {}],
      on: { GO: { guard: () => true } },
      meta: { born: new Date(0) },
    });
    expect(inlineParts(inline)).toEqual(['entry.0', 'on.GO.guard', 'meta.born']);
    expect(machineDiagram(inline)).toContain('GO [inline]');
  });

  it('separates regions that are all active at once', () => {
    const both = createMachine({ id: 'both', type: 'parallel', states: { a: {}, b: {} } });
    expect(machineDiagram(both)).toContain('as both_a\n    --\n    state "b" as both_b\n');
  });
});
