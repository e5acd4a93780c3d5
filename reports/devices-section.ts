// The devices under the machines, and how much of what is simulated of them somebody has measured.
import type { Verdict } from '../sim/index.ts';
import { html, type Markup, nothing, table } from './html.ts';
import { formatNumber, plural } from './text.ts';

/** Each kind of device with the share of its numbers that are assumed. */
export function devicesSection({ devices = [] }: Verdict): Markup {
  if (devices.length === 0) return nothing;
  const rows = devices.map(({ name, profile, summary, machineCount, assumedShare }) => [
    name === profile ? name : `${name} (${profile})`,
    summary,
    plural(machineCount, 'machine'),
    assumedShare === undefined ? 'not counted' : `${formatNumber(100 * assumedShare, 0)} %`,
  ]);
  return html`<section id="devices"><h2>Devices</h2>
<p class="quiet">Times are as good as the numbers behind them: assumed ones were neither printed by
the maker nor measured by anybody.</p>
${table(['device', 'what it imitates', 'under', 'numbers assumed'], rows)}</section>`;
}
