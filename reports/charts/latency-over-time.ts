import type { OpRow, ReportRows } from '../rows.ts';
import { percentile, sortNumbers, type Windows, windowIndex, windowsOver } from '../statistics.ts';
import { formatNumber, formatSpan, plural } from '../text.ts';
import { inks, sizes } from '../theme.ts';
import type { Chart, DataTable } from './chart.ts';
import { latencyY, toLogMs } from './latency-scale.ts';
import { overlay, timeTitle, timeX, toSec } from './time-frame.ts';

const opNamesMax = 6;
const windowsMin = 20;
const windowsMax = 120;
/** Fewer operations in a window say little about a percentile, and leave gaps. */
const opsPerWindow = 4;
const rowHeightPx = 118;

// Drawn in this order: where few operations make two percentiles equal, the narrow line shows on
// the wide one.
const shares = [
  { name: 'p99.9', share: 0.999, color: inks.percentileTail.light, strokeWidthPx: 4 },
  { name: 'p99', share: 0.99, color: inks.percentileHigh.light, strokeWidthPx: 1.6 },
  { name: 'p50', share: 0.5, color: inks.percentileLow.light, strokeWidthPx: 1.4 },
] as const;

interface Point {
  readonly [field: string]: string | number | boolean | null;
  readonly percentile: string;
  /** The middle of the window, in seconds. */
  readonly at: number;
  /** Null in a window without operations: the line breaks there. */
  readonly ms: number | null;
  /** Has no neighbour, so that a line cannot show it. */
  readonly lone: boolean;
}

interface Series {
  readonly op: string;
  readonly widthNs: number;
  readonly points: readonly Point[];
}

/** Latency of operations that ended ok, by the window of their intended start. */
export const latencyOverTime: Chart = {
  name: 'latency-over-time',
  title: 'Latency over time',
  absence: 'no client operation ended ok',
  draw(rows) {
    const okOps = rows.ops.filter((op) => op.outcome === 'ok');
    const byCount = rows.opNames
      .map((op) => ({ op, count: okOps.filter((row) => row.name === op).length }))
      .filter(({ count }) => count > 0);
    if (byCount.length === 0) return null;
    const shown = new Set(
      byCount
        .toSorted((a, b) => b.count - a.count)
        .slice(0, opNamesMax)
        .map(({ op }) => op),
    );
    const series = byCount
      .filter(({ op }) => shown.has(op))
      .map(({ op, count }) => {
        const wanted = Math.max(windowsMin, Math.min(windowsMax, Math.floor(count / opsPerWindow)));
        const windows = windowsOver(rows.endNs, wanted);
        return { op, widthNs: windows.widthNs, points: points(okOps, op, windows, rows) };
      });
    const otherwise = rows.ops.length - okOps.length;
    const more =
      byCount.length > opNamesMax ? `; ${byCount.length - opNamesMax} rarer kinds left out` : '';
    return {
      subtitle:
        `operations that ended ok, by intended start, windows of ${widths(series)}; ` +
        `${plural(otherwise, 'operation')} ended otherwise or never${more}`,
      description:
        'Percentiles of latency on a logarithmic axis, one row for each kind of operation, ' +
        'with faults as bands. Latency counts from the intended start, so that waiting behind ' +
        'a stalled operation is not hidden. In a window of fewer than 1,000 operations p99.9 is ' +
        'the slowest of them.',
      spec: spec(rows, series),
      table: table(series),
    };
  },
};

function widths(series: readonly Series[]): string {
  const distinct = sortNumbers([...new Set(series.map(({ widthNs }) => widthNs))]);
  return distinct.map(formatSpan).join(', ');
}

function points(
  okOps: readonly OpRow[],
  op: string,
  windows: Windows,
  rows: ReportRows,
): readonly Point[] {
  const samples: number[][] = Array.from({ length: windows.count }, () => []);
  for (const row of okOps) {
    if (row.name !== op) continue;
    samples[windowIndex(windows, row.startNs)]!.push(row.endNs - row.startNs);
  }
  for (const window of samples) sortNumbers(window);
  const result: Point[] = [];
  for (const { name, share } of shares) {
    for (const [index, window] of samples.entries()) {
      const startNs = index * windows.widthNs;
      const endNs = Math.min(rows.endNs, startNs + windows.widthNs);
      const value = percentile(window, share);
      const lone = !samples[index - 1]?.length && !samples[index + 1]?.length;
      const ms = value === null ? null : toLogMs(value);
      result.push({ percentile: name, at: toSec((startNs + endNs) / 2), ms, lone });
    }
  }
  return result;
}

function spec(rows: ReportRows, series: readonly Series[]): object {
  const all = series.flatMap(({ points }) => points.flatMap(({ ms }) => (ms === null ? [] : [ms])));
  const y = latencyY(all, 'ms');
  const color = {
    field: 'percentile',
    type: 'nominal',
    scale: { domain: shares.map(({ name }) => name), range: shares.map(({ color }) => color) },
    legend: { title: null, orient: 'top', symbolType: 'stroke', offset: 6 },
  };
  return {
    spacing: 16,
    vconcat: series.map(({ op, points }, index) => {
      const title = index === series.length - 1 ? timeTitle : null;
      const bands = overlay(rows, { labelled: index === 0, title });
      const x = timeX(rows, 'at', title);
      return {
        width: sizes.plotWidthPx,
        height: rowHeightPx,
        layer: [
          ...bands.behind,
          ...shares.map(({ name, strokeWidthPx }) => ({
            data: { values: points.filter((point) => point.percentile === name) },
            mark: {
              type: 'line',
              strokeWidth: strokeWidthPx,
              invalid: 'break-paths-show-path-domains',
              aria: false,
            },
            encoding: { x, y, color },
          })),
          {
            data: { values: points.filter((point) => point.lone && point.ms !== null) },
            mark: { type: 'point', filled: true, size: 14, opacity: 1, aria: false },
            encoding: { x, y, color },
          },
          rowName(op),
          ...bands.front,
        ],
      };
    }),
  };
}

/** The name of a row, at the left edge of the drawing, above the labels of its axis. */
function rowName(name: string): object {
  return {
    data: { values: [{ name }] },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'top',
      fontSize: 12,
      limit: 70,
      x: -sizes.axisWidthPx,
      y: 0,
      fill: inks.text.light,
      aria: false,
    },
    encoding: { text: { field: 'name', type: 'nominal' } },
  };
}

function table(series: readonly Series[]): DataTable {
  const rows: string[][] = [];
  for (const { op, points } of series) {
    const windowCount = points.length / shares.length;
    for (let index = 0; index < windowCount; index += 1) {
      const values = shares.map((_, order) => points[order * windowCount + index]!);
      if (values[0]!.ms === null) continue;
      const texts = values.map(({ ms }) => `${formatNumber(ms ?? 0, 3)} ms`);
      rows.push([op, `${formatNumber(values[0]!.at, 6)} s`, ...texts]);
    }
  }
  return { columns: ['operation', 'at', ...shares.map(({ name }) => name)], rows };
}
