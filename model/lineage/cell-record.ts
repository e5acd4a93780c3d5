// What a cell keeps of a volume, durably, and the commands that change it. Each command has a
// guard; what does not match changes nothing. The guards alone keep the promise that never two
// cells are authoritative: whatever is sent, late, twice or by a fool, does no harm.
//
//   not-found --prepare--> creating --activate--> active --migrate--> migrating
//       ^                    |  ^                  | ^ ^                 | |
//       +---abort-import-----+  +---prepare---+    | | +-----unseal------+ |
//                                             |    | +---unseal---+        |
//                              retired <--retire-- sealed <-------seal-----+
//                                 '--activate--> active           (also from active)
//
// A move has a number. `closedMove` is the highest that is over for this cell: every certificate
// counts once, so a late one of an earlier move means nothing.
import { unreachable } from '../../sim/index.ts';

/** The name of a cell. */
export type CellName = string;

/** What a cell can be to a volume. */
export const cellStates = [
  'not-found',
  'creating',
  'active',
  'migrating',
  'sealed',
  'retired',
] as const;

/** One of them. */
export type CellState = (typeof cellStates)[number];

/** A snapshot as a lineage names it: which request made it, in which cell, in which epoch. */
export interface Snapshot {
  readonly request: string;
  readonly cell: CellName;
  readonly epoch: number;
  /** The cut of the volume that has its contents; absent where nobody keeps contents. */
  readonly cut?: string;
}

/** The record of one volume in one cell. */
export interface CellRecord {
  readonly state: CellState;
  /** Of the last activation; 0 before the first. */
  readonly epoch: number;
  /** Oldest first; what is published is a prefix. */
  readonly lineage: readonly Snapshot[];
  /** The move that the state belongs to; 0 for none. */
  readonly moveId: number;
  readonly closedMove: number;
  /** Where the volume went from here; stays as a tombstone. */
  readonly forward: CellName | null;
  /** False once the lease of the cell has run out: then it takes no snapshots. */
  readonly leased: boolean;
  /** How far the volume's chain was published when the cell was last told; null before. */
  readonly knownHead: KnownHead | null;
}

/** The last published snapshot of a volume, and how many there are up to it. */
export interface KnownHead {
  readonly count: number;
  readonly head: Snapshot;
}

/** What a cell is told to do. */
export type CellCommand =
  | { readonly kind: 'prepare'; readonly move: number }
  | { readonly kind: 'migrate'; readonly move: number; readonly epoch: number }
  | { readonly kind: 'seal'; readonly move: number; readonly epoch: number }
  | {
      readonly kind: 'activate';
      readonly move: number;
      readonly epoch: number;
      readonly chain: readonly Snapshot[];
    }
  | {
      readonly kind: 'retire';
      readonly move: number;
      readonly chain: readonly Snapshot[];
      readonly target: CellName;
      /** The source did not answer and was never sealed: it comes back and gives way. */
      readonly isForced: boolean;
    }
  | { readonly kind: 'unseal'; readonly move: number; readonly epoch: number }
  | { readonly kind: 'abort-import'; readonly move: number }
  | {
      readonly kind: 'fence';
      /** Since when the owner owns: a cell of an earlier epoch gives way. */
      readonly epoch: number;
      readonly chain: readonly Snapshot[];
      readonly owner: CellName;
    }
  | {
      readonly kind: 'take';
      readonly request: string;
      readonly epoch: number;
      /** The cut that was made for it; its name is all that the record has of it. */
      readonly cut?: string;
    }
  /** Of a snapshot that is published: each cell of the volume remembers, whatever its state. */
  | { readonly kind: 'note-head'; readonly known: KnownHead };

/** Guards that mutants switch off; all true in the right system. */
export interface CellGuards {
  /** A snapshot is taken only by an authoritative cell. */
  readonly takeNeedsState: boolean;
  /** A snapshot is taken only in the epoch that the router believes in. */
  readonly takeNeedsEpoch: boolean;
  /** A certificate of a move that is closed here means nothing. */
  readonly certificateOnce: boolean;
  /** A request that is in the lineage makes no second snapshot. */
  readonly deduplicate: boolean;
  /** No snapshot is taken without a lease. */
  readonly takeNeedsLease: boolean;
}

/** The right system. */
export const allCellGuards: CellGuards = {
  takeNeedsState: true,
  takeNeedsEpoch: true,
  certificateOnce: true,
  deduplicate: true,
  takeNeedsLease: true,
};

/** A cell that never had the volume. */
export const noRecord: CellRecord = Object.freeze({
  state: 'not-found',
  epoch: 0,
  lineage: Object.freeze([]),
  moveId: 0,
  closedMove: 0,
  forward: null,
  leased: true,
  knownHead: null,
});

/** The cell in which a volume was created. */
export function firstRecord(epoch: number): CellRecord {
  return { ...noRecord, state: 'active', epoch };
}

/** Whether the cell may take snapshots, by its state. */
export function isAuthoritative(state: CellState): boolean {
  return state === 'active' || state === 'migrating';
}

/** The record after a command; the same object where its guard does not hold. */
export function applyCommand(
  record: CellRecord,
  command: CellCommand,
  at: { readonly cell: CellName; readonly guards: CellGuards },
): CellRecord {
  if (command.kind === 'take') return take(record, command, at);
  if (command.kind === 'fence') return fence(record, command);
  if (command.kind === 'note-head') return noteHead(record, command.known);
  if (command.move <= record.closedMove && at.guards.certificateOnce) return record;
  const { state } = record;
  const isOfMove = record.moveId === command.move;
  switch (command.kind) {
    case 'prepare':
      if (state !== 'not-found' && state !== 'retired') return record;
      return { ...record, state: 'creating', moveId: command.move };
    case 'migrate':
      if (state !== 'active' || record.epoch !== command.epoch) return record;
      return { ...record, state: 'migrating', moveId: command.move };
    case 'seal':
      if (!isAuthoritative(state) || record.epoch !== command.epoch) return record;
      return { ...record, state: 'sealed', moveId: command.move };
    case 'activate':
      if (state !== 'creating' && state !== 'not-found' && state !== 'retired') return record;
      return noteChain({ ...closed(record, command.move), ...activated(command) }, command.chain);
    case 'retire':
      // It was fenced before it heard of the decision: it gave way, and the move is over for it.
      if (state === 'retired') return closed(record, command.move);
      if (!(state === 'sealed' && isOfMove) && !(command.isForced && isAuthoritative(state))) {
        return record;
      }
      return {
        ...closed(record, command.move),
        state: 'retired',
        lineage: command.chain,
        forward: command.target,
      };
    case 'unseal':
      if (state !== 'active' && !((state === 'sealed' || state === 'migrating') && isOfMove)) {
        return record;
      }
      return { ...closed(record, command.move), state: 'active', epoch: command.epoch };
    case 'abort-import':
      return abortImport(record, command.move);
    default:
      return unreachable(command);
  }
}

function activated(command: {
  readonly epoch: number;
  readonly chain: readonly Snapshot[];
}): Pick<CellRecord, 'state' | 'epoch' | 'lineage' | 'forward' | 'leased'> {
  const { epoch, chain } = command;
  return { state: 'active', epoch, lineage: chain, forward: null, leased: true };
}

function closed(record: CellRecord, move: number): CellRecord {
  return { ...record, moveId: 0, closedMove: Math.max(record.closedMove, move) };
}

function abortImport(record: CellRecord, move: number): CellRecord {
  const { state, forward, moveId } = record;
  if (state === 'creating' && moveId === move) {
    return { ...closed(record, move), state: forward === null ? 'not-found' : 'retired' };
  }
  return state === 'not-found' || state === 'retired' ? closed(record, move) : record;
}

// For a cell that was overruled while nobody could reach it.
function fence(
  record: CellRecord,
  command: {
    readonly epoch: number;
    readonly chain: readonly Snapshot[];
    readonly owner: CellName;
  },
): CellRecord {
  if (!isAuthoritative(record.state) || record.epoch >= command.epoch) return record;
  const { chain: lineage, owner: forward } = command;
  return { ...record, state: 'retired', lineage, forward, moveId: 0 };
}

// A chain only grows: what comes late says less than is known.
function noteHead(record: CellRecord, known: KnownHead): CellRecord {
  const { knownHead } = record;
  return known.count > (knownHead?.count ?? 0) ? { ...record, knownHead: known } : record;
}

// A decision tells what was published by then, too.
function noteChain(record: CellRecord, chain: readonly Snapshot[]): CellRecord {
  const head = chain.at(-1);
  return head === undefined ? record : noteHead(record, { count: chain.length, head });
}

function take(
  record: CellRecord,
  command: Extract<CellCommand, { readonly kind: 'take' }>,
  at: { readonly cell: CellName; readonly guards: CellGuards },
): CellRecord {
  const { cell, guards } = at;
  const { request, epoch, cut } = command;
  if (record.lineage.some((one) => one.request === request && isKnown(one, record, at))) {
    return record;
  }
  if (guards.takeNeedsState && !isAuthoritative(record.state)) return record;
  if (guards.takeNeedsEpoch && record.epoch !== epoch) return record;
  if (guards.takeNeedsLease && !record.leased) return record;
  const contents = cut === undefined ? {} : { cut };
  const snapshot = { request, cell, epoch: record.epoch, ...contents };
  return { ...record, lineage: [...record.lineage, snapshot] };
}

// Without the guard a cell knows only the requests that it served itself since it was activated.
function isKnown(
  snapshot: Snapshot,
  record: CellRecord,
  at: { readonly cell: CellName; readonly guards: CellGuards },
): boolean {
  if (at.guards.deduplicate) return true;
  return snapshot.cell === at.cell && snapshot.epoch === record.epoch;
}

/** Whether two name the same snapshot. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return a.request === b.request && a.cell === b.cell && a.epoch === b.epoch;
}
