// What the map authority keeps of a volume's place and lineage, in its durable register: who owns
// it, the move that is recorded, the chain of published snapshots. Every change is a
// compare-and-set on this one record; what decides about safety is decided here.
//
//   move:  none --open--> open --imported--> open --commit--> commit --clear--> none
//                           '-----------------'-----abort---> abort  --clear--> none
//
// A snapshot is published, and may be acknowledged, when it is the next of the chain and was taken
// by the owner since it became that.
import { type CellName, type Snapshot, sameSnapshot } from './cell-record.ts';

/** How far a move is decided. */
export type Decision = 'open' | 'commit' | 'abort';

/** A move on record. */
export interface Move {
  readonly id: number;
  readonly source: CellName;
  readonly target: CellName;
  readonly decision: Decision;
  /** All copies of the volume lie in the target; only then the source is sealed. */
  readonly isImported: boolean;
  /** The epoch when it was opened: the source is sealed in it. */
  readonly openedEpoch: number;
  /** The epoch that the decision made, and what was published by then; both null while open. */
  readonly decidedEpoch: number | null;
  readonly decidedChain: readonly Snapshot[] | null;
  /** Decided against the source, which did not answer and whose lease has run out. */
  readonly isForced: boolean;
}

/**
 * Why a volume is in quarantine. `held`: an operator wants it so. `no-owner`: no cell takes
 * snapshots, and no move explains it. `two-owners`: two cells do, and the record names no impostor.
 */
export type Quarantine = 'held' | 'no-owner' | 'two-owners';

/** The record of a volume. */
export interface VolumeRecord {
  readonly owner: CellName;
  /** Grows with each decision. */
  readonly epoch: number;
  /** The epoch in which the owner became that. */
  readonly ownerSince: number;
  readonly move: Move | null;
  /** Counts moves. */
  readonly lastMove: number;
  /** Published snapshots, oldest first. */
  readonly chain: readonly Snapshot[];
  /** Requests that were given up: none of them is ever published. */
  readonly tombstones: readonly string[];
  /**
   * Requests whose published snapshots were deleted. Those keep their places in the chain, as links
   * between those that stay; only their contents go.
   */
  readonly deleted: readonly string[];
  /** Nothing is published and no move is decided until somebody has looked; null: all is well. */
  readonly quarantine: Quarantine | null;
}

/** Checks that mutants switch off; all true in the right system. */
export interface VolumeChecks {
  /** A snapshot is published only if the owner took it since it became owner. */
  readonly publishNeedsOwner: boolean;
  /** Wrong where true: a snapshot is published only in the very epoch in which it was taken. */
  readonly publishNeedsSameEpoch: boolean;
  /** A request is published once. */
  readonly deduplicate: boolean;
  /** Only the child of the head is published. */
  readonly publishNeedsHead: boolean;
  /** A roll-back leaves a volume where it was decided to be. */
  readonly decidedStays: boolean;
  /** A deletion is of the snapshot that it names. */
  readonly deleteByName: boolean;
  /** Nothing is published in quarantine. */
  readonly quarantineHolds: boolean;
}

/** The right system. */
export const allVolumeChecks: VolumeChecks = Object.freeze({
  publishNeedsOwner: true,
  publishNeedsSameEpoch: false,
  deduplicate: true,
  publishNeedsHead: true,
  decidedStays: true,
  deleteByName: true,
  quarantineHolds: true,
});

/** A volume that was just created in a cell. */
export function newVolume(owner: CellName): VolumeRecord {
  return {
    owner,
    epoch: 1,
    ownerSince: 1,
    move: null,
    lastMove: 0,
    chain: [],
    tombstones: [],
    deleted: [],
    quarantine: null,
  };
}

/** Records a move from the owner to another cell, unless one is on record. */
export function openMove(record: VolumeRecord, target: CellName): VolumeRecord {
  if (record.move !== null || target === record.owner) return record;
  const id = record.lastMove + 1;
  const { owner: source, epoch: openedEpoch } = record;
  const undecided = {
    isImported: false,
    decidedEpoch: null,
    decidedChain: null,
    isForced: false,
  } as const;
  const move: Move = { id, source, target, decision: 'open', openedEpoch, ...undecided };
  return { ...record, lastMove: id, move };
}

/** The data of the volume is where the move leads: who calls it has seen the map say so. */
export function importedMove(record: VolumeRecord, id: number): VolumeRecord {
  const { move } = record;
  if (move === null || move.id !== id || move.decision !== 'open') return record;
  if (move.isImported) return record;
  return { ...record, move: { ...move, isImported: true } };
}

/**
 * Decides for the target, which has the data: who calls it has seen the source sealed under this
 * move, or, where it is forced, knows that the lease of the source has run out.
 */
export function commitMove(record: VolumeRecord, id: number, isForced = false): VolumeRecord {
  const { move } = record;
  if (move === null || move.id !== id || move.decision !== 'open') return record;
  if (!move.isImported) return record;
  const epoch = record.epoch + 1;
  return {
    ...record,
    owner: move.target,
    epoch,
    ownerSince: epoch,
    move: { ...decided(record, move, epoch), decision: 'commit', isForced },
  };
}

/** Decides for the source. */
export function abortMove(record: VolumeRecord, id: number): VolumeRecord {
  const { move } = record;
  if (move === null || move.id !== id || move.decision !== 'open') return record;
  const epoch = record.epoch + 1;
  return { ...record, epoch, move: { ...decided(record, move, epoch), decision: 'abort' } };
}

/** Puts a volume in quarantine that nobody can tell the right cell of, or that is to be left. */
export function quarantine(record: VolumeRecord, reason: Quarantine): VolumeRecord {
  return record.quarantine === null ? { ...record, quarantine: reason } : record;
}

/**
 * Lifts a quarantine: somebody has looked. Where no cell had the volume the owner is told again
 * that it has it, by the decision of a move to where it is: `other` is the cell that retires then.
 */
export function liftQuarantine(record: VolumeRecord, other: CellName | null): VolumeRecord {
  if (record.quarantine === null) return record;
  const lifted: VolumeRecord = { ...record, quarantine: null };
  const { owner: target, epoch: openedEpoch, lastMove, move } = record;
  if (record.quarantine !== 'no-owner' || move !== null || other === null) return lifted;
  const epoch = openedEpoch + 1;
  const id = lastMove + 1;
  const decision = { decision: 'commit', isImported: true, isForced: true } as const;
  const told = { decidedEpoch: epoch, decidedChain: record.chain };
  const again: Move = { id, source: other, target, openedEpoch, ...decision, ...told };
  return { ...lifted, epoch, ownerSince: epoch, lastMove: id, move: again };
}

function decided(record: VolumeRecord, move: Move, epoch: number): Move {
  return { ...move, decidedEpoch: epoch, decidedChain: record.chain };
}

/** Forgets a decided move: who calls it has seen it closed in both cells. */
export function clearMove(record: VolumeRecord, id: number): VolumeRecord {
  const { move } = record;
  if (move === null || move.id !== id || move.decision === 'open') return record;
  return { ...record, move: null };
}

/** Publishes a snapshot behind its parent (null for a first one); the commit point of a request. */
export function publish(
  record: VolumeRecord,
  snapshot: Snapshot,
  parent: Snapshot | null,
  checks: VolumeChecks,
): VolumeRecord {
  const { owner, ownerSince, epoch, chain, tombstones, quarantine } = record;
  if (checks.quarantineHolds && quarantine !== null) return record;
  const head = chain.at(-1) ?? null;
  const isNext = parent === null ? head === null : head !== null && sameSnapshot(parent, head);
  const isOwned = snapshot.cell === owner && snapshot.epoch >= ownerSince;
  if (checks.publishNeedsHead && !isNext) return record;
  if (checks.publishNeedsOwner && !isOwned) return record;
  if (checks.publishNeedsSameEpoch && snapshot.epoch !== epoch) return record;
  if (checks.deduplicate && isPublished(record, snapshot.request)) return record;
  if (tombstones.includes(snapshot.request)) return record;
  return { ...record, chain: [...chain, snapshot] };
}

/**
 * Deletes a published snapshot, once. What it is to others decides nothing: its children, those
 * that are still to be published among them, stand behind it as before.
 */
export function deleteSnapshot(
  record: VolumeRecord,
  snapshot: Snapshot,
  checks: VolumeChecks,
): VolumeRecord {
  const { chain, deleted } = record;
  const named = chain.find((one) => sameSnapshot(one, snapshot));
  const one = checks.deleteByName ? named : chain.at(-1);
  if (one === undefined || deleted.includes(one.request)) return record;
  return { ...record, deleted: [...deleted, one.request] };
}

/** Whether a request has its snapshot, or had it before that was deleted. */
export function isPublished(record: VolumeRecord, request: string): boolean {
  return record.chain.some((snapshot) => snapshot.request === request);
}
