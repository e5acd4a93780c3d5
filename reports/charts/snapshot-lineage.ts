import type { SnapshotRow } from '../lineage-rows.ts';
import type { ReportRows } from '../rows.ts';
import { compareNames, formatSec, plural } from '../text.ts';
import { fitName, textWidthPx } from '../text-width.ts';
import { inks, seriesColor, sizes } from '../theme.ts';
import type { Chart } from './chart.ts';
import { laneAxis, overlay, timeTitle, timeX, toSec } from './time-frame.ts';

const lanesMax = 24;
const snapshotsMax = 1_000;
const laneHeightPx = 26;
/** Between the numbers of two dots in a lane; where there is less room the later one has none. */
const numberGapPx = 4;

/** Each snapshot in the lane of the cell that took it, with a line to its parent. */
export const snapshotLineage: Chart = {
  name: 'snapshot-lineage',
  title: 'Lineage of snapshots',
  absence: 'no snapshot was published',
  draw(rows) {
    const { snapshots } = rows.lineage;
    if (snapshots.length === 0) return null;
    const all = [...new Set(snapshots.map(laneOf))].sort(compareNames);
    const lanes = all.slice(0, lanesMax);
    const shown = new Set(lanes);
    const drawn = snapshots.filter((row) => shown.has(laneOf(row))).slice(0, snapshotsMax);
    const crossing = snapshots.filter(
      ({ cell, parent }) => parent !== null && snapshots[parent]!.cell !== cell,
    );
    const cut = drawn.length < snapshots.length ? `; the first ${drawn.length}` : '';
    return {
      subtitle:
        `${plural(snapshots.length, 'snapshot')}, ` +
        `${plural(crossing.length, 'parent')} in another cell${cut}`,
      description:
        'One dot for each published snapshot, in the lane of the cell that took it; a line leads ' +
        'to its parent. Each has one parent and no two share one: a fork would be seen as two ' +
        'lines that leave one dot to the right. Numbers stand in the table below.',
      spec: spec(rows, lanes, drawn),
      table: {
        columns: ['no.', 'volume', 'request', 'cell', 'published', 'parent', 'state'],
        rows: snapshots.map(({ volume, request, cell, publishedNs, parent, state }, index) => [
          String(index + 1),
          volume,
          request,
          cell,
          formatSec(publishedNs),
          parent === null ? '' : snapshots[parent]!.request,
          state,
        ]),
      },
    };
  },
};

function laneOf({ volume, cell }: SnapshotRow): string {
  return `${volume} in ${cell}`;
}

function spec(rows: ReportRows, lanes: readonly string[], drawn: readonly SnapshotRow[]): object {
  const named = (lane: string) => fitName(lane, sizes.axisWidthPx - 16, sizes.labelPx);
  const all = rows.lineage.snapshots;
  const bands = overlay(rows, { labelled: true, title: timeTitle });
  const y = (field: string) => ({
    field,
    type: 'nominal',
    scale: { domain: lanes.map(named) },
    axis: { ...laneAxis, domain: false, ticks: false, labelColor: inks.text.light },
  });
  const at = (row: SnapshotRow) => ({ at: toSec(row.publishedNs), lane: named(laneOf(row)) });
  const edges = drawn.flatMap((row, index) => {
    if (row.parent === null || row.parent >= index) return [];
    const parent = all[row.parent]!;
    return [at(parent), at(row)].map((end, side) => ({ ...end, edge: index, side }));
  });
  const x = (field: string) => timeX(rows, field, timeTitle);
  return {
    width: sizes.plotWidthPx,
    height: { step: laneHeightPx },
    layer: [
      ...bands.behind,
      {
        data: { values: edges },
        mark: { type: 'line', stroke: inks.quiet.light, strokeWidth: 1.4, aria: false },
        encoding: { x: x('at'), y: y('lane'), detail: { field: 'edge', type: 'nominal' } },
      },
      {
        data: {
          values: drawn.map((row) => ({
            ...at(row),
            state: row.state,
            hint: `${row.volume} ${row.request} in ${row.cell}, ${row.state}`,
          })),
        },
        mark: { type: 'point', filled: true, size: 64, opacity: 1 },
        encoding: {
          x: x('at'),
          y: y('lane'),
          color: {
            field: 'state',
            type: 'nominal',
            scale: stateScale(drawn),
            legend: { title: null, orient: 'top', columns: 8, offset: bands.heightPx + 8 },
          },
          description: { field: 'hint', type: 'nominal' },
        },
      },
      numberLayer(numbered(rows, drawn), at, { x: x('at'), y: y('lane') }),
      ...bands.front,
    ],
  };
}

interface Numbered {
  readonly row: SnapshotRow;
  readonly text: string;
}

/** The dots that have room for their number: their place in the order of publication. */
function numbered(
  { endNs, lineage }: ReportRows,
  drawn: readonly SnapshotRow[],
): readonly Numbered[] {
  const ends = new Map<string, number>();
  return drawn.flatMap((row) => {
    const text = String(lineage.snapshots.indexOf(row) + 1);
    const halfPx = textWidthPx(text, sizes.bandLabelPx) / 2;
    const atPx = (row.publishedNs / endNs) * sizes.plotWidthPx;
    const lane = laneOf(row);
    if (atPx - halfPx < (ends.get(lane) ?? Number.NEGATIVE_INFINITY) + numberGapPx) return [];
    ends.set(lane, atPx + halfPx);
    return [{ row, text }];
  });
}

function numberLayer(
  dots: readonly Numbered[],
  at: (row: SnapshotRow) => object,
  encoding: object,
): object {
  const values = dots.map(({ row, text }) => ({ ...at(row), text }));
  return {
    data: { values },
    mark: {
      type: 'text',
      align: 'center',
      dy: -9,
      fontSize: sizes.bandLabelPx,
      color: inks.quiet.light,
      aria: false,
    },
    encoding: { ...encoding, text: { field: 'text', type: 'nominal' } },
  };
}

function stateScale(drawn: readonly SnapshotRow[]): object {
  const domain = [...new Set(drawn.map(({ state }) => state))].sort(compareNames);
  const colors: Readonly<Record<string, string>> = {
    error: inks.failure.light,
    deleted: inks.quiet.light,
  };
  let next = 0;
  return { domain, range: domain.map((state) => colors[state] ?? seriesColor(next++)) };
}
