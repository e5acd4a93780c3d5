// How often the records of volumes change, over a sliding window, and which of them have to go
// where a cell has more than it may: snapshots of those are taken in a new cell from then on, and
// the old ones stay where they are (US 10,620,866).
import { type Ns, nsPerSec } from '../../../sim/index.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { CellName } from '../cell-record.ts';
import type { VolumeRecord } from '../volume-record.ts';

/** What was recorded of a volume at an instant, as far as it counts. */
export interface Reading {
  readonly atNs: Ns;
  readonly owner: CellName;
  readonly isMoving: boolean;
  readonly lastMove: number;
  readonly mutationCount: number;
}

/** A reading of a record, by the clock of who read it. */
export function readingOf(record: VolumeRecord, atNs: Ns): Reading {
  const { owner, move, lastMove } = record;
  return { atNs, owner, isMoving: move !== null, lastMove, mutationCount: mutationsOf(record) };
}

// A publication stands for the take in the cell before it; a move is counted when it is opened and
// when it is decided.
function mutationsOf({ chain, tombstones, deleted, epoch, lastMove }: VolumeRecord): number {
  return chain.length + tombstones.length + deleted.length + epoch + lastMove;
}

/** How often a record has changed over readings of one owner, oldest first; null: too few. */
export function ratePerSecOf(readings: readonly Reading[], windowNs: Ns): number | null {
  const newest = readings.at(-1);
  const oldest = readings.findLast(
    ({ atNs }) => newest !== undefined && newest.atNs - atNs >= windowNs,
  );
  if (newest === undefined || oldest === undefined || oldest.owner !== newest.owner) return null;
  const count = newest.mutationCount - oldest.mutationCount;
  return (count * nsPerSec) / (newest.atNs - oldest.atNs);
}

/** A volume of the cell, with its rate. */
export interface RatedVolume {
  readonly volume: VolumeId;
  readonly ratePerSec: number;
}

/**
 * The volumes that leave: those that change most, until the rest is within the limit; the one that
 * changes least always stays, for nothing is won by moving a whole cell.
 */
export function leavers(
  rated: readonly RatedVolume[],
  limitPerSec: number,
): readonly RatedVolume[] {
  const bySize = [...rated].sort(
    (a, b) => b.ratePerSec - a.ratePerSec || (a.volume < b.volume ? -1 : 1),
  );
  let left = rated.reduce((sum, { ratePerSec }) => sum + ratePerSec, 0);
  const leaving: RatedVolume[] = [];
  for (const one of bySize.slice(0, -1)) {
    if (left <= limitPerSec) break;
    leaving.push(one);
    left -= one.ratePerSec;
  }
  return leaving;
}
