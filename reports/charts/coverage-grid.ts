// A grid of rows against kinds of faults, in blocks under headings:
//
//                 crash   partition   fault elsewhere   no fault
//   host          3 of 4 pairs met
//   recovering    [  2  ] [ never ]          3              9      cell: colour by power of ten
//   serving       [ 11  ] [   6   ]          0              9
//   retired       no actor entered it
import { formatCount, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { inks, sizes } from '../theme.ts';
import type { Datum } from './chart.ts';
import { heatOf, levelChannel, neverLook } from './heat-levels.ts';
import { laneAxis } from './time-frame.ts';

/** Kinds of faults that a grid has columns for. */
const kindsMax = 16;
const rowHeightPx = 21;
const columnWidthMaxPx = 96;
const lineHeightPx = 13;
const never = 'never';
/** How often something met each kind of fault. */
export interface Meetings {
  /** One for each kind, in their order; 0 where they never met. */
  readonly counts: readonly number[];
  readonly elsewhereCount: number;
  readonly noFaultCount: number;
}

/** A row of the grid. */
export interface GridRow extends Meetings {
  readonly label: string;
  /** Headings above it, outermost first; rows under one heading stand together. */
  readonly headings: readonly string[];
}

/** What stands in a grid, and what is said of it above the picture. */
export interface Grid {
  /** What a row is: `state`. */
  readonly noun: string;
  readonly rows: readonly GridRow[];
  readonly rowsMax: number;
  readonly kinds: readonly string[];
  /** What is said of a row that nothing ever came to, and of all such rows. */
  readonly absence: { readonly row: string; readonly all: string };
}

/** Pairs of a row and a kind that met at all. */
function metCount(rows: readonly Meetings[]): number {
  let count = 0;
  for (const { counts } of rows) count += counts.filter((one) => one > 0).length;
  return count;
}

/** Whether anything ever came to a row, with a fault or without. */
function isReached({ counts, elsewhereCount, noFaultCount }: Meetings): boolean {
  return elsewhereCount > 0 || noFaultCount > 0 || counts.some((count) => count > 0);
}

/** The pairs that met, and what of the grid has no room in the picture. */
export function gridSubtitle({ noun, rows, rowsMax, kinds, absence }: Grid): string {
  const met = formatCount(metCount(rows));
  const possible = formatCount(rows.length * kinds.length);
  const absentCount = rows.filter((row) => !isReached(row)).length;
  const parts = [
    `${met} of ${possible} pairs of ${noun} and fault met`,
    absentCount > 0
      ? `${formatCount(absentCount)} of ${plural(rows.length, noun)} ${absence.all}`
      : '',
    rows.length > rowsMax ? `the first ${rowsMax} of ${plural(rows.length, noun)}` : '',
    kinds.length > kindsMax
      ? `the first ${kindsMax} of ${plural(kinds.length, 'kind')} of faults`
      : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** The picture: width, height and layers of a Vega-Lite specification. */
export function gridSpec({ rows, rowsMax, kinds, absence }: Grid): object {
  const columnKeys = [...kinds.slice(0, kindsMax), 'fault elsewhere', 'no fault'].map(
    (name, index) => keyed(index, name),
  );
  const cells = cellsOf(rows.slice(0, rowsMax), columnKeys, absence.row);
  const widthPx = Math.min(columnWidthMaxPx, Math.floor(sizes.plotWidthPx / columnKeys.length));
  const x = columnChannel(columnKeys, widthPx);
  const y = rowChannel(cells);
  const hint = { field: 'hint', type: 'nominal' };
  return {
    width: { step: widthPx },
    height: { step: rowHeightPx },
    layer: [
      cellLayer(cells.untried, { x, y }, neverLook),
      cellLayer(cells.met, { x, y, fill: levelChannel, description: hint }, {}),
      textLayer(cells.untried, { x, y }, { color: inks.quiet.light }),
      textLayer(cells.met, { x, y, color: { field: 'ink', type: 'nominal', scale: null } }, {}),
      textLayer(cells.plain, { x, y }, { color: inks.quiet.light }),
      textLayer(cells.heads, { x: { value: 4 }, y }, { color: inks.quiet.light, align: 'left' }),
    ],
  };
}

type MutableCells = { readonly [Key in keyof Cells]: Cells[Key][number][] };

interface Cells {
  /** Keys of rows, machines and states alternating as they are drawn. */
  readonly rowKeys: readonly string[];
  readonly machineKeys: readonly string[];
  /** Headings within a machine. */
  readonly innerKeys: readonly string[];
  readonly heads: readonly Datum[];
  readonly met: readonly Datum[];
  readonly untried: readonly Datum[];
  readonly plain: readonly Datum[];
}

function cellsOf(rows: readonly GridRow[], columnKeys: readonly string[], absence: string): Cells {
  const drawn: MutableCells = {
    rowKeys: [],
    machineKeys: [],
    innerKeys: [],
    heads: [],
    met: [],
    untried: [],
    plain: [],
  };
  let open: readonly string[] = [];
  for (const row of rows) {
    const { headings } = row;
    const kept = headings.findIndex((heading, index) => heading !== open[index]);
    for (let level = kept < 0 ? headings.length : kept; level < headings.length; level += 1) {
      addHeading(drawn, rows, headings.slice(0, level + 1));
    }
    open = headings;
    const key = addRow(drawn, row.label);
    if (isReached(row)) addCells(drawn, row, key, columnKeys);
    else drawn.heads.push({ row: key, text: absence });
  }
  return drawn;
}

/** The row of a heading, and how much was met under it. */
function addHeading(
  drawn: MutableCells,
  rows: readonly GridRow[],
  headings: readonly string[],
): void {
  const own = rows.filter((row) => headings.every((one, level) => row.headings[level] === one));
  const key = addRow(drawn, headings.at(-1)!);
  const possibleCount = own.length * own[0]!.counts.length;
  const text = `${metCount(own)} of ${possibleCount} pairs met`;
  if (headings.length > 1) {
    drawn.innerKeys.push(key);
    return;
  }
  drawn.machineKeys.push(key);
  drawn.heads.push({ row: key, text });
}

function addCells(
  drawn: MutableCells,
  row: GridRow,
  key: string,
  columnKeys: readonly string[],
): void {
  for (const [column, columnKey] of columnKeys.slice(0, -2).entries()) {
    const count = row.counts[column]!;
    const place = { row: key, column: columnKey };
    if (count === 0) drawn.untried.push({ ...place, text: never });
    else drawn.met.push({ ...place, ...metDatum(count) });
  }
  const outside = [row.elsewhereCount, row.noFaultCount];
  for (const [column, columnKey] of columnKeys.slice(-2).entries()) {
    drawn.plain.push({ row: key, column: columnKey, text: shortCount(outside[column]!) });
  }
}

/** A key of its own for one more row, with the part of its name that there is room for. */
function addRow({ rowKeys }: MutableCells, name: string): string {
  const widthPx = sizes.axisWidthPx - 12;
  const key = keyed(rowKeys.length, fitName(name, widthPx, sizes.labelPx));
  rowKeys.push(key);
  return key;
}

function metDatum(count: number): Datum {
  const hint = count === 1 ? 'once' : `${formatCount(count)} times`;
  return { ...heatOf(count), text: shortCount(count), hint };
}

/** Fits a narrow cell: thousands as `12k`, millions as `3M`. */
function shortCount(count: number): string {
  if (count >= 10_000_000) return `${Math.floor(count / 1_000_000)}M`;
  if (count >= 10_000) return `${Math.floor(count / 1_000)}k`;
  return formatCount(count);
}

/**
 * What stands beside a row or above a column, after a key that keeps equal names apart: the scales
 * are nominal.
 */
function keyed(index: number, name: string): string {
  return `${index}:${name}`;
}

const nameOfKey = "slice(datum.label, indexof(datum.label, ':') + 1)";

function columnChannel(keys: readonly string[], widthPx: number): object {
  const lineCountMax = keys.reduce((max, key) => Math.max(max, key.split(/[- ]/).length), 1);
  return {
    field: 'column',
    type: 'nominal',
    scale: { domain: keys, paddingInner: 0.06, paddingOuter: 0.03 },
    axis: {
      title: null,
      orient: 'top',
      domain: false,
      ticks: false,
      labelAngle: 0,
      labelLimit: widthPx - 4,
      labelLineHeight: lineHeightPx,
      // Vega puts the first line where a single one would be.
      labelPadding: 4 + (lineCountMax - 1) * lineHeightPx,
      // One word a line: `message-duplication` is wider than its column.
      labelExpr: `split(replace(${nameOfKey}, ' ', '-'), '-')`,
      labelColor: inks.text.light,
    },
  };
}

function rowChannel({ rowKeys, machineKeys, innerKeys }: Cells): object {
  const isInner = `indexof(${JSON.stringify(innerKeys)}, datum.value) >= 0`;
  const isMachine = `indexof(${JSON.stringify(machineKeys)}, datum.value) >= 0`;
  return {
    field: 'row',
    type: 'nominal',
    scale: { domain: rowKeys, paddingInner: 0.1, paddingOuter: 0.1 },
    axis: {
      ...laneAxis,
      domain: false,
      ticks: false,
      labelExpr: nameOfKey,
      labelFontWeight: { condition: { test: isMachine, value: 'bold' }, value: 'normal' },
      labelColor: {
        condition: { test: isInner, value: inks.quiet.light },
        value: inks.text.light,
      },
    },
  };
}

function cellLayer(values: readonly Datum[], encoding: object, look: object): object {
  const aria = 'description' in encoding;
  return { data: { values }, mark: { type: 'rect', cornerRadius: 2, aria, ...look }, encoding };
}

function textLayer(values: readonly Datum[], encoding: object, look: object): object {
  return {
    data: { values },
    mark: { type: 'text', fontSize: sizes.bandLabelPx, baseline: 'middle', aria: false, ...look },
    encoding: { ...encoding, text: { field: 'text', type: 'nominal' } },
  };
}
