// What a mover does next, by all that it has just learned. Pure, and nothing is remembered of what
// it did before: another mover that sees the same does the same.
//
//   record   what is next
//   any      swap the merits back, if that is planned
//   none     open the move that is planned; else bring copies home that lie elsewhere
//   open     abort it, if it is not wanted any more or takes too long; prepare the target; import;
//            record that the import is complete; seal the source and commit; by force, if the
//            source does not answer any more
//   decided  carry the decision out, and clear it
import type { CellName } from '../cell-record.ts';
import { type DriveAction, type DriveFaults, driveActions, type Seen } from '../drive.ts';
import type { VolumeChange } from '../volume-change.ts';
import type { Move, VolumeRecord } from '../volume-record.ts';

/** The next thing to do. */
export type Turn =
  | { readonly kind: 'rest' }
  /** Changes of the record, and commands to cells. */
  | { readonly kind: 'tell'; readonly actions: readonly MoverAction[] }
  /** Copies are to be made in this cell, instead of where they are. */
  | { readonly kind: 'import'; readonly cell: CellName };

/** What is told to a cell, or to the authority. */
export type MoverAction =
  | Extract<DriveAction, { readonly kind: 'send' }>
  | { readonly kind: 'change'; readonly change: VolumeChange };

/** What a mover knows. */
export interface View {
  readonly record: VolumeRecord;
  readonly seen: ReadonlyMap<CellName, Seen>;
  /** Where the volume is to be by the plan; null where there is none yet or any more. */
  readonly wanted: CellName | null;
  /** The cell that is to be preferred again; null for none. */
  readonly rollBackTo: CellName | null;
  /** False for a while after a move was aborted: it is tried again, but not at once. */
  readonly mayOpen: boolean;
  /** Copies that do not lie in a cell. */
  readonly strayCount: (cell: CellName) => number;
  /** The recorded move has taken too long, and its source is not sealed yet. */
  readonly isOverdue: boolean;
  /** The source does not answer any more. */
  readonly isSourceLost: boolean;
  readonly faults: DriveFaults;
}

const rest: Turn = Object.freeze({ kind: 'rest' });

/** The next thing to do. */
export function nextTurn(view: View): Turn {
  const { record, seen, wanted, rollBackTo, mayOpen, strayCount, faults } = view;
  const { move, owner, lastMove } = record;
  if (rollBackTo !== null) {
    return change({ kind: 'swap-merits', lastMove, preferred: rollBackTo });
  }
  if (move === null) {
    if (wanted !== null && wanted !== owner) {
      return mayOpen ? change({ kind: 'open', target: wanted, lastMove }) : rest;
    }
    return strayCount(owner) > 0 ? { kind: 'import', cell: owner } : rest;
  }
  if (move.decision === 'open') return turnOfOpen(view, move);
  const actions = driveActions(record, seen, faults);
  const clears = actions.filter(({ kind }) => kind === 'clear');
  return tell(clears.length > 0 ? clears : actions);
}

function turnOfOpen(view: View, move: Move): Turn {
  const { record, seen, wanted, strayCount, isOverdue, isSourceLost, faults } = view;
  const { id, target } = move;
  const isUnwanted = wanted !== null && wanted !== target;
  if (isUnwanted || isOverdue) return change({ kind: 'abort', move: id });
  if (move.isImported && isSourceLost) return change({ kind: 'commit', move: id, isForced: true });
  const actions = driveActions(record, seen, faults);
  if (move.isImported) return tell(actions);
  // Who drives without the data waits for it; only the decision to abort does not.
  if (actions.some(({ kind }) => kind === 'abort')) return tell(actions);
  const isPrepared = seen.get(target)?.state === 'creating';
  const commands = actions.filter(({ kind }) => kind === 'send');
  if (!isPrepared && commands.length > 0) return tell(commands);
  if (strayCount(target) > 0) return { kind: 'import', cell: target };
  return change({ kind: 'imported', move: id });
}

function change(made: VolumeChange): Turn {
  return { kind: 'tell', actions: [{ kind: 'change', change: made }] };
}

function tell(actions: readonly DriveAction[]): Turn {
  if (actions.length === 0) return rest;
  return { kind: 'tell', actions: actions.map(asMoverAction) };
}

function asMoverAction(action: DriveAction): MoverAction {
  if (action.kind === 'send') return action;
  const { kind, move } = action;
  if (kind === 'commit') return { kind: 'change', change: { kind, move, isForced: false } };
  return { kind: 'change', change: { kind, move } };
}
