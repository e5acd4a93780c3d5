// One lane for each of some names, and in it what was when: bars over the whole run, behind which
// the faults stand.
import type { ReportRows } from '../rows.ts';
import { inks, sizes } from '../theme.ts';
import { laneAxis, overlay, timeTitle, timeX, toSec } from './time-frame.ts';

/** A bar in a lane. */
export interface LaneSpan {
  /** As it stands in the domain of lanes. */
  readonly lane: string;
  /** As it stands in the domain of the colours. */
  readonly state: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly hint: string;
}

/** Lanes with what stands in them, top first. */
export interface SpanLanes {
  readonly lanes: readonly string[];
  readonly spans: readonly LaneSpan[];
  /** The scale from states to colours. */
  readonly scale: object;
  readonly laneHeightPx: number;
}

/** How much of a lane's height its bars take. */
const barShare = 0.7;

/** The picture: width, height and layers of a Vega-Lite specification. */
export function spanLanesSpec(
  rows: ReportRows,
  { lanes, spans, scale, laneHeightPx }: SpanLanes,
): object {
  const bands = overlay(rows, { labelled: true, title: timeTitle });
  const values = spans.map(({ lane, state, startNs, endNs, hint }) => ({
    lane,
    state,
    start: toSec(startNs),
    end: toSec(endNs),
    hint,
  }));
  const bars = {
    data: { values },
    mark: { type: 'bar', height: { band: barShare } },
    encoding: {
      y: {
        field: 'lane',
        type: 'nominal',
        scale: { domain: lanes, paddingInner: 0.1, paddingOuter: 0.1 },
        axis: { ...laneAxis, domain: false, ticks: false, labelColor: inks.text.light },
      },
      x: timeX(rows, 'start', timeTitle),
      x2: { field: 'end' },
      color: {
        field: 'state',
        type: 'nominal',
        scale,
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
  };
  return {
    width: sizes.plotWidthPx,
    height: { step: laneHeightPx },
    layer: [...bands.behind, bars, ...bands.front],
  };
}
