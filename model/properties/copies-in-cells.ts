// MAP-07: a volume that has cells of its own has its copies there and nowhere else, whoever moves
// them: what goes wrong in other cells is none of its business.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { isMark } from './marks.ts';
import { rangeText } from './words.ts';

/** No copy leaves the cells of its volume. */
export const copiesStayInCells: Property = {
  id: 'copies-stay-in-cells',
  mode: 'always',
  summary: 'each copy of a volume that has cells of its own lies on a host of one of them',
  kinds: ['mark', 'start'],
  monitor: () => new CopiesInCellsMonitor(),
};

class CopiesInCellsMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #cellOf = new Map<string, string>();
  readonly #cellsOf = new Map<string, readonly string[]>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'start') {
      const { cell } = entry.labels;
      if (cell !== undefined) this.#cellOf.set(entry.node, cell);
    } else if (isMark(entry, 'volume.created')) {
      const { volume, cells, entries } = entry.facts;
      if (cells === undefined) return null;
      this.#cellsOf.set(volume, cells);
      for (const { range, replicas } of entries) {
        const finding = this.#check(volume, range, replicas);
        if (finding !== null) return finding;
      }
    } else if (isMark(entry, 'map.applied')) {
      return this.#check(entry.facts.volume, entry.facts.range, entry.facts.replicas);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #check(volume: string, range: number, replicas: readonly Replica[]): Finding | null {
    const cells = this.#cellsOf.get(volume);
    if (cells === undefined) return null;
    for (const { host } of replicas) {
      const cell = this.#cellOf.get(host);
      if (cell === undefined) continue;
      this.evaluatedCount += 1;
      if (cells.includes(cell)) continue;
      return {
        what: `a copy of ${rangeText(volume, range)} left the cells of its volume`,
        expected: `hosts of ${cells.map((name) => `'${name}'`).join(', ')}`,
        observed: `'${host}' of '${cell}'`,
      };
    }
    return null;
  }
}
