// What no fault was tried on: where to aim next.
import {
  coverageCounts,
  type FaultCoverage,
  neverTried,
  type Verdict,
  wasEntered,
} from '../sim/index.ts';
import { html, type Markup, nothing, table } from './html.ts';
import { formatCount, plural } from './text.ts';

const listedMax = 20;
const statesListedMax = 60;

/** The states that no actor entered, and the first that never met a kind of fault. */
export function neverTriedSection({ coverage }: Verdict): Markup {
  const { reachedCount, possibleCount } = coverageCounts(coverage);
  const untried = neverTried(coverage);
  if (untried.length === 0) return nothing;
  const vacant = vacantStates(coverage);
  const isVacant = new Set(vacant.map(({ machine, state }) => `${machine} ${state}`));
  const entered = untried.filter(({ machine, state }) => !isVacant.has(`${machine} ${state}`));
  const shown = entered.slice(0, listedMax);
  const cut = entered.length > shown.length ? `, the first ${shown.length} shown` : '';
  const rows = shown.map(({ machine, state, fault }) => [machine, state, fault]);
  return html`<section id="never-tried"><h2>What was never tried</h2>
<p class="quiet">Of ${formatCount(possibleCount)} pairs of a state and a kind of fault
${formatCount(reachedCount)} met; ${formatCount(untried.length)} never did.</p>
${vacant.length === 0 ? nothing : vacantList(vacant)}
${rows.length === 0 ? nothing : html`<p>Pairs of states that were entered${cut}:</p>`}
${rows.length === 0 ? nothing : table(['machine', 'state', 'fault'], rows)}</section>`;
}

interface VacantState {
  readonly machine: string;
  readonly state: string;
}

function vacantStates({ machines }: FaultCoverage): readonly VacantState[] {
  return machines.flatMap(({ machine, states }) =>
    states.filter((one) => !wasEntered(one)).map(({ state }) => ({ machine, state })),
  );
}

function vacantList(vacant: readonly VacantState[]): Markup {
  const machines = [...new Set(vacant.slice(0, statesListedMax).map(({ machine }) => machine))];
  const items = machines.map((machine) => {
    const own = vacant.filter((one) => one.machine === machine).map(({ state }) => state);
    return html`<li>${machine}: ${own.slice(0, statesListedMax).join(', ')}</li>`;
  });
  return html`<p>No actor entered ${plural(vacant.length, 'state')}:</p>
<ul>${items}</ul>`;
}
