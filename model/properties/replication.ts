// MAP-22: after tolerated failures the map names as many replicas again as the volume wants.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { clientOf, GhostMap } from './ghost-map.ts';
import { isMark, rangeKey } from './marks.ts';
import { rangeText } from './words.ts';

/** Lost replicas are replaced. */
export const replicationRestored: Property = {
  id: 'replication-restored',
  mode: 'eventually',
  summary: 'in the end the map names as many replicas of each range as its volume wants',
  kinds: ['mark'],
  monitor: () => new ReplicationMonitor(),
};

class ReplicationMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #volumeOf = new Map<string, string>();
  /** Entries with too few replicas, and how they are called in a reason. */
  readonly #degraded = new Map<string, string>();

  observe(entry: Entry): null {
    this.#ghost.take(entry);
    if (isMark(entry, 'map.applied')) {
      this.#look(entry.facts.volume, entry.facts.range);
    } else if (isMark(entry, 'volume.created')) {
      for (const { range } of entry.facts.entries) this.#look(entry.facts.volume, range);
    } else if (isMark(entry, 'attach.granted')) {
      this.#volumeOf.set(entry.facts.client, entry.facts.volume);
    } else if (isMark(entry, 'map.cached') && this.#ghost.wasSilent) {
      const volume = entry.facts.volume ?? this.#volumeOf.get(clientOf(entry.actor));
      if (volume !== undefined) this.#look(volume, entry.facts.range);
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    const { size } = this.#degraded;
    if (size === 0) return null;
    for (const first of this.#degraded.values()) {
      return `${size} entries have too few replicas, the first ${first}`;
    }
    return null;
  }

  #look(volume: string, range: number): void {
    const wanted = this.#ghost.volume(volume)?.replicaCount ?? 0;
    const known = this.#ghost.at(volume, range);
    if (wanted === 0 || known === undefined) return;
    this.evaluatedCount += 1;
    const { length } = known.replicas;
    const key = rangeKey(volume, range);
    if (length >= wanted) this.#degraded.delete(key);
    else this.#degraded.set(key, `${rangeText(volume, range)} with ${length} of ${wanted}`);
  }
}
