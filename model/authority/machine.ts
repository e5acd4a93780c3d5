// Modes of the map authority.
//
//   recovering.reading -> recovering.flushing -> serving.idle <-> serving.flushing
//          ^             \                              |  ^   of several members, one serves and
//          |              +--> following <--------------+  |   the others follow
//          |                       |  +--------------------+
//          +------- failed <-------+   (a device error: read the log again, later and later)
import { assign, emit, setup } from 'xstate';

/** What moves the map authority from mode to mode. `jitter` is a draw below 65536. */
export type AuthorityEvent =
  | { readonly type: 'LOG_READ' }
  | { readonly type: 'RECOVERED' }
  | { readonly type: 'FOLLOWING' }
  | { readonly type: 'BATCH_SUBMITTED' }
  | { readonly type: 'BATCH_FLUSHED' }
  | { readonly type: 'DEVICE_FAILED'; readonly jitter: number };

/** What the modes ask the authority to do. */
export type AuthorityAsk = { readonly type: 'read-log' };

/** What the machine of the map authority remembers. */
export interface AuthorityContext {
  /** How often in a row its device has failed. */
  readonly failCount: number;
  readonly jitter: number;
}

/** The longest wait is the first one, doubled so often. */
const doublingsMax = 4;

/** The modes of the map authority; what it does in them is in map-authority.ts. */
export const authorityMachine = setup({
  types: {
    context: {} as AuthorityContext,
    events: {} as AuthorityEvent,
    emitted: {} as AuthorityAsk,
  },
  actions: {
    readLog: emit({ type: 'read-log' }),
    countFailure: assign({
      failCount: ({ context }) => context.failCount + 1,
      jitter: ({ context, event }) => ('jitter' in event ? event.jitter : context.jitter),
    }),
    forgetFailures: assign({ failCount: 0 }),
  },
  delays: {
    // 125 to 250 ms at first, 2 to 4 s at last.
    retryDelay: ({ context }) => {
      const boundMs = 125 << Math.min(context.failCount - 1, doublingsMax);
      return boundMs + Math.floor((boundMs * context.jitter) / 65_536);
    },
  },
}).createMachine({
  id: 'map-authority',
  context: () => ({ failCount: 0, jitter: 0 }),
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'reading',
      entry: 'readLog',
      states: {
        reading: { on: { LOG_READ: 'flushing' } },
        flushing: {},
      },
      on: {
        RECOVERED: 'serving',
        FOLLOWING: 'following',
        DEVICE_FAILED: { target: 'failed', actions: 'countFailure' },
      },
    },
    serving: {
      initial: 'idle',
      states: {
        idle: { on: { BATCH_SUBMITTED: 'flushing' } },
        flushing: { on: { BATCH_FLUSHED: { target: 'idle', actions: 'forgetFailures' } } },
      },
      on: {
        FOLLOWING: 'following',
        DEVICE_FAILED: { target: 'failed', actions: 'countFailure' },
      },
    },
    following: {
      on: {
        RECOVERED: 'serving',
        DEVICE_FAILED: { target: 'failed', actions: 'countFailure' },
      },
    },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
