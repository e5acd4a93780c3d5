import { describe, expect, test } from 'vitest';
import { charts } from '../../../reports/charts/index.ts';
import { type LineageRows, noLineage } from '../../../reports/lineage-rows.ts';
import { type ReportRows, reportRows } from '../../../reports/rows.ts';
import { marksMax } from '../../../reports/theme.ts';
import { syntheticLineage } from '../../support/synthetic-lineage.ts';
import { syntheticRun } from '../../support/synthetic-record.ts';

const run = syntheticRun({ opCount: 600 });
const rows = reportRows(run.entries, run.verdict, syntheticLineage(20));
const empty: ReportRows = {
  endNs: 1,
  faults: [],
  violations: [],
  ops: [],
  opNames: [],
  states: [],
  downs: [],
  gauges: [],
  coveredFaults: [],
  coverage: [],
  transitions: [],
  lineage: noLineage,
};

function marks(spec: unknown): readonly unknown[] {
  if (typeof spec !== 'object' || spec === null) return [];
  return Object.entries(spec).flatMap(([key, value]): readonly unknown[] =>
    key === 'values' && Array.isArray(value) && typeof value[0] === 'object' ? value : marks(value),
  );
}

function crowdedLineage(many: readonly number[], at: (index: number) => number): LineageRows {
  const one = syntheticLineage(20_000);
  return {
    ...one,
    holdings: many.map((index) => ({
      ...one.holdings[index % one.holdings.length]!,
      volume: `vol-${index % 50}`,
      startNs: at(index),
      endNs: at(index + 50),
    })),
    moves: many.map((index) => ({ ...one.moves[index % 2]!, move: index, openedNs: at(index) })),
    steps: many.map((index) => ({ ...one.steps[index % 9]!, move: index % 5 })),
  };
}

function crowd(): ReportRows {
  const count = 20_000;
  const at = (index: number): number => Math.floor((index / count) * 60e9);
  const many = Array.from({ length: count }, (_, index) => index);
  return {
    endNs: 60e9,
    faults: many.slice(0, 1_000).map((index) => ({
      label: `F${index + 1}`,
      fault: 'slow-disk',
      targets: `host-${index}`,
      params: '',
      startNs: at(index * 17),
      endNs: at(index * 17) + 3e9,
      undone: true,
    })),
    violations: many.slice(0, 500).map((index) => ({ property: `p${index}`, atNs: at(index) })),
    ops: many.map((index) => ({
      actor: 'c',
      name: `op-${index % 30}`,
      startNs: at(index),
      endNs: at(index) + 1_000 + index,
      outcome: 'ok',
    })),
    opNames: Array.from({ length: 30 }, (_, index) => `op-${index}`),
    states: many.map((index) => ({
      lane: `actor-${index % 50}`,
      state: `s${index % 17}`,
      startNs: at(index),
      endNs: at(index + 50),
    })),
    downs: many.slice(0, 5_000).map((index) => ({
      lane: `n${index % 40}`,
      state: 'down',
      startNs: at(index),
      endNs: at(index) + 100,
    })),
    gauges: many.map((index) => ({
      name: `g${index % 25}`,
      actor: `h${index % 3}`,
      atNs: at(index),
      value: index % 97,
    })),
    coveredFaults: Array.from({ length: 30 }, (_, index) => `fault-${index}`),
    coverage: many.slice(0, 1_000).map((index) => ({
      machine: `m${Math.floor(index / 7)}`,
      state: `s${index}`,
      counts: Array.from({ length: 30 }, (_, kind) => (index * kind) % 3),
      elsewhereCount: index,
      noFaultCount: 0,
    })),
    transitions: many.slice(0, 1_000).map((index) => ({
      machine: `m${Math.floor(index / 50)}`,
      from: `s${Math.floor(index / 5)}`,
      to: `s${index}`,
      counts: Array.from({ length: 30 }, (_, kind) => (index * kind) % 3),
      elsewhereCount: 0,
      noFaultCount: index,
    })),
    lineage: crowdedLineage(many, at),
  };
}

describe.each(charts.map((chart) => [chart.name, chart] as const))('chart %s', (_, chart) => {
  test('draws nothing from nothing, and says why', () => {
    expect(chart.draw(empty)).toBeNull();
    expect(chart.absence.length).toBeGreaterThan(10);
  });

  test('holds its data inline and no temporal scale (those depend on the time zone)', () => {
    const text = JSON.stringify(chart.draw(rows)?.spec);
    expect(text).not.toMatch(/"url"|"temporal"|"timeUnit"/);
    expect(marks(chart.draw(rows)?.spec).length).toBeGreaterThan(2);
  });

  test('has as many cells in each row of its table as columns', () => {
    const table = chart.draw(rows)!.table;
    expect(table.rows.length).toBeGreaterThan(0);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  test('stays within its limit of marks (20,000 entries of each kind, 1,000 faults)', () => {
    const picture = chart.draw(crowd())!;
    expect(marks(picture.spec).length).toBeLessThanOrEqual(marksMax);
  });
});
