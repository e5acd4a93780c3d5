import { expect, test } from 'vitest';
import { faultCoverage } from '../../../reports/charts/fault-coverage.ts';
import { transitionCoverage } from '../../../reports/charts/transition-coverage.ts';
import { type ReportRows, reportRows, type TransitionRow } from '../../../reports/rows.ts';
import { syntheticRun } from '../../support/synthetic-record.ts';

const run = syntheticRun({ opCount: 1 });

function rowsWith(transitions: readonly TransitionRow[]): ReportRows {
  return { ...reportRows(run.entries, run.verdict), coveredFaults: ['pause'], transitions };
}

function row(machine: string, from: string, to: string, count: number): TransitionRow {
  return { machine, from, to, counts: [count], elsewhereCount: 0, noFaultCount: 4 };
}

interface Layer {
  readonly data: { readonly values: readonly Record<string, string>[] };
  readonly encoding: { readonly y: { readonly scale: { readonly domain: readonly string[] } } };
}

function layersOf(spec: object): readonly Layer[] {
  return (spec as { readonly layer: readonly Layer[] }).layer;
}

test('puts what follows under the state that is left, and that under its machine', () => {
  const rows = rowsWith([
    row('cell', 'up', 'down', 0),
    row('cell', 'up', 'full', 2),
    row('host', 'up', 'down', 1),
  ]);
  const picture = transitionCoverage.draw(rows)!;
  const layers = layersOf(picture.spec);
  expect(layers[0]!.encoding.y.scale.domain).toEqual([
    '0:cell',
    '1:up',
    '2:\u2192 down',
    '3:\u2192 full',
    '4:host',
    '5:up',
    '6:\u2192 down',
  ]);
  expect(layers.at(-1)!.data.values).toEqual([
    { row: '0:cell', text: '1 of 2 pairs met' },
    { row: '4:host', text: '1 of 1 pairs met' },
  ]);
  expect(picture.subtitle).toBe('2 of 3 pairs of transition and fault met');
});

test('shortens a state to what it has not in common with the one before, not in the table', () => {
  const rows = rowsWith([
    row('host', 'recovering.headers', 'recovering.scanning', 1),
    row('host', 'recovering.headers', 'serving.idle', 1),
  ]);
  const picture = transitionCoverage.draw(rows)!;
  const { domain } = layersOf(picture.spec)[0]!.encoding.y.scale;
  expect(domain.slice(2)).toEqual(['2:\u2192 .scanning', '3:\u2192 serving.idle']);
  expect(picture.table.rows[0]!.slice(0, 3)).toEqual([
    'host',
    'recovering.headers',
    'recovering.scanning',
  ]);
});

test('says how many there are when not all have room (200 transitions)', () => {
  const rows = rowsWith(Array.from({ length: 200 }, (_, index) => row('m', 'a', `s${index}`, 1)));
  expect(transitionCoverage.draw(rows)!.subtitle).toContain('the first 120 of 200 transitions');
});

test('draws a known state that was never entered without cells, and counts it', () => {
  const base = reportRows(run.entries, run.verdict);
  const states = [
    { machine: 'm', state: 'a', counts: [0], elsewhereCount: 1, noFaultCount: 0 },
    { machine: 'm', state: 'b', counts: [0], elsewhereCount: 0, noFaultCount: 0 },
  ];
  const picture = faultCoverage.draw({ ...base, coveredFaults: ['pause'], coverage: states })!;
  expect(picture.subtitle).toBe('0 of 2 pairs of state and fault met; 1 of 2 states never entered');
  const untried = layersOf(picture.spec)[0]!.data.values;
  expect(untried.map((cell) => cell.row)).toEqual(['1:a']);
  expect(layersOf(picture.spec).at(-1)!.data.values.at(-1)).toEqual({
    row: '2:b',
    text: 'no actor entered it',
  });
});
