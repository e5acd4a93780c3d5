// Modes of a host.
//
//   recovering.headers -> recovering.scanning -> serving
//          ^                       |
//          +------ failed <--------+     (a device error: begin again, later and later)
import { assign, emit, setup } from 'xstate';
import { type DeviceFailures, failedAgain, noFailures, retryDelayMs } from '../device-failures.ts';

/** What moves a host from mode to mode. `jitter` is a draw below 65536. */
export type HostEvent =
  | { readonly type: 'HEADERS_READ' }
  | { readonly type: 'SCANNED' }
  | { readonly type: 'DEVICE_FAILED'; readonly jitter: number };

/** What the modes ask a host to do. */
export type HostAsk = { readonly type: 'recover' } | { readonly type: 'serve' };

/** What the machine of a host remembers: how often its device has failed. */
export type HostContext = DeviceFailures;

/** The modes of a host; what it does in them is in host.ts. */
export const hostMachine = setup({
  types: {
    context: {} as HostContext,
    events: {} as HostEvent,
    emitted: {} as HostAsk,
  },
  actions: {
    recover: emit({ type: 'recover' }),
    serve: emit({ type: 'serve' }),
    countFailure: assign(({ context, event }) => failedAgain(context, event)),
    forgetFailures: assign({ failCount: 0 }),
  },
  delays: { retryDelay: ({ context }) => retryDelayMs(context) },
}).createMachine({
  id: 'host',
  context: noFailures,
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'headers',
      entry: 'recover',
      states: {
        headers: { on: { HEADERS_READ: 'scanning' } },
        scanning: {},
      },
      on: {
        SCANNED: { target: 'serving', actions: 'forgetFailures' },
        DEVICE_FAILED: { target: 'failed', actions: 'countFailure' },
      },
    },
    serving: { entry: 'serve' },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
