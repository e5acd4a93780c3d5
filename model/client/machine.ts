// Modes of a client.
//
//   detached -> attaching -> attached.mapped <-> .refreshing (a part of the map is missing)
//    ^   ^           ^          |        ^-> .degraded (a range has fewer copies than it should)
//    |   |           |          |        '-> .lapsed (its lease is over: it issues nothing)
//    |   |           |          +----------> .draining (it lets go: what is under way ends)
//    |   |           |                           |
//    |   |           +-- repeated with back-off  v
//    |   +---------------------------------- detaching (repeated, too)
//    +-- fenced <-- another session took the volume over
import { assign, emit, setup } from 'xstate';

/** What moves a client from mode to mode. `jitter` is a draw below 65536. */
export type ClientEvent =
  | { readonly type: 'ATTACH'; readonly jitter: number }
  | { readonly type: 'GRANTED' }
  | { readonly type: 'SUPERSEDED' }
  | { readonly type: 'FENCED' }
  | { readonly type: 'LAPSED' }
  | { readonly type: 'RENEWED' }
  | { readonly type: 'DETACH' }
  | { readonly type: 'DRAINED' }
  | { readonly type: 'DETACHED' }
  | { readonly type: 'REVIEWED'; readonly missingCount: number; readonly degradedCount: number };

/** What the modes ask a client to do. `number` names the attachment; a repetition has the same. */
export type ClientAsk =
  | { readonly type: 'attach'; readonly number: number }
  | { readonly type: 'detach' }
  | { readonly type: 'detached' };

/** What the machine of a client remembers. */
export interface ClientContext {
  readonly attachNumber: number;
  readonly tryCount: number;
  readonly jitter: number;
}

/** The longest wait is the first one, doubled so often. */
const doublingsMax = 5;

// 100 to 200 ms at first, 3.2 to 6.4 s at last: those whom one outage stopped do not all come back
// at once.
function backOffMs({ tryCount, jitter }: ClientContext): number {
  const boundMs = 100 << Math.min(tryCount, doublingsMax);
  return boundMs + Math.floor((boundMs * jitter) / 65_536);
}

/** The modes of a client; what it does in them is in client.ts. */
export const clientMachine = setup({
  types: {
    context: {} as ClientContext,
    events: {} as ClientEvent,
    emitted: {} as ClientAsk,
  },
  actions: {
    newAttachment: assign({
      attachNumber: ({ context }) => context.attachNumber + 1,
      tryCount: 0,
      jitter: ({ context, event }) => ('jitter' in event ? event.jitter : context.jitter),
    }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
    forgetTries: assign({ tryCount: 0 }),
    attach: emit(({ context }) => ({ type: 'attach', number: context.attachNumber }) as const),
    detach: emit({ type: 'detach' }),
    tellDetached: emit({ type: 'detached' }),
  },
  guards: {
    isDegraded: ({ event }) => event.type === 'REVIEWED' && event.degradedCount > 0,
    isMissing: ({ event }) => event.type === 'REVIEWED' && event.missingCount > 0,
  },
  delays: {
    backOff: ({ context }) => backOffMs(context),
    reattachDelay: 5_000,
  },
}).createMachine({
  id: 'client',
  context: () => ({ attachNumber: 0, tryCount: 0, jitter: 0 }),
  initial: 'detached',
  states: {
    detached: {
      entry: 'tellDetached',
      on: { ATTACH: { target: 'attaching', actions: 'newAttachment' } },
    },
    attaching: {
      entry: ['attach', 'countTry'],
      after: { backOff: { target: 'attaching', reenter: true } },
      on: { GRANTED: 'attached', SUPERSEDED: 'fenced' },
    },
    attached: {
      initial: 'mapped',
      on: {
        REVIEWED: [
          { guard: 'isMissing', target: '.refreshing' },
          { guard: 'isDegraded', target: '.degraded' },
          { target: '.mapped' },
        ],
        LAPSED: '.lapsed',
        DETACH: '.draining',
        FENCED: 'fenced',
      },
      states: {
        mapped: {},
        refreshing: {},
        degraded: {},
        lapsed: { on: { REVIEWED: {}, RENEWED: 'mapped' } },
        draining: {
          on: {
            REVIEWED: {},
            LAPSED: {},
            DRAINED: { target: '#client.detaching', actions: 'forgetTries' },
          },
        },
      },
    },
    detaching: {
      entry: ['detach', 'countTry'],
      after: { backOff: { target: 'detaching', reenter: true } },
      on: { DETACHED: 'detached' },
    },
    fenced: { after: { reattachDelay: 'detached' } },
  },
});
