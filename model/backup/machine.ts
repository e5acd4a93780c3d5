// How the snapshots of one volume are looked after.
//
//   listing -> uploading -> pruning -> checking -> waiting -> listing
//      |         ^            ^                       ^
//      |         |            |                       |
//      +----> following: what is published next? what is deleted? is there nothing?
//      |      (lineage)                               |
//      +---------- none is pending (schedule) --------+
import { emit, setup } from 'xstate';

/** What moves a backup on. */
export type BackupEvent =
  /** A snapshot is registered and not complete. */
  | { readonly type: 'PENDING' }
  | { readonly type: 'NOTHING' }
  /** The lineage is to be asked. */
  | { readonly type: 'FOLLOW' }
  /** Something goes. */
  | { readonly type: 'PRUNE' }
  /** Complete or not: where the store had no room, what goes makes some. */
  | { readonly type: 'UPLOADED' }
  | { readonly type: 'PRUNED' }
  | { readonly type: 'CHECKED' };

/** What the modes ask for. */
export type BackupAsk = {
  readonly type: 'list' | 'tidy' | 'follow' | 'upload' | 'prune' | 'choose' | 'check';
};

/** What the machine of a backup remembers. */
export interface BackupContext {
  readonly everyMs: number;
}

/** The modes of a backup; what it does in them is in backup.ts. */
export const backupMachine = setup({
  types: {
    context: {} as BackupContext,
    input: {} as BackupContext,
    events: {} as BackupEvent,
    emitted: {} as BackupAsk,
  },
  delays: { every: ({ context }) => context.everyMs, patience: 500 },
  actions: {
    list: emit({ type: 'list' }),
    tidy: emit({ type: 'tidy' }),
    follow: emit({ type: 'follow' }),
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
      on: { PENDING: 'uploading', FOLLOW: 'following', NOTHING: 'waiting' },
    },
    following: {
      entry: 'follow',
      after: { patience: { target: 'following', reenter: true } },
      on: { PENDING: 'uploading', PRUNE: 'pruning', NOTHING: 'waiting' },
    },
    uploading: { entry: 'upload', on: { UPLOADED: 'pruning' } },
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
    waiting: { entry: 'tidy', after: { every: 'listing' } },
  },
});
