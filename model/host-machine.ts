// Modes of a host.
//
//   recovering.headers -> recovering.scanning -> serving
//          ^                       |
//          +------ failed <--------+     (a device error: begin again after a while)
import { emit, setup } from 'xstate';

/** What moves a host from mode to mode. */
export type HostEvent =
  | { readonly type: 'HEADERS_READ' }
  | { readonly type: 'SCANNED' }
  | { readonly type: 'DEVICE_FAILED' };

/** What the modes ask a host to do. */
export type HostAsk = { readonly type: 'recover' } | { readonly type: 'serve' };

/** The modes of a host; what it does in them is in host.ts. */
export const hostMachine = setup({
  types: { events: {} as HostEvent, emitted: {} as HostAsk },
  actions: { recover: emit({ type: 'recover' }), serve: emit({ type: 'serve' }) },
  delays: { retryDelay: 5_000 },
}).createMachine({
  id: 'host',
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'headers',
      entry: 'recover',
      states: {
        headers: { on: { HEADERS_READ: 'scanning' } },
        scanning: {},
      },
      on: { SCANNED: 'serving', DEVICE_FAILED: 'failed' },
    },
    serving: { entry: 'serve' },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
