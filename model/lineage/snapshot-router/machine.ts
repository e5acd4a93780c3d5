// How a router carries one request for a snapshot through. It may die at any step: whoever is asked
// for the same begins anew, and every step may be repeated.
//
//   readingRoute -> querying -> deciding -> taking -> publishing -> updating -> done
//        ^             ^           |          |           |
//        +-------------------------------- backingOff <---+
//                      |           |
//                      |           +--> reReading -> deciding   two cells seem authoritative
//                      +-- resolving <--+                       and still do: a fence, or an alarm
//                      +-- driving   <--+                       a recorded move is brought on
//
//   anywhere before updating -> cancelling -> done: the request is given up
//
// A request is answered when its snapshot is published; `updating` only speeds up the next one.
import { assign, emit, setup } from 'xstate';

/** What moves a request from mode to mode. `jitter` is a draw below 65536. */
export type RequestEvent =
  /** All that was asked of cells is answered, or cannot be. */
  | { readonly type: 'HEARD' }
  | { readonly type: 'READ_ROUTE' | 'QUERY' | 'RE_READ' | 'RESOLVE' | 'DRIVE' | 'TAKE' }
  | { readonly type: 'WAIT'; readonly jitter: number }
  | { readonly type: 'TAKEN' | 'PUBLISHED' | 'CANCEL' | 'END' };

/** What the modes ask of a request's driver. */
export interface RequestAsk {
  readonly type:
    | 'read-route'
    | 'query'
    | 'decide'
    | 'take'
    | 'update'
    | 'give-up'
    | 'give-in'
    | 'alarm'
    | 'end';
}

/** What a request counts. */
export interface RequestContext {
  /** How often the authority was asked the same. */
  readonly tryCount: number;
  readonly waitCount: number;
  /** How often it waited or brought a move on. */
  readonly turnCount: number;
  readonly jitter: number;
}

/** 4 s: an authority that is silent for longer is away (assumed). */
const tryMax = 8;
/** 15 s or so of waiting: who wants the snapshot asks again. */
const turnMax = 16;
const doublingsMax = 5;

/** The modes of a request; what it does in them is in request.ts. */
export const requestMachine = setup({
  types: {
    context: {} as RequestContext,
    events: {} as RequestEvent,
    emitted: {} as RequestAsk,
  },
  actions: {
    readRoute: emit({ type: 'read-route' }),
    query: emit({ type: 'query' }),
    decide: emit({ type: 'decide' }),
    take: emit({ type: 'take' }),
    update: emit({ type: 'update' }),
    giveUp: emit({ type: 'give-up' }),
    giveIn: emit({ type: 'give-in' }),
    alarm: emit({ type: 'alarm' }),
    end: emit({ type: 'end' }),
    firstTry: assign({ tryCount: 0 }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
    countTurn: assign({ turnCount: ({ context }) => context.turnCount + 1 }),
    countWait: assign({
      waitCount: ({ context }) => context.waitCount + 1,
      turnCount: ({ context }) => context.turnCount + 1,
      jitter: ({ context, event }) => ('jitter' in event ? event.jitter : context.jitter),
    }),
  },
  guards: {
    isSilent: ({ context }) => context.tryCount >= tryMax,
    isTooLong: ({ context }) => context.turnCount >= turnMax,
  },
  delays: {
    askAgain: 500,
    queryTimeout: 500,
    takeTimeout: 2_000,
    /** Commands to two cells and a change of the record (assumed). */
    driveTimeout: 1_500,
    backOff: ({ context }) => {
      const boundMs = 100 * (1 << Math.min(context.waitCount - 1, doublingsMax));
      return 10 + Math.floor((boundMs * context.jitter) / 65_536);
    },
  },
}).createMachine({
  id: 'snapshot-request',
  context: () => ({ tryCount: 0, waitCount: 0, turnCount: 0, jitter: 32_768 }),
  initial: 'idle',
  on: {
    CANCEL: { target: '.cancelling', actions: 'firstTry' },
    READ_ROUTE: { target: '.readingRoute', actions: 'firstTry' },
    WAIT: { target: '.backingOff', actions: 'countWait' },
    END: '.done',
  },
  states: {
    idle: { on: { QUERY: 'querying' } },
    readingRoute: {
      entry: ['readRoute', 'countTry'],
      after: {
        askAgain: [
          { guard: 'isSilent', target: 'done', actions: 'giveIn' },
          { target: 'readingRoute', reenter: true },
        ],
      },
      on: { QUERY: 'querying' },
    },
    querying: {
      entry: 'query',
      after: { queryTimeout: 'deciding' },
      on: { HEARD: 'deciding' },
    },
    deciding: {
      entry: 'decide',
      on: {
        QUERY: 'querying',
        RE_READ: 'reReading',
        RESOLVE: { target: 'resolving', actions: 'firstTry' },
        DRIVE: { target: 'driving', actions: ['firstTry', 'countTurn'] },
        TAKE: 'taking',
      },
    },
    reReading: {
      entry: 'query',
      after: { queryTimeout: 'deciding' },
      on: { HEARD: 'deciding' },
    },
    resolving: {
      entry: ['readRoute', 'countTry'],
      after: {
        askAgain: [
          { guard: 'isSilent', target: 'done', actions: 'alarm' },
          { target: 'resolving', reenter: true },
        ],
      },
      on: { QUERY: 'querying' },
    },
    driving: {
      entry: 'readRoute',
      always: { guard: 'isTooLong', target: 'done', actions: 'giveIn' },
      after: { driveTimeout: 'querying' },
      on: { HEARD: 'querying' },
    },
    taking: {
      entry: 'take',
      after: { takeTimeout: { target: 'backingOff', actions: 'countWait' } },
      on: { TAKEN: { target: 'publishing', actions: 'firstTry' } },
    },
    publishing: {
      entry: ['readRoute', 'countTry'],
      after: {
        askAgain: [
          { guard: 'isSilent', target: 'done', actions: 'giveIn' },
          { target: 'publishing', reenter: true },
        ],
      },
      on: { PUBLISHED: 'updating' },
    },
    updating: {
      entry: 'update',
      after: { driveTimeout: 'done' },
      on: { HEARD: 'done', CANCEL: {} },
    },
    backingOff: {
      always: { guard: 'isTooLong', target: 'done', actions: 'giveIn' },
      after: { backOff: { target: 'readingRoute', actions: 'firstTry' } },
    },
    cancelling: {
      entry: ['giveUp', 'countTry'],
      after: {
        askAgain: [
          { guard: 'isSilent', target: 'done', actions: 'giveIn' },
          { target: 'cancelling', reenter: true },
        ],
      },
      on: { PUBLISHED: 'updating', CANCEL: {} },
    },
    done: { type: 'final', entry: 'end' },
  },
});
