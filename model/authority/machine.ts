// Modes of the map authority.
//
//   recovering.flushing -> recovering.reading -> serving.idle <-> serving.flushing
//          ^             \                              |  ^   of several members, one serves and
//          |              +--> following <--------------+  |   the others follow
//          |                       |  +--------------------+
//          +------- failed <-------+   (a device error: read the log again, later and later)
import { assign, emit, setup } from 'xstate';
import { type DeviceFailures, failedAgain, noFailures, retryDelayMs } from '../device-failures.ts';

/** What moves the map authority from mode to mode. `jitter` is a draw below 65536. */
export type AuthorityEvent =
  | { readonly type: 'FLUSHED' }
  | { readonly type: 'RECOVERED' }
  | { readonly type: 'FOLLOWING' }
  | { readonly type: 'BATCH_SUBMITTED' }
  | { readonly type: 'BATCH_FLUSHED' }
  | { readonly type: 'DEVICE_FAILED'; readonly jitter: number };

/** What the modes ask the authority to do. */
export type AuthorityAsk = { readonly type: 'read-log' };

/** What the machine of the map authority remembers: how often its device has failed. */
export type AuthorityContext = DeviceFailures;

/** The modes of the map authority; what it does in them is in map-authority.ts. */
export const authorityMachine = setup({
  types: {
    context: {} as AuthorityContext,
    events: {} as AuthorityEvent,
    emitted: {} as AuthorityAsk,
  },
  actions: {
    readLog: emit({ type: 'read-log' }),
    countFailure: assign(({ context, event }) => failedAgain(context, event)),
    forgetFailures: assign({ failCount: 0 }),
  },
  delays: { retryDelay: ({ context }) => retryDelayMs(context) },
}).createMachine({
  id: 'map-authority',
  context: noFailures,
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'flushing',
      entry: 'readLog',
      states: {
        reading: {},
        // What a process that died left in the cache.
        flushing: { on: { FLUSHED: 'reading' } },
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
