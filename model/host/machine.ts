// Modes of a host.
//
//   recovering.headers -> recovering.scanning -> serving
//          ^                       |
//          +------ failed <--------+     (a device error: begin again, later and later)
import { assign, emit, setup } from 'xstate';

/** What moves a host from mode to mode. `jitter` is a draw below 65536. */
export type HostEvent =
  | { readonly type: 'HEADERS_READ' }
  | { readonly type: 'SCANNED' }
  | { readonly type: 'DEVICE_FAILED'; readonly jitter: number };

/** What the modes ask a host to do. */
export type HostAsk = { readonly type: 'recover' } | { readonly type: 'serve' };

/** What the machine of a host remembers. */
export interface HostContext {
  /** How many recoveries in a row have failed. */
  readonly failCount: number;
  readonly jitter: number;
}

/** The longest wait is the first one, doubled so often. */
const doublingsMax = 4;

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
  id: 'host',
  context: () => ({ failCount: 0, jitter: 0 }),
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
