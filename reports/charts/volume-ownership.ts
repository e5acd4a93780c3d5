import type { HoldingRow } from '../lineage-rows.ts';
import type { ReportRows } from '../rows.ts';
import { compareNames, formatSec, formatSpan, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { inks, sizes } from '../theme.ts';
import { cellStateScale } from './cell-states.ts';
import type { Chart } from './chart.ts';
import { laneAxis, overlay, timeTitle, timeX, toSec } from './time-frame.ts';

const lanesMax = 24;
const spansMax = 2_000;
const laneHeightPx = 22;

/** One lane for each volume and cell, coloured by what the cell was to the volume. */
export const volumeOwnership: Chart = {
  name: 'volume-ownership',
  title: 'Volumes in cells',
  absence: 'no volume was in a cell of its own',
  draw(rows) {
    const { holdings, moves } = rows.lineage;
    if (moves.length === 0) return null;
    const all = [...new Set(holdings.map(laneOf))].sort(compareNames);
    const lanes = all.slice(0, lanesMax);
    const shown = new Set(lanes);
    const spans = holdings.filter((row) => shown.has(laneOf(row))).slice(0, spansMax);
    const cut = all.length > lanes.length ? `; the first ${lanes.length} of ${all.length}` : '';
    const decided = moves.filter(({ decision }) => decision === 'commit').length;
    return {
      subtitle: `${plural(moves.length, 'move')}, ${decided} committed${cut}`,
      description:
        'One lane for each volume and cell. At any instant at most one cell of a volume is ' +
        'active or migrating; while a volume is sealed no cell takes snapshots of it.',
      spec: spec(rows, lanes, spans),
      table: {
        columns: ['volume', 'cell', 'state', 'from', 'until', 'lasted'],
        rows: holdings.map(({ volume, cell, state, startNs, endNs }) => [
          volume,
          cell,
          state,
          formatSec(startNs),
          formatSec(endNs),
          formatSpan(endNs - startNs),
        ]),
      },
    };
  },
};

function laneOf({ volume, cell }: HoldingRow): string {
  return `${volume} in ${cell}`;
}

function spec(rows: ReportRows, lanes: readonly string[], spans: readonly HoldingRow[]): object {
  const named = (lane: string) => fitName(lane, sizes.axisWidthPx - 16, sizes.labelPx);
  const bands = overlay(rows, { labelled: true, title: timeTitle });
  const widthNs = rows.endNs / sizes.plotWidthPx;
  return {
    width: sizes.plotWidthPx,
    height: { step: laneHeightPx },
    layer: [
      ...bands.behind,
      {
        data: {
          values: spans.map((row) => ({
            lane: named(laneOf(row)),
            state: row.state,
            start: toSec(row.startNs),
            // A seal lasts a few milliseconds: it is never narrower than two pixels.
            end: toSec(Math.max(row.endNs, Math.min(row.startNs + 2 * widthNs, rows.endNs))),
            hint: spanHint(row),
          })),
        },
        mark: { type: 'bar', height: { band: 0.7 } },
        encoding: {
          y: {
            field: 'lane',
            type: 'nominal',
            scale: { domain: lanes.map(named), paddingInner: 0.1, paddingOuter: 0.1 },
            axis: { ...laneAxis, domain: false, ticks: false, labelColor: inks.text.light },
          },
          x: timeX(rows, 'start', timeTitle),
          x2: { field: 'end' },
          color: {
            field: 'state',
            type: 'nominal',
            scale: cellStateScale(spans.map(({ state }) => state)),
            legend: {
              title: null,
              orient: 'top',
              symbolType: 'square',
              columns: 8,
              offset: bands.heightPx + 8,
            },
          },
          description: { field: 'hint', type: 'nominal' },
        },
      },
      ...bands.front,
    ],
  };
}

function spanHint(row: HoldingRow): string {
  return `${laneOf(row)} ${row.state}: ${formatSec(row.startNs)} to ${formatSec(row.endNs)}`;
}
