// LIN-23: whoever looks at the snapshots of a volume twice sees nothing go back: what was complete
// is complete or gone, and what is gone stays away.
import type { ActorId, Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { SnapshotState } from '../messages/archive.ts';
import { isMark, type Mark } from './marks.ts';

/** The life of a snapshot goes on, whatever becomes of the store. */
export const listingMonotone: Property = {
  id: 'listing-monotone',
  mode: 'always',
  summary: 'who lists snapshots again sees each at least as far as before, and none come back',
  kinds: ['mark', 'stop'],
  monitor: () => new ListingMonitor(),
};

type Seen = Map<string, SnapshotState | 'gone'>;

class ListingMonitor implements Monitor {
  evaluatedCount = 0;
  /** Snapshots whose records are lost, which the store has said: they are in error. */
  readonly #damaged = new Set<string>();
  /** By observer, then snapshot. */
  readonly #seen = new Map<ActorId, Seen>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#seen.delete(entry.actor);
    if (isMark(entry, 'archive.damaged') && entry.facts.range === undefined) {
      this.#damaged.add(entry.facts.snapshot);
    }
    return isMark(entry, 'snapshots.listed') ? this.#onListed(entry) : null;
  }

  end(): null {
    return null;
  }

  #onListed({ actor, facts }: Mark<'snapshots.listed'>): Finding | null {
    const before = this.#seen.get(actor);
    const after: Seen = new Map(before);
    for (const snapshot of after.keys()) after.set(snapshot, 'gone');
    for (const { snapshot, state } of facts.snapshots) {
      const was = before?.get(snapshot);
      if (was !== undefined) this.evaluatedCount += 1;
      const isLost = was === 'completed' && state === 'error' && this.#damaged.has(snapshot);
      if (was !== undefined && was !== state && was !== 'pending' && !isLost) {
        return {
          what: `'${actor}' saw snapshot '${snapshot}' of '${facts.volume}' go back`,
          expected: `${was}, as it was before`,
          observed: state,
        };
      }
      after.set(snapshot, state);
    }
    this.#seen.set(actor, after);
    return null;
  }
}
