// LIN-22: a snapshot whose past is gone is never complete. Each range of one that is was read from
// a copy that had committed its cut: no other copy knows what it held then.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import { type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { isMark, tenancyKey } from './marks.ts';
import { slotText } from './words.ts';

/** What nobody knows any more is not made up. */
export const completedFromCut: Property = {
  id: 'completed-from-cut',
  mode: 'always',
  summary: 'each range of a complete snapshot was read from a copy that took part in its cut',
  kinds: ['mark', 'stop'],
  monitor: () => new FromCutMonitor(),
};

interface Cut {
  isTaken: boolean;
  /** Hosts that may have committed it, and died before they could say so. */
  readonly died: Set<HostId>;
}

function newCut(): Cut {
  return { isTaken: false, died: new Set() };
}

class FromCutMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  readonly #committed = new Set<string>();
  readonly #cuts = new Map<string, Cut>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#onStop(entry.actor);
    else if (isMark(entry, 'cut.begun')) this.#cuts.set(entry.facts.cut, newCut());
    else if (isMark(entry, 'cut.taken')) this.#take(entry.facts.cut);
    else if (isMark(entry, 'cut.committed')) {
      this.#committed.add(`${entry.facts.cut} ${tenancyKey(entry.actor, entry.facts)}`);
    }
    const snapshot = this.#snapshots.take(entry);
    return snapshot === null ? null : this.#judge(snapshot);
  }

  end(): null {
    return null;
  }

  // Who dies later has said so.
  #onStop(host: HostId): void {
    for (const { isTaken, died } of this.#cuts.values()) if (!isTaken) died.add(host);
  }

  #take(name: string): void {
    const cut = this.#cuts.get(name) ?? newCut();
    this.#cuts.set(name, cut);
    cut.isTaken = true;
  }

  #judge({ snapshot, uploaded }: GhostSnapshot): Finding | null {
    const cut = this.#cuts.get(snapshot);
    if (cut?.isTaken !== true) return null;
    for (const { range, copy } of uploaded) {
      if (cut.died.has(copy.host)) continue;
      this.evaluatedCount += 1;
      if (this.#committed.has(`${snapshot} ${tenancyKey(copy.host, copy)}`)) continue;
      return {
        what: `snapshot '${snapshot}' is complete, though range ${range} of it is made up`,
        expected: 'a copy that had committed its cut',
        observed: `read from ${slotText(copy.host, copy)}, which had not`,
      };
    }
    return null;
  }
}
