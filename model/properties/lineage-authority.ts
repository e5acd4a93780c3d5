// LIN-01: at each instant one cell at most may take snapshots of a volume.
//
// A source that was overruled by force does not know yet: it may say that it is active, and counts
// no more. It was overruled because its lease was over, so it takes nothing from then on: where
// clocks are as right as leases need them.
import type { Entry, Finding, Property } from '../../sim/index.ts';
import type { LineageStep } from './ghost-cells.ts';
import { LeaseClocks } from './lease-clocks.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { isMark, type Mark } from './marks.ts';

/** Never two cells. */
export const lineageOneAuthority: Property = {
  id: 'lineage-one-authority',
  mode: 'always',
  summary: 'never two cells may take snapshots of a volume, nor one that was overruled',
  kinds: ['start', 'mark', 'message', 'fault'],
  monitor: () => new OneAuthorityMonitor(),
};

class OneAuthorityMonitor extends LineageMonitor {
  /** Leases mean nothing where clocks are wrong. */
  readonly #clocks = new LeaseClocks();

  override observe(entry: Entry): Finding | null {
    this.#clocks.take(entry);
    if (isMark(entry, 'record.proposed')) {
      const finding = this.#judgeTaking(entry);
      if (finding !== null) return finding;
    }
    return super.observe(entry);
  }

  protected override judge(step: LineageStep): Finding | null {
    if (step.kind !== 'cell') return null;
    this.evaluatedCount += 1;
    const all = this.ghost.authoritative(step.volume);
    if (all.length < 2) return null;
    return {
      what: `${all.length} cells are authoritative for '${step.volume}'`,
      expected: 'one at most',
      observed: all.map(([cell, { state, epoch }]) => `'${cell}' ${state} in ${epoch}`).join(', '),
    };
  }

  #judgeTaking({ actor, facts }: Mark<'record.proposed'>): Finding | null {
    const { volume, cell, command, before, record, leasedUntilNs } = facts;
    if (command?.kind !== 'take' || !this.#clocks.isRight(actor, volume, leasedUntilNs))
      return null;
    if (record.lineage.length === before.lineage.length) return null;
    this.evaluatedCount += 1;
    if (!this.ghost.isOverruled(volume, cell, record.epoch)) return null;
    return {
      what: `'${cell}' takes a snapshot of '${volume}' though it was overruled`,
      expected: 'a takeover by force only once the last lease of the source is over',
      observed: `'${command.request}' in epoch ${record.epoch}, under a lease`,
    };
  }
}
