// LIN-02 and LIN-19: after healing moves are over, the owner is authoritative and nobody else, who
// gave the volume away leads to it, and both cells of a volume know how far its snapshots are
// published. What was published before the routing metadata named a cell, it learns with the next
// one. Each step of a move has its time, once no fault lasts.
import type { Entry, Finding, Ns, Property } from '../../sim/index.ts';
import { type CellName, isAuthoritative } from '../lineage/cell-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { LineageStep } from './ghost-cells.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { MoveTimes } from './move-times.ts';

/** Cells and the authority come to agree. */
export const lineageConverged: Property = {
  id: 'lineage-converged',
  mode: 'eventually',
  summary: 'no move is left open, the owner is active alone, and its cells know the last snapshot',
  kinds: ['mark', 'fault'],
  monitor: () => new ConvergedMonitor(),
};

class ConvergedMonitor extends LineageMonitor {
  readonly #places = new GhostLineage();
  readonly #times = new MoveTimes();
  /** How many snapshots there were when a cell was named, by volume and cell. */
  readonly #named = new Map<VolumeId, ReadonlyMap<CellName, number>>();

  override observe(entry: Entry): Finding | null {
    const late = this.#times.late(entry.atNs);
    if (late !== null) return late;
    const recorded = this.#places.take(entry);
    this.#times.take(entry, recorded);
    if (recorded !== null) this.#noteNames(recorded);
    return super.observe(entry);
  }

  override end(nowNs: Ns): Finding | null {
    return this.#times.late(nowNs);
  }

  #noteNames({ facts }: Recorded): void {
    const { volume, record, routing } = facts;
    const before = this.#named.get(volume);
    const { length } = record.chain;
    const now = cellsOf(routing).map((cell) => [cell, before?.get(cell) ?? length] as const);
    this.#named.set(volume, new Map(now));
  }

  protected override judge(step: LineageStep): null {
    const isOver = step.kind === 'place' && step.change !== null && step.after.move === null;
    if (isOver) this.evaluatedCount += 1;
    return null;
  }

  pending(): string | null {
    for (const [volume, { change, ...place }] of this.#places.places()) {
      // A volume that nothing was ever done to is in the cell in which it was made.
      const missing = change === null ? null : this.#missing(volume, place);
      if (missing !== null) return missing;
    }
    return null;
  }

  #missing(
    volume: VolumeId,
    { record, routing }: Pick<Recorded['facts'], 'record' | 'routing'>,
  ): string | null {
    const { move, owner, chain } = record;
    if (move !== null) return `move ${move.id} of '${volume}' is not over: ${move.decision}`;
    for (const cell of this.#heardOf(volume, owner)) {
      const wrong = this.#wrong(volume, cell, owner);
      if (wrong !== null) return wrong;
    }
    for (const cell of cellsOf(routing)) {
      const knownCount = this.ghost.cellOf(volume, cell)?.knownHead?.count ?? 0;
      const isTold = chain.length > (this.#named.get(volume)?.get(cell) ?? 0);
      if (isTold && knownCount < chain.length) {
        return `'${cell}' knows ${knownCount} of ${chain.length} snapshots of '${volume}'`;
      }
    }
    return null;
  }

  #wrong(volume: VolumeId, cell: CellName, owner: CellName): string | null {
    const state = this.ghost.cellOf(volume, cell)?.state ?? 'not-found';
    if (cell === owner) {
      return isAuthoritative(state) ? null : `'${cell}' owns '${volume}' and is ${state}`;
    }
    if (state === 'not-found') return null;
    if (state !== 'retired') return `'${cell}' does not own '${volume}' and is ${state}`;
    const end = this.#ledTo(volume, cell);
    return end === owner ? null : `'${cell}' leads to '${end}', and '${owner}' owns '${volume}'`;
  }

  // Cells that the routing metadata names no more, too.
  #heardOf(volume: VolumeId, owner: CellName): ReadonlySet<CellName> {
    return new Set([owner, ...this.ghost.cellsOf(volume).map(([cell]) => cell)]);
  }

  // Where who follows the pointers of retired cells comes to; no cell is asked twice.
  #ledTo(volume: VolumeId, from: CellName): CellName {
    const passed = new Set<CellName>();
    let at = from;
    while (!passed.has(at)) {
      passed.add(at);
      const record = this.ghost.cellOf(volume, at);
      if (record?.state !== 'retired' || record.forward === null) break;
      at = record.forward;
    }
    return at;
  }
}

function cellsOf({ active, alternate }: Recorded['facts']['routing']): readonly CellName[] {
  return alternate === null ? [active.cell] : [active.cell, alternate.cell];
}
