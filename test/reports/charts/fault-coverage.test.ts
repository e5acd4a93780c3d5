import { expect, test } from 'vitest';
import { faultCoverage } from '../../../reports/charts/fault-coverage.ts';
import { type CoverageRow, type ReportRows, reportRows } from '../../../reports/rows.ts';
import { heatInks } from '../../../reports/theme.ts';
import { syntheticRun } from '../../support/synthetic-record.ts';

function rowsWith(coveredFaults: readonly string[], coverage: readonly CoverageRow[]): ReportRows {
  const run = syntheticRun({ opCount: 1 });
  return { ...reportRows(run.entries, run.verdict), coveredFaults, coverage };
}

function row(machine: string, state: string, counts: readonly number[]): CoverageRow {
  return { machine, state, counts, elsewhereCount: 3, noFaultCount: 12_345 };
}

interface Layer {
  readonly data: { readonly values: readonly Record<string, string>[] };
  readonly mark: { readonly type: string; readonly strokeDash?: readonly number[] };
  readonly encoding: {
    readonly fill?: { readonly scale: { readonly domain: string[]; readonly range: string[] } };
    readonly y: { readonly scale: { readonly domain: readonly string[] } };
  };
}

function layersOf(rows: ReportRows): readonly Layer[] {
  return (faultCoverage.draw(rows)!.spec as { readonly layer: readonly Layer[] }).layer;
}

function cells(rows: ReportRows) {
  const rects = layersOf(rows).filter(({ mark }) => mark.type === 'rect');
  const untried = rects.find(({ mark }) => mark.strokeDash !== undefined)!;
  const met = rects.find(({ encoding }) => encoding.fill !== undefined)!;
  return { untried, met };
}

test('draws a cell of its own kind where a state never met a fault', () => {
  const rows = rowsWith(
    ['crash', 'pause'],
    [row('host', 'idle', [0, 2]), row('host', 'up', [0, 0])],
  );
  const { untried, met } = cells(rows);
  expect(untried.data.values.map((one) => `${one.row} ${one.column} ${one.text}`)).toEqual([
    '1:idle 0:crash never',
    '2:up 0:crash never',
    '2:up 1:pause never',
  ]);
  expect(met.data.values).toHaveLength(1);
  expect(met.data.values[0]).toMatchObject({ row: '1:idle', column: '1:pause', text: '2' });
});

test('colours counts by powers of ten, a colour for each level', () => {
  const counts = [1, 2, 9, 10, 99, 100, 999, 1_000, 25_000_000];
  const kinds = counts.map((_, index) => `fault-${index}`);
  const { met } = cells(rowsWith(kinds, [row('host', 'up', counts)]));
  const { domain, range } = met.encoding.fill!.scale;
  expect(range).toEqual(heatInks.map(({ light }) => light));
  expect(met.data.values.map(({ level }) => domain.indexOf(level!))).toEqual([
    0, 1, 1, 2, 2, 3, 3, 4, 4,
  ]);
  expect(met.data.values.map(({ text }) => text).slice(-2)).toEqual(['1,000', '25M']);
});

test('keeps states of one name in two machines apart, each machine under its name', () => {
  const rows = rowsWith(['crash'], [row('cell', 'serving', [1]), row('host', 'serving', [0])]);
  const [{ encoding }] = layersOf(rows) as [Layer];
  expect(encoding.y.scale.domain).toEqual(['0:cell', '1:serving', '2:host', '3:serving']);
  const heads = layersOf(rows).at(-1)!.data.values;
  expect(heads).toEqual([
    { row: '0:cell', text: '1 of 1 pairs met' },
    { row: '2:host', text: '0 of 1 pairs met' },
  ]);
});

test('says what was left out, and keeps it in the table (200 states, 20 kinds)', () => {
  const kinds = Array.from({ length: 20 }, (_, index) => `fault-${index}`);
  const states = Array.from({ length: 200 }, (_, index) =>
    row(
      'host',
      `s${index}`,
      kinds.map(() => 1),
    ),
  );
  const picture = faultCoverage.draw(rowsWith(kinds, states))!;
  expect(picture.subtitle).toBe(
    '4,000 of 4,000 pairs of state and fault met; the first 120 of 200 states; ' +
      'the first 16 of 20 kinds of faults',
  );
  expect(picture.table.rows).toHaveLength(200);
  expect(picture.table.columns).toHaveLength(24);
});

test('draws nothing of a run without faults', () => {
  expect(faultCoverage.draw(rowsWith([], [row('host', 'up', [])]))).toBeNull();
});
