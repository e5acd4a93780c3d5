// MAP-15: two parties race on the map; neither overwrites what it has not seen.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { sameReplica } from '../map-entry.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark } from './marks.ts';
import { rangeText, replicasText, requestText } from './words.ts';

/** A relocation replaces the entry that its sender saw. */
export const relocateCompareAndSet: Property = {
  id: 'relocate-compare-and-set',
  mode: 'always',
  summary: 'a change is applied only to the version of the entry that it expects',
  kinds: ['mark'],
  monitor: () => new CompareAndSetMonitor(),
};

class CompareAndSetMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();

  observe(entry: Entry): Finding | null {
    const finding = this.#check(entry);
    this.#ghost.take(entry);
    return finding;
  }

  end(): null {
    return null;
  }

  #check(entry: Entry): Finding | null {
    if (!isMark(entry, 'map.applied')) return null;
    const { volume, range, expectVersion, previousVersion, previous } = entry.facts;
    const known = this.#ghost.certain(volume, range);
    this.evaluatedCount += 1;
    const by = requestText(entry.facts);
    if (expectVersion !== previousVersion) {
      return {
        what: `${by} changed ${rangeText(volume, range)} without having seen what it replaced`,
        expected: `version ${expectVersion} in the stored map, as the request says`,
        observed: `version ${previousVersion}`,
      };
    }
    if (known === undefined) return null;
    const same =
      known.version === previousVersion &&
      known.replicas.length === previous.length &&
      known.replicas.every((replica, i) => sameReplica(replica, previous[i]!));
    if (same) return null;
    return {
      what: `${by} replaced an entry of ${rangeText(volume, range)} that was never stored`,
      expected: `version ${known.version} with ${replicasText(known.replicas)}`,
      observed: `version ${previousVersion} with ${replicasText(previous)}`,
    };
  }
}
