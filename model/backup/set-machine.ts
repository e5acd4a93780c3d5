// How volumes are cut together, on a schedule.
//
//   waiting -> listing -> cutting -> registering -> waiting
//      ^         |  ^        |
//      +---------+  +--------+ void: pausing
//      too much is pending
import { emit, setup } from 'xstate';

/** What moves a set on. */
export type SetEvent =
  | { readonly type: 'LISTED'; readonly isReady: boolean }
  | { readonly type: 'CUT'; readonly isTaken: boolean }
  | { readonly type: 'REGISTERED' }
  | { readonly type: 'ENOUGH' };

/** What the modes ask for. */
export type SetAsk = { readonly type: 'wait' | 'list' | 'cut' | 'drop-cut' | 'register' };

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
  guards: {
    isReady: ({ event }) => event.type === 'LISTED' && event.isReady,
    isTaken: ({ event }) => event.type === 'CUT' && event.isTaken,
  },
  delays: {
    every: ({ context }) => context.everyMs,
    patience: 500,
    pause: 500,
    // A cut that says nothing for so long never will.
    longest: 20_000,
  },
  actions: {
    wait: emit({ type: 'wait' }),
    list: emit({ type: 'list' }),
    cut: emit({ type: 'cut' }),
    dropCut: emit({ type: 'drop-cut' }),
    register: emit({ type: 'register' }),
  },
}).createMachine({
  id: 'backup-set',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: { entry: 'wait', after: { every: 'listing' }, on: { ENOUGH: 'resting' } },
    listing: {
      entry: 'list',
      after: { patience: { target: 'listing', reenter: true } },
      on: { LISTED: [{ guard: 'isReady', target: 'cutting' }, { target: 'waiting' }] },
    },
    cutting: {
      entry: 'cut',
      exit: 'dropCut',
      after: { longest: 'waiting' },
      on: { CUT: [{ guard: 'isTaken', target: 'registering' }, { target: 'pausing' }] },
    },
    pausing: { entry: 'wait', after: { pause: 'listing' }, on: { ENOUGH: 'resting' } },
    registering: {
      entry: 'register',
      after: { patience: { target: 'registering', reenter: true } },
      on: { REGISTERED: 'waiting' },
    },
    resting: { type: 'final' },
  },
});
