// MAP-07: one failure of a zone takes at most one copy.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { isMark } from './marks.ts';
import { rangeText } from './words.ts';

/** The copies of a range are spread over zones. */
export const replicasInDistinctZones: Property = {
  id: 'replicas-in-distinct-zones',
  mode: 'always',
  summary: 'no two replicas of a range are in one zone',
  kinds: ['mark', 'start'],
  monitor: () => new DistinctZonesMonitor(),
};

class DistinctZonesMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #zones = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'start') {
      const { zone } = entry.labels;
      if (zone !== undefined) this.#zones.set(entry.actor, zone);
    } else if (isMark(entry, 'map.applied')) {
      return this.#check(entry.facts.volume, entry.facts.range, entry.facts.replicas);
    } else if (isMark(entry, 'volume.created')) {
      for (const { range, replicas } of entry.facts.entries) {
        const finding = this.#check(entry.facts.volume, range, replicas);
        if (finding !== null) return finding;
      }
    }
    return null;
  }

  end(): null {
    return null;
  }

  #check(volume: string, range: number, replicas: readonly Replica[]): Finding | null {
    const hostIn = new Map<string, string>();
    for (const { host } of replicas) {
      // A host whose zone nobody said is a zone of its own.
      const zone = this.#zones.get(host) ?? `of ${host}`;
      const other = hostIn.get(zone);
      if (other !== undefined) {
        this.evaluatedCount += 1;
        return {
          what: `two replicas of ${rangeText(volume, range)} are in one zone`,
          expected: `${replicas.length} zones`,
          observed: `'${other}' and '${host}' both in zone '${zone}'`,
        };
      }
      hostIn.set(zone, host);
    }
    if (replicas.length > 1) this.evaluatedCount += 1;
    return null;
  }
}
