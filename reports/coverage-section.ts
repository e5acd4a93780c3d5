// What no fault was tried on: where to aim next.
import { coverageCounts, neverTried, type Verdict } from '../sim/index.ts';
import { html, type Markup, nothing, table } from './html.ts';
import { formatCount } from './text.ts';

const listedMax = 20;

/** The first states that never met a kind of fault which the scenario has. */
export function neverTriedSection({ coverage }: Verdict): Markup {
  const { reachedCount, possibleCount } = coverageCounts(coverage);
  const untried = neverTried(coverage);
  if (untried.length === 0) return nothing;
  const shown = untried.slice(0, listedMax);
  const cut = untried.length > shown.length ? `, the first ${shown.length} shown` : '';
  const rows = shown.map(({ machine, state, fault }) => [machine, state, fault]);
  return html`<section id="never-tried"><h2>What was never tried</h2>
<p class="quiet">Of ${formatCount(possibleCount)} pairs of a state and a kind of fault
${formatCount(reachedCount)} met; ${formatCount(untried.length)} never did${cut}.
States that no actor entered are not among them.</p>
${table(['machine', 'state', 'fault'], rows)}</section>`;
}
