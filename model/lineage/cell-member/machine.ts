// Modes of a cell member.
//
//   recovering.reading -> recovering.settling -> serving
//          ^                       |                |
//          +------ failed <--------+----------------+   (a device error: read it again, later)
import { assign, emit, setup } from 'xstate';

/** What moves a member from mode to mode. `jitter` is a draw below 65536. */
export type MemberEvent =
  | { readonly type: 'PLEDGES_READ' }
  | { readonly type: 'SETTLED' }
  | { readonly type: 'DEVICE_FAILED'; readonly jitter: number };

/** What the modes ask a member to do. */
export type MemberAsk = { readonly type: 'read-pledges' };

/** What the machine of a member remembers. */
export interface MemberContext {
  /** How often in a row its device has failed. */
  readonly failCount: number;
  readonly jitter: number;
}

/** The longest wait is the first one, doubled so often. */
const doublingsMax = 4;

/** The modes of a cell member; what it does in them is in cell-member.ts. */
export const cellMemberMachine = setup({
  types: {
    context: {} as MemberContext,
    events: {} as MemberEvent,
    emitted: {} as MemberAsk,
  },
  actions: {
    readPledges: emit({ type: 'read-pledges' }),
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
  id: 'cell-member',
  context: () => ({ failCount: 0, jitter: 0 }),
  initial: 'recovering',
  states: {
    recovering: {
      initial: 'reading',
      entry: 'readPledges',
      states: {
        reading: { on: { PLEDGES_READ: 'settling' } },
        settling: {},
      },
      on: {
        SETTLED: { target: 'serving', actions: 'forgetFailures' },
        DEVICE_FAILED: { target: 'failed', actions: 'countFailure' },
      },
    },
    serving: {
      on: { DEVICE_FAILED: { target: 'failed', actions: 'countFailure' } },
    },
    failed: { after: { retryDelay: 'recovering' } },
  },
});
