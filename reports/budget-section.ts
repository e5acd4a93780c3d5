// What the system claims to survive, and how much of it the faults of this run used.
import type { BudgetExcess, Verdict } from '../sim/index.ts';
import { html, type Markup, nothing, table } from './html.ts';
import { formatCount, formatSec, plural } from './text.ts';

const excessesMax = 20;

/** Each line of the declared budget with the most that was used of it, and who went beyond. */
export function budgetSection({ budget }: Verdict): Markup {
  if (budget === undefined) return nothing;
  const { lines, outside } = budget;
  const rows = lines.map(({ line, declared, used }) => {
    const beyond = outside.filter((excess) => excess.line === line).length;
    const result =
      beyond === 0
        ? html`<span class="tag good">inside</span>`
        : html`<span class="tag warn">outside ${plural(beyond, 'time')}</span>`;
    return [line, declared, used, result];
  });
  return html`<section id="budget"><h2>Budget</h2>
<p class="quiet">What the scenario claims to survive, and the most that faults used of it. Outside
of it only what must never happen is held against the system.</p>
${rows.length === 0 ? nothing : table(['line', 'declared', 'used', 'result'], rows)}
${outside.length === 0 ? nothing : excessTable(outside)}</section>`;
}

function excessTable(outside: readonly BudgetExcess[]): Markup {
  const shown = outside.slice(0, excessesMax);
  const rows = shown.map(({ atNs, fault, line, used, declared }) => [
    formatSec(atNs),
    fault,
    line,
    `${used} of ${declared}`,
  ]);
  const cut =
    outside.length > shown.length
      ? html`<p class="quiet">The first ${shown.length} of ${formatCount(outside.length)}.</p>`
      : nothing;
  return html`<h3>Outside</h3>
${table(['at', 'fault', 'line', 'used'], rows)}${cut}`;
}
