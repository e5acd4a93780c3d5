// How the snapshots of one volume are looked after.
//
//   listing -> waiting -> cutting -> registering -> uploading -> pruning -> checking -> waiting
//      |          |         ^  |          ^           ^   |
//      |          |         +--+ pausing  |           |   '-- not complete: listing, later
//      |          |            (void)     |           |
//      |          +-> following ----------+           |
//      |              (instead of cutting: one is published)
//      '-------- one is pending from before ----------'
//
// Where somebody else cuts and registers, waiting leads to listing.
import { emit, setup } from 'xstate';

/** What moves a backup on. */
export type BackupEvent =
  | { readonly type: 'LISTED'; readonly isPending: boolean }
  | { readonly type: 'FOLLOWED'; readonly isNew: boolean }
  | { readonly type: 'CUT'; readonly isTaken: boolean }
  | { readonly type: 'UPLOADED'; readonly isOver: boolean }
  | { readonly type: 'PRUNED' }
  | { readonly type: 'CHECKED' }
  | { readonly type: 'ENOUGH' };

/** What the modes ask for. */
export type BackupAsk = {
  readonly type:
    | 'list'
    | 'wait'
    | 'cut'
    | 'follow'
    | 'drop-cut'
    | 'register'
    | 'upload'
    | 'prune'
    | 'choose'
    | 'check';
};

/** What the machine of a backup remembers. */
export interface BackupContext {
  readonly everyMs: number;
  /** Snapshots come from the lineage. */
  readonly isFollowing: boolean;
  /** Somebody else cuts, and registers what is to be uploaded. */
  readonly isInSet: boolean;
}

/** The modes of a backup; what it does in them is in backup.ts. */
export const backupMachine = setup({
  types: {
    context: {} as BackupContext,
    input: {} as BackupContext,
    events: {} as BackupEvent,
    emitted: {} as BackupAsk,
  },
  guards: {
    isPending: ({ event }) => event.type === 'LISTED' && event.isPending,
    isFollowing: ({ context }) => context.isFollowing,
    isInSet: ({ context }) => context.isInSet,
    isNew: ({ event }) => event.type === 'FOLLOWED' && event.isNew,
    isTaken: ({ event }) => event.type === 'CUT' && event.isTaken,
    isOver: ({ event }) => event.type === 'UPLOADED' && event.isOver,
  },
  delays: {
    every: ({ context }) => context.everyMs,
    patience: 500,
    pause: 500,
    // A cut that says nothing for so long never will.
    longest: 20_000,
  },
  actions: {
    list: emit({ type: 'list' }),
    wait: emit({ type: 'wait' }),
    cut: emit({ type: 'cut' }),
    follow: emit({ type: 'follow' }),
    dropCut: emit({ type: 'drop-cut' }),
    register: emit({ type: 'register' }),
    upload: emit({ type: 'upload' }),
    prune: emit({ type: 'prune' }),
    choose: emit({ type: 'choose' }),
    check: emit({ type: 'check' }),
  },
}).createMachine({
  id: 'backup',
  context: ({ input }) => input,
  initial: 'listing',
  states: {
    listing: {
      entry: 'list',
      after: { patience: { target: 'listing', reenter: true } },
      on: { LISTED: [{ guard: 'isPending', target: 'uploading' }, { target: 'waiting' }] },
    },
    waiting: {
      entry: 'wait',
      after: {
        every: [
          { guard: 'isFollowing', target: 'following' },
          { guard: 'isInSet', target: 'listing' },
          { target: 'cutting' },
        ],
      },
      on: { ENOUGH: 'resting' },
    },
    following: {
      entry: 'follow',
      after: { patience: { target: 'following', reenter: true } },
      on: { FOLLOWED: [{ guard: 'isNew', target: 'registering' }, { target: 'waiting' }] },
    },
    cutting: {
      entry: 'cut',
      exit: 'dropCut',
      after: { longest: 'waiting' },
      on: { CUT: [{ guard: 'isTaken', target: 'registering' }, { target: 'pausing' }] },
    },
    pausing: { entry: 'wait', after: { pause: 'cutting' }, on: { ENOUGH: 'resting' } },
    registering: {
      entry: 'register',
      after: { patience: { target: 'registering', reenter: true } },
      on: { LISTED: { guard: 'isPending', target: 'uploading' } },
    },
    uploading: {
      entry: 'upload',
      on: { UPLOADED: [{ guard: 'isOver', target: 'pruning' }, { target: 'delaying' }] },
    },
    delaying: { after: { patience: 'listing' } },
    pruning: {
      entry: 'prune',
      after: { patience: { target: 'pruning', reenter: true } },
      on: { PRUNED: { target: 'checking', actions: 'choose' } },
    },
    checking: {
      entry: 'check',
      after: { patience: { target: 'checking', reenter: true } },
      on: { CHECKED: 'waiting' },
    },
    resting: { type: 'final' },
  },
});
