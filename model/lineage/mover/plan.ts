// Where a volume is to be by plan, and when: the last step whose time has come counts.
//
//   move       into this cell, or into the one that the merits prefer by then
//   roll-back  the merits of its two cells are as before; nothing new is moved by that
import type { Ns } from '../../../sim/index.ts';
import type { LineageSpec } from '../../policies.ts';
import type { CellName } from '../cell-record.ts';
import { isNamed, preferred } from '../routing.ts';
import type { VolumePlace } from '../volume-change.ts';

/** One step of a plan. */
export type PlannedStep =
  | { readonly kind: 'move'; readonly to: CellName | null; readonly atNs: Ns }
  | { readonly kind: 'roll-back'; readonly to: CellName; readonly atNs: Ns };

/** The steps of a volume that begins in this cell, in the order of their times. */
export function plannedSteps(
  { moves, rollBacks = [] }: Pick<LineageSpec, 'moves' | 'rollBacks'>,
  volume: string,
  firstCell: CellName,
): readonly PlannedStep[] {
  const all = [
    ...moves.map((move) => ({ kind: 'move' as const, ...move })),
    ...rollBacks.map((one) => ({ kind: 'roll-back' as const, ...one })),
  ].filter((step) => step.volume === volume);
  all.sort((a, b) => a.atNs - b.atNs);
  let pair: readonly [liked: CellName, other: CellName] = [firstCell, firstCell];
  return all.map((step) => {
    const { kind, atNs } = step;
    if (kind === 'move') {
      if (step.to !== null && step.to !== pair[0]) pair = [step.to, pair[0]];
      return { kind, to: step.to, atNs };
    }
    pair = [pair[1], pair[0]];
    return { kind, to: pair[0], atNs };
  });
}

/** What a plan wants of a volume now. */
export interface Wanted {
  /** Where it is to be; null: where it is. */
  readonly cell: CellName | null;
  /** Which cell is to be preferred again; null: that is as it should be. */
  readonly rollBackTo: CellName | null;
}

/** What it wants by a clock, and by what is recorded of the volume. */
export function wantedNow(
  plan: readonly PlannedStep[],
  { record, routing }: VolumePlace,
  nowNs: Ns,
): Wanted {
  const step = plan.findLast(({ atNs }) => atNs <= nowNs);
  if (step === undefined) return { cell: null, rollBackTo: null };
  if (step.kind === 'move') return { cell: step.to ?? preferred(routing), rollBackTo: null };
  const { to } = step;
  const isDue = isNamed(routing, to) && preferred(routing) !== to;
  // Who rolls back begins no move: one that leads elsewhere is given up, one that is over stays.
  const isOpen = record.move?.decision === 'open';
  return { cell: isOpen ? to : null, rollBackTo: isDue ? to : null };
}
