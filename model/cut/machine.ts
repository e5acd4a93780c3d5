// How a volume is cut. Whatever is refused, or takes too long, makes the cut void; who wanted it
// begins another one.
//
//   surveying -> reserving -> holding -> committing -> opening -> taken
//       |            |           |            |           |
//       +------------+-----------+------------+-----------+-----> voided: all is let go
import { assign, emit, setup } from 'xstate';

/** What moves a cut on. */
export type CutEvent =
  | { readonly type: 'SURVEYED' }
  | { readonly type: 'ALL_DONE' }
  | { readonly type: 'REFUSED' };

/** What the modes ask for. */
export type CutAsk = {
  readonly type: 'survey' | 'reserve' | 'hold' | 'commit' | 'open' | 'take' | 'release';
};

/** What the machine of a cut remembers. */
export interface CutContext {
  /** Requests of the current step so far. */
  readonly tryCount: number;
}

/** The map is read, and slots are overwritten, without haste. */
const patientTryMax = 10;
/** Commits are asked for once more within the time that gates stay closed. */
const commitTryMax = 2;

/** The modes of a cut; what it does in them is in cut.ts. */
export const cutMachine = setup({
  types: { context: {} as CutContext, events: {} as CutEvent, emitted: {} as CutAsk },
  guards: {
    isPatient: ({ context }) => context.tryCount < patientTryMax,
    mayCommitAgain: ({ context }) => context.tryCount < commitTryMax,
  },
  delays: {
    patience: 500,
    // Within this all heads are held, or the cut is void: how long writes may wait for nothing.
    holdTimeout: 200,
    commitAgain: 90,
  },
  actions: {
    survey: emit({ type: 'survey' }),
    reserve: emit({ type: 'reserve' }),
    hold: emit({ type: 'hold' }),
    commit: emit({ type: 'commit' }),
    open: emit({ type: 'open' }),
    take: emit({ type: 'take' }),
    release: emit({ type: 'release' }),
    firstTry: assign({ tryCount: 0 }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
  },
}).createMachine({
  id: 'cut',
  context: () => ({ tryCount: 0 }),
  initial: 'surveying',
  on: { REFUSED: '.voided' },
  states: {
    surveying: {
      entry: ['survey', 'countTry'],
      after: {
        patience: [
          { guard: 'isPatient', target: 'surveying', reenter: true },
          { target: 'voided' },
        ],
      },
      on: { SURVEYED: { target: 'reserving', actions: 'firstTry' } },
    },
    reserving: {
      entry: ['reserve', 'countTry'],
      after: {
        patience: [
          { guard: 'isPatient', target: 'reserving', reenter: true },
          { target: 'voided' },
        ],
      },
      on: { ALL_DONE: { target: 'holding', actions: 'firstTry' } },
    },
    holding: {
      entry: 'hold',
      after: { holdTimeout: 'voided' },
      on: { ALL_DONE: 'committing' },
    },
    committing: {
      entry: ['commit', 'countTry'],
      after: {
        commitAgain: [
          { guard: 'mayCommitAgain', target: 'committing', reenter: true },
          { target: 'voided' },
        ],
      },
      on: { ALL_DONE: 'opening' },
    },
    opening: { entry: 'open', after: { holdTimeout: 'voided' }, on: { ALL_DONE: 'taken' } },
    taken: { type: 'final', entry: 'take' },
    voided: { type: 'final', entry: 'release' },
  },
});
