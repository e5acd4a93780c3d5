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

class FromCutMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  readonly #taken = new Set<string>();
  readonly #committed = new Set<string>();
  /** Hosts that may have committed, and died before they could say so. */
  readonly #died = new Set<HostId>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#died.add(entry.actor);
    else if (isMark(entry, 'cut.taken')) this.#taken.add(entry.facts.cut);
    else if (isMark(entry, 'cut.committed')) {
      this.#committed.add(`${entry.facts.cut} ${tenancyKey(entry.actor, entry.facts)}`);
    }
    const snapshot = this.#snapshots.take(entry);
    return snapshot === null || !this.#taken.has(snapshot.snapshot) ? null : this.#judge(snapshot);
  }

  end(): null {
    return null;
  }

  #judge({ snapshot, uploaded }: GhostSnapshot): Finding | null {
    for (const { range, copy } of uploaded) {
      if (this.#died.has(copy.host)) continue;
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
