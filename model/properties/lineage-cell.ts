// LIN-09: a snapshot is taken by the cell that is authoritative then, in its epoch and under its
// lease, and published only for the owner.
import type { Finding, Property } from '../../sim/index.ts';
import { isAuthoritative } from '../lineage/cell-record.ts';
import type { CellStep, LineageStep, PlaceStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { recordText, snapshotText } from './lineage-words.ts';
import { timeText } from './words.ts';

/** Taken by the right cell. */
export const lineageRightCell: Property = {
  id: 'lineage-right-cell',
  mode: 'always',
  summary: 'a snapshot is taken by an authoritative cell under its lease, and published for it',
  kinds: ['mark'],
  monitor: () => new RightCellMonitor(),
};

class RightCellMonitor extends LineageMonitor {
  protected override judge(step: LineageStep): Finding | null {
    if (step.kind === 'cell') return this.#judgeTaken(step);
    return step.kind === 'place' ? this.#judgePublished(step) : null;
  }

  #judgeTaken(step: CellStep): Finding | null {
    const { volume, cell, command, before, after, nowNs, leasedUntilNs } = step;
    const taken = after.lineage.at(-1);
    if (command?.kind !== 'take' || taken === undefined) return null;
    if (after.lineage.length === before.lineage.length) return null;
    this.evaluatedCount += 1;
    const what = `'${cell}' took ${snapshotText(taken)} of '${volume}'`;
    if (!isAuthoritative(before.state) || taken.cell !== cell || taken.epoch !== before.epoch) {
      return {
        what,
        expected: 'to be active or migrating in that epoch',
        observed: recordText(before),
      };
    }
    if (leasedUntilNs !== null && nowNs < leasedUntilNs) return null;
    const until = leasedUntilNs === null ? 'no lease' : `a lease until ${timeText(leasedUntilNs)}`;
    return { what, expected: 'a lease', observed: `${until}, at ${timeText(nowNs)} on its clock` };
  }

  #judgePublished({ volume, change, before, after }: PlaceStep): Finding | null {
    if (change?.kind !== 'publish' || before === null) return null;
    if (after.chain.length === before.chain.length) return null;
    this.evaluatedCount += 1;
    const { snapshot } = change;
    if (snapshot.cell === before.owner && snapshot.epoch >= before.ownerSince) return null;
    return {
      what: `${snapshotText(snapshot)} was published for '${volume}'`,
      expected: `one of '${before.owner}', the owner since epoch ${before.ownerSince}`,
      observed: snapshotText(snapshot),
    };
  }
}
