// States against kinds of faults, one block of rows a machine:
//
//                 crash   partition   fault elsewhere   no fault
//   host          3 of 4 pairs met
//   recovering    [  2  ] [ never ]          3              9      cell: colour by power of ten
//   serving       [ 11  ] [   6   ]          0              9
import type { CoverageRow, ReportRows } from '../rows.ts';
import { formatCount, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { heatInks, inks, sizes } from '../theme.ts';
import type { Chart, ChartPicture, Datum } from './chart.ts';
import { laneAxis } from './time-frame.ts';

const statesMax = 120;
const kindsMax = 16;
const rowHeightPx = 21;
const columnWidthMaxPx = 96;
const lineHeightPx = 13;
const never = 'never';
/** The first of a level is the least count in it; a level for each of `heatInks`. */
const levels = [
  { countMin: 1, name: '1' },
  { countMin: 2, name: '2 to 9' },
  { countMin: 10, name: '10 to 99' },
  { countMin: 100, name: '100 to 999' },
  { countMin: 1_000, name: '1,000 and more' },
] as const;
/** From this level on, counted from 0, a cell is too strong for text in the colour of text. */
const strongLevelMin = 3;

/** How often each state of each machine met each kind of fault. */
export const faultCoverage: Chart = {
  name: 'fault-coverage',
  title: 'Fault coverage',
  absence: 'no fault was planned, or no actor reported a state',
  draw(rows) {
    if (rows.coverage.length === 0 || rows.coveredFaults.length === 0) return null;
    return picture(rows);
  },
};

function picture(rows: ReportRows): ChartPicture {
  const { coverage, coveredFaults } = rows;
  const shown = coverage.slice(0, statesMax);
  const kinds = coveredFaults.slice(0, kindsMax);
  const possibleCount = coverage.length * coveredFaults.length;
  const parts = [
    `${formatCount(metCount(coverage))} of ${formatCount(possibleCount)} pairs of state and ` +
      'fault met',
    shown.length < coverage.length
      ? `the first ${shown.length} of ${plural(coverage.length, 'state')}`
      : '',
    kinds.length < coveredFaults.length
      ? `the first ${kinds.length} of ${plural(coveredFaults.length, 'kind')} of faults`
      : '',
  ];
  return {
    subtitle: parts.filter((part) => part !== '').join('; '),
    description:
      'One row for each state of a machine, one column for each kind of fault. A cell counts how ' +
      'often a fault on the actor\u2019s node began in the state or was active when it was ' +
      'entered; a dashed cell was never tried. Plain numbers: how often the state was entered ' +
      'while faults were active on other nodes only, and without any.',
    spec: spec(shown, kinds),
    table: {
      columns: ['machine', 'state', ...coveredFaults, 'fault elsewhere', 'no fault'],
      rows: coverage.map((row) => [
        row.machine,
        row.state,
        ...row.counts.map(formatCount),
        formatCount(row.elsewhereCount),
        formatCount(row.noFaultCount),
      ]),
    },
  };
}

/** Pairs of a state and a kind that met at all. */
function metCount(coverage: readonly CoverageRow[]): number {
  let count = 0;
  for (const { counts } of coverage) count += counts.filter((one) => one > 0).length;
  return count;
}

/**
 * What stands beside a row or above a column, after a key that keeps equal names apart: the scales
 * are nominal.
 */
function keyed(index: number, name: string): string {
  return `${index}:${name}`;
}

const nameOfKey = "slice(datum.label, indexof(datum.label, ':') + 1)";

interface Cells {
  /** Keys of rows, machines and states alternating as they are drawn. */
  readonly rowKeys: readonly string[];
  readonly machineKeys: readonly string[];
  readonly heads: readonly Datum[];
  readonly met: readonly Datum[];
  readonly untried: readonly Datum[];
  readonly plain: readonly Datum[];
}

function cellsOf(rows: readonly CoverageRow[], columnKeys: readonly string[]): Cells {
  const rowKeys: string[] = [];
  const machineKeys: string[] = [];
  const heads: Datum[] = [];
  const met: Datum[] = [];
  const untried: Datum[] = [];
  const plain: Datum[] = [];
  const addRow = (name: string): string => {
    rowKeys.push(keyed(rowKeys.length, fitName(name, sizes.axisWidthPx - 12, sizes.labelPx)));
    return rowKeys.at(-1)!;
  };
  for (const [index, row] of rows.entries()) {
    if (row.machine !== rows[index - 1]?.machine) {
      const own = rows.filter(({ machine }) => machine === row.machine);
      const text = `${metCount(own)} of ${own.length * row.counts.length} pairs met`;
      const key = addRow(row.machine);
      machineKeys.push(key);
      heads.push({ row: key, text });
    }
    const key = addRow(row.state);
    const kindKeys = columnKeys.slice(0, -2);
    for (const [column, columnKey] of kindKeys.entries()) {
      const count = row.counts[column]!;
      const place = { row: key, column: columnKey };
      if (count === 0) untried.push({ ...place, text: never });
      else met.push({ ...place, ...heatOf(count) });
    }
    const outside = [row.elsewhereCount, row.noFaultCount];
    for (const [column, columnKey] of columnKeys.slice(-2).entries()) {
      plain.push({ row: key, column: columnKey, text: shortCount(outside[column]!) });
    }
  }
  return { rowKeys, machineKeys, heads, met, untried, plain };
}

function heatOf(count: number): Datum {
  const level = levels.findLastIndex(({ countMin }) => count >= countMin);
  const color = level < strongLevelMin ? inks.text.light : inks.onHeat.light;
  const hint = count === 1 ? 'once' : `${formatCount(count)} times`;
  return { level: levels[level]!.name, text: shortCount(count), color, hint };
}

/** Fits a narrow cell: thousands as `12k`, millions as `3M`. */
function shortCount(count: number): string {
  if (count >= 10_000_000) return `${Math.floor(count / 1_000_000)}M`;
  if (count >= 10_000) return `${Math.floor(count / 1_000)}k`;
  return formatCount(count);
}

function spec(rows: readonly CoverageRow[], kinds: readonly string[]): object {
  const columnKeys = [...kinds, 'fault elsewhere', 'no fault'].map((name, index) =>
    keyed(index, name),
  );
  const cells = cellsOf(rows, columnKeys);
  const widthPx = Math.min(columnWidthMaxPx, Math.floor(sizes.plotWidthPx / columnKeys.length));
  const x = columnChannel(columnKeys, widthPx);
  const y = rowChannel(cells);
  const hint = { field: 'hint', type: 'nominal' };
  return {
    width: { step: widthPx },
    height: { step: rowHeightPx },
    layer: [
      cellLayer(
        cells.untried,
        { x, y },
        { fill: 'transparent', stroke: inks.line.light, strokeDash: [3, 3] },
      ),
      cellLayer(cells.met, { x, y, fill: levelChannel, description: hint }, {}),
      textLayer(cells.untried, { x, y }, { color: inks.quiet.light }),
      textLayer(cells.met, { x, y, color: { field: 'color', type: 'nominal', scale: null } }, {}),
      textLayer(cells.plain, { x, y }, { color: inks.quiet.light }),
      textLayer(cells.heads, { x: { value: 4 }, y }, { color: inks.quiet.light, align: 'left' }),
    ],
  };
}

const levelChannel = {
  field: 'level',
  type: 'nominal',
  scale: {
    domain: levels.map(({ name }) => name),
    range: heatInks.map(({ light }) => light),
  },
  legend: {
    title: null,
    orient: 'top',
    symbolType: 'square',
  },
};

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

function rowChannel({ rowKeys, machineKeys }: Cells): object {
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
      labelColor: inks.text.light,
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
