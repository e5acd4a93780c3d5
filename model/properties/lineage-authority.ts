// LIN-01: at each instant one cell at most may take snapshots of a volume.
//
// A source that was overruled by force does not know yet: it may say that it is active, and counts
// no more. It was overruled because its lease was over, so it takes nothing from then on: where no
// fault has touched a clock.
import type { Entry, Finding, Property } from '../../sim/index.ts';
import type { CellStep, LineageStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { isMark } from './marks.ts';

/** Never two cells. */
export const lineageOneAuthority: Property = {
  id: 'lineage-one-authority',
  mode: 'always',
  summary: 'never two cells may take snapshots of a volume, nor one that was overruled',
  kinds: ['mark', 'fault'],
  monitor: () => new OneAuthorityMonitor(),
};

class OneAuthorityMonitor extends LineageMonitor {
  /** Leases mean nothing where clocks are wrong. */
  #areClocksRight = true;

  override observe(entry: Entry): Finding | null {
    if (entry.kind === 'fault' && entry.fault.startsWith('clock-')) this.#areClocksRight = false;
    if (isMark(entry, 'record.proposed')) {
      const finding = this.#judgeTaking(entry.facts);
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

  #judgeTaking(
    facts: Pick<CellStep, 'volume' | 'cell' | 'command' | 'before'> & {
      readonly record: CellStep['after'];
    },
  ): Finding | null {
    const { volume, cell, command, before, record } = facts;
    if (command?.kind !== 'take' || !this.#areClocksRight) return null;
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
