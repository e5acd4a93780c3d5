import type { GaugeRow, ReportRows } from '../rows.ts';
import { type Windows, windowIndex, windowsOver } from '../statistics.ts';
import { compareNames, formatNumber, formatSpan, plural } from '../text.ts';
import { inks, sizes } from '../theme.ts';
import type { Chart } from './chart.ts';
import { overlay, timeTitle, timeX, toSec, valueAxis } from './time-frame.ts';

const namesMax = 10;
const windowsMax = 120;
const rowHeightPx = 74;

interface Point {
  readonly [field: string]: string | number | boolean | null;
  readonly at: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Each measured quantity in a row of its own. */
export const gauges: Chart = {
  name: 'gauges',
  title: 'Gauges over time',
  absence: 'the record has no gauges',
  draw(rows) {
    const names = [...new Set(rows.gauges.map(({ name }) => name))].sort(compareNames);
    if (names.length === 0) return null;
    const windows = windowsOver(rows.endNs, windowsMax);
    const series = names.slice(0, namesMax).map((name) => ({
      name,
      points: points(
        rows,
        windows,
        rows.gauges.filter((gauge) => gauge.name === name),
      ),
    }));
    const cut = names.length > namesMax ? `; the first ${namesMax} of ${names.length} gauges` : '';
    return {
      subtitle:
        `mean of all samples in windows of ${formatSpan(windows.widthNs)}, ` +
        `band: lowest to highest${cut}`,
      description:
        `${plural(names.length, 'gauge')} over simulated time, each on its own scale, ` +
        'with faults as bands. Windows without a sample are bridged.',
      spec: spec(rows, series),
      table: {
        columns: ['gauge', 'at', 'mean', 'lowest', 'highest'],
        rows: series.flatMap(({ name, points }) =>
          points.map(({ at, mean, min, max }) => [
            name,
            `${formatNumber(at, 6)} s`,
            formatNumber(mean),
            formatNumber(min),
            formatNumber(max),
          ]),
        ),
      },
    };
  },
};

function points(
  rows: ReportRows,
  windows: Windows,
  samples: readonly GaugeRow[],
): readonly Point[] {
  const byWindow: number[][] = Array.from({ length: windows.count }, () => []);
  for (const { atNs, value } of samples) byWindow[windowIndex(windows, atNs)]!.push(value);
  const result: Point[] = [];
  for (const [index, values] of byWindow.entries()) {
    if (values.length === 0) continue;
    const startNs = index * windows.widthNs;
    const middleNs = (startNs + Math.min(rows.endNs, startNs + windows.widthNs)) / 2;
    result.push({
      at: toSec(middleNs),
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      min: values.reduce((least, value) => Math.min(least, value)),
      max: values.reduce((most, value) => Math.max(most, value)),
    });
  }
  return result;
}

function spec(
  rows: ReportRows,
  series: readonly { name: string; points: readonly Point[] }[],
): object {
  return {
    spacing: 20,
    vconcat: series.map(({ name, points }, index) => {
      const title = index === series.length - 1 ? timeTitle : null;
      const bands = overlay(rows, { labelled: index === 0, title });
      const x = timeX(rows, 'at', title);
      const y = {
        type: 'quantitative',
        scale: { zero: true, nice: true },
        axis: { ...valueAxis, tickCount: 3 },
      };
      return {
        width: sizes.plotWidthPx,
        height: rowHeightPx,
        title: {
          text: name,
          fontSize: 12,
          dx: 0,
          offset: 6,
        },
        layer: [
          ...bands.behind,
          {
            data: { values: points },
            mark: { type: 'area', fill: inks.healthy.light, fillOpacity: 0.2, aria: false },
            encoding: { x, y: { ...y, field: 'min' }, y2: { field: 'max' } },
          },
          {
            data: { values: points },
            mark: { type: 'line', stroke: inks.healthy.light, strokeWidth: 1.5, aria: false },
            encoding: { x, y: { ...y, field: 'mean' } },
          },
          ...(points.length === 1 ? [lonePoint(points, { x, y: { ...y, field: 'mean' } })] : []),
          ...bands.front,
        ],
      };
    }),
  };
}

/** A line through one point is nothing to see. */
function lonePoint(values: readonly Point[], encoding: object): object {
  const mark = { type: 'point', filled: true, fill: inks.healthy.light, size: 20, aria: false };
  return { data: { values }, mark, encoding };
}
