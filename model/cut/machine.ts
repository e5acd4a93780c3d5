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
const patientTryMax = 20;
/** While writes wait, each step may take so long, and is asked for so often meanwhile. */
const againMs = 65;
const hastyTryMax = 3;

/** The modes of a cut; what it does in them is in cut.ts. */
export const cutMachine = setup({
  types: { context: {} as CutContext, events: {} as CutEvent, emitted: {} as CutAsk },
  guards: {
    isPatient: ({ context }) => context.tryCount < patientTryMax,
    isHasty: ({ context }) => context.tryCount < hastyTryMax,
  },
  delays: {
    patience: 250,
    // Within 195 ms all heads are held, or the cut is void: so long writes may wait for nothing.
    haste: againMs,
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
      entry: ['hold', 'countTry'],
      after: {
        haste: [{ guard: 'isHasty', target: 'holding', reenter: true }, { target: 'voided' }],
      },
      on: { ALL_DONE: { target: 'committing', actions: 'firstTry' } },
    },
    committing: {
      entry: ['commit', 'countTry'],
      after: {
        haste: [{ guard: 'isHasty', target: 'committing', reenter: true }, { target: 'voided' }],
      },
      on: { ALL_DONE: { target: 'opening', actions: 'firstTry' } },
    },
    opening: {
      entry: ['open', 'countTry'],
      after: {
        haste: [{ guard: 'isHasty', target: 'opening', reenter: true }, { target: 'voided' }],
      },
      on: { ALL_DONE: 'taken' },
    },
    taken: { type: 'final', entry: 'take' },
    voided: { type: 'final', entry: 'release' },
  },
});
