import type { ReportRows } from '../rows.ts';
import { type Windows, windowIndex, windowsOver } from '../statistics.ts';
import { formatNumber, formatSpan } from '../text.ts';
import { inks, seriesColor, sizes } from '../theme.ts';
import type { Chart, Datum } from './chart.ts';
import { overlay, timeTitle, timeX, toSec, valueAxis } from './time-frame.ts';

const windowsMax = 150;
const namesMax = 7;
const heightPx = 190;
const restName = 'other ok';
const failedName = 'failed';
const unknownName = 'unknown outcome';
const offeredName = 'offered';

interface Layer {
  readonly name: string;
  readonly color: string;
  /** How many ended in each window. */
  readonly counts: readonly number[];
}

/** Operations that ended in each window, stacked by kind and outcome, under the offered rate. */
export const iopsOverTime: Chart = {
  name: 'iops-over-time',
  title: 'IOPS over time',
  absence: 'the record has no client operations',
  draw(rows) {
    if (rows.ops.length === 0) return null;
    const windows = windowsOver(rows.endNs, windowsMax);
    const layers = stackedLayers(rows, windows);
    const offered = emptyCounts(windows);
    for (const op of rows.ops) offered[windowIndex(windows, op.startNs)]! += 1;
    return {
      subtitle:
        'operations a second by the instant they ended, ' +
        `windows of ${formatSpan(windows.widthNs)}; line: offered load`,
      description:
        'Completed operations a second, stacked by kind; failed operations and those with an ' +
        'unknown outcome lie on top. The line is the rate at which operations were invoked: ' +
        'a gap below it is work that waits, later found above it.',
      spec: spec(rows, windows, layers, offered),
      table: {
        columns: ['from', ...layers.map(({ name }) => `${name} /s`), 'offered /s'],
        rows: offered.map((count, index) => [
          `${formatNumber(toSec(index * windows.widthNs), 6)} s`,
          ...layers.map(({ counts }) => rateText(rows, windows, index, counts[index]!)),
          rateText(rows, windows, index, count),
        ]),
      },
    };
  },
};

function emptyCounts(windows: Windows): number[] {
  return new Array<number>(windows.count).fill(0);
}

function stackedLayers(rows: ReportRows, windows: Windows): readonly Layer[] {
  const named = rows.opNames.slice(0, namesMax);
  const countsByName = new Map<string, number[]>(named.map((name) => [name, emptyCounts(windows)]));
  const rest = emptyCounts(windows);
  const failed = emptyCounts(windows);
  const unknown = emptyCounts(windows);
  for (const op of rows.ops) {
    if (op.outcome === 'pending') continue;
    const ok = countsByName.get(op.name) ?? rest;
    const counts = op.outcome === 'ok' ? ok : op.outcome === 'fail' ? failed : unknown;
    counts[windowIndex(windows, op.endNs)]! += 1;
  }
  const layers: Layer[] = named.map((name, index) => ({
    // An operation may be named as one of the outcomes; its colour must stay its own.
    name: [restName, failedName, unknownName, offeredName].includes(name) ? `${name} (op)` : name,
    color: seriesColor(index),
    counts: countsByName.get(name)!,
  }));
  if (rest.some((count) => count > 0)) {
    layers.push({ name: restName, color: seriesColor(namesMax + 1), counts: rest });
  }
  layers.push({ name: failedName, color: inks.failure.light, counts: failed });
  layers.push({ name: unknownName, color: inks.unknown.light, counts: unknown });
  return layers;
}

function windowSec(rows: ReportRows, windows: Windows, index: number): number {
  const startNs = index * windows.widthNs;
  return toSec(Math.min(rows.endNs, startNs + windows.widthNs) - startNs);
}

function rateText(rows: ReportRows, windows: Windows, index: number, count: number): string {
  return formatNumber(count / windowSec(rows, windows, index), 1);
}

function spec(
  rows: ReportRows,
  windows: Windows,
  layers: readonly Layer[],
  offered: readonly number[],
): object {
  const areas: Datum[] = [];
  const line: Datum[] = [];
  for (let index = 0; index <= windows.count; index += 1) {
    // The last window is drawn to its end by a second point with the same height.
    const window = Math.min(index, windows.count - 1);
    const at = toSec(Math.min(rows.endNs, index * windows.widthNs));
    const widthSec = windowSec(rows, windows, window);
    let from = 0;
    for (const { name, counts } of layers) {
      const until = from + counts[window]! / widthSec;
      areas.push({ name, at, from, until });
      from = until;
    }
    line.push({ name: offeredName, at, until: offered[window]! / widthSec });
  }
  const bands = overlay(rows, { labelled: true, title: timeTitle });
  const color = {
    field: 'name',
    type: 'nominal',
    scale: {
      domain: [...layers.map(({ name }) => name), offeredName],
      range: [...layers.map(({ color }) => color), inks.offered.light],
    },
    legend: { title: null, orient: 'top', symbolType: 'square', offset: bands.heightPx + 8 },
  };
  const y = {
    field: 'until',
    type: 'quantitative',
    scale: { zero: true, nice: true },
    axis: { ...valueAxis, tickCount: 5 },
  };
  return {
    width: sizes.plotWidthPx,
    height: heightPx,
    layer: [
      ...bands.behind,
      {
        data: { values: areas },
        mark: { type: 'area', interpolate: 'step-after', opacity: 0.9, aria: false },
        encoding: {
          x: timeX(rows, 'at', timeTitle),
          y: { ...y, stack: null },
          y2: { field: 'from' },
          color,
        },
      },
      {
        data: { values: line },
        mark: {
          type: 'line',
          interpolate: 'step-after',
          strokeWidth: 1,
          opacity: 0.75,
          aria: false,
        },
        encoding: { x: timeX(rows, 'at', timeTitle), y, color },
      },
      ...bands.front,
    ],
  };
}
