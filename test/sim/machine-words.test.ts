import { describe, expect, it } from 'vitest';
import { createMachine, emit } from 'xstate';
import { machineBehavior } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

describe('words of the kernel', () => {
  it('turns emitted kernel words into effects', () => {
    const machine = createMachine({
      id: 'client',
      entry: [
        emit({ type: 'send', to: 'host', message: { type: 'write' }, sizeBytes: 4096 }),
        emit({ type: 'op.invoke', opId: 1, name: 'write', value: 7 }),
        emit({ type: 'op.ok', opId: 1, name: 'write', value: 8 }),
        emit({ type: 'gauge', name: 'depth', value: 3 }),
        emit({
          type: 'io',
          device: 'disk',
          request: { op: 'flush', block: 0, blockCount: 0, tag: 1 },
        }),
        emit({ type: 'map.applied', epoch: 4 }),
      ],
    });
    const sim = actorHarness();
    sim.start('client', machineBehavior(machine));
    expect(sim.lines).toEqual([
      'start client',
      'client -> host write',
      'client invoke 1 write 7',
      'client ok 1 write 8',
      'client gauge depth 3',
      'client io disk flush',
      'client mark map.applied {"epoch":4}',
      'lost write to host',
    ]);
  });

  it('refuses a kernel word without its parts', () => {
    const machine = createMachine({ id: 'm', entry: emit({ type: 'send' }) });
    expect(() => actorHarness().start('m', machineBehavior(machine))).toThrow(
      "emitted 'send' to undefined, expected an actor id",
    );
  });
});
