// MAP-19: clients make no entries up. What one has in its copy of the map was stored at some time.
//
// A change that took effect in silence (see ghost-map.ts) is heard of first from a client; from
// then on everybody has to tell the same.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { clientOf, GhostMap } from './ghost-map.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { rangeText, replicasText } from './words.ts';

/** Each entry that a client has was stored. */
export const cachedEntryWasStored: Property = {
  id: 'cached-entry-was-stored',
  mode: 'always',
  summary: 'each entry that a client learns is one that the authority stored, member by member',
  kinds: ['mark'],
  monitor: () => new CachedEntryMonitor(),
};

class CachedEntryMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** Members by range and version. */
  readonly #stored = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      const { volume, entries } = entry.facts;
      for (const { range, version, replicas } of entries) {
        this.#store(volume, { range, version, replicas });
      }
    } else if (isMark(entry, 'map.applied')) {
      this.#store(entry.facts.volume, entry.facts);
    }
    const finding = isMark(entry, 'map.cached') ? this.#onCached(entry) : null;
    this.#ghost.take(entry);
    return finding;
  }

  end(): null {
    return null;
  }

  #store(
    volume: string,
    what: {
      readonly range: number;
      readonly version: number;
      readonly replicas: readonly Replica[];
    },
  ): void {
    const { range, version, replicas } = what;
    this.#stored.set(`${rangeKey(volume, range)} ${version}`, replicasText(replicas));
  }

  #onCached({ actor, facts }: Mark<'map.cached'>): Finding | null {
    const { volume, range, version, replicas } = facts;
    if (volume === undefined) return null;
    const stored = this.#stored.get(`${rangeKey(volume, range)} ${version}`);
    const observed = replicasText(replicas);
    if (stored === undefined && this.#ghost.wasSilent) {
      this.#store(volume, facts);
      return null;
    }
    this.evaluatedCount += 1;
    if (stored === observed) return null;
    return {
      what: `'${clientOf(actor)}' has an entry of ${rangeText(volume, range)} that nobody stored`,
      expected: `version ${version} with ${stored ?? 'any members'} to have been stored`,
      observed: `version ${version} with ${observed}`,
    };
  }
}
