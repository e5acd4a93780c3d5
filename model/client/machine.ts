// Modes of a client.
//
//   detached -> attaching -> attached.mapped <-> .refreshing (a part of the map is missing)
//      ^            ^               ^-> .degraded (a range has fewer copies than it should)
//      |            +-- repeated with back-off
//      +-- fenced <-- another session took the volume over
import { assign, emit, setup } from 'xstate';

/** What moves a client from mode to mode. */
export type ClientEvent =
  | { readonly type: 'ATTACH' }
  | { readonly type: 'GRANTED' }
  | { readonly type: 'SUPERSEDED' }
  | { readonly type: 'FENCED' }
  | { readonly type: 'REVIEWED'; readonly missingCount: number; readonly degradedCount: number };

/** What the modes ask a client to do. `number` names the attachment; a repetition has the same. */
export type ClientAsk =
  | { readonly type: 'attach'; readonly number: number }
  | { readonly type: 'detached' };

/** What the machine of a client remembers. */
export interface ClientContext {
  readonly attachNumber: number;
  readonly tryCount: number;
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
    }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
    attach: emit(({ context }) => ({ type: 'attach', number: context.attachNumber }) as const),
    tellDetached: emit({ type: 'detached' }),
  },
  guards: {
    isDegraded: ({ event }) => event.type === 'REVIEWED' && event.degradedCount > 0,
    isMissing: ({ event }) => event.type === 'REVIEWED' && event.missingCount > 0,
  },
  delays: {
    attachBackOff: ({ context }) => 100 << Math.min(context.tryCount, 5),
    reattachDelay: 5_000,
  },
}).createMachine({
  id: 'client',
  context: () => ({ attachNumber: 0, tryCount: 0 }),
  initial: 'detached',
  states: {
    detached: {
      entry: 'tellDetached',
      on: { ATTACH: { target: 'attaching', actions: 'newAttachment' } },
    },
    attaching: {
      entry: ['attach', 'countTry'],
      after: { attachBackOff: { target: 'attaching', reenter: true } },
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
        FENCED: 'fenced',
      },
      states: { mapped: {}, refreshing: {}, degraded: {} },
    },
    fenced: { after: { reattachDelay: 'detached' } },
  },
});
