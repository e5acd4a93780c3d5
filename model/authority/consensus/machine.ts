// Roles of a member of the map authority. The core decides which one it has; here they keep time.
//
//                    +--------------------------------------- a leader is heard of
//                    v                                                     |
//   recovering --> follower --timeout--> pre-candidate --majority--> candidate --majority--> leader
//        |           ^  ^                  |    ^                     |                        |
//        |           |  +--would not be----+    +------timeout--------+                        |
//        |           |      voted for                                                          |
//        |           +--------------------- a later term, or no majority answers --------------+
//        +--> learner (its log is damaged) --refilled--> follower
//        +--> failed (a device error, in any role; it recovers again, later and later)
//
// Timeouts are those of the paper, section 5.2, drawn anew each time between one and two of the
// least.
import { assign, emit, setup } from 'xstate';

/** What moves a member from role to role. `jitter` is a draw below 65536. */
export type MemberEvent =
  | { readonly type: 'FOLLOW'; readonly jitter: number }
  | { readonly type: 'PRE_CAMPAIGN'; readonly jitter: number }
  | { readonly type: 'CAMPAIGN'; readonly jitter: number }
  | { readonly type: 'LEAD'; readonly jitter: number }
  | { readonly type: 'LEARN'; readonly jitter: number }
  | { readonly type: 'HEARD'; readonly jitter: number }
  | { readonly type: 'RECOVER'; readonly jitter: number }
  | { readonly type: 'FAIL'; readonly jitter: number };

/** What the roles ask a member to do: campaign, be heard of, or ask for terms. */
export type MemberAsk = { readonly type: 'due' };

/** The times of a member. */
export interface MemberTimes {
  readonly electionMinMs: number;
  readonly heartbeatMs: number;
}

/** What the machine of a member remembers. */
export interface MemberContext extends MemberTimes {
  readonly jitter: number;
}

const heardAgain = (target: string) => ({ target, reenter: true, actions: 'draw' as const });
const dueAfter = (delay: string, target: string) => ({
  [delay]: { target, reenter: true, actions: 'tellDue' as const },
});

/** The roles of a member; what it does in them is in replicated-register.ts. */
export const memberMachine = setup({
  types: {
    context: {} as MemberContext,
    events: {} as MemberEvent,
    emitted: {} as MemberAsk,
    input: {} as MemberTimes,
  },
  actions: {
    draw: assign({ jitter: ({ event }) => event.jitter }),
    tellDue: emit({ type: 'due' }),
  },
  delays: {
    electionTimeout: ({ context: { electionMinMs, jitter } }) =>
      electionMinMs + Math.floor((electionMinMs * jitter) / 65_536),
    heartbeat: ({ context }) => context.heartbeatMs,
  },
}).createMachine({
  id: 'authority-member',
  context: ({ input }) => ({ ...input, jitter: 0 }),
  initial: 'recovering',
  on: {
    FAIL: { target: '.failed', actions: 'draw' },
    RECOVER: { target: '.recovering', actions: 'draw' },
    FOLLOW: { target: '.follower', actions: 'draw' },
    PRE_CAMPAIGN: { target: '.pre-candidate', actions: 'draw' },
    CAMPAIGN: { target: '.candidate', actions: 'draw' },
    LEAD: { target: '.leader', actions: 'draw' },
    LEARN: { target: '.learner', actions: 'draw' },
  },
  states: {
    recovering: {},
    failed: {},
    follower: {
      on: { HEARD: heardAgain('follower') },
      after: dueAfter('electionTimeout', 'follower'),
    },
    'pre-candidate': { after: dueAfter('electionTimeout', 'pre-candidate') },
    candidate: { after: dueAfter('electionTimeout', 'candidate') },
    leader: { after: dueAfter('heartbeat', 'leader') },
    // It is in no hurry: as long as it asks, all others have to be up anyway.
    learner: { after: dueAfter('electionTimeout', 'learner') },
  },
});
