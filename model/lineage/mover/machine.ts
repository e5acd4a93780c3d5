// Modes of a mover. It goes in rounds: learns all there is to know, does the one thing that is
// next, and begins anew. So it may die at any step, and another one goes on.
//
//   resting --> reading --> surveying --> asking --> choosing --+--> telling ---> reading
//      ^        the route   the map       the cells             +--> importing -> reading
//      |           |            |                               |
//      +-----------+------------+-------------------------------+   nothing to do, or no answer
import { emit, setup } from 'xstate';

/** What moves a mover from mode to mode. */
export type MoverEvent =
  | { readonly type: 'ROUTE_READ' | 'SURVEYED' | 'HEARD' }
  | { readonly type: 'REST' | 'TELL' | 'IMPORT' }
  | { readonly type: 'TOLD' | 'IMPORTED' };

/** What the modes ask the mover to do. */
export type MoverAsk = {
  readonly type: 'read-route' | 'survey' | 'ask-cells' | 'choose' | 'tell' | 'import';
};

/** The modes of a mover; what it does in them is in mover.ts. */
export const moverMachine = setup({
  types: { events: {} as MoverEvent, emitted: {} as MoverAsk },
  actions: {
    readRoute: emit({ type: 'read-route' }),
    survey: emit({ type: 'survey' }),
    askCells: emit({ type: 'ask-cells' }),
    choose: emit({ type: 'choose' }),
    tell: emit({ type: 'tell' }),
    import: emit({ type: 'import' }),
  },
  delays: {
    // Clients look after their copies four times as often (assumed).
    rest: 1_000,
    answerTimeout: 1_000,
    // An authority that elects a leader, or a cell whose hosts are asked one after the other.
    tellTimeout: 5_000,
    // The record may say another thing by then.
    importTurn: 2_000,
  },
}).createMachine({
  id: 'mover',
  initial: 'resting',
  states: {
    resting: { after: { rest: 'reading' } },
    reading: {
      entry: 'readRoute',
      after: { answerTimeout: 'resting' },
      on: { ROUTE_READ: 'surveying' },
    },
    surveying: {
      entry: 'survey',
      after: { answerTimeout: 'resting' },
      on: { SURVEYED: 'asking' },
    },
    asking: { entry: 'askCells', on: { HEARD: 'choosing' } },
    choosing: {
      entry: 'choose',
      on: { REST: 'resting', TELL: 'telling', IMPORT: 'importing' },
    },
    telling: { entry: 'tell', after: { tellTimeout: 'reading' }, on: { TOLD: 'reading' } },
    importing: { entry: 'import', after: { importTurn: 'reading' }, on: { IMPORTED: 'reading' } },
  },
});
