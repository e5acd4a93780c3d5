// What a round of a cell member proposes: the newest record that it was promised, after the command
// if its guard holds. Everything that is decided here is decided by the functions of the record.
import type { VolumeId } from '../../map-entry.ts';
import {
  allCellGuards,
  applyCommand,
  type CellCommand,
  type CellGuards,
  type CellRecord,
  firstRecord,
  noRecord,
} from '../cell-record.ts';
import { compareBallots, firstBallot } from './ballots.ts';
import { holdsLease } from './cell-lease.ts';
import type { Pledge } from './control-store.ts';
import { type CutPlace, isCutFor, isNext } from './cutting.ts';
import type { Ask, Coordinator, MemberStep, Round } from './state.ts';

/** What was accepted under the highest ballot; null: nothing was. */
export function newestOf(promises: Iterable<Pledge['accepted']>): Pledge['accepted'] {
  let newest: Pledge['accepted'] = null;
  for (const accepted of promises) {
    if (accepted === null) continue;
    if (newest === null || compareBallots(accepted.ballot, newest.ballot) > 0) newest = accepted;
  }
  return newest;
}

/** Applies what is asked in a round to the newest record that was promised; null: none was. */
export function propose(
  step: MemberStep,
  { volume, coordinator }: CutPlace,
  { ask, ballot }: Round,
  basis: Pledge['accepted'],
): CellRecord {
  const { state, self, out } = step;
  const { cell } = state.input;
  const { lease } = coordinator;
  const before = basis?.record ?? boundRecord(step, volume);
  const command = commandOf(step, volume, ask, before);
  const record = command === null ? before : recordAfter(step, before, command, lease);
  out.mark('record.proposed', {
    cell,
    volume,
    ballot,
    basis: basis?.ballot ?? firstBallot,
    command,
    before,
    record,
    nowNs: self.nowNs(),
    leasedUntilNs: lease?.untilNs ?? null,
  });
  return record;
}

// What is done to the record now; null: it is only read.
function commandOf(
  step: MemberStep,
  volume: VolumeId,
  ask: Ask,
  before: CellRecord,
): CellCommand | null {
  const { command, made } = ask;
  if (command?.kind !== 'take' || !isCutFor(step, volume, ask)) return command;
  return made !== null && isNext(step, ask, before) ? { ...command, cut: made.cut } : null;
}

/**
 * The record after a command; the same object where its guard does not hold. The lease is the
 * member's, not the record's: it is put in for the guard, and left out again.
 */
export function recordAfter(
  step: MemberStep,
  before: CellRecord,
  command: CellCommand,
  lease: Coordinator['lease'],
): CellRecord {
  const { cell } = step.state.input;
  const leased = { ...before, leased: holdsLease(step, lease) };
  const after = applyCommand(leased, command, { cell, guards: guardsOf(step) });
  return after === leased ? before : { ...after, leased: true };
}

/** What the cell is to a volume before anything was accepted. */
function boundRecord({ state }: MemberStep, volume: VolumeId): CellRecord {
  const { volumes, cell } = state.input;
  const firstCell = volumes.find(({ id }) => id === volume)?.firstCell;
  return firstCell === cell ? firstRecord(1) : noRecord;
}

/** The guards of the record, less those that a wrong variant switches off. */
export function guardsOf({ state }: MemberStep): CellGuards {
  const { mutants } = state.input;
  if (mutants.size === 0) return allCellGuards;
  const isGuarded = !mutants.has('no-cell-guards');
  return {
    takeNeedsState: isGuarded && !mutants.has('take-in-any-state'),
    takeNeedsEpoch: isGuarded,
    takeNeedsLease: isGuarded && !mutants.has('take-without-lease'),
    certificateOnce: !mutants.has('certificate-twice'),
    deduplicate: !mutants.has('request-forgotten'),
  };
}
