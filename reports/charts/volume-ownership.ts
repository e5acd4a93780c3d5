import type { HoldingRow } from '../lineage-rows.ts';
import type { ReportRows } from '../rows.ts';
import { compareNames, formatSec, formatSpan, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { sizes } from '../theme.ts';
import { cellStateScale } from './cell-states.ts';
import type { Chart } from './chart.ts';
import { spanLanesSpec } from './span-lanes.ts';

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
  const widthNs = rows.endNs / sizes.plotWidthPx;
  return spanLanesSpec(rows, {
    lanes: lanes.map(named),
    spans: spans.map((row) => ({
      lane: named(laneOf(row)),
      state: row.state,
      startNs: row.startNs,
      // A seal lasts a few milliseconds: it is never narrower than two pixels.
      endNs: Math.max(row.endNs, Math.min(row.startNs + 2 * widthNs, rows.endNs)),
      hint: spanHint(row),
    })),
    scale: cellStateScale(spans.map(({ state }) => state)),
    laneHeightPx,
  });
}

function spanHint(row: HoldingRow): string {
  return `${laneOf(row)} ${row.state}: ${formatSec(row.startNs)} to ${formatSec(row.endNs)}`;
}
