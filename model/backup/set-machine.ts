// How volumes are cut together, on a schedule.
//
//   waiting -> cutting -> registering -> waiting
//                ^  |
//                +--+ void: pausing
import { emit, setup } from 'xstate';

/** What moves a set on. */
export type SetEvent =
  | { readonly type: 'CUT'; readonly isTaken: boolean }
  | { readonly type: 'REGISTERED' }
  | { readonly type: 'ENOUGH' };

/** What the modes ask for. */
export type SetAsk = { readonly type: 'wait' | 'cut' | 'drop-cut' | 'register' };

/** What the machine of a set remembers. */
export interface SetContext {
  readonly everyMs: number;
}

/** The modes of a set; what it does in them is in backup-set.ts. */
export const setMachine = setup({
  types: {
    context: {} as SetContext,
    input: {} as SetContext,
    events: {} as SetEvent,
    emitted: {} as SetAsk,
  },
  guards: { isTaken: ({ event }) => event.type === 'CUT' && event.isTaken },
  delays: {
    every: ({ context }) => context.everyMs,
    patience: 500,
    pause: 500,
    // A cut that says nothing for so long never will.
    longest: 20_000,
  },
  actions: {
    wait: emit({ type: 'wait' }),
    cut: emit({ type: 'cut' }),
    dropCut: emit({ type: 'drop-cut' }),
    register: emit({ type: 'register' }),
  },
}).createMachine({
  id: 'backup-set',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: { entry: 'wait', after: { every: 'cutting' }, on: { ENOUGH: 'resting' } },
    cutting: {
      entry: 'cut',
      exit: 'dropCut',
      after: { longest: 'waiting' },
      on: { CUT: [{ guard: 'isTaken', target: 'registering' }, { target: 'pausing' }] },
    },
    pausing: { entry: 'wait', after: { pause: 'cutting' }, on: { ENOUGH: 'resting' } },
    registering: {
      entry: 'register',
      after: { patience: { target: 'registering', reenter: true } },
      on: { REGISTERED: 'waiting' },
    },
    resting: { type: 'final' },
  },
});
