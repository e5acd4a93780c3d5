// What a mover leaves behind of a move, for reports: what it has had changed, and what cells told.
import type { Outbox } from '../../../sim/index.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { CellCommand, CellName, CellRecord, CellState } from '../cell-record.ts';
import type { VolumeChange } from '../volume-change.ts';
import type { VolumeRecord } from '../volume-record.ts';

const markOfChange = {
  open: 'volume-move.opened',
  imported: 'volume-move.imported',
  commit: 'volume-move.committed',
  abort: 'volume-move.aborted',
  clear: 'volume-move.cleared',
  'swap-merits': 'volume-move.rolled-back',
} as const satisfies Partial<Record<VolumeChange['kind'], string>>;

const markOfCommand = {
  seal: { state: 'sealed', mark: 'volume-move.sealed' },
  activate: { state: 'active', mark: 'volume-move.activated' },
  retire: { state: 'retired', mark: 'volume-move.retired' },
  unseal: { state: 'active', mark: 'volume-move.unsealed' },
} as const satisfies Partial<
  Record<CellCommand['kind'], { readonly state: CellState; readonly mark: string }>
>;

/** The authority has made a change that the mover asked for. */
export function markChanged(
  out: Outbox,
  volume: VolumeId,
  change: VolumeChange,
  move: number,
): void {
  if (!isKey(markOfChange, change.kind)) return;
  const isForced = change.kind === 'commit' && change.isForced;
  out.mark(markOfChange[change.kind], { volume, move, isForced });
}

/** A cell has answered a command: it is where the command leads to. */
export function markAnswered(
  out: Outbox,
  volume: VolumeId,
  told: { readonly cell: CellName; readonly command: CellCommand; readonly record: CellRecord },
): void {
  const { cell, command, record } = told;
  if (!isKey(markOfCommand, command.kind)) return;
  const { state, mark } = markOfCommand[command.kind];
  if (record.state === state) out.mark(mark, { volume, cell, epoch: record.epoch });
}

/**
 * A volume is wanted in another cell while a decided move is not over: told once for each of them.
 * Answers the last one that was told of.
 */
export function markAwaited(
  out: Outbox,
  volume: VolumeId,
  what: { readonly record: VolumeRecord; readonly wanted: CellName | null },
  toldMove: number,
): number {
  const { wanted: to } = what;
  const { move, owner } = what.record;
  if (move === null || move.decision === 'open' || move.id === toldMove) return toldMove;
  if (to === null || to === owner || to === move.target) return toldMove;
  out.mark('volume-move.awaited', { volume, move: move.id, to });
  return move.id;
}

function isKey<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}
