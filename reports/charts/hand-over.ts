import type { LineageRows, MoveRow, StepRow } from '../lineage-rows.ts';
import { formatSec, formatSpan, plural } from '../text.ts';
import { fitName } from '../text-width.ts';
import { inks, sizes } from '../theme.ts';
import { cellStateScale } from './cell-states.ts';
import type { Chart } from './chart.ts';
import { laneAxis } from './time-frame.ts';

/** Moves that are drawn, and steps of each that have a number. */
const movesMax = 3;
const stepsMax = 40;
const laneHeightPx = 20;
/** Steps stand in three rows in turn, so that close ones are told apart. */
const stepLanes = ['steps', ' ', '  '];
const nsPerMs = 1_000_000;
/** Shown before a move was opened and after it was over, of its own length. */
const marginShare = 0.04;

/** Each move on a scale of its own: what both cells were, and every step by its number. */
export const handOver: Chart = {
  name: 'hand-over',
  title: 'Moves, step by step',
  absence: 'no volume was moved',
  draw({ lineage, endNs }) {
    const { moves } = lineage;
    if (moves.length === 0) return null;
    const shown = moves.slice(0, movesMax);
    const cut = moves.length > shown.length ? `; the first ${shown.length} of ${moves.length}` : '';
    return {
      subtitle: `${plural(moves.length, 'move')}${cut}; numbers stand in the table below`,
      description:
        'Each move from its opening until both cells had closed it, in milliseconds. The seal is ' +
        'the time in which no cell takes snapshots. Filled circles are decisions of a router by ' +
        'the rule table, hollow ones are steps of the move.',
      spec: { vconcat: shown.map((move) => moveSpec(lineage, move, endNs)) },
      table: {
        columns: ['move', 'no.', 'at', 'since it was opened', 'who', 'cell', 'what'],
        rows: shown.flatMap((move) =>
          stepsOf(lineage, move).map((step, index) => [
            `${move.volume} ${move.move}`,
            String(index + 1),
            formatSec(step.atNs),
            formatSpan(Math.max(0, step.atNs - move.openedNs)),
            step.actor,
            step.cell,
            step.what,
          ]),
        ),
      },
    };
  },
};

function stepsOf({ steps }: LineageRows, { volume, move }: MoveRow): readonly StepRow[] {
  return steps.filter((step) => step.volume === volume && step.move === move).slice(0, stepsMax);
}

/** What is said of a move above its picture. */
export function moveTitle(row: MoveRow): string {
  const { volume, move, source, target, decision, sealedNs, resumedNs } = row;
  const decided = { commit: 'committed', abort: 'aborted' }[decision] ?? 'undecided';
  const seal =
    sealedNs === null
      ? 'never sealed'
      : resumedNs === null
        ? 'sealed to the end'
        : `sealed for ${formatSpan(resumedNs - sealedNs)}`;
  return `${volume}, move ${move}: ${source} to ${target}, ${decided}, ${seal}`;
}

function moveSpec(lineage: LineageRows, move: MoveRow, endNs: number): object {
  const { source, target, openedNs } = move;
  const steps = stepsOf(lineage, move);
  const lastNs = Math.max(move.closedNs ?? endNs, steps.at(-1)?.atNs ?? openedNs, openedNs + 1);
  const marginNs = (lastNs - openedNs) * marginShare;
  const from = openedNs - marginNs;
  const until = lastNs + marginNs;
  const toMs = (atNs: number) => (Math.min(Math.max(atNs, from), until) - openedNs) / nsPerMs;
  const bars = lineage.holdings
    .filter(({ volume, cell }) => volume === move.volume && (cell === source || cell === target))
    .filter(({ startNs, endNs: stopNs }) => stopNs > from && startNs < until)
    .map(({ cell, state, startNs, endNs: stopNs }) => ({
      lane: laneName(cell),
      state,
      start: toMs(startNs),
      end: toMs(stopNs),
      hint: `${cell} ${state} for ${formatSpan(stopNs - startNs)}`,
    }));
  const y = {
    field: 'lane',
    type: 'nominal',
    scale: { domain: [laneName(source), laneName(target), ...stepLanes] },
    axis: { ...laneAxis, domain: false, ticks: false, labelColor: inks.text.light },
  };
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [-marginNs / nsPerMs, (until - openedNs) / nsPerMs], nice: false },
    axis: { title: 'ms since it was opened', grid: true, tickCount: 10, format: ',~f' },
  });
  return {
    title: { text: moveTitle(move), fontSize: 12, offset: 6, dx: 0 },
    width: sizes.plotWidthPx,
    height: { step: laneHeightPx },
    layer: [
      {
        data: { values: bars },
        mark: { type: 'bar', height: { band: 0.66 } },
        encoding: {
          y,
          x: x('start'),
          x2: { field: 'end' },
          color: {
            field: 'state',
            type: 'nominal',
            scale: cellStateScale(lineage.holdings.map(({ state }) => state)),
            legend: { title: null, orient: 'top', symbolType: 'square', columns: 8 },
          },
          description: { field: 'hint', type: 'nominal' },
        },
      },
      ...stepLayers(steps, toMs, { x: x('at'), y }),
    ],
  };
}

function stepLayers(
  steps: readonly StepRow[],
  toMs: (atNs: number) => number,
  encoding: object,
): readonly object[] {
  const values = steps.map((step, index) => ({
    at: toMs(step.atNs),
    lane: stepLanes[index % stepLanes.length]!,
    number: String(index + 1),
    fill: step.isRule ? inks.quiet.light : 'transparent',
    hint: `${index + 1}: ${step.actor} ${step.what}`,
  }));
  return [
    {
      data: { values },
      mark: { type: 'point', size: 42, stroke: inks.quiet.light, strokeWidth: 1.2, opacity: 1 },
      encoding: {
        ...encoding,
        fill: { field: 'fill', type: 'nominal', scale: null },
        description: { field: 'hint', type: 'nominal' },
      },
    },
    {
      data: { values },
      mark: {
        type: 'text',
        fontSize: sizes.bandLabelPx,
        color: inks.text.light,
        align: 'left',
        dx: 6,
        aria: false,
      },
      encoding: { ...encoding, text: { field: 'number', type: 'nominal' } },
    },
  ];
}

function laneName(cell: string): string {
  return fitName(cell, sizes.axisWidthPx - 16, sizes.labelPx);
}
