import type { FaultRow, ReportRows, SpanRow } from '../rows.ts';
import { compareNames, formatSec, formatSpan, plural, shorten } from '../text.ts';
import { textWidthPx } from '../text-width.ts';
import { inks, sizes } from '../theme.ts';
import type { Chart, Datum } from './chart.ts';
import { laneAxis, overlay, timeTitle, timeX, toSec } from './time-frame.ts';

const faultLanesMax = 60;
const nodeLanesMax = 24;
const spansMax = 1_500;
const laneHeightPx = 22;
const barLabelLengthMax = 60;

/** One lane a fault, then one lane for each node that was down. */
export const faultTimeline: Chart = {
  name: 'fault-timeline',
  title: 'Fault timeline',
  absence: 'no fault was injected and no node crashed',
  draw(rows) {
    const faults = rows.faults.slice(0, faultLanesMax);
    const nodes = [...new Set(rows.downs.map((span) => span.lane))].sort(compareNames);
    const shownNodes = new Set(nodes.slice(0, nodeLanesMax));
    const downs = rows.downs.filter((span) => shownNodes.has(span.lane)).slice(0, spansMax);
    if (faults.length + downs.length === 0) return null;
    const leftOut = rows.faults.length - faults.length + rows.downs.length - downs.length;
    const outages = plural(rows.downs.length, 'node outage');
    const cut = leftOut > 0 ? `; ${plural(leftOut, 'more span')} not drawn` : '';
    return {
      subtitle: `${plural(rows.faults.length, 'fault')}, ${outages}${cut}`,
      description: 'Bars show how long each fault lasted; dark bars show nodes that were down.',
      spec: spec(rows, faults, downs),
      table: {
        columns: ['fault', 'kind', 'targets', 'start', 'end', 'lasted', 'parameters'],
        rows: rows.faults.map((fault) => [
          fault.label,
          fault.fault,
          fault.targets,
          formatSec(fault.startNs),
          fault.undone ? formatSec(fault.endNs) : 'never undone',
          formatSpan(fault.endNs - fault.startNs),
          fault.params,
        ]),
      },
    };
  },
};

function spec(rows: ReportRows, faults: readonly FaultRow[], downs: readonly SpanRow[]): object {
  const bars = [
    ...faults.map((fault) => faultBar(rows, fault)),
    ...downs.map((span) => downBar(rows, span)),
  ];
  const lanes = [...new Set(bars.map((bar) => bar.lane))];
  const y = {
    field: 'lane',
    type: 'nominal',
    scale: { domain: lanes, paddingInner: 0.3, paddingOuter: 0.15 },
    axis: { ...laneAxis, domain: false, ticks: false, labelColor: inks.text.light },
  };
  return {
    width: sizes.plotWidthPx,
    height: { step: laneHeightPx },
    layer: [
      ...overlay({ ...rows, faults: [] }, { labelled: true, title: timeTitle }).front,
      {
        data: { values: bars },
        mark: { type: 'bar', cornerRadius: 2, minBandSize: 2 },
        encoding: {
          y,
          x: timeX(rows, 'start', timeTitle),
          x2: { field: 'end' },
          color: { field: 'color', type: 'nominal', scale: null },
          description: { field: 'hint', type: 'nominal' },
        },
      },
      {
        // A fault that ends at once would be invisible as a bar.
        data: { values: bars },
        mark: { type: 'tick', thickness: 2, orient: 'vertical', height: 15, aria: false },
        encoding: {
          y,
          x: timeX(rows, 'start', timeTitle),
          color: { field: 'color', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: bars.filter((bar) => bar.text !== '') },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          fontSize: sizes.bandLabelPx,
          aria: false,
        },
        encoding: {
          y,
          x: timeX(rows, 'labelAt', timeTitle),
          text: { field: 'text', type: 'nominal' },
          color: { field: 'textColor', type: 'nominal', scale: null },
        },
      },
    ],
  };
}

interface Bar extends Datum {
  readonly lane: string;
  readonly text: string;
}

function faultBar(rows: ReportRows, fault: FaultRow): Bar {
  const open = fault.undone ? '' : ', never undone';
  const lasted = `${formatSpan(fault.endNs - fault.startNs)}${open}`;
  const what = [fault.targets, fault.params].filter((part) => part !== '').join(' \u00b7 ');
  return bar(rows, fault, {
    lane: `${fault.label} ${fault.fault}`,
    color: inks.fault.light,
    text: shorten([what, lasted].filter((part) => part !== '').join(' \u00b7 '), barLabelLengthMax),
    hint: `${fault.label} ${fault.fault} ${what}: ${formatSec(fault.startNs)}, lasted ${lasted}`,
  });
}

function downBar(rows: ReportRows, span: SpanRow): Bar {
  return bar(rows, span, {
    lane: `${span.lane} down`,
    color: inks.down.light,
    text: '',
    hint: `${span.lane} down from ${formatSec(span.startNs)} to ${formatSec(span.endNs)}`,
  });
}

/**
 * Puts the text after the bar; before it where the plot ends or a violation stands; else inside.
 */
function bar(
  rows: ReportRows,
  span: { startNs: number; endNs: number },
  look: { lane: string; color: string; text: string; hint: string },
): Bar {
  const pxPerNs = sizes.plotWidthPx / rows.endNs;
  const widthPx = textWidthPx(look.text, sizes.bandLabelPx);
  const [startPx, endPx] = [span.startNs * pxPerNs, span.endNs * pxPerNs];
  const violationsPx = rows.violations.map(({ atNs }) => atNs * pxPerNs);
  const places = [endPx + 6, startPx - 6 - widthPx].filter(
    (px) => px >= 0 && px + widthPx <= sizes.plotWidthPx,
  );
  const clear = (px: number): boolean => violationsPx.every((v) => v < px || v > px + widthPx);
  const outsidePx = places.find(clear) ?? places[0];
  const labelPx = outsidePx ?? startPx + 6;
  const textColor = outsidePx === undefined ? inks.onFault.light : inks.text.light;
  const labelAt = labelPx / pxPerNs / 1e9;
  return { ...look, start: toSec(span.startNs), end: toSec(span.endNs), labelAt, textColor };
}
