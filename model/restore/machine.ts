// How a volume is restored.
//
//   waiting -> asking -> surveying -> loading -> reporting -> done
//               |  ^        ^            |
//               |  |        +- the map has changed
//               |  '- nothing to restore yet
//               '- all loaded, by one before: done
import { emit, setup } from 'xstate';

/** What moves a restore on. */
export type RestoreEvent =
  | { readonly type: 'LISTED'; readonly isThere: boolean; readonly isLoaded: boolean }
  | { readonly type: 'SURVEYED' }
  | { readonly type: 'STALE' }
  | { readonly type: 'LOADED' };

/** What the modes ask for. */
export type RestoreAsk = { readonly type: 'clone' | 'survey' | 'load' | 'report' };

/** What the machine of a restore remembers. */
export interface RestoreContext {
  /** How long it has to wait before it begins. */
  readonly waitMs: number;
}

/** The modes of a restore; what it does in them is in restore.ts. */
export const restoreMachine = setup({
  types: {
    context: {} as RestoreContext,
    input: {} as RestoreContext,
    events: {} as RestoreEvent,
    emitted: {} as RestoreAsk,
  },
  guards: {
    isThere: ({ event }) => event.type === 'LISTED' && event.isThere,
    isLoaded: ({ event }) => event.type === 'LISTED' && event.isLoaded,
  },
  delays: { wait: ({ context }) => context.waitMs, patience: 500 },
  actions: {
    clone: emit({ type: 'clone' }),
    survey: emit({ type: 'survey' }),
    load: emit({ type: 'load' }),
    report: emit({ type: 'report' }),
  },
}).createMachine({
  id: 'restore',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: { after: { wait: 'asking' } },
    asking: {
      entry: 'clone',
      after: { patience: { target: 'asking', reenter: true } },
      on: {
        LISTED: [
          { guard: 'isLoaded', target: 'done' },
          { guard: 'isThere', target: 'surveying' },
        ],
      },
    },
    surveying: {
      entry: 'survey',
      after: { patience: { target: 'surveying', reenter: true } },
      on: { SURVEYED: 'loading' },
    },
    loading: { entry: 'load', on: { STALE: 'surveying', LOADED: 'reporting' } },
    reporting: {
      entry: 'report',
      after: { patience: { target: 'reporting', reenter: true } },
      on: { LISTED: { guard: 'isLoaded', target: 'done' } },
    },
    done: { type: 'final' },
  },
});
