// How the copies of one range are restored. Driven by the client; every step may be repeated and
// the whole may be interrupted anywhere, because each change of the map is a compare-and-set.
//
//   deciding -> probing -> dropping -> adopting -> reserving -> copying -> committing -> promoting
//      ^        a survivor  the map     survivors    a slot      the head   the target   all adopt,
//      |        is there    drops one   adopt        is found    fills it   joins        then done
//      |
//      +---- waiting <---- whatever is refused or not answered; back-off with full jitter
//               +--> abandoned after some turns; the client tries again later
//
// A member that fails meanwhile is dropped first: nobody waits for what it was to do.
//
// A member that says its copy is gone becomes the one to drop. Where all say so, the range is gone.
//
// A move is the same with nothing lost: deciding -> reserving, and the commit that adds the target
// takes the old copy out at once.
import { assign, emit, setup } from 'xstate';
import { holds, type MapEntry, type Replica, replicaOn, sameReplica } from '../map-entry.ts';

/** What a re-mirror is about. */
export interface ReMirrorPlan {
  readonly entry: MapEntry;
  /** The copy to replace, or a target under way that is stuck; null when a copy is just missing. */
  readonly suspect: Replica | null;
  readonly replicaCount: number;
  /** A good copy that shall lie elsewhere; null when copies are to be restored. */
  readonly move: Replica | null;
  /** Bounds of the first wait and of all; earlier failures double the first one. */
  readonly backOff: {
    readonly firstMs: number;
    readonly maxMs: number;
    readonly failCount: number;
  };
}

/** What moves a re-mirror on. `jitter` is a draw below 65536. */
export type ReMirrorEvent =
  | { readonly type: 'PROBED'; readonly host: string; readonly held: boolean }
  | { readonly type: 'CHANGED'; readonly entry: MapEntry }
  | { readonly type: 'REFUSED'; readonly current: MapEntry | null; readonly jitter: number }
  | { readonly type: 'ADOPTED'; readonly host: string }
  | { readonly type: 'SLOT_FOUND'; readonly target: Replica }
  | { readonly type: 'CAUGHT_UP'; readonly target: Replica }
  | { readonly type: 'SUSPECTED'; readonly suspect: Replica }
  | { readonly type: 'TARGET_FAILED' }
  | { readonly type: 'FAILED'; readonly jitter: number }
  | { readonly type: 'COPY_GONE'; readonly host: string; readonly jitter: number }
  | { readonly type: 'LOST' };

/** What the modes ask the driver to do. */
export type ReMirrorAsk =
  | { readonly type: 'probe'; readonly entry: MapEntry }
  | { readonly type: 'change'; readonly entry: MapEntry; readonly next: readonly Replica[] }
  | { readonly type: 'reconfigure'; readonly entry: MapEntry; readonly hosts: readonly string[] }
  | { readonly type: 'find-slot'; readonly entry: MapEntry; readonly turn: number }
  | { readonly type: 'copy'; readonly entry: MapEntry; readonly target: Replica }
  | { readonly type: 'end'; readonly outcome: ReMirrorOutcome; readonly entry: MapEntry };

/** How a re-mirror ends: all copies are there, it gave up for now, or no copy is left. */
export type ReMirrorOutcome = 'done' | 'abandoned' | 'gone';

/** What the machine of a re-mirror remembers. */
export interface ReMirrorContext extends ReMirrorPlan {
  readonly target: Replica | null;
  readonly adoptedBy: readonly string[];
  /** Hosts that do not have the copy that the entry says they have. */
  readonly goneFrom: readonly string[];
  /** Requests of the current step so far, and turns of the whole. */
  readonly tryCount: number;
  readonly turnCount: number;
  readonly jitter: number;
}

/** A step without an answer is tried so often; the whole is begun anew so often. */
const tryMax = 6;
const copyTryMax = 30;
const turnMax = 6;
/** Waits are doubled so often at most; their bound ends it earlier as a rule. */
const doublingsMax = 10;

/** One more member seems to have failed: it comes first, and the copy under way is begun anew. */
const dropsMember = { guard: 'isOther', target: 'deciding', actions: 'takeSuspect' } as const;

/** The modes of a re-mirror; what is sent in them is in re-mirror.ts. */
export const reMirrorMachine = setup({
  types: {
    context: {} as ReMirrorContext,
    events: {} as ReMirrorEvent,
    emitted: {} as ReMirrorAsk,
    input: {} as ReMirrorPlan,
  },
  actions: {
    firstTry: assign({ tryCount: 0 }),
    countTry: assign({ tryCount: ({ context }) => context.tryCount + 1 }),
    countTurn: assign({ turnCount: ({ context }) => context.turnCount + 1 }),
    takeEntry: assign({
      entry: ({ context, event }) => (event.type === 'CHANGED' ? event.entry : context.entry),
      adoptedBy: () => [],
      goneFrom: () => [],
      tryCount: 0,
    }),
    takeCurrent: assign(({ context, event }) => {
      if (event.type !== 'REFUSED' || event.current === null) return {};
      const { current } = event;
      // A target that got into the map meanwhile is no suspect any more.
      const { suspect } = context;
      const isStill = suspect !== null && holds(context.entry, suspect) && holds(current, suspect);
      return { entry: current, suspect: isStill ? suspect : null };
    }),
    takeJitter: assign({
      jitter: ({ context, event }) => ('jitter' in event ? event.jitter : context.jitter),
    }),
    takeTarget: assign({
      target: ({ event }) => (event.type === 'SLOT_FOUND' ? event.target : null),
    }),
    suspectTarget: assign({ suspect: ({ context }) => context.target, target: null }),
    takeSuspect: assign({
      suspect: ({ context, event }) =>
        event.type === 'SUSPECTED' ? event.suspect : context.suspect,
      target: null,
    }),
    forgetSuspect: assign({ suspect: null }),
    noteAdopted: assign({
      adoptedBy: ({ context, event }) =>
        event.type === 'ADOPTED' ? [...context.adoptedBy, event.host] : context.adoptedBy,
    }),
    noteGone: assign({
      goneFrom: ({ context, event }) =>
        'host' in event && !context.goneFrom.includes(event.host)
          ? [...context.goneFrom, event.host]
          : context.goneFrom,
    }),
    suspectGone: assign({
      suspect: ({ context, event }) =>
        ('host' in event ? replicaOn(context.entry, event.host) : undefined) ?? context.suspect,
      target: null,
    }),
    probe: emit(({ context }) => ({ type: 'probe' as const, entry: context.entry })),
    drop: emit(({ context }) => ({
      type: 'change' as const,
      entry: context.entry,
      next: survivorsOf(context),
    })),
    reconfigure: emit(({ context }) => ({
      type: 'reconfigure' as const,
      entry: context.entry,
      hosts: unadopted(context),
    })),
    findSlot: emit(({ context }) => ({
      type: 'find-slot' as const,
      entry: context.entry,
      turn: context.turnCount,
    })),
    copy: emit(({ context }) => ({
      type: 'copy' as const,
      entry: context.entry,
      target: targetOf(context),
    })),
    commit: emit(({ context }) => ({
      type: 'change' as const,
      entry: context.entry,
      next: committedOf(context),
    })),
    tellDone: emit(({ context }) => ({
      type: 'end' as const,
      outcome: 'done' as const,
      entry: context.entry,
    })),
    tellGone: emit(({ context }) => ({
      type: 'end' as const,
      outcome: 'gone' as const,
      entry: context.entry,
    })),
    tellAbandoned: emit(({ context }) => ({
      type: 'end' as const,
      outcome: 'abandoned' as const,
      entry: context.entry,
    })),
  },
  guards: {
    mustDrop: ({ context }) => context.suspect !== null && survivorsOf(context).length > 0,
    survivorHeld: ({ context, event }) =>
      event.type === 'PROBED' && event.held && context.suspect?.host !== event.host,
    isHeld: ({ event }) => event.type === 'PROBED' && event.held,
    isOther: ({ context, event }) =>
      event.type === 'SUSPECTED' &&
      holds(context.entry, event.suspect) &&
      context.entry.replicas.length > 1 &&
      (context.suspect === null || !sameReplica(context.suspect, event.suspect)),
    allGone: ({ context, event }) => isGoneFrom(context, event, context.entry.replicas),
    survivorsGone: ({ context, event }) => isGoneFrom(context, event, survivorsOf(context)),
    isOneOfMany: ({ context }) => context.entry.replicas.length > 1,
    isMove: ({ context }) => isMove(context),
    isShort: ({ context }) => isShort(context),
    allAdopted: ({ context }) => unadopted(context).length === 0,
    isWhole: ({ context }) => unadopted(context).length === 0 && !isShort(context),
    tooManyTries: ({ context }) => context.tryCount >= tryMax,
    copyTooLong: ({ context }) => context.tryCount >= copyTryMax,
    tooManyTurns: ({ context }) => context.turnCount >= turnMax,
  },
  delays: {
    resend: 500,
    resendCopy: 1_000,
    changeTimeout: 3_000,
    backOff: ({ context }) => {
      const { firstMs, maxMs, failCount } = context.backOff;
      const doublings = Math.min(context.turnCount + failCount, doublingsMax);
      const boundMs = Math.min(firstMs * (1 << doublings), maxMs);
      return 10 + Math.floor((boundMs * context.jitter) / 65_536);
    },
  },
}).createMachine({
  id: 're-mirror',
  context: ({ input }) => ({
    ...input,
    target: null,
    adoptedBy: [],
    goneFrom: [],
    tryCount: 0,
    turnCount: 0,
    jitter: 32_768,
  }),
  initial: 'deciding',
  on: {
    LOST: '.abandoned',
    COPY_GONE: [
      { guard: 'isOneOfMany', target: '.waiting', actions: ['takeJitter', 'suspectGone'] },
      { target: '.gone' },
    ],
  },
  states: {
    deciding: {
      entry: 'firstTry',
      always: [
        { guard: 'mustDrop', target: 'probing' },
        { guard: 'isMove', target: 'reserving' },
        { guard: 'isShort', target: 'adopting' },
        { target: 'done' },
      ],
    },
    probing: {
      entry: ['probe', 'countTry'],
      after: {
        resend: [
          { guard: 'tooManyTries', target: 'waiting' },
          { target: 'probing', reenter: true },
        ],
      },
      on: {
        PROBED: [
          { guard: 'survivorHeld', target: 'dropping', actions: 'firstTry' },
          { guard: 'isHeld' },
          { guard: 'allGone', target: 'gone' },
          {
            guard: 'survivorsGone',
            target: 'probing',
            reenter: true,
            actions: ['noteGone', 'suspectGone'],
          },
          { actions: 'noteGone' },
        ],
      },
    },
    dropping: {
      entry: 'drop',
      // The authority may have applied it all the same: the next change finds out.
      after: { changeTimeout: 'waiting' },
      on: {
        CHANGED: { target: 'adopting', actions: ['takeEntry', 'forgetSuspect'] },
        REFUSED: { target: 'waiting', actions: ['takeCurrent', 'takeJitter'] },
      },
    },
    adopting: {
      entry: ['reconfigure', 'countTry'],
      after: {
        resend: [
          { guard: 'tooManyTries', target: 'waiting' },
          { target: 'adopting', reenter: true },
        ],
      },
      always: [
        { guard: 'isWhole', target: 'done' },
        { guard: 'allAdopted', target: 'reserving', actions: 'firstTry' },
      ],
      on: { ADOPTED: { actions: 'noteAdopted' }, SUSPECTED: dropsMember },
    },
    reserving: {
      entry: ['findSlot', 'countTry'],
      after: {
        resend: [
          { guard: 'tooManyTries', target: 'waiting' },
          { target: 'reserving', reenter: true },
        ],
      },
      on: {
        SLOT_FOUND: { target: 'copying', actions: ['takeTarget', 'firstTry'] },
        FAILED: { target: 'waiting', actions: 'takeJitter' },
        SUSPECTED: dropsMember,
      },
    },
    copying: {
      entry: ['copy', 'countTry'],
      after: {
        resendCopy: [
          { guard: 'copyTooLong', target: 'waiting', actions: 'suspectTarget' },
          { target: 'copying', reenter: true },
        ],
      },
      on: {
        CAUGHT_UP: 'committing',
        TARGET_FAILED: { target: 'waiting', actions: 'suspectTarget' },
        FAILED: { target: 'waiting', actions: ['suspectTarget', 'takeJitter'] },
        SUSPECTED: dropsMember,
      },
    },
    committing: {
      entry: 'commit',
      after: { changeTimeout: { target: 'waiting', actions: 'suspectTarget' } },
      on: {
        CHANGED: { target: 'promoting', actions: 'takeEntry' },
        REFUSED: { target: 'waiting', actions: ['takeCurrent', 'takeJitter'] },
      },
    },
    promoting: {
      entry: ['reconfigure', 'countTry'],
      after: {
        resend: [
          { guard: 'tooManyTries', target: 'done' },
          { target: 'promoting', reenter: true },
        ],
      },
      always: { guard: 'allAdopted', target: 'done' },
      on: { ADOPTED: { actions: 'noteAdopted' }, SUSPECTED: dropsMember },
    },
    waiting: {
      entry: 'countTurn',
      always: { guard: 'tooManyTurns', target: 'abandoned' },
      after: { backOff: 'deciding' },
      on: { SUSPECTED: dropsMember },
    },
    done: { type: 'final', entry: 'tellDone' },
    abandoned: { type: 'final', entry: 'tellAbandoned' },
    gone: { type: 'final', entry: 'tellGone' },
  },
});

function survivorsOf(plan: ReMirrorPlan): readonly Replica[] {
  const { entry, suspect } = plan;
  if (suspect === null || !holds(entry, suspect)) return entry.replicas;
  return entry.replicas.filter((replica) => !sameReplica(replica, suspect));
}

// Whether all of some copies are gone, now that one more host has said so.
function isGoneFrom(
  context: ReMirrorContext,
  event: ReMirrorEvent,
  copies: readonly Replica[],
): boolean {
  const { goneFrom } = context;
  const said = event.type === 'PROBED' && !event.held ? event.host : null;
  return copies.every(({ host }) => host === said || goneFrom.includes(host));
}

// A short range is no business of a move: its client restores it. A move that went on might take
// the only copy out that is left.
function isShort({ entry, move, replicaCount }: ReMirrorContext): boolean {
  return move === null && entry.replicas.length < replicaCount;
}

function isMove({ entry, move, replicaCount }: ReMirrorContext): boolean {
  return move !== null && holds(entry, move) && entry.replicas.length >= replicaCount;
}

// The target comes last in the chain: it adds the least to the way of a write.
function committedOf(context: ReMirrorContext): readonly Replica[] {
  const { entry, move } = context;
  const kept = entry.replicas.filter((replica) => move === null || !sameReplica(replica, move));
  return [...kept, targetOf(context)];
}

function unadopted(context: ReMirrorContext): readonly string[] {
  const hosts = context.entry.replicas.map((replica) => replica.host);
  return hosts.filter((host) => !context.adoptedBy.includes(host));
}

function targetOf(context: ReMirrorContext): Replica {
  if (context.target === null) throw new TypeError('no target is being filled');
  return context.target;
}
