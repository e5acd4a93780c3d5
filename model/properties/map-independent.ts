// MAP-27: the map does not die with the clients.
//
// When none is left alive, what is stored then is what the next client must find: it walks the
// whole map, and each entry is the stored one or a later one.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { clientOf, type GhostEntry, GhostMap } from './ghost-map.ts';
import { isMark, type Mark } from './marks.ts';
import { rangeText, replicasText } from './words.ts';

/** A fresh client finds the whole map. */
export const mapIndependentOfClients: Property = {
  id: 'map-independent-of-clients',
  mode: 'eventually',
  summary: 'after all clients died, a fresh one finds every entry as it was stored, or a later one',
  kinds: ['mark', 'start', 'stop'],
  monitor: () => new MapIndependentMonitor(),
};

interface Walk {
  readonly volume: string;
  readonly missing: Set<number>;
  readonly stored: readonly (GhostEntry | undefined)[];
}

class MapIndependentMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #alive = new Set<string>();
  /** Volumes whose map a client has seen, as they were when the last client died. */
  readonly #orphaned = new Map<string, readonly (GhostEntry | undefined)[]>();
  readonly #known = new Set<string>();
  readonly #walks = new Map<string, Walk>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'start') {
      const isClient = entry.labels.role === 'client' && !entry.actor.includes('/');
      if (isClient) this.#alive.add(entry.actor);
    } else if (entry.kind === 'stop') {
      this.#walks.delete(entry.actor);
      if (this.#alive.delete(entry.actor) && this.#alive.size === 0) this.#allDied();
    } else if (isMark(entry, 'map.walked')) {
      this.#onWalk(entry);
    } else if (entry.kind === 'mark') {
      if (isMark(entry, 'client.fenced') || isMark(entry, 'client.detached')) {
        this.#walks.delete(clientOf(entry.actor));
      }
      const finding = isMark(entry, 'map.cached') ? this.#onCached(entry) : null;
      this.#ghost.take(entry);
      return finding;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [client, { volume, missing }] of this.#walks) {
      for (const range of missing) {
        const first = rangeText(volume, range);
        return `'${client}' was told of all but ${missing.size}, among them ${first}`;
      }
    }
    return null;
  }

  #allDied(): void {
    for (const volume of this.#known) {
      const entries = this.#ghost.volume(volume)?.entries ?? [];
      const stored = entries.map((_entry, range) => this.#ghost.certain(volume, range));
      this.#orphaned.set(volume, stored);
    }
  }

  #onWalk({ actor, facts }: Mark<'map.walked'>): void {
    const { volume, rangeCount, isWhole } = facts;
    this.#known.add(volume);
    const stored = this.#orphaned.get(volume);
    if (stored === undefined || !isWhole) return;
    this.#orphaned.delete(volume);
    const missing = new Set(Array.from({ length: rangeCount }, (_, range) => range));
    this.#walks.set(clientOf(actor), { volume, missing, stored });
  }

  #onCached({ actor, facts }: Mark<'map.cached'>): Finding | null {
    const walk = this.#walks.get(clientOf(actor));
    if (walk === undefined) return null;
    const { volume, stored, missing } = walk;
    const { range, version, replicas } = facts;
    if (!missing.delete(range)) return null;
    if (missing.size === 0) this.#walks.delete(clientOf(actor));
    const entry = stored[range];
    if (entry === undefined) return null;
    this.evaluatedCount += 1;
    const isSame = replicasText(replicas) === replicasText(entry.replicas);
    if (version > entry.version || (version === entry.version && isSame)) return null;
    return {
      what: `${rangeText(volume, range)} was lost with the clients that knew it`,
      expected: `version ${entry.version} with ${replicasText(entry.replicas)}, or a later one`,
      observed: `version ${version} with ${replicasText(replicas)}`,
    };
  }
}
