// What charts draw of volumes in cells: who held a volume when, how moves went, which snapshots
// there are. Folded from the record by whoever knows its words; all text is made printable here.
import { printable } from './text.ts';

/** What a cell was to a volume for a while. */
export interface HoldingRow {
  readonly volume: string;
  readonly cell: string;
  /** `active`, `sealed`, `creating` ... */
  readonly state: string;
  readonly startNs: number;
  readonly endNs: number;
}

/** A step of a move or of a snapshot under it, at an instant. */
export interface StepRow {
  readonly atNs: number;
  readonly volume: string;
  /** The move that was on record then; 0 for none. */
  readonly move: number;
  readonly actor: string;
  /** The cell that it concerns, or empty. */
  readonly cell: string;
  /** What happened, in a few words: `seals`, `rule active/creating: takes in cell-1`. */
  readonly what: string;
  /** Whether a router decided here by the rule table. */
  readonly isRule: boolean;
}

/** A move of a volume; instants that never came are null. */
export interface MoveRow {
  readonly volume: string;
  readonly move: number;
  readonly source: string;
  readonly target: string;
  readonly openedNs: number;
  readonly sealedNs: number | null;
  readonly decidedNs: number | null;
  /** `commit`, `abort`, or `open` to the end. */
  readonly decision: string;
  /** When a cell was authoritative again after the seal. */
  readonly resumedNs: number | null;
  readonly closedNs: number | null;
}

/** A published snapshot. */
export interface SnapshotRow {
  readonly volume: string;
  readonly request: string;
  readonly cell: string;
  readonly publishedNs: number;
  /** Index of its parent in the rows; null for a root. */
  readonly parent: number | null;
  /**
   * At the end of the run: `published`; with contents `pending`, `completed`, `error` where they
   * are lost, or `deleted`.
   */
  readonly state: string;
}

/** A pair of observations of two cells, what the table says of it, how often it was met. */
export interface RuleRow {
  /** Of the cell that the routing metadata names active. */
  readonly first: string;
  readonly alternate: string;
  /** `T1* D`. */
  readonly codes: string;
  readonly count: number;
}

/** All that is drawn of volumes in cells; empty where none is moved and no snapshot is taken. */
export interface LineageRows {
  readonly holdings: readonly HoldingRow[];
  readonly moves: readonly MoveRow[];
  /** In order of time. */
  readonly steps: readonly StepRow[];
  /** In order of publication. */
  readonly snapshots: readonly SnapshotRow[];
  /** Every pair of the rule table, row by row; empty where no router decided anything. */
  readonly rules: readonly RuleRow[];
}

/** Of a run without snapshots and moves. */
export const noLineage: LineageRows = {
  holdings: [],
  moves: [],
  steps: [],
  snapshots: [],
  rules: [],
};

/** The same rows, every text in them printable. */
export function printableLineage(rows: LineageRows): LineageRows {
  return {
    holdings: rows.holdings.map(printableRow),
    moves: rows.moves.map(printableRow),
    steps: rows.steps.map(printableRow),
    snapshots: rows.snapshots.map(printableRow),
    rules: rows.rules.map(printableRow),
  };
}

function printableRow<Row extends object>(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? printable(value) : value,
  ]);
  return Object.fromEntries(entries) as Row;
}
