import { faultOverlap, type ReportRows } from '../rows.ts';
import { percentile, sortNumbers } from '../statistics.ts';
import { formatCount, formatNumber } from '../text.ts';
import { inks } from '../theme.ts';
import type { Chart, DataTable } from './chart.ts';
import { latencyY, toLogMs } from './latency-scale.ts';

const opNamesMax = 6;
const columns = 3;
const plotWidthPx = 297;
const heightPx = 190;
const stepShare = 0.95;

const withoutFault = 'no fault';
const withFault = 'during a fault';
/** What each tick of the axis stands for: one operation in so many is slower. */
const ticks = [2, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
const tickShares = [0.5, 0.9, 0.99, 0.999, 1] as const;

interface Curve {
  readonly op: string;
  readonly when: string;
  readonly sorted: readonly number[];
}

/**
 * How slow the slowest are: latency by percentile, with the tail drawn out, by whether a fault was
 * active.
 */
export const latencyPercentiles: Chart = {
  name: 'latency-percentiles',
  title: 'Latency by percentile',
  absence: 'no client operation ended ok',
  draw(rows) {
    const curves = collectCurves(rows);
    if (curves.length === 0) return null;
    return {
      subtitle:
        rows.faults.length > 0
          ? 'operations that ended ok; "during a fault": one was active from start to end'
          : 'operations that ended ok; no fault was injected',
      description:
        'Latency at each percentile, both axes logarithmic, so that each step to the right is ' +
        'ten times rarer. The distance between the lines is what the faults cost.',
      spec: spec(curves),
      table: table(curves),
    };
  },
};

function collectCurves(rows: ReportRows): readonly Curve[] {
  const overlapsFault = faultOverlap(rows.faults);
  const samples = new Map<string, Map<string, number[]>>();
  for (const op of rows.ops) {
    if (op.outcome !== 'ok') continue;
    const when = overlapsFault(op.startNs, op.endNs) ? withFault : withoutFault;
    const byWhen = samples.get(op.name) ?? new Map<string, number[]>();
    samples.set(op.name, byWhen);
    const latencies = byWhen.get(when);
    if (latencies) latencies.push(op.endNs - op.startNs);
    else byWhen.set(when, [op.endNs - op.startNs]);
  }
  const curves: Curve[] = [];
  for (const op of rows.opNames) {
    for (const when of [withoutFault, withFault]) {
      const latencies = samples.get(op)?.get(when);
      if (latencies) curves.push({ op, when, sorted: sortNumbers(latencies) });
    }
  }
  return curves;
}

/**
 * A point wherever the number of slower operations has shrunk by a twentieth: about 250 points a
 * curve.
 */
function curvePoints(curve: Curve): readonly { when: string; rarity: number; ms: number }[] {
  const total = curve.sorted.length;
  const points: { when: string; rarity: number; ms: number }[] = [];
  let slowerOrEqual = total;
  while (slowerOrEqual >= 1) {
    const ms = toLogMs(curve.sorted[total - slowerOrEqual]!);
    points.push({ when: curve.when, rarity: total / slowerOrEqual, ms });
    slowerOrEqual = Math.min(slowerOrEqual - 1, Math.floor(slowerOrEqual * stepShare));
  }
  return points;
}

function spec(curves: readonly Curve[]): object {
  const names = [...new Set(curves.map(({ op }) => op))].slice(0, opNamesMax);
  const points = names.map((op) => ({
    op,
    values: curves.filter((curve) => curve.op === op).flatMap(curvePoints),
  }));
  const all = points.flatMap(({ values }) => values);
  const rarest = all.reduce((most, { rarity }) => Math.max(most, rarity), 10);
  const x = {
    field: 'rarity',
    type: 'quantitative',
    scale: { type: 'log', domain: [1, rarest], nice: false },
    axis: {
      title: null,
      values: ticks.filter((tick) => tick <= rarest),
      domain: false,
      ticks: false,
      labelFlush: false,
      labelExpr: "datum.value == 2 ? '50%' : " + "format(100 - 100 / datum.value, '.6~f') + '%'",
    },
  };
  const y = latencyY(
    all.map(({ ms }) => ms),
    'ms',
  );
  const color = {
    field: 'when',
    type: 'nominal',
    scale: {
      domain: [withoutFault, withFault],
      range: [inks.healthy.light, inks.underFault.light],
    },
    legend: { title: null, orient: 'top', symbolType: 'stroke' },
  };
  return {
    columns,
    spacing: { row: 24, column: 30 },
    concat: points.map(({ op, values }, index) => ({
      width: plotWidthPx,
      height: heightPx,
      layer: [
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after', aria: false },
          encoding: { x, y: index % columns === 0 ? y : inner(y), color },
        },
        plotName(op),
      ],
    })),
  };
}

/** A name above a plot, at its left edge; a title would be moved by the labels of the axis. */
function plotName(name: string): object {
  const text = {
    type: 'text',
    align: 'left',
    baseline: 'bottom',
    fontSize: 12,
    limit: plotWidthPx,
  };
  return {
    data: { values: [{ name }] },
    mark: { ...text, x: 0, y: -8, fill: inks.text.light, aria: false },
    encoding: { text: { field: 'name', type: 'nominal' } },
  };
}

/** The same axis in a column that is not the first: grid only. */
function inner(y: object): object {
  return { ...y, axis: { ...(y as { axis: object }).axis, labels: false, minExtent: 0 } };
}

function table(curves: readonly Curve[]): DataTable {
  return {
    columns: ['operation', 'when', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max'],
    rows: curves.map(({ op, when, sorted }) => [
      op,
      when,
      formatCount(sorted.length),
      ...tickShares.map((share) => `${formatNumber((percentile(sorted, share) ?? 0) / 1e6, 3)} ms`),
    ]),
  };
}
