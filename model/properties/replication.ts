// MAP-22: after tolerated failures there are as many replicas again as the volume wants: the map
// names them, and each of their slots is still held for it. How long that may take is for a file to
// say, by a threshold on `redundancy.reduced.max`.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { clientOf, GhostMap } from './ghost-map.ts';
import { isMark, rangeKey } from './marks.ts';
import { Tenancies } from './tenancies.ts';
import { rangeText, slotText } from './words.ts';

/** Lost replicas are replaced. */
export const replicationRestored: Property = {
  id: 'replication-restored',
  mode: 'eventually',
  summary: 'in the end the map names as many replicas as each volume wants, and hosts hold them',
  kinds: ['mark', 'stop'],
  monitor: () => new ReplicationMonitor(),
};

class ReplicationMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #volumeOf = new Map<string, string>();
  /** Entries with too few replicas, and how they are called in a reason. */
  readonly #degraded = new Map<string, string>();
  readonly #tenancies = new Tenancies();
  /** Clients gave these up: there is nothing to make copies of. */
  readonly #gone = new Set<string>();

  observe(entry: Entry): null {
    this.#ghost.take(entry);
    this.#tenancies.take(entry);
    if (entry.kind === 'mark' && entry.name === 'range.gone') {
      const { volume, range } = entry.facts as { volume: string; range: number };
      this.#gone.add(rangeKey(volume, range));
    } else if (isMark(entry, 'map.applied')) {
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
    if (size === 0) return this.#heldByNobody();
    for (const first of this.#degraded.values()) {
      return `${size} entries have too few replicas, the first ${first}`;
    }
    return null;
  }

  #heldByNobody(): string | null {
    const lost = this.#tenancies.dangling().filter(({ volume, range }) => {
      return !this.#gone.has(rangeKey(volume, range));
    });
    const first = lost[0];
    if (first === undefined) return null;
    const place = `${slotText(first.host, first)} of ${rangeText(first.volume, first.range)}`;
    return `${lost.length} replicas are held by nobody any more, the first ${place}`;
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
