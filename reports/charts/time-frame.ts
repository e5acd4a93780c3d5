// What all charts over time share: the axis in simulated seconds, the fault bands with their
// labels, and the instants of violations.
//
//      F1 partition   F3 slow-disk          labels: the first free lane, else shorter, else none
//         F2 crash
//     |####|####|     |########|            bands: one rect a fault, behind the data
import type { FaultRow, ReportRows } from '../rows.ts';
import { sortNumbers } from '../statistics.ts';
import { formatSec, shorten } from '../text.ts';
import { textWidthPx } from '../text-width.ts';
import { inks, sizes } from '../theme.ts';
import type { Datum } from './chart.ts';

const nsPerSec = 1_000_000_000;
const lanesMax = 3;
const labelGapPx = 8;
const labelLengthMax = 28;
/** More faults than this are drawn on a grid, so that none is lost and few marks do. */
const exactFaultsMax = 60;
const gridCount = 80;
const violationsMax = 20;
const hintLengthMax = 240;
/** By how many faults are active at once. */
const bandOpacities = [0, 0.14, 0.23, 0.3] as const;

/** Seconds on the time axis. */
export function toSec(atNs: number): number {
  return atNs / nsPerSec;
}

/** The x channel of a chart over the whole run. */
export function timeX(rows: ReportRows, field: string, title: string | null): object {
  return {
    field,
    type: 'quantitative',
    scale: { domain: [0, toSec(rows.endNs)], nice: false },
    axis: { title, grid: false, tickCount: 12, labelFlush: false, format: ',~f' },
  };
}

/** The title of the time axis. */
export const timeTitle = 'simulated time (s)';

/** The y axis of a chart over time: always as wide, so that the charts line up. */
export const laneAxis = {
  minExtent: sizes.axisWidthPx,
  maxExtent: sizes.axisWidthPx,
  title: null,
} as const;

/** A y axis for rates and gauges: plain numbers, large ones with an SI prefix. */
export const valueAxis = {
  ...laneAxis,
  domain: false,
  ticks: false,
  labelExpr: "abs(datum.value) >= 1e4 ? format(datum.value, '~s') : format(datum.value, ',~g')",
} as const;

/** Layers for faults and violations, and how much room their labels need above the plot. */
export interface Overlay {
  readonly behind: readonly object[];
  readonly front: readonly object[];
  readonly heightPx: number;
}

/** How the overlay fits into its plot. */
export interface OverlayLook {
  /** Whether the names of faults stand above the plot. */
  readonly labelled: boolean;
  /** Must be the title that the data's layers give the axis: layers share it. */
  readonly title: string | null;
}

/** Bands for the faults and a rule for each violation. */
export function overlay(rows: ReportRows, look: OverlayLook): Overlay {
  const labels = look.labelled ? placeLabels(rows) : [];
  const laneCount = labels.reduce((count, label) => Math.max(count, label.lane + 1), 0);
  const exact = rows.faults.length <= exactFaultsMax;
  const faults = exact ? rows.faults : rows.faults.map((fault) => onGrid(fault, rows.endNs));
  const starts = exact ? faults.map(({ startNs }) => ({ start: toSec(startNs) })) : [];
  const violations = rows.violations
    .slice(0, violationsMax)
    .map(({ atNs }) => ({ at: toSec(atNs) }));
  const x = (field: string): object => timeX(rows, field, look.title);
  const behind: object[] = [];
  if (faults.length > 0) behind.push(bandLayer(x, bands(faults)));
  if (starts.length > 0) behind.push(bandStartLayer(x, starts));
  const front: object[] = [];
  if (violations.length > 0) front.push(violationLayer(x, violations));
  if (labels.length > 0) front.push(labelLayer(x, rows, labels));
  return { behind, front, heightPx: laneCount * sizes.bandLaneHeightPx };
}

/** The same fault from grid line to grid line, never shorter. */
function onGrid(fault: FaultRow, lastNs: number): FaultRow {
  const stepNs = lastNs / gridCount;
  const startNs = Math.floor(fault.startNs / stepNs) * stepNs;
  return { ...fault, startNs, endNs: Math.ceil(fault.endNs / stepNs) * stepNs };
}

/**
 * Stretches of time with the same faults; where several overlap the band is darker, but only so
 * far.
 */
function bands(faults: readonly FaultRow[]): readonly Datum[] {
  const edges = new Set(faults.flatMap(({ startNs, endNs }) => [startNs, endNs]));
  const inOrder = sortNumbers([...edges]);
  const result: Datum[] = [];
  for (const [index, startNs] of inOrder.entries()) {
    const endNs = inOrder[index + 1];
    if (endNs === undefined) break;
    const active = faults.filter((fault) => fault.startNs <= startNs && endNs <= fault.endNs);
    const opacity = bandOpacities[Math.min(active.length, bandOpacities.length - 1)]!;
    if (active.length === 0) continue;
    const names = active.map(({ label, fault, targets }) => `${label} ${fault} ${targets}`);
    const span = `${formatSec(startNs)} to ${formatSec(endNs)}`;
    const hint = `${span}: ${shorten(names.join('; '), hintLengthMax)}`;
    result.push({ start: toSec(startNs), end: toSec(endNs), opacity, hint });
  }
  return result;
}

type ChannelOf = (field: string) => object;

function bandLayer(x: ChannelOf, values: readonly Datum[]): object {
  return {
    data: { values },
    mark: { type: 'rect', fill: inks.faultBand.light },
    encoding: {
      x: x('start'),
      x2: { field: 'end' },
      fillOpacity: { field: 'opacity', type: 'quantitative', scale: null },
      description: { field: 'hint', type: 'nominal' },
    },
  };
}

function bandStartLayer(x: ChannelOf, values: readonly Datum[]): object {
  return {
    data: { values },
    mark: { type: 'rule', stroke: inks.faultBand.light, strokeOpacity: 0.7, aria: false },
    encoding: { x: x('start') },
  };
}

function violationLayer(x: ChannelOf, values: readonly Datum[]): object {
  return {
    data: { values },
    mark: {
      type: 'rule',
      stroke: inks.failure.light,
      strokeWidth: 1.5,
      strokeDash: [5, 3],
      aria: false,
    },
    encoding: { x: x('at') },
  };
}

interface Label {
  readonly text: string;
  readonly leftPx: number;
  readonly lane: number;
  readonly isViolation: boolean;
}

function labelLayer(x: ChannelOf, rows: ReportRows, labels: readonly Label[]): object {
  const values = labels.map((label) => ({
    at: (label.leftPx / sizes.plotWidthPx) * toSec(rows.endNs),
    up: -5 - label.lane * sizes.bandLaneHeightPx,
    text: label.text,
    color: label.isViolation ? inks.failure.light : inks.faultText.light,
  }));
  return {
    data: { values },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'bottom',
      fontSize: sizes.bandLabelPx,
      y: { expr: 'datum.up' },
      aria: false,
    },
    encoding: {
      x: x('at'),
      text: { field: 'text', type: 'nominal' },
      color: { field: 'color', type: 'nominal', scale: null },
    },
  };
}

/**
 * Gives each label the first lane where it fits; where none does, a shorter text, then none at all.
 */
function placeLabels(rows: ReportRows): readonly Label[] {
  const wanted = [
    ...rows.violations.slice(0, 1).map(({ atNs }) => ({
      atNs,
      isViolation: true,
      texts: ['violation'],
    })),
    ...rows.faults.map((fault) => ({
      atNs: fault.startNs,
      isViolation: false,
      texts: [shorten(`${fault.label} ${fault.fault}`, labelLengthMax), fault.label],
    })),
  ];
  const lanes: { startPx: number; endPx: number }[][] = [];
  const placed: Label[] = [];
  for (const { atNs, isViolation, texts } of wanted) {
    for (const text of texts) {
      const widthPx = textWidthPx(text, sizes.bandLabelPx);
      const atPx = (atNs / rows.endNs) * sizes.plotWidthPx;
      const leftPx = Math.max(0, Math.min(atPx, sizes.plotWidthPx - widthPx));
      const lane = freeLane(lanes, { startPx: leftPx, endPx: leftPx + widthPx + labelGapPx });
      if (lane === null) continue;
      placed.push({ text, leftPx, lane, isViolation });
      break;
    }
  }
  return placed;
}

/**
 * Takes room in the lowest lane where [startPx, endPx) is free; null when every lane is taken
 * there.
 */
function freeLane(
  lanes: { startPx: number; endPx: number }[][],
  room: { startPx: number; endPx: number },
): number | null {
  for (let lane = 0; lane < lanesMax; lane += 1) {
    lanes[lane] ??= [];
    const clash = lanes[lane].some((t) => room.startPx < t.endPx && t.startPx < room.endPx);
    if (clash) continue;
    lanes[lane].push(room);
    return lane;
  }
  return null;
}
