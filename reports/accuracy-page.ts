// How accurate the device models are, as one page: every gate with what it expected and found, bars
// of found over expected, and the distributions of response times of real disks.
import { html, type Markup, nothing, table, trusted } from './html.ts';
import { renderSvg } from './render.ts';
import { styleSheet } from './style-sheet.ts';
import { chartConfig, inks } from './theme.ts';

/** One comparison, ready to be shown; a misfit is known to be out of reach of its model. */
export interface AccuracyRow {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** Found over expected. */
  readonly ratio: number;
  readonly allowed: string;
  readonly verdict: 'held' | 'missed' | 'misfit';
  readonly note: string;
}

/** One gate. */
export interface AccuracyGate {
  readonly name: string;
  readonly title: string;
  /** `held`, `missed`, or why it was not measured. */
  readonly verdict: string;
  readonly rows: readonly AccuracyRow[];
}

/** A distribution that was measured, and the same simulated. */
export interface AccuracyCurve {
  readonly name: string;
  readonly measuredNs: Float64Array;
  readonly simulatedNs: Float64Array;
}

/** What the page shows. */
export interface AccuracyInput {
  readonly version: string;
  readonly gates: readonly AccuracyGate[];
  readonly curves: readonly AccuracyCurve[];
}

const plotWidthPx = 560;
const barHeightPx = 16;
/** Bars outside are cut: what is so far off is read in the table. */
const ratioMin = 0.5;
const ratioMax = 2;
const pointCount = 200;

/** The page as HTML. */
export async function renderAccuracy(input: AccuracyInput): Promise<string> {
  const sections: Markup[] = [];
  for (const gate of input.gates) sections.push(await gateSection(gate));
  const curves: Markup[] = [];
  for (const curve of input.curves) curves.push(await curveFigure(curve));
  const summary = input.gates.map(({ name, title, verdict, rows }) => [
    name,
    title,
    verdict,
    String(rows.length),
  ]);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Accuracy of device models</title>
<style>${trusted(styleSheet())}</style>
</head>
<body>
<header><h1>Accuracy of device models</h1>
<p>Each number is computed by this version: nothing here is written down.</p></header>
<main>
${table(['gate', 'about', 'verdict', 'comparisons'], summary, { numeric: [3] })}
${curves}
${sections}</main>
<footer>stormcell ${input.version}.</footer>
</body>
</html>
`.markup;
}

async function gateSection({ name, title, verdict, rows }: AccuracyGate): Promise<Markup> {
  const heading = html`<h2>${name} ${title}</h2><p>${verdict}</p>`;
  if (rows.length === 0) return html`<section id="${name}">${heading}</section>`;
  const svg = await renderSvg({ ...barSpec(rows), config: chartConfig }, `bars-${name}`);
  const cells = rows.map((row) => [
    row.what,
    row.expected,
    row.found,
    row.allowed,
    row.verdict,
    row.note,
  ]);
  const columns = ['comparison', 'expected', 'found', 'allowed', 'verdict', 'note'];
  return html`<section id="${name}">${heading}
<figure>${trusted(svg)}
<figcaption>Found over expected; 1 is exact.</figcaption></figure>
<details><summary>numbers (${String(rows.length)} rows)</summary>
${table(columns, cells, { numeric: [1, 2] })}</details></section>
`;
}

function barSpec(rows: readonly AccuracyRow[]): object {
  const values = rows.map(({ what, ratio, verdict }, index) => ({
    // Two rows may say the same: the number keeps them apart.
    row: `${index + 1}. ${what}`,
    ratio: Math.min(ratioMax, Math.max(ratioMin, ratio)),
    verdict,
  }));
  const x = {
    field: 'ratio',
    type: 'quantitative',
    scale: { type: 'log', domain: [ratioMin, ratioMax], nice: false },
    axis: { title: null, values: [ratioMin, 0.8, 0.9, 1, 1.1, 1.25, ratioMax], orient: 'top' },
  };
  const color = {
    field: 'verdict',
    type: 'nominal',
    scale: {
      domain: ['held', 'missed', 'misfit'],
      range: [inks.healthy.light, inks.failure.light, inks.unknown.light],
    },
    legend: null,
  };
  return {
    width: plotWidthPx,
    height: { step: barHeightPx },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 4, aria: false },
        encoding: {
          x,
          x2: { datum: 1 },
          y: { field: 'row', type: 'nominal', sort: null, axis: { title: null, labelLimit: 420 } },
          color,
        },
      },
      {
        mark: { type: 'point', filled: true, size: 40, aria: false },
        encoding: {
          x,
          y: { field: 'row', type: 'nominal', sort: null },
          color,
        },
      },
    ],
  };
}

async function curveFigure({ name, measuredNs, simulatedNs }: AccuracyCurve): Promise<Markup> {
  if (measuredNs.length === 0) return nothing;
  const values = [...pointsOf(measuredNs, 'measured'), ...pointsOf(simulatedNs, 'simulated')];
  const spec = {
    width: plotWidthPx,
    height: 220,
    data: { values },
    mark: { type: 'line', strokeWidth: 2, aria: false },
    encoding: {
      x: { field: 'ms', type: 'quantitative', axis: { title: 'response time, ms' } },
      y: {
        field: 'share',
        type: 'quantitative',
        axis: { title: 'share of requests', format: '%' },
      },
      color: {
        field: 'which',
        type: 'nominal',
        scale: {
          domain: ['measured', 'simulated'],
          range: [inks.offered.light, inks.underFault.light],
        },
        legend: { title: null, orient: 'top', symbolType: 'stroke' },
      },
    },
    config: chartConfig,
  };
  const svg = await renderSvg(spec, `curve-${name.replace(/[^A-Za-z0-9]/g, '-')}`);
  return html`<figure><h3>${name}</h3>${trusted(svg)}
<figcaption>Response times of a real disk: measured on it, and simulated.</figcaption></figure>
`;
}

function pointsOf(timesNs: Float64Array, which: string): object[] {
  const sorted = timesNs.slice().sort();
  return Array.from({ length: pointCount + 1 }, (_, index) => {
    const share = index / pointCount;
    const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
    return { which, share, ms: sorted[at]! / 1e6 };
  });
}
