// Modes of the map authority.
//
//   recovering.reading -> recovering.flushing -> serving.idle <-> serving.flushing
//          ^                                            |
//          +---------------- failed <-------------------+   (a device error: read the log again)
import { emit, setup } from 'xstate';

/** What moves the map authority from mode to mode. */
export type AuthorityEvent =
  | { readonly type: 'LOG_READ' }
  | { readonly type: 'RECOVERED' }
  | { readonly type: 'BATCH_SUBMITTED' }
  | { readonly type: 'BATCH_FLUSHED' }
  | { readonly type: 'DEVICE_FAILED' };

/** What the modes ask the authority to do. */
export type AuthorityAsk = { readonly type: 'read-log' };

/** The modes of the map authority; what it does in them is in map-authority.ts. */
export const authorityMachine = setup({
  types: { events: {} as AuthorityEvent, emitted: {} as AuthorityAsk },
  actions: { readLog: emit({ type: 'read-log' }) },
  delays: { retryDelay: 1_000 },
}).createMachine({
  id: 'map-authority',
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'reading',
      entry: 'readLog',
      states: {
        reading: { on: { LOG_READ: 'flushing' } },
        flushing: {},
      },
      on: { RECOVERED: 'serving', DEVICE_FAILED: 'failed' },
    },
    serving: {
      initial: 'idle',
      states: {
        idle: { on: { BATCH_SUBMITTED: 'flushing' } },
        flushing: { on: { BATCH_FLUSHED: 'idle' } },
      },
      on: { DEVICE_FAILED: 'failed' },
    },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
