import { expect, test } from 'vitest';
import { overlay } from '../../../reports/charts/time-frame.ts';
import { noLineage } from '../../../reports/lineage-rows.ts';
import type { FaultRow, ReportRows } from '../../../reports/rows.ts';
import { textWidthPx } from '../../../reports/text-width.ts';
import { sizes } from '../../../reports/theme.ts';

function fault(index: number, startNs: number, endNs: number): FaultRow {
  const label = `F${index + 1}`;
  return { label, fault: 'partition', targets: 'b', params: '', startNs, endNs, undone: true };
}

function rowsWith(faults: readonly FaultRow[]): ReportRows {
  const none = { violations: [], ops: [], opNames: [], states: [], downs: [], gauges: [] };
  const untried = { coveredFaults: [], coverage: [], transitions: [], lineage: noLineage };
  return { endNs: 1_000e9, faults, ...none, ...untried };
}

interface Layer {
  readonly data: { readonly values: readonly Record<string, number & string>[] };
  readonly mark: { readonly type: string };
}

function layer(layers: readonly object[], type: string): Layer {
  return (layers as readonly Layer[]).find(({ mark }) => mark.type === type)!;
}

const look = { labelled: true, title: null };

test('puts labels side by side or above each other, never upon each other', () => {
  const faults = Array.from({ length: 80 }, (_, index) =>
    fault(index, index * 12e9, index * 12e9 + 5e9),
  );
  const labels = layer(overlay(rowsWith(faults), look).front, 'text').data.values.map((value) => {
    const leftPx = (value.at! / 1_000) * sizes.plotWidthPx;
    return { up: value.up!, leftPx, rightPx: leftPx + textWidthPx(value.text!, sizes.bandLabelPx) };
  });
  expect(labels.length).toBeGreaterThan(20);
  for (const [index, a] of labels.entries()) {
    expect(a.rightPx).toBeLessThanOrEqual(sizes.plotWidthPx + 0.01);
    for (const b of labels.slice(index + 1)) {
      const apart = a.up !== b.up || a.rightPx <= b.leftPx + 0.01 || b.rightPx <= a.leftPx + 0.01;
      expect(apart).toBe(true);
    }
  }
});

test('darkens where faults overlap and names all that are active', () => {
  const rows = rowsWith([fault(0, 100e9, 300e9), fault(1, 200e9, 400e9)]);
  const { values } = layer(overlay(rows, look).behind, 'rect').data;
  expect(values.map(({ start, end }) => [start, end])).toEqual([
    [100, 200],
    [200, 300],
    [300, 400],
  ]);
  expect(values[1]!.opacity).toBeGreaterThan(values[0]!.opacity!);
  expect(values[2]!.opacity).toBe(values[0]!.opacity);
  expect(values[1]!.hint).toMatch(/F1 partition b; F2 partition b/);
});

test('stays readable under many faults at once (40 active)', () => {
  const rows = rowsWith(Array.from({ length: 40 }, (_, index) => fault(index, index * 1e9, 900e9)));
  const { values } = layer(overlay(rows, look).behind, 'rect').data;
  expect(Math.max(...values.map(({ opacity }) => opacity!))).toBeLessThanOrEqual(0.3);
});

test('loses no fault and needs few marks when there are very many (1,000 faults)', () => {
  const faults = Array.from({ length: 1_000 }, (_, index) => {
    const startNs = index < 500 ? index * 1e9 : 600e9 + index * 3e8;
    return fault(index, startNs, startNs + 5e8);
  });
  const { values } = layer(overlay(rowsWith(faults), look).behind, 'rect').data;
  expect(values.length).toBeLessThanOrEqual(80);
  for (const { startNs, endNs } of faults) {
    const inside = values.some(({ start, end }) => start! <= endNs / 1e9 && startNs / 1e9 <= end!);
    expect(inside).toBe(true);
  }
});
