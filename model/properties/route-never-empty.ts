// MAP-28: a volume that exists has a route. An entry without copies, and `there is no such volume`,
// are answers that nobody can recover from.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { Replica, VolumeId } from '../map-entry.ts';
import { clientOf } from './ghost-map.ts';
import { isMark } from './marks.ts';
import { rangeText, requestText } from './words.ts';

/** Every entry of an existing volume names a copy. */
export const routeNeverEmpty: Property = {
  id: 'route-never-empty',
  mode: 'always',
  summary: 'an entry of a volume names at least one copy, and no volume is said not to exist',
  kinds: ['mark'],
  monitor: () => new RouteMonitor(),
};

class RouteMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #volumes = new Set<VolumeId>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      const { volume, entries } = entry.facts;
      this.#volumes.add(volume);
      for (const one of entries) {
        const finding = this.#named('the map', volume, one);
        if (finding !== null) return finding;
      }
      return null;
    }
    if (isMark(entry, 'map.applied'))
      return this.#named('the map', entry.facts.volume, entry.facts);
    if (isMark(entry, 'map.cached')) {
      const { volume = 'its volume' } = entry.facts;
      return this.#named(`what '${clientOf(entry.actor)}' was told`, volume, entry.facts);
    }
    if (!isMark(entry, 'receipt.sent') || !this.#volumes.has(entry.facts.volume)) return null;
    this.evaluatedCount += 1;
    if (entry.facts.status !== 'unknown-volume') return null;
    return {
      what: `${requestText(entry.facts)} was told that its volume does not exist`,
      expected: `'${entry.facts.volume}', which was created`,
      observed: `a receipt 'unknown-volume'`,
    };
  }

  end(): null {
    return null;
  }

  #named(
    where: string,
    volume: VolumeId,
    entry: {
      readonly range: number;
      readonly version: number;
      readonly replicas: readonly Replica[];
    },
  ): Finding | null {
    this.evaluatedCount += 1;
    if (entry.replicas.length > 0) return null;
    return {
      what: `${rangeText(volume, entry.range)} has no copy in ${where}`,
      expected: 'at least one copy, be it one that does not answer',
      observed: `none in version ${entry.version}`,
    };
  }
}
