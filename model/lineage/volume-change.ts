// The changes that anybody may ask of a volume's record: each a compare-and-set, so that who comes
// late or twice changes nothing.
import { unreachable } from '../../sim/index.ts';
import type { CellName, Snapshot } from './cell-record.ts';
import { otherCell, type Routing, withActive, withPreferred, withTarget } from './routing.ts';
import {
  abortMove,
  clearMove,
  commitMove,
  deleteSnapshot,
  importedMove,
  isPublished,
  liftQuarantine,
  openMove,
  publish,
  type Quarantine,
  quarantine,
  type VolumeChecks,
  type VolumeRecord,
} from './volume-record.ts';

/** One of them. */
export type VolumeChange =
  /** `lastMove` is what the asker has seen: a repetition opens no second move. */
  | { readonly kind: 'open'; readonly target: CellName; readonly lastMove: number }
  /** `isForced`: the source does not answer; only once its lease has run out. */
  | { readonly kind: 'commit'; readonly move: number; readonly isForced: boolean }
  /** `imported`: all copies of the volume lie in the target by now. */
  | { readonly kind: 'imported' | 'abort' | 'clear'; readonly move: number }
  | {
      readonly kind: 'publish';
      readonly snapshot: Snapshot;
      readonly parent: Snapshot | null;
    }
  /** A published snapshot is not wanted any more. */
  | { readonly kind: 'delete'; readonly snapshot: Snapshot }
  /** A request is given up: it is never published, unless it is already. */
  | { readonly kind: 'give-up'; readonly request: string }
  /** The routing metadata names the wrong cell first. */
  | { readonly kind: 'fix-hint'; readonly active: CellName }
  /**
   * A roll-back: the other cell is preferred again, and a move away from it that is not decided is
   * aborted. What is decided stays. `lastMove` as above: it never strikes a later move.
   */
  | { readonly kind: 'swap-merits'; readonly lastMove: number; readonly preferred: CellName }
  /**
   * Nobody can tell which cell is right. `epoch` and `lastMove` are what the asker has seen: a
   * decision that came meanwhile is an answer.
   */
  | {
      readonly kind: 'quarantine';
      readonly reason: Quarantine;
      readonly epoch: number;
      readonly lastMove: number;
    }
  /** An operator has looked. */
  | { readonly kind: 'lift-quarantine' };

/** What a volume in quarantine is left to: nothing of it makes a cell authoritative. */
const harmless: ReadonlySet<VolumeChange['kind']> = new Set([
  'imported',
  'clear',
  'give-up',
  'fix-hint',
  'lift-quarantine',
]);

/** What is changed. */
export interface VolumePlace {
  readonly record: VolumeRecord;
  readonly routing: Routing;
}

/** The place after a change; the same object where the change does not fit. */
export function changedPlace(
  place: VolumePlace,
  change: VolumeChange,
  checks: VolumeChecks,
): VolumePlace {
  const { record, routing } = place;
  // What is published is refused there, beside its other conditions.
  const isHeld = record.quarantine !== null && change.kind !== 'publish';
  if (isHeld && !harmless.has(change.kind)) return place;
  switch (change.kind) {
    case 'open': {
      if (change.lastMove !== record.lastMove) return place;
      const after = openMove(record, change.target);
      if (after === record) return place;
      return { record: after, routing: withTarget(routing, record.owner, change.target) };
    }
    case 'commit':
      return withRecord(place, commitMove(record, change.move, change.isForced));
    case 'imported':
      return withRecord(place, importedMove(record, change.move));
    case 'abort':
      return withRecord(place, abortMove(record, change.move));
    case 'clear':
      return withRecord(place, clearMove(record, change.move));
    case 'publish':
      return withRecord(place, publish(record, change.snapshot, change.parent, checks));
    case 'delete':
      return withRecord(place, deleteSnapshot(record, change.snapshot, checks));
    case 'give-up':
      return withRecord(place, givenUp(record, change.request));
    case 'fix-hint':
      return withRouting(place, withActive(routing, change.active));
    case 'swap-merits':
      return change.lastMove === record.lastMove ? rolledBack(place, change, checks) : place;
    case 'quarantine': {
      const isSeen = change.epoch === record.epoch && change.lastMove === record.lastMove;
      return isSeen ? withRecord(place, quarantine(record, change.reason)) : place;
    }
    case 'lift-quarantine':
      return withRecord(place, liftQuarantine(record, otherCell(routing, record.owner)));
    default:
      return unreachable(change);
  }
}

function withRecord(place: VolumePlace, record: VolumeRecord): VolumePlace {
  return record === place.record ? place : { ...place, record };
}

function withRouting(place: VolumePlace, routing: Routing): VolumePlace {
  return routing === place.routing ? place : { ...place, routing };
}

function givenUp(record: VolumeRecord, request: string): VolumeRecord {
  if (isPublished(record, request) || record.tombstones.includes(request)) return record;
  return { ...record, tombstones: [...record.tombstones, request] };
}

function rolledBack(
  place: VolumePlace,
  { preferred: cell }: { readonly preferred: CellName },
  checks: VolumeChecks,
): VolumePlace {
  const { record } = place;
  const routing = withPreferred(place.routing, cell);
  if (routing === place.routing) return place;
  const { move, owner } = record;
  if (!checks.decidedStays && owner !== cell) return { record: givenBack(record, cell), routing };
  const isTurned = move !== null && move.target !== cell;
  return { record: isTurned ? abortMove(record, move.id) : record, routing };
}

// What a wrong variant does.
function givenBack(record: VolumeRecord, owner: CellName): VolumeRecord {
  const epoch = record.epoch + 1;
  return { ...record, owner, epoch, ownerSince: epoch };
}
