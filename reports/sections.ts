// The parts of a report that are text: the verdict first, then what went wrong, then what was
// looked at.

import type {
  Judgement,
  RecordHeader,
  ThresholdJudgement,
  Verdict,
  Violation,
} from '../sim/index.ts';
import { html, lines, type Markup, nothing, table } from './html.ts';
import type { ReportRows } from './rows.ts';
import { dataLink, formatCount, formatSec, formatSpan, plural } from './text.ts';

const sliceLinesMax = 400;
const exercisedMax = 600;

const statusLooks = {
  held: { className: 'good', word: 'held' },
  violated: { className: 'bad', word: 'violated' },
  'violated as expected': { className: 'good', word: 'violated as expected' },
  'not violated': { className: 'bad', word: 'not violated' },
  broken: { className: 'bad', word: 'broken' },
  stalled: { className: 'bad', word: 'stalled' },
  inconclusive: { className: 'warn', word: 'inconclusive' },
  'not exercised': { className: 'warn', word: 'not exercised' },
} as const;

function tag(status: keyof typeof statusLooks, className = 'tag'): Markup {
  const look = statusLooks[status];
  return html`<span class="${className} ${look.className}">${look.word}</span>`;
}

/** Verdict, what ran, and how to run it again. */
export function headerSection(
  header: RecordHeader,
  verdict: Verdict,
  scenarioText: string,
): Markup {
  const facts: readonly (readonly [string, string])[] = [
    ['seed', verdict.seed],
    ['simulated time', formatSec(verdict.simulatedNs)],
    ['events', formatCount(verdict.eventCount)],
    ['faults', formatCount(verdict.faults.length)],
    ['exit code', String(verdict.exit)],
    ['stormcell', header.version],
    ['scenario hash', verdict.scenarioHash],
    ['fingerprint', verdict.fingerprint],
  ];
  const verdictLink = dataLink('application/json', `${JSON.stringify(verdict, null, 2)}\n`);
  const scenarioLink = dataLink('application/yaml', scenarioText);
  return html`<header>
${tag(verdict.status, 'badge')}
<h1>${verdict.scenario}</h1>
<p class="lead">${summarySentence(verdict)}</p>
<dl class="facts">${facts.map(fact)}</dl>
<div class="command"><code id="replay">${verdict.replay}</code>
<button type="button" data-copies="replay" hidden>copy</button></div>
<p class="downloads quiet">Download:
<a download="verdict.json" href="${verdictLink}">verdict.json</a>, <a
download="scenario.yaml" href="${scenarioLink}">scenario.yaml</a></p>
</header>`;
}

function fact([name, value]: readonly [string, string]): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function summarySentence(verdict: Verdict): string {
  const first = firstViolation(verdict);
  const count = plural(verdict.properties.length, 'property', 'properties');
  if (verdict.status === 'stalled') {
    return `The world did not settle after its faults were healed. ${verdict.reasons.join('; ')}`;
  }
  if (first) return `${first.property} was broken at ${formatSec(first.atNs)}: ${first.what}`;
  if (verdict.status === 'not violated') return verdict.reasons.join('; ');
  if (verdict.status === 'inconclusive') return `No verdict: ${verdict.reasons.join('; ')}`;
  const broken = verdict.thresholds.filter(({ status }) => status === 'broken').length;
  if (broken > 0) return `${count} held; ${plural(broken, 'threshold')} broken.`;
  return `${count} held under ${plural(verdict.faults.length, 'fault')}.`;
}

function violations(verdict: Verdict): readonly Violation[] {
  const found = verdict.properties.flatMap(({ violation }) => (violation ? [violation] : []));
  return found.sort((a, b) => a.atNs - b.atNs);
}

function firstViolation(verdict: Verdict): Violation | undefined {
  return violations(verdict)[0];
}

/** Each violation, the events that led to the first one, and why a run is not conclusive. */
export function failureSection(verdict: Verdict): Markup {
  const found = violations(verdict);
  if (found.length === 0 && verdict.reasons.length === 0) return nothing;
  const reasons = verdict.reasons.map((reason) => html`<li>${reason}</li>`);
  const title = found.length > 0 ? 'What went wrong' : 'Why there is no pass';
  return html`<section id="failure"><h2>${title}</h2>
${found.map(finding)}${sliceTable(verdict)}
${reasons.length > 0 ? html`<h3>Also</h3><ul>${reasons}</ul>` : nothing}</section>`;
}

function finding(violation: Violation): Markup {
  const event =
    violation.eventIndex === null
      ? 'judged at the end'
      : `entry #${formatCount(violation.eventIndex)}`;
  return html`<div class="finding"><h3>${violation.property}</h3>
<p>${violation.what}</p>
<dl><dt>expected</dt><dd class="mono">${violation.expected}</dd>
<dt>observed</dt><dd class="mono">${violation.observed}</dd>
<dt>when</dt><dd>${formatSec(violation.atNs)}, ${event}</dd></dl></div>`;
}

function sliceTable(verdict: Verdict): Markup {
  if (verdict.slice.length === 0) return nothing;
  const shown = verdict.slice.slice(-sliceLinesMax);
  const rows = shown.map((line) => [
    formatSec(line.atNs),
    `#${formatCount(line.index)}`,
    line.actor,
    line.text,
    line.suspicious ? html`<span class="tag warn">look here</span>` : '',
  ]);
  const cut = verdict.slice.length > shown.length ? `, the last ${shown.length} shown` : '';
  return html`<h3>Causes</h3>
<p class="quiet">The events that the violation depends on: ${formatCount(verdict.slice.length)} of
${formatCount(verdict.eventCount)}${cut}, oldest first.
Marked: a message was lost or a fault took part.</p>
${table(['at', 'entry', 'actor', 'what happened', ''], rows, { className: 'slice' })}`;
}

/** Every property and threshold with what it came to. */
export function propertiesSection(verdict: Verdict): Markup {
  const rank = { violated: 0, stalled: 1, 'not exercised': 2, held: 3 } as const;
  const ordered = [...verdict.properties].sort((a, b) => rank[a.status] - rank[b.status]);
  return html`<section id="properties"><h2>Properties</h2>
${
  ordered.length === 0
    ? html`<p class="quiet">The scenario expects nothing.</p>`
    : table(['property', 'mode', 'result', 'evaluated'], ordered.map(propertyRow), { numeric: [3] })
}
${verdict.thresholds.length === 0 ? nothing : thresholdTable(verdict.thresholds)}</section>`;
}

function propertyRow(judgement: Judgement): readonly (Markup | string)[] {
  const { id, mode, status, evaluatedCount } = judgement;
  return [id, mode, tag(status), formatCount(evaluatedCount)];
}

function thresholdTable(thresholds: readonly ThresholdJudgement[]): Markup {
  const rows = thresholds.map((row) => [row.metric, row.expected, row.observed, tag(row.status)]);
  return html`<h3>Thresholds</h3>
${table(['metric', 'expected', 'observed', 'result'], rows)}`;
}

/** Every number that the run was measured by. */
export function measuresSection(verdict: Verdict): Markup {
  const measured = verdict.measures ?? [];
  if (measured.length === 0) return nothing;
  const rowsOf = (some: typeof measured) =>
    some.map(({ measure, text, summary }) => [measure, text, summary]);
  const columns = ['measure', 'value', 'what it is'];
  const isSilent = (text: string) => /^0(?!\.)\D*$/.test(text);
  const telling = measured.filter(
    ({ measure, text }) => !measure.startsWith('message.') && !isSilent(text),
  );
  const others = measured.filter((one) => !telling.includes(one));
  return html`<section id="measures"><h2>Measures</h2>
<p class="quiet">Of the whole run, settling included.</p>
${table(columns, rowsOf(telling), { numeric: [1] })}
<details><summary>${formatCount(others.length)} more: messages by kind, and what is 0</summary>
${table(columns, rowsOf(others), { numeric: [1] })}</details></section>`;
}

/** Every fault as it was injected. */
export function faultsSection(rows: ReportRows, timeline: Markup): Markup {
  if (rows.faults.length === 0 && timeline.markup === '') return nothing;
  const cells = rows.faults.map((fault) => [
    fault.label,
    fault.fault,
    fault.targets,
    formatSec(fault.startNs),
    fault.undone ? formatSec(fault.endNs) : 'never undone',
    formatSpan(fault.endNs - fault.startNs),
    fault.params,
  ]);
  const columns = ['', 'kind', 'targets', 'start', 'end', 'lasted', 'parameters'];
  return html`<section id="faults"><h2>Faults</h2>
${timeline}
${cells.length === 0 ? nothing : table(columns, cells)}</section>`;
}

/** What the run really did, by name; what it never did stands first. */
export function exercisedSection(verdict: Verdict): Markup {
  const names = Object.keys(verdict.exercised).sort((a, b) => (a < b ? -1 : 1));
  if (names.length === 0) return nothing;
  const counted = names.map((name) => ({ name, count: verdict.exercised[name] ?? 0 }));
  const never = counted.filter(({ count }) => count === 0);
  const ever = counted.filter(({ count }) => count > 0);
  const items = [...never, ...ever].slice(0, exercisedMax).map(({ name, count }) => {
    const shown =
      count === 0
        ? html`<span class="tag warn">never</span>`
        : html`<span>${formatCount(count)}</span>`;
    return html`<li><span>${name}</span>${shown}</li>`;
  });
  return html`<section id="exercised"><h2>What was exercised</h2>
<p class="quiet">A property says little about what never happened.</p>
<ul class="counts">${items}</ul></section>`;
}

/** The scenario as it ran, all draws written out. */
export function scenarioSection(scenarioText: string): Markup {
  return html`<section id="scenario"><h2>Scenario</h2>
<pre>${lines(scenarioText)}</pre></section>`;
}
