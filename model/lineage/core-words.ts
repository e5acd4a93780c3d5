// How the protocol core is told: steps and states in words.
import type { CellCommand, CellName, CellRecord, Snapshot } from './cell-record.ts';
import type { Seen } from './drive.ts';
import type { VolumeRecord } from './volume-record.ts';

/** `active in epoch 2`. */
export function seenText(seen: Seen): string {
  return seen.state === 'unreachable' ? seen.state : `${seen.state} in epoch ${seen.epoch}`;
}

/** `r1@x/2`: the request, the cell that took it, and the epoch. */
export function snapshotText({ request, cell, epoch }: Snapshot): string {
  return `${request}@${cell}/${epoch}`;
}

/** `seal of move 1`. */
export function commandText(command: CellCommand): string {
  if (command.kind === 'take') return `take ${command.request} in epoch ${command.epoch}`;
  if (command.kind === 'fence') return `fence below epoch ${command.epoch}`;
  if (command.kind === 'note-head') return `head after ${command.known.count} snapshots`;
  return `${command.kind} of move ${command.move}`;
}

/** A cell in a line. */
export function cellText(cell: CellName, record: CellRecord): string {
  const { state, epoch, lineage, closedMove, leased } = record;
  const lease = leased ? '' : ', without a lease';
  const held = listText(lineage);
  return `cell-${cell}: ${state}, epoch ${epoch}, closed ${closedMove}, has ${held}${lease}`;
}

/** The record of the authority in a line. */
export function volumeText(volume: VolumeRecord): string {
  const { owner, epoch, ownerSince, move, chain } = volume;
  const moving = move === null ? 'no move' : `move ${move.id} to '${move.target}' ${move.decision}`;
  const owning = `owner '${owner}' since epoch ${ownerSince}`;
  return `authority: ${owning}, epoch ${epoch}, ${moving}, published ${listText(chain)}`;
}

function listText(snapshots: readonly Snapshot[]): string {
  return snapshots.map(snapshotText).join(' ') || 'nothing';
}
