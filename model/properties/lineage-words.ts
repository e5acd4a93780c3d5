// How findings name lineages, cells and moves.
import type { CellRecord, Snapshot } from '../lineage/cell-record.ts';
import type { Ballot } from '../messages/lineage.ts';

/** `'r1' of 'cell-1' in epoch 1`. */
export function snapshotText({ request, cell, epoch }: Snapshot): string {
  return `'${request}' of '${cell}' in epoch ${epoch}`;
}

/** The snapshots of a lineage, oldest first. */
export function lineageText(lineage: readonly Snapshot[]): string {
  return lineage.length === 0 ? 'no snapshot' : lineage.map(snapshotText).join(', ');
}

/** `active in epoch 1`. */
export function recordText({ state, epoch, moveId }: CellRecord): string {
  return moveId === 0 ? `${state} in epoch ${epoch}` : `${state} in epoch ${epoch}, move ${moveId}`;
}

/** `attempt 3 by host-1:control.0`. */
export function ballotText({ count, by }: Ballot): string {
  return count === 0 ? 'the beginning' : `attempt ${count} by ${by}`;
}
