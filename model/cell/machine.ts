// Modes of a cell, by what its hosts have told it.
//
//   forming -> healthy <-> degraded (a host is silent) <-> full (no free slot)
import { setup } from 'xstate';

/** What a cell has learned. */
export interface CellCensus {
  readonly type: 'CENSUS';
  readonly heardCount: number;
  readonly silentCount: number;
  readonly freeCount: number;
}

/** The modes of a cell; what it does is in cell.ts. */
export const cellMachine = setup({
  types: { events: {} as CellCensus },
  guards: {
    isFull: ({ event }) => event.heardCount > 0 && event.freeCount === 0,
    hasSilentHosts: ({ event }) => event.heardCount > 0 && event.silentCount > 0,
    hasHosts: ({ event }) => event.heardCount > 0,
  },
}).createMachine({
  id: 'cell',
  initial: 'forming',
  on: {
    CENSUS: [
      { guard: 'isFull', target: '.full' },
      { guard: 'hasSilentHosts', target: '.degraded' },
      { guard: 'hasHosts', target: '.healthy' },
      { target: '.forming' },
    ],
  },
  states: { forming: {}, healthy: {}, degraded: {}, full: {} },
});
