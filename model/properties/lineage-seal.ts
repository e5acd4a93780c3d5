// LIN-17: what a cell has taken in an epoch is final once it is sealed, and where the target of a
// move begins is the chain that the decision names.
import type { Finding, Property } from '../../sim/index.ts';
import { isAuthoritative, type Snapshot, sameSnapshot } from '../lineage/cell-record.ts';
import type { CellStep, LineageStep, PlaceStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { lineageText, snapshotText } from './lineage-words.ts';

/** The seal is final. */
export const lineageSealFinal: Property = {
  id: 'lineage-seal-final',
  mode: 'always',
  summary: 'nothing taken after a seal is published, and the target begins where the chain ended',
  kinds: ['mark'],
  monitor: () => new SealFinalMonitor(),
};

class SealFinalMonitor extends LineageMonitor {
  /** The lineage that a cell was sealed with, by volume, cell and epoch. */
  readonly #sealed = new Map<string, readonly Snapshot[]>();
  /** The chain that a move was decided with, by volume and move. */
  readonly #decided = new Map<string, readonly Snapshot[]>();

  protected override judge(step: LineageStep): Finding | null {
    if (step.kind === 'cell') return this.#judgeCell(step);
    return step.kind === 'place' ? this.#judgePlace(step) : null;
  }

  #judgeCell({ volume, cell, command, before, after, isChange }: CellStep): Finding | null {
    if (isAuthoritative(before.state) && after.state === 'sealed') {
      this.#sealed.set(`${volume} ${cell} ${after.epoch}`, after.lineage);
    }
    if (command?.kind !== 'activate' || !isChange) return null;
    this.evaluatedCount += 1;
    const chain = this.#decided.get(`${volume} ${command.move}`);
    if (chain !== undefined && isSame(chain, after.lineage)) return null;
    return {
      what: `'${cell}' began to take snapshots of '${volume}' by move ${command.move}`,
      expected: chain === undefined ? 'a decision for it' : `after ${lineageText(chain)}`,
      observed: `after ${lineageText(after.lineage)}`,
    };
  }

  #judgePlace({ volume, change, before, after }: PlaceStep): Finding | null {
    const { move } = after;
    const isDecided = change?.kind === 'commit' || change?.kind === 'lift-quarantine';
    if (isDecided && move !== null && move.decidedChain !== null) {
      this.#decided.set(`${volume} ${move.id}`, move.decidedChain);
    }
    if (change?.kind !== 'publish' || after.chain.length === before?.chain.length) return null;
    const { snapshot } = change;
    const sealed = this.#sealed.get(`${volume} ${snapshot.cell} ${snapshot.epoch}`);
    if (sealed === undefined) return null;
    this.evaluatedCount += 1;
    if (sealed.some((one) => sameSnapshot(one, snapshot))) return null;
    return {
      what: `${snapshotText(snapshot)} was published for '${volume}' though taken after the seal`,
      expected: `one of ${lineageText(sealed)}`,
      observed: snapshotText(snapshot),
    };
  }
}

function isSame(a: readonly Snapshot[], b: readonly Snapshot[]): boolean {
  return a.length === b.length && a.every((one, at) => sameSnapshot(one, b[at]!));
}
