// How a recorded move is brought on, by whoever comes across it: the mover, or a router that needs
// an end of it. Never by guess: what is sent follows from the record of the authority and from what
// was seen of the two cells, and every step may be repeated.
//
//   record   source sealed under this move          otherwise
//   open     target importing: commit, else abort   both there: prepare, migrate; seal once the
//                                                   data is in the target
//                                                   target not there: abort; source not: wait
//   commit   activate the target, retire the source; closed in both: clear
//   abort    unseal the source, abort the import;    closed in both: clear
//   none     an import that nobody wants: abort it
import { unreachable } from '../../sim/index.ts';
import type { CellCommand, CellName, CellRecord } from './cell-record.ts';
import type { Observed } from './rules.ts';
import type { Move, VolumeRecord } from './volume-record.ts';

/** What a router or mover knows of a cell by its answer. */
export interface Seen {
  readonly state: Observed;
  readonly epoch: number;
  readonly moveId: number;
  readonly closedMove: number;
}

/** A cell that did not answer. */
export const notSeen: Seen = Object.freeze({
  state: 'unreachable',
  epoch: 0,
  moveId: 0,
  closedMove: 0,
});

/** What can be told of a cell from its record. */
export function seenOf({ state, epoch, moveId, closedMove }: CellRecord): Seen {
  return { state, epoch, moveId, closedMove };
}

/** One step of driving. */
export type DriveAction =
  | { readonly kind: 'send'; readonly cell: CellName; readonly command: CellCommand }
  | { readonly kind: 'commit' | 'abort' | 'clear'; readonly move: number };

/** Ways to drive wrongly, for mutants; all false in the right system. */
export interface DriveFaults {
  /** Commits a move whose source is not sealed. */
  readonly commitUnsealed: boolean;
  /** Unseals the source without a decision. */
  readonly unsealUndecided: boolean;
  /** Unseals the source without a decision, where the target does not answer. */
  readonly unsealIfUnreachable: boolean;
  /** Activates the target once the source is sealed, without a decision. */
  readonly activateOnSeal: boolean;
  /** Activates the target where the source does not answer, without a decision. */
  readonly activateIfUnreachable: boolean;
  /** Clears a decided move that is not closed in both cells. */
  readonly clearUnclosed: boolean;
}

/** The right system. */
export const noDriveFaults: DriveFaults = {
  commitUnsealed: false,
  unsealUndecided: false,
  unsealIfUnreachable: false,
  activateOnSeal: false,
  activateIfUnreachable: false,
  clearUnclosed: false,
};

/** What is to be done about the move, by its record and by what was seen of the cells. */
export function driveActions(
  volume: VolumeRecord,
  seen: ReadonlyMap<CellName, Seen>,
  faults: DriveFaults,
): readonly DriveAction[] {
  const { move } = volume;
  if (move === null) return staleImports(volume, seen);
  const source = seen.get(move.source) ?? notSeen;
  const target = seen.get(move.target) ?? notSeen;
  switch (move.decision) {
    case 'open': {
      const wrong = wrongSteps(volume, move, { source, target }, faults);
      return wrong.length > 0 ? wrong : driveOpen(move, source, target, faults);
    }
    case 'commit':
    case 'abort':
      return [...certificates(move), ...clearIfClosed(move, source, target, faults)];
    default:
      return unreachable(move.decision);
  }
}

function driveOpen(
  move: Move,
  source: Seen,
  target: Seen,
  faults: DriveFaults,
): readonly DriveAction[] {
  const isSealed = source.state === 'sealed' && source.moveId === move.id;
  const isImporting = target.state === 'creating' && target.moveId === move.id;
  if (isSealed || (faults.commitUnsealed && source.state !== 'unreachable')) {
    return [{ kind: isImporting || !isSealed ? 'commit' : 'abort', move: move.id }];
  }
  if (target.state === 'unreachable') return [{ kind: 'abort', move: move.id }];
  return source.state === 'unreachable' ? [] : preparations(move);
}

/**
 * The commands that prepare a move, and once its data is imported those that bring it to the point
 * of decision: from the seal on nobody takes snapshots, so that nothing may be left to wait for.
 */
export function preparations(move: Move): readonly DriveAction[] {
  const { id, source, target, openedEpoch: epoch, isImported } = move;
  const seal: DriveAction = {
    kind: 'send',
    cell: source,
    command: { kind: 'seal', move: id, epoch },
  };
  return [
    { kind: 'send', cell: target, command: { kind: 'prepare', move: id } },
    { kind: 'send', cell: source, command: { kind: 'migrate', move: id, epoch } },
    ...(isImported ? [seal] : []),
  ];
}

/** The commands that carry a decision out; none while there is none. */
export function certificates(move: Move): readonly DriveAction[] {
  const { id, source, target, decision, decidedEpoch: epoch, decidedChain: chain } = move;
  if (decision === 'open' || epoch === null || chain === null) return [];
  if (decision === 'commit') {
    const { isForced } = move;
    return [
      { kind: 'send', cell: target, command: { kind: 'activate', move: id, epoch, chain } },
      {
        kind: 'send',
        cell: source,
        command: { kind: 'retire', move: id, chain, target, isForced },
      },
    ];
  }
  return [
    { kind: 'send', cell: source, command: { kind: 'unseal', move: id, epoch } },
    { kind: 'send', cell: target, command: { kind: 'abort-import', move: id } },
  ];
}

function clearIfClosed(
  move: Move,
  source: Seen,
  target: Seen,
  { clearUnclosed }: DriveFaults,
): readonly DriveAction[] {
  const isClosed = source.closedMove >= move.id && target.closedMove >= move.id;
  return isClosed || clearUnclosed ? [{ kind: 'clear', move: move.id }] : [];
}

function staleImports(
  volume: VolumeRecord,
  seen: ReadonlyMap<CellName, Seen>,
): readonly DriveAction[] {
  const actions: DriveAction[] = [];
  for (const [cell, { state, moveId }] of seen) {
    if (state !== 'creating' || cell === volume.owner) continue;
    actions.push({ kind: 'send', cell, command: { kind: 'abort-import', move: moveId } });
  }
  return actions;
}

// What mutants do instead.
function wrongSteps(
  volume: VolumeRecord,
  move: Move,
  seen: { readonly source: Seen; readonly target: Seen },
  faults: DriveFaults,
): readonly DriveAction[] {
  const { id, source, target } = move;
  const isSealed = seen.source.state === 'sealed' && seen.source.moveId === id;
  const isHidden = seen.target.state === 'unreachable';
  const isDark = seen.source.state === 'unreachable' && seen.target.state === 'creating';
  const epoch = volume.epoch + 1;
  if (isSealed && (faults.unsealUndecided || (faults.unsealIfUnreachable && isHidden))) {
    return [{ kind: 'send', cell: source, command: { kind: 'unseal', move: id, epoch } }];
  }
  if ((isSealed && faults.activateOnSeal) || (isDark && faults.activateIfUnreachable)) {
    const command = { kind: 'activate', move: id, epoch, chain: volume.chain } as const;
    return [{ kind: 'send', cell: target, command }];
  }
  return [];
}
