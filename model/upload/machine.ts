// How the contents of a snapshot get into the lineage store.
//
//   surveying -> beginning -> copying -> ending -> done
//       |            ^  |        |  |       |  |
//       |            +--|--------+--|-------+  |   the store has forgotten what was put
//       +---------------+-----------+----------+-> givenUp: somebody tries again later
import { assign, emit, setup } from 'xstate';

/** What moves an upload on. */
export type UploadEvent =
  | { readonly type: 'SURVEYED' }
  | { readonly type: 'BEGUN' }
  | { readonly type: 'COPIED' }
  | { readonly type: 'ENDED' }
  | { readonly type: 'INCOMPLETE' }
  | { readonly type: 'STUCK' };

/** What the modes ask for. */
export type UploadAsk = {
  readonly type: 'survey' | 'begin' | 'copy' | 'end' | 'tell';
};

/** What the machine of an upload remembers. */
export interface UploadContext {
  /** Requests of the current step so far. */
  readonly tryCount: number;
}

/** How often each step is asked for. */
const tryMax = 10;

/** The modes of an upload; what it does in them is in upload.ts. */
export const uploadMachine = setup({
  types: { context: {} as UploadContext, events: {} as UploadEvent, emitted: {} as UploadAsk },
  guards: { mayTryAgain: ({ context }) => context.tryCount < tryMax },
  delays: { patience: 1_000, longPatience: 3_000 },
  actions: {
    survey: emit({ type: 'survey' }),
    begin: emit({ type: 'begin' }),
    copy: emit({ type: 'copy' }),
    end: emit({ type: 'end' }),
    tell: emit({ type: 'tell' }),
    firstTry: assign({ tryCount: 0 }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
  },
}).createMachine({
  id: 'upload',
  context: () => ({ tryCount: 0 }),
  initial: 'surveying',
  states: {
    surveying: {
      entry: ['survey', 'countTry'],
      after: {
        patience: [
          { guard: 'mayTryAgain', target: 'surveying', reenter: true },
          { target: 'givenUp' },
        ],
      },
      on: { SURVEYED: { target: 'beginning', actions: 'firstTry' } },
    },
    beginning: {
      entry: ['begin', 'countTry'],
      after: {
        patience: [
          { guard: 'mayTryAgain', target: 'beginning', reenter: true },
          { target: 'givenUp' },
        ],
      },
      on: { BEGUN: { target: 'copying', actions: 'firstTry' }, ENDED: 'done' },
    },
    copying: {
      entry: 'copy',
      on: {
        COPIED: { target: 'ending', actions: 'firstTry' },
        INCOMPLETE: 'beginning',
        STUCK: 'givenUp',
      },
    },
    ending: {
      entry: ['end', 'countTry'],
      after: {
        longPatience: [
          { guard: 'mayTryAgain', target: 'ending', reenter: true },
          { target: 'givenUp' },
        ],
      },
      on: { ENDED: 'done', INCOMPLETE: 'beginning', STUCK: 'givenUp' },
    },
    done: { type: 'final', entry: 'tell' },
    givenUp: { type: 'final', entry: 'tell' },
  },
});
