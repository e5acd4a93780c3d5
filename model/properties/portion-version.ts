// S36: a portion of the map may take many pages, and the map may change meanwhile. What a client is
// given as one version is one version.
//
//   entry of range 3     version 1           version 2                 version 3
//   version of the map   0 ............ 4    5 ................. 8     9 ...
//   a portion of version 7 has           no, yes,                  no
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { rangeText, requestText } from './words.ts';

/** Each page of a portion equals the stored map of its version. */
export const portionOfOneVersion: Property = {
  id: 'portion-of-one-version',
  mode: 'always',
  summary: 'each entry of a portion is the one that the stored map had in the version it names',
  kinds: ['mark'],
  monitor: () => new PortionVersionMonitor(),
};

class PortionVersionMonitor implements Monitor {
  evaluatedCount = 0;
  /** From which version of the map on a range had each version of its entry. */
  readonly #since = new Map<string, Map<number, number>>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      const { volume, mapVersion, entries } = entry.facts;
      for (const { range, version } of entries) this.#note(volume, range, version, mapVersion);
    } else if (isMark(entry, 'map.applied')) {
      const { volume, range, version, mapVersion } = entry.facts;
      this.#note(volume, range, version, mapVersion);
    }
    return isMark(entry, 'map.portion.sent') ? this.#onPortion(entry) : null;
  }

  end(): null {
    return null;
  }

  #note(volume: string, range: number, version: number, mapVersion: number): void {
    const key = rangeKey(volume, range);
    const since = this.#since.get(key) ?? new Map<number, number>();
    if (!since.has(version)) since.set(version, mapVersion);
    this.#since.set(key, since);
  }

  // A version that took effect in silence, during a recovery, has a beginning that nobody noted.
  #onPortion({ facts }: Mark<'map.portion.sent'>): Finding | null {
    const { volume, mapVersion } = facts;
    for (const { range, version } of facts.entries) {
      const since = this.#since.get(rangeKey(volume, range));
      const fromVersion = since?.get(version);
      const untilVersion = since?.get(version + 1);
      if (fromVersion === undefined && untilVersion === undefined) continue;
      this.evaluatedCount += 1;
      const begun = fromVersion === undefined || fromVersion <= mapVersion;
      if (begun && (untilVersion === undefined || mapVersion < untilVersion)) continue;
      const until = untilVersion === undefined ? 'on' : `to ${untilVersion - 1}`;
      return {
        what: `a page for ${requestText(facts)} has an entry of another version of the map`,
        expected: `${rangeText(volume, range)} as it was in version ${mapVersion}`,
        observed: `version ${version} of it, there from ${fromVersion ?? 'some version'} ${until}`,
      };
    }
    return null;
  }
}
