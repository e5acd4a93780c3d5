import { downState, type ReportRows, type SpanRow } from '../rows.ts';
import { compareNames, formatSec, formatSpan, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { inks, otherInk, seriesColor, seriesInks, sizes } from '../theme.ts';
import type { Chart } from './chart.ts';
import { spanLanesSpec } from './span-lanes.ts';

const lanesMax = 40;
const spansMax = 4_000;
const laneHeightPx = 19;
const restName = 'other states';

/** One lane an actor, one colour a mode. */
export const stateLanes: Chart = {
  name: 'state-lanes',
  title: 'States of actors',
  absence: 'no actor reported a state',
  draw(rows) {
    if (rows.states.length === 0) return null;
    const lanes = chooseLanes(rows.states);
    const shown = new Set(lanes);
    const laneCount = new Set(rows.states.map(({ lane }) => lane)).size;
    const spans = thin(
      rows,
      rows.states.filter((span) => shown.has(span.lane)),
    );
    const cut =
      laneCount > lanes.length ? `; the ${lanes.length} busiest of ${laneCount} lanes` : '';
    return {
      subtitle: `${plural(laneCount, 'actor')}, ${plural(rows.states.length, 'span')}${cut}`,
      description:
        'One lane for each actor, coloured by the mode it was in. A dark span means that its ' +
        'node was down; a gap means that the actor did not exist. Spans narrower than a pixel ' +
        'are merged into their neighbour.',
      spec: spec(rows, lanes, spans),
      table: {
        columns: ['actor', 'state', 'from', 'until', 'lasted'],
        rows: rows.states.map((span) => [
          span.lane,
          span.state,
          formatSec(span.startNs),
          formatSec(span.endNs),
          formatSpan(span.endNs - span.startNs),
        ]),
      },
    };
  },
};

/** The lanes with most spans, short-lived children last, shown in name order. */
function chooseLanes(states: readonly SpanRow[]): readonly string[] {
  const countByLane = new Map<string, number>();
  for (const { lane } of states) countByLane.set(lane, (countByLane.get(lane) ?? 0) + 1);
  const depth = (lane: string): number => lane.split('/').length;
  return [...countByLane.keys()]
    .sort(
      (a, b) =>
        depth(a) - depth(b) || countByLane.get(b)! - countByLane.get(a)! || compareNames(a, b),
    )
    .slice(0, lanesMax)
    .sort(compareNames);
}

/**
 * Merges spans too narrow to see into the one before them, ever coarser until few enough are left.
 */
function thin(rows: ReportRows, spans: readonly SpanRow[]): readonly SpanRow[] {
  let narrowestNs = rows.endNs / sizes.plotWidthPx / 2;
  let kept = mergeNarrow(spans, narrowestNs);
  while (kept.length > spansMax) {
    narrowestNs *= 2;
    kept = mergeNarrow(spans, narrowestNs);
  }
  return kept;
}

function mergeNarrow(spans: readonly SpanRow[], narrowestNs: number): readonly SpanRow[] {
  const kept: SpanRow[] = [];
  const lastByLane = new Map<string, number>();
  for (const span of spans) {
    const lastAt = lastByLane.get(span.lane);
    const last = lastAt === undefined ? undefined : kept[lastAt];
    const touches = last !== undefined && last.endNs === span.startNs;
    const narrow = span.endNs - span.startNs < narrowestNs;
    if (touches && lastAt !== undefined && (narrow || last.state === span.state)) {
      kept[lastAt] = { ...last, endNs: span.endNs };
      continue;
    }
    lastByLane.set(span.lane, kept.length);
    kept.push(span);
  }
  return kept;
}

/** States by how long actors were in them, so that the common ones have a colour of their own. */
function statesByTime(spans: readonly SpanRow[]): readonly string[] {
  const totalNs = new Map<string, number>();
  for (const { state, startNs, endNs } of spans) {
    if (state === downState) continue;
    totalNs.set(state, (totalNs.get(state) ?? 0) + (endNs - startNs));
  }
  const longest = (a: string, b: string): number => totalNs.get(b)! - totalNs.get(a)!;
  return [...totalNs.keys()].sort((a, b) => longest(a, b) || compareNames(a, b));
}

/**
 * What stands beside each lane: long names are cut in the middle, and stay different from each
 * other.
 */
function laneNames(lanes: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const lane of lanes) {
    const fitted = fitName(lane, sizes.axisWidthPx - 16, sizes.labelPx);
    let name = fitted;
    for (let count = 2; taken.has(name); count += 1) name = `${fitted.slice(0, 12)} (${count})`;
    taken.add(name);
    names.set(lane, name);
  }
  return names;
}

function spec(rows: ReportRows, lanes: readonly string[], spans: readonly SpanRow[]): object {
  const states = statesByTime(spans);
  const named = states.slice(0, seriesInks.length);
  const domain = named.map((state) => (state === restName ? `${state} (state)` : state));
  const range = named.map((_, index) => seriesColor(index));
  if (states.length > named.length) {
    domain.push(restName);
    range.push(otherInk.light);
  }
  if (spans.some(({ state }) => state === downState)) {
    domain.push(downState);
    range.push(inks.down.light);
  }
  const known = new Set(domain);
  const names = laneNames(lanes);
  return spanLanesSpec(rows, {
    lanes: [...names.values()],
    spans: spans.map((span) => ({
      lane: names.get(span.lane)!,
      state: known.has(span.state) ? span.state : restName,
      startNs: span.startNs,
      endNs: span.endNs,
      hint: spanHint(span),
    })),
    scale: { domain, range },
    laneHeightPx,
  });
}

function spanHint({ lane, state, startNs, endNs }: SpanRow): string {
  return `${lane} ${state}: ${formatSec(startNs)} to ${formatSec(endNs)}`;
}
