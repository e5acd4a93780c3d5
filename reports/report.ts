// One run as one HTML file: no network, no other file, complete without scripts.
//
//   entries + verdict --rows--> charts --draw--> specifications --render--> SVG in the page, SVG
// and PNG files
import type { Entry, RecordHeader, Verdict } from '../sim/index.ts';
import { budgetSection } from './budget-section.ts';
import type { Chart, ChartPicture, DataTable } from './charts/chart.ts';
import { faultTimeline } from './charts/fault-timeline.ts';
import { charts } from './charts/index.ts';
import { drawRules, ruleTable } from './charts/rule-table.ts';
import { neverTriedSection } from './coverage-section.ts';
import { devicesSection } from './devices-section.ts';
import { html, type Markup, nothing, table, trusted } from './html.ts';
import type { LineageRows, RuleRow } from './lineage-rows.ts';
import { renderPng, renderSvg } from './render.ts';
import { type ReportRows, reportRows } from './rows.ts';
import {
  exercisedSection,
  failureSection,
  faultsSection,
  headerSection,
  measuresSection,
  propertiesSection,
  scenarioSection,
} from './sections.ts';
import { script, styleSheet } from './style-sheet.ts';
import { escapeHtml, formatCount, printable, shorten } from './text.ts';
import { chartConfig, marksMax } from './theme.ts';

/** What a report is made from. */
export interface ReportInput {
  readonly header: RecordHeader;
  readonly verdict: Verdict;
  /**
   * The record as far as it was kept; without entries there are few charts, and the report says so.
   */
  readonly entries: readonly Entry[];
  /** The resolved scenario as text. */
  readonly scenarioText: string;
  /** What is known of volumes in cells; nothing unless given. */
  readonly lineage?: LineageRows;
}

/** A chart as files. */
export interface RenderedChart {
  /** File name without extension. */
  readonly name: string;
  readonly title: string;
  /** The whole specification, data inline. */
  readonly vegaLite: object;
  /** Transparent background, light colours. */
  readonly svg: string;
  readonly png: Uint8Array;
}

/** The page and its charts. */
export interface Report {
  readonly html: string;
  readonly charts: readonly RenderedChart[];
}

interface Drawn {
  readonly chart: Chart;
  readonly picture: ChartPicture;
  readonly rendered: RenderedChart;
}

const tableRowsMax = 200;
const titleLengthMax = 120;

/** Draws a run. The same input gives the same bytes on every machine. */
export async function renderReport(input: ReportInput): Promise<Report> {
  const rows = reportRows(input.entries, input.verdict, input.lineage);
  const drawn: Drawn[] = [];
  const absent: Chart[] = [];
  for (const chart of charts) {
    const picture = chart.draw(rows);
    if (picture === null) absent.push(chart);
    else drawn.push(await drawChart(chart, picture));
  }
  return { html: await page(input, rows, drawn, absent), charts: drawn.map((d) => d.rendered) };
}

/** The table of rules as a picture of its own; null where no router decided anything. */
export async function renderRuleTable(rules: readonly RuleRow[]): Promise<RenderedChart | null> {
  const picture = drawRules(rules);
  return picture === null ? null : (await drawChart(ruleTable, picture)).rendered;
}

async function drawChart(chart: Chart, picture: ChartPicture): Promise<Drawn> {
  const { name, title } = chart;
  const vegaLite = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, subtitle: picture.subtitle },
    description: picture.description,
    ...picture.spec,
    config: chartConfig,
  };
  const count = countMarks(picture.spec);
  if (count > marksMax) throw new Error(`chart "${name}" has ${count} marks, at most ${marksMax}`);
  const svg = labelled(await renderSvg(vegaLite, name), title, picture.description);
  return { chart, picture, rendered: { name, title, vegaLite, svg, png: await renderPng(svg) } };
}

/** The rows of inline data in a specification, wherever they are. */
function countMarks(spec: unknown): number {
  if (typeof spec !== 'object' || spec === null) return 0;
  let count = 0;
  for (const [key, value] of Object.entries(spec)) {
    if (key === 'values' && Array.isArray(value) && typeof value[0] === 'object')
      count += value.length;
    else count += countMarks(value);
  }
  return count;
}

/** Tells readers of the picture that cannot see it what it shows. */
function labelled(svg: string, title: string, description: string): string {
  const label = escapeHtml(printable(`${title}. ${description}`));
  return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
}

async function page(
  input: ReportInput,
  rows: ReportRows,
  drawn: readonly Drawn[],
  absent: readonly Chart[],
): Promise<string> {
  const { header, verdict, scenarioText } = input;
  const style = styleSheet();
  const policy =
    `default-src 'none'; style-src '${await sourceHash(style)}'; ` +
    `script-src '${await sourceHash(script)}'; base-uri 'none'; form-action 'none'`;
  // The table of faults beside the timeline is its data.
  const timeline = drawn.filter(isTimeline).map((d) => figure(d, nothing));
  const others = drawn
    .filter((d) => !isTimeline(d))
    .map((d) => figure(d, dataDetails(d.picture.table)));
  const sections = [
    section(failureSection(verdict), 'failure', 'Failure'),
    section(propertiesSection(verdict), 'properties', 'Properties'),
    section(measuresSection(verdict), 'measures', 'Measures'),
    section(faultsSection(rows, timeline[0] ?? nothing), 'faults', 'Faults'),
    section(budgetSection(verdict), 'budget', 'Budget'),
    section(chartsSection(others, absent, input.entries.length), 'charts', 'Charts'),
    section(exercisedSection(verdict), 'exercised', 'Exercised'),
    section(neverTriedSection(verdict), 'never-tried', 'Never tried'),
    section(devicesSection(verdict), 'devices', 'Devices'),
    section(scenarioSection(scenarioText), 'scenario', 'Scenario'),
  ].filter(({ body }) => body.markup !== '');
  const links = sections.map(({ id, name }) => html`<a href="#${id}">${name}</a>`);
  const title = shorten(
    `${verdict.status}: ${verdict.scenario} seed ${verdict.seed}`,
    titleLengthMax,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${headerSection(header, verdict, scenarioText)}
<main>
<nav aria-label="Sections">${links}</nav>
${sections.map(({ body }) => html`${body}\n`)}</main>
<footer>stormcell ${header.version}. Times are simulated.
The same scenario, seed and version give this page byte for byte.</footer>
<script>${trusted(script)}</script>
</body>
</html>
`.markup;
}

function isTimeline({ chart }: Drawn): boolean {
  return chart.name === faultTimeline.name;
}

function section(
  body: Markup,
  id: string,
  name: string,
): { body: Markup; id: string; name: string } {
  return { body, id, name };
}

function chartsSection(
  figures: readonly Markup[],
  absent: readonly Chart[],
  entryCount: number,
): Markup {
  const why = absent.map(({ title, absence }) => html`<li>${title}: ${absence}</li>`);
  const kept =
    entryCount > 0
      ? nothing
      : html`<p>The record was not kept, only its fingerprint;
replay the run at record level <code>full</code> for all charts.</p>`;
  return html`<section id="charts"><h2>Charts</h2>
${kept}${figures}
${why.length === 0 ? nothing : html`<h3>Not drawn</h3><ul class="quiet">${why}</ul>`}</section>`;
}

function figure({ chart, picture, rendered }: Drawn, details: Markup): Markup {
  return html`<figure id="${chart.name}"><h3 class="hidden-title">${chart.title}</h3>
${trusted(rendered.svg)}
<figcaption>${picture.description}${details}</figcaption></figure>
`;
}

/** The data behind a chart, evenly thinned when there is much of it. */
function dataDetails(data: DataTable): Markup {
  const stride = Math.max(1, Math.ceil(data.rows.length / tableRowsMax));
  const shown = data.rows.filter((_, index) => index % stride === 0);
  const all = formatCount(data.rows.length);
  const part = `${formatCount(shown.length)} of ${all} rows, one in ${formatCount(stride)}`;
  const which = stride === 1 ? `${all} rows` : part;
  return html`<details><summary>data (${which})</summary>${table(data.columns, shown)}</details>`;
}

/** What a content policy calls an inline script or style. */
async function sourceHash(text: string): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
