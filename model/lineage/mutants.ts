// Known wrong variants of the protocol core, each one switch of `CoreOptions`. What breaks, the
// search has to find; what breaks nothing is a guard behind a guard, and says which one is before.
import type { CoreOptions } from './core-options.ts';

/** A wrong variant of the protocol. */
export interface ProtocolMutant {
  readonly summary: string;
  /**
   * The property that must notice, `can-finish` for requests that never end; null for a guard
   * behind which another one stands.
   */
  readonly killedBy: string | null;
  readonly options: Partial<CoreOptions>;
}

/** The table of wrong variants. */
export const protocolMutants = {
  'commit-unsealed': {
    summary: 'a driver commits a move whose source is not sealed',
    killedBy: 'lineage-one-authority',
    options: { faults: { commitUnsealed: true } },
  },
  'unseal-undecided': {
    summary: 'a driver unseals the source without having won the decision to abort',
    killedBy: 'lineage-one-authority',
    options: { faults: { unsealUndecided: true } },
  },
  'unseal-unreachable': {
    summary: 'a driver unseals the source because the target does not answer',
    killedBy: 'lineage-one-authority',
    options: { faults: { unsealIfUnreachable: true } },
  },
  'activate-on-seal': {
    summary: 'a driver takes the seal for a decision and activates the target',
    killedBy: 'lineage-one-authority',
    options: { faults: { activateOnSeal: true } },
  },
  'activate-unreachable': {
    summary: 'a driver activates the target because the source does not answer',
    killedBy: 'lineage-one-authority',
    options: { faults: { activateIfUnreachable: true } },
  },
  'certificate-twice': {
    summary: 'a cell obeys certificates of moves that are closed: a move back meets them again',
    killedBy: 'lineage-one-authority',
    options: { guards: { certificateOnce: false } },
  },
  'request-forgotten': {
    summary: 'neither the cell nor the authority knows a request again in a later epoch',
    killedBy: 'lineage-published-once',
    options: { guards: { deduplicate: false }, checks: { deduplicate: false } },
  },
  'ack-before-publish': {
    summary: 'a router acknowledges a snapshot that a cell has taken and nobody has published',
    killedBy: 'lineage-not-lost',
    options: { ackBeforePublish: true },
  },
  'take-over-without-lease': {
    summary: 'a source that does not answer is overruled before its lease has run out',
    killedBy: 'lineage-one-authority',
    options: { forcedTakeover: true, forceWithoutLease: true },
  },
  'roll-back-overturns': {
    summary: 'an owner follows the merits: a swap gives a volume to the cell that is preferred',
    killedBy: 'lineage-hints-harmless',
    options: { rollBacks: true, checks: { decidedStays: false } },
  },
  'publish-in-same-epoch': {
    summary: 'a snapshot is published only in the epoch of its taking: an aborted move wedges it',
    killedBy: 'can-finish',
    options: { checks: { publishNeedsSameEpoch: true } },
  },
  'take-in-any-state': {
    summary: 'cells take snapshots though sealed or retired; publishing is what stops it',
    killedBy: null,
    options: { guards: { takeNeedsState: false } },
  },
  'take-in-any-epoch': {
    summary: 'cells take snapshots in whatever epoch; their state and publishing stop it',
    killedBy: null,
    options: { guards: { takeNeedsEpoch: false } },
  },
  'no-cell-guards': {
    summary: 'cells take snapshots in whatever state and epoch; publishing stops it',
    killedBy: null,
    options: { guards: { takeNeedsState: false, takeNeedsEpoch: false } },
  },
  'publish-unowned': {
    summary: 'what a cell took before it was sealed is published after it was deposed',
    killedBy: 'lineage-one-head',
    options: { checks: { publishNeedsOwner: false } },
  },
  'publish-behind-any': {
    summary: 'a snapshot is published whatever it lies behind; that only the owner is, stops it',
    killedBy: null,
    options: { checks: { publishNeedsHead: false } },
  },
  'no-publish-check': {
    summary: 'whatever a cell has taken is published, whoever owns the volume, behind any other',
    killedBy: 'lineage-one-head',
    options: { checks: { publishNeedsOwner: false, publishNeedsHead: false } },
  },
} as const satisfies Record<string, ProtocolMutant>;

/** A name in the table. */
export type ProtocolMutantId = keyof typeof protocolMutants;

/** The options of a core with some wrong variants switched on. */
export function withMutants(options: CoreOptions, ids: readonly ProtocolMutantId[]): CoreOptions {
  let merged = options;
  for (const id of ids) {
    const { guards, checks, faults, ...rest } = protocolMutants[id].options as Partial<CoreOptions>;
    merged = {
      ...merged,
      ...rest,
      guards: { ...merged.guards, ...guards },
      checks: { ...merged.checks, ...checks },
      faults: { ...merged.faults, ...faults },
    };
  }
  return merged;
}
