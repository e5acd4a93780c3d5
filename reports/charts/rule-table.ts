// The table that routers decide by, one cell of the picture for each pair of observations: how
// often it was met, over what it says.
import type { RuleRow } from '../lineage-rows.ts';
import { formatCount, plural } from '../text.ts';
import { inks, sizes } from '../theme.ts';
import type { Chart, ChartPicture, Datum } from './chart.ts';
import { heatOf, levelChannel, neverLook } from './heat-levels.ts';

const cellWidthPx = 104;
const cellHeightPx = 40;
/** Of the two lines in a cell, above and below its middle. */
const lineOffsetPx = 8;
/** Which pairs of observations routers met, and what the table says of each. */
export const ruleTable: Chart = {
  name: 'rule-table',
  title: 'Rules that routers decided by',
  absence: 'no router decided anything',
  draw: ({ lineage }) => drawRules(lineage.rules),
};

/** The picture of some rows; null where no router decided anything. */
export function drawRules(rules: readonly RuleRow[]): ChartPicture | null {
  const met = rules.filter(({ count }) => count > 0);
  if (met.length === 0) return null;
  const total = met.reduce((sum, { count }) => sum + count, 0);
  const pairs = `${met.length} of ${plural(rules.length, 'pair')} of observations`;
  return {
    subtitle: `${pairs} met, in ${plural(total, 'decision')}`,
    description:
      'One row for what a router saw of the cell that the routing metadata names active (1), ' +
      'one column for the alternate (2), and in each cell what the table says: T1, T2 a take ' +
      'there, with * only where it is newer; H the hint is fixed; D the recorded move is ' +
      'driven; RR both are read again; RT later; NF not found. The number counts decisions; ' +
      'a dashed cell was never met.',
    spec: spec(rules),
    table: {
      columns: ['active (1)', 'alternate (2)', 'rule', 'decisions'],
      rows: met.map(({ first, alternate, codes, count }) => [
        first,
        alternate,
        codes,
        formatCount(count),
      ]),
    },
  };
}

function spec(rules: readonly RuleRow[]): object {
  const names = [...new Set(rules.map(({ first }) => first))];
  const met = rules.filter(({ count }) => count > 0).map(metDatum);
  const unmet = rules.filter(({ count }) => count === 0).map(placeOf);
  const x = channel('alternate', names, { title: 'alternate (2)', orient: 'top', labelAngle: 0 });
  const y = channel('first', names, { title: 'active (1)' });
  const ink = { field: 'ink', type: 'nominal', scale: null };
  return {
    width: { step: cellWidthPx },
    height: { step: cellHeightPx },
    layer: [
      {
        data: { values: unmet },
        mark: { type: 'rect', cornerRadius: 2, aria: false, ...neverLook },
        encoding: { x, y },
      },
      {
        data: { values: met },
        mark: { type: 'rect', cornerRadius: 2 },
        encoding: { x, y, fill: levelChannel, description: { field: 'hint', type: 'nominal' } },
      },
      textLayer(unmet, { x, y }, { field: 'codes', dy: 0, color: inks.quiet.light }),
      textLayer(met, { x, y, color: ink }, { field: 'codes', dy: lineOffsetPx }),
      textLayer(met, { x, y, color: ink }, { field: 'text', dy: -lineOffsetPx, weight: 'bold' }),
    ],
  };
}

function placeOf({ first, alternate, codes }: RuleRow): Datum {
  return { first, alternate, codes };
}

function metDatum(row: RuleRow): Datum {
  const { first, alternate, codes, count } = row;
  return {
    ...placeOf(row),
    ...heatOf(count),
    text: formatCount(count),
    hint: `${first} and ${alternate}, ${codes}: ${plural(count, 'decision')}`,
  };
}

function channel(field: string, names: readonly string[], axis: object): object {
  return {
    field,
    type: 'nominal',
    scale: { domain: names, paddingInner: 0.06, paddingOuter: 0.03 },
    axis: { domain: false, ticks: false, labelColor: inks.text.light, ...axis },
  };
}

function textLayer(
  values: readonly Datum[],
  encoding: object,
  look: {
    readonly field: string;
    readonly dy: number;
    readonly color?: string;
    readonly weight?: string;
  },
): object {
  const { field, dy, color, weight } = look;
  return {
    data: { values },
    mark: {
      type: 'text',
      fontSize: sizes.bandLabelPx,
      baseline: 'middle',
      aria: false,
      dy,
      ...(color === undefined ? {} : { color }),
      ...(weight === undefined ? {} : { fontWeight: weight }),
    },
    encoding: { ...encoding, text: { field, type: 'nominal' } },
  };
}
