// Modes of the placement optimizer.
//
//   resting -> surveying -> moving -> resting
//      ^           |  the whole map is known
//      +-----------+  nothing to move, or no answer in time
import { emit, setup } from 'xstate';

/** What moves an optimizer from mode to mode. */
export type OptimizerEvent =
  | { readonly type: 'SURVEYED'; readonly moveCount: number }
  | { readonly type: 'MOVED'; readonly leftCount: number };

/** What the modes ask an optimizer to do. */
export type OptimizerAsk = { readonly type: 'survey' };

/** How long it rests between two looks. */
export interface OptimizerContext {
  readonly everyMs: number;
}

/** The modes of an optimizer; what it does in them is in optimizer.ts. */
export const optimizerMachine = setup({
  types: {
    context: {} as OptimizerContext,
    events: {} as OptimizerEvent,
    emitted: {} as OptimizerAsk,
    input: {} as OptimizerContext,
  },
  actions: { survey: emit({ type: 'survey' }) },
  guards: {
    hasMoves: ({ event }) => event.type === 'SURVEYED' && event.moveCount > 0,
    isDone: ({ event }) => event.type === 'MOVED' && event.leftCount === 0,
  },
  delays: { every: ({ context }) => context.everyMs, surveyTimeout: 2_000 },
}).createMachine({
  id: 'optimizer',
  context: ({ input }) => input,
  initial: 'resting',
  states: {
    resting: { after: { every: 'surveying' } },
    surveying: {
      entry: 'survey',
      after: { surveyTimeout: 'resting' },
      on: { SURVEYED: [{ guard: 'hasMoves', target: 'moving' }, { target: 'resting' }] },
    },
    moving: { on: { MOVED: { guard: 'isDone', target: 'resting' } } },
  },
});
