// LIN-10 along a lineage: a snapshot is published when its cut counts, and its cut was begun after
// that of the snapshot before it counted. So each holds all that the one before it holds.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark } from './marks.ts';

/** The order of snapshots is that of their contents. */
export const cutsInOrder: Property = {
  id: 'lineage-cuts-in-order',
  mode: 'always',
  summary: 'a snapshot is published after its cut counted, which was begun after the one before it',
  kinds: ['mark'],
  monitor: () => new CutOrderMonitor(),
};

interface Cut {
  readonly begunIndex: number;
  /** Null while it does not count. */
  takenIndex: number | null;
}

class CutOrderMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  readonly #cuts = new Map<string, Cut>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'cut.begun')) {
      this.#cuts.set(entry.facts.cut, { begunIndex: entry.index, takenIndex: null });
    } else if (isMark(entry, 'cut.taken')) {
      const cut = this.#cuts.get(entry.facts.cut);
      if (cut !== undefined) cut.takenIndex = entry.index;
    }
    const change = this.#ghost.take(entry)?.facts.change;
    if (change?.kind !== 'publish' || change.snapshot.cut === undefined) return null;
    return this.#judge(change.snapshot.cut, change.parent?.cut ?? null);
  }

  end(): null {
    return null;
  }

  #judge(name: string, parent: string | null): Finding | null {
    this.evaluatedCount += 1;
    const cut = this.#cuts.get(name);
    if (cut === undefined || cut.takenIndex === null) {
      return {
        what: `a snapshot is published whose cut '${name}' does not count yet`,
        expected: 'its cut taken before',
        observed: cut === undefined ? 'no such cut' : `begun in entry ${cut.begunIndex}`,
      };
    }
    const before = parent === null ? undefined : this.#cuts.get(parent);
    if (before === undefined || before.takenIndex === null) return null;
    if (cut.begunIndex > before.takenIndex) return null;
    return {
      what: `cut '${name}' is published behind '${parent}', and was begun before that counted`,
      expected: `begun after entry ${before.takenIndex}`,
      observed: `begun in entry ${cut.begunIndex}`,
    };
  }
}
