// Which cells faults have touched so far, and which volumes have copies there.
//
// A fault is confined when every node that it strikes belongs to a cell. One that strikes a client,
// the authority or the wires between nodes is not: after it nothing counts as untouched any more.
import type { Entry } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { isMark } from './marks.ts';

/** The kinds of entries that a scope follows. */
export const scopeKinds = ['start', 'fault', 'mark'] as const satisfies readonly Entry['kind'][];

/** Where a volume stands to the faults so far. */
export type Standing = 'no-fault' | 'touched' | 'untouched';

/** Follows faults and places of copies through a record. */
export class FaultScope {
  readonly #cellOf = new Map<string, string>();
  /** Cells in which a volume has a copy, or ever had one. */
  readonly #cellsOf = new Map<string, Set<string>>();
  readonly #touched = new Set<string>();
  #isAnywhere = false;

  observe(entry: Entry): void {
    if (entry.kind === 'start') {
      const { cell } = entry.labels;
      if (cell !== undefined) this.#cellOf.set(entry.node, cell);
    } else if (entry.kind === 'fault') {
      if (entry.phase === 'start') this.#onFault(entry.targets);
    } else if (isMark(entry, 'volume.created')) {
      for (const { replicas } of entry.facts.entries) this.#place(entry.facts.volume, replicas);
    } else if (isMark(entry, 'map.applied')) {
      this.#place(entry.facts.volume, entry.facts.replicas);
    }
  }

  standing(volume: string): Standing {
    if (this.#isAnywhere) return 'touched';
    if (this.#touched.size === 0) return 'no-fault';
    const cells = this.#cellsOf.get(volume);
    // Of a volume whose place is not known nothing is claimed.
    if (cells === undefined) return 'touched';
    for (const cell of cells) if (this.#touched.has(cell)) return 'touched';
    return 'untouched';
  }

  /** The cells that faults have touched, by name. */
  touchedText(): string {
    return [...this.#touched].map((cell) => `'${cell}'`).join(', ');
  }

  #onFault(targets: readonly string[]): void {
    if (targets.length === 0) this.#isAnywhere = true;
    for (const target of targets) {
      const cell = this.#cellOf.get(target);
      if (cell === undefined) this.#isAnywhere = true;
      else this.#touched.add(cell);
    }
  }

  #place(volume: string, replicas: readonly Replica[]): void {
    let cells = this.#cellsOf.get(volume);
    if (cells === undefined) {
      cells = new Set();
      this.#cellsOf.set(volume, cells);
    }
    for (const { host } of replicas) {
      const cell = this.#cellOf.get(host);
      if (cell !== undefined) cells.add(cell);
    }
  }
}
