// How the protocol core is told: steps and states in words.
import type { CellCommand, CellName, CellRecord, Snapshot } from './cell-record.ts';
import type { Seen } from './drive.ts';
import type { VolumePlace } from './volume-change.ts';

/** `active in epoch 2`. */
export function seenText({ state, epoch }: Seen): string {
  return state === 'unreachable' || epoch === 0 ? state : `${state} in epoch ${epoch}`;
}

/** `request-1@cell-x/2`: the request, the cell that took it, and the epoch. */
export function snapshotText({ request, cell, epoch }: Snapshot): string {
  return `${request}@${cell}/${epoch}`;
}

/** `seal of move 1`, and whatever else tells one from another. */
export function commandText(command: CellCommand): string {
  switch (command.kind) {
    case 'take':
      return `take of ${command.request} in epoch ${command.epoch}`;
    case 'fence':
      return `fence below epoch ${command.epoch} with chain ${listText(command.chain)}`;
    case 'note-head':
      return `head after ${command.known.count} snapshots`;
    case 'activate':
      return `${certificateText(command)} in epoch ${command.epoch}`;
    case 'retire':
      return certificateText(command);
    case 'unseal':
      return `unseal of move ${command.move} in epoch ${command.epoch}`;
    default:
      return `${command.kind} of move ${command.move}`;
  }
}

function certificateText(
  certificate: Extract<CellCommand, { readonly kind: 'activate' | 'retire' }>,
): string {
  const { kind, move, chain } = certificate;
  return `${kind} of move ${move} with chain ${listText(chain)}`;
}

/** A cell in a line. */
export function cellText(cell: CellName, record: CellRecord): string {
  const { state, epoch, lineage, moveId, closedMove, leased } = record;
  const told = [
    `${cell}: ${state}${moveId === 0 ? '' : ` by move ${moveId}`}`,
    ...(epoch === 0 ? [] : [`epoch ${epoch}`]),
    ...(closedMove === 0 ? [] : [`moves up to ${closedMove} are over`]),
    `lineage ${listText(lineage)}`,
    ...(leased ? [] : ['without a lease']),
  ];
  return told.join(', ');
}

/** The record of the authority in a line. */
export function placeText({ record, routing }: VolumePlace): string {
  const { owner, epoch, ownerSince, move, chain } = record;
  const { active, alternate } = routing;
  const moving =
    move === null ? 'no move' : `move ${move.id} to ${move.target} ${decisionText[move.decision]}`;
  const merits = [active, ...(alternate === null ? [] : [alternate])];
  const told = [
    `authority: ${owner} owns since epoch ${ownerSince}`,
    `epoch ${epoch}`,
    moving,
    `published ${listText(chain)}`,
    `merits ${merits.map(({ cell, merit }) => `${cell} ${merit}`).join(' ')}`,
  ];
  return told.join(', ');
}

/** `cell-x sealed, cell-y creating, move 1 open`: what the cells are, and how the move stands. */
export function nameText(cells: ReadonlyMap<CellName, CellRecord>, place: VolumePlace): string {
  const { move } = place.record;
  const states = [...cells].map(([cell, { state }]) => `${cell} ${state}`);
  const moving = move === null ? 'no move' : `move ${move.id} ${decisionText[move.decision]}`;
  return [...states, moving].join(', ');
}

const decisionText = { open: 'is open', commit: 'is committed', abort: 'is aborted' } as const;

/** Snapshots in a row, oldest first. */
export function listText(snapshots: readonly Snapshot[]): string {
  return `[${snapshots.map(snapshotText).join(' ')}]`;
}
