// Modes of the lineage store.
//
//   recovering ---> serving
//     ^     |          |     a record could not be read, or nobody knows whether it was written:
//     |     v          |     all of them are read again, later
//     +-- failed <-----+
import { emit, setup } from 'xstate';

/** What moves a lineage store from mode to mode. */
export type StoreEvent = { readonly type: 'RECORDS_READ' } | { readonly type: 'DEVICE_FAILED' };

/** What the modes ask it to do. */
export type StoreAsk = { readonly type: 'read-records' } | { readonly type: 'serve' };

/** The modes of a lineage store; what it does in them is in lineage-store.ts. */
export const lineageStoreMachine = setup({
  types: { events: {} as StoreEvent, emitted: {} as StoreAsk },
  actions: { readRecords: emit({ type: 'read-records' }), serve: emit({ type: 'serve' }) },
  delays: { retryDelay: 500 },
}).createMachine({
  id: 'lineage-store',
  initial: 'recovering',
  states: {
    recovering: {
      entry: 'readRecords',
      on: { RECORDS_READ: 'serving', DEVICE_FAILED: 'failed' },
    },
    serving: { entry: 'serve', on: { DEVICE_FAILED: 'failed' } },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
