// What the protocol core is made of: cells, the record of the authority, routers, and what a step
// changes of them.
import { assert } from '../../sim/index.ts';
import type { CellCommand, CellGuards, CellName, CellRecord, Snapshot } from './cell-record.ts';
import type { DriveFaults, Seen } from './drive.ts';
import type { NamedSeen } from './router.ts';
import type { ruleFor } from './rules.ts';
import { changedPlace, type VolumeChange, type VolumePlace } from './volume-change.ts';
import { type Move, newVolume, type VolumeChecks } from './volume-record.ts';

/** The cells that a core may have; the volume is created in the first. */
export const coreCells = ['cell-x', 'cell-y', 'cell-z'] as const;

/** What the authority keeps. */
export interface CorePlace extends VolumePlace {
  /** Who won the last decision; a ghost: nobody reads it, properties are judged by it. */
  readonly decidedOwner: CellName;
}

/** A pair of cells to be asked, one after the other. */
export type CellPair = readonly [CellName, CellName];

/** How far a router is with its request. */
export type RouterState =
  | { readonly phase: 'idle' }
  | {
      /** A pair is to be asked: again, or because pointers lead there. */
      readonly phase: 'query';
      readonly pair: CellPair;
      /** What was seen of it before, if it is read again. */
      readonly before: readonly NamedSeen[] | null;
      readonly hopCount: number;
    }
  | {
      /** One cell of the pair has answered. */
      readonly phase: 'half';
      readonly cell: CellName;
      readonly seen: Seen;
      readonly forward: CellName | null;
      readonly other: CellName;
      readonly before: readonly NamedSeen[] | null;
      readonly hopCount: number;
    }
  | { readonly phase: 'conflict'; readonly seen: readonly NamedSeen[] }
  | {
      readonly phase: 'drive';
      readonly seen: readonly NamedSeen[];
      /** Where the snapshot is taken meanwhile, or null. */
      readonly cell: CellName | null;
    }
  | { readonly phase: 'await'; readonly cell: CellName }
  | { readonly phase: 'publish'; readonly lineage: readonly Snapshot[] }
  | { readonly phase: 'done'; readonly acked: Snapshot };

/** A router that knows nothing. */
export const idle: RouterState = { phase: 'idle' };

/** A command on its way to a cell. */
export interface Sent {
  readonly cell: CellName;
  readonly command: CellCommand;
}

/** The parts that effects depend on. */
export interface CoreParts {
  readonly cells: ReadonlyMap<CellName, CellRecord>;
  readonly place: CorePlace;
}

/** What a step changes; what is absent stays as it is. */
export interface CoreEffect {
  readonly label: string;
  /** The parts that it goes by, beside the router itself. */
  readonly reads: readonly PartName[];
  readonly cell?: { readonly name: CellName; readonly record: CellRecord };
  readonly place?: CorePlace;
  readonly router?: RouterState;
  readonly sent: readonly Sent[];
}

/** A part of the core that a step may go by. */
export type PartName = CellName | 'authority';

/** How the system is built: the right one, or with parts of it switched off. */
export interface CoreRules {
  readonly cells: readonly CellName[];
  readonly guards: CellGuards;
  readonly checks: VolumeChecks;
  readonly faults: DriveFaults;
  readonly ruleOf: typeof ruleFor;
  readonly moveMax: number;
  readonly forcedTakeover: boolean;
  readonly rollBacks: boolean;
  /** Wrong where true: a take-over does not wait for the lease. */
  readonly forceWithoutLease: boolean;
  /** Wrong where true: a router acknowledges what a cell has taken before it is published. */
  readonly ackBeforePublish: boolean;
}

/** A volume that was just created. */
export function newPlace(): CorePlace {
  const [owner] = coreCells;
  const routing = { active: { cell: owner, merit: 1 }, alternate: null };
  return { record: newVolume(owner), routing, decidedOwner: owner };
}

/** What the authority makes of a change; the same object where it does not fit. */
export function changed(place: CorePlace, change: VolumeChange, rules: CoreRules): CorePlace {
  const after = changedPlace(place, change, rules.checks);
  if (after === place) return place;
  const won = change.kind === 'commit' ? after.record.move?.target : undefined;
  return { ...after, decidedOwner: won ?? place.decidedOwner };
}

/** The two cells of a recorded move. */
export function cellsOfMove(
  { cells }: CoreParts,
  move: Move,
): { readonly source: CellRecord; readonly target: CellRecord } {
  return { source: recordOf(cells, move.source), target: recordOf(cells, move.target) };
}

/** The record of a cell of the core. */
export function recordOf(cells: ReadonlyMap<CellName, CellRecord>, name: CellName): CellRecord {
  const record = cells.get(name);
  assert(record !== undefined, `unknown cell '${name}'`);
  return record;
}
