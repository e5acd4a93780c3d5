// MAP-01: versions only grow, over crashes and recoveries.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { Leaders } from './leaders.ts';
import { isMark, rangeKey } from './marks.ts';
import { rangeText } from './words.ts';

/** Each applied change gets versions of its own, higher than all before. */
export const mapVersionMonotone: Property = {
  id: 'map-version-monotone',
  mode: 'always',
  summary: 'each applied change raises the version of its volume and of its entry',
  kinds: ['mark'],
  monitor: () => new MapVersionMonitor(),
};

class MapVersionMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #leaders = new Leaders();
  readonly #mapVersions = new Map<string, number>();
  readonly #versions = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      const { volume, mapVersion, entries } = entry.facts;
      if (this.#mapVersions.has(volume)) return null;
      this.#mapVersions.set(volume, mapVersion);
      for (const { range, version } of entries)
        this.#versions.set(rangeKey(volume, range), version);
    }
    this.#leaders.take(entry);
    if (!isMark(entry, 'map.applied') || this.#leaders.isDeposed(entry.actor)) return null;
    const { volume, range, version, mapVersion } = entry.facts;
    const key = rangeKey(volume, range);
    const lastMap = this.#mapVersions.get(volume);
    const last = this.#versions.get(key);
    this.#mapVersions.set(volume, mapVersion);
    this.#versions.set(key, version);
    if (lastMap === undefined && last === undefined) return null;
    this.evaluatedCount += 1;
    if (lastMap !== undefined && mapVersion <= lastMap) {
      return {
        what: `a change of ${rangeText(volume, range)} did not raise the version of the map`,
        expected: `map version above ${lastMap}`,
        observed: `map version ${mapVersion}`,
      };
    }
    if (last === undefined || version > last) return null;
    return {
      what: `a change of ${rangeText(volume, range)} did not raise the version of its entry`,
      expected: `version above ${last}`,
      observed: `version ${version}`,
    };
  }

  end(): null {
    return null;
  }
}
