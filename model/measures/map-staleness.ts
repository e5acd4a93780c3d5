// How old the maps are that clients ask hosts by.
//
// A stale hit is a request that a host refused because the client's entry was out of date. How far
// behind the client was is seen against the stored map.
import type { Entry, Meter, MeterFold } from '../../sim/index.ts';
import { clientOf, GhostMap } from '../properties/ghost-map.ts';
import { isMark } from '../properties/marks.ts';

type Name = 'map.stale-hits' | 'map.stale-hits.share' | 'map.staleness.max';

/** Stale maps, as hosts notice them. */
export const mapStaleness: Meter<Name> = {
  measures: {
    'map.stale-hits': { unit: 'count', summary: 'requests refused for an old map entry' },
    'map.stale-hits.share': {
      unit: 'share',
      summary: 'such requests, of all reads and writes that clients sent to hosts',
    },
    'map.staleness.max': {
      unit: 'count',
      summary: 'most versions that an entry was behind the stored map when its host refused it',
    },
  },
  kinds: ['mark', 'message'],
  begin: () => new MapStaleness(),
};

class MapStaleness implements MeterFold<Name> {
  readonly #ghost = new GhostMap();
  readonly #volumeOf = new Map<string, string>();
  #hitCount = 0;
  #requestCount = 0;
  #behindMax = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'message') {
      if (entry.outcome === 'delivered' && isRequest(entry.type) && this.#isClient(entry.from)) {
        this.#requestCount += 1;
      }
      return;
    }
    this.#ghost.take(entry);
    if (isMark(entry, 'attach.granted')) {
      this.#volumeOf.set(entry.facts.client, entry.facts.volume);
    } else if (entry.kind === 'mark' && entry.name === 'stale-map.refused') {
      this.#hitCount += 1;
      const { volume = this.#volumeOf.get(clientOf(entry.actor)), ...told } = entry.facts as {
        readonly volume?: string;
        readonly range: number;
        readonly version: number;
      };
      const stored = volume === undefined ? undefined : this.#ghost.at(volume, told.range);
      const behind = (stored?.version ?? told.version) - told.version;
      this.#behindMax = Math.max(this.#behindMax, behind);
    }
  }

  read(): Record<Name, number | null> {
    const none = this.#requestCount === 0;
    return {
      'map.stale-hits': none ? null : this.#hitCount,
      'map.stale-hits.share': none ? null : this.#hitCount / this.#requestCount,
      'map.staleness.max': this.#hitCount === 0 ? null : this.#behindMax,
    };
  }

  #isClient(actor: string): boolean {
    return this.#volumeOf.has(actor);
  }
}

function isRequest(type: string): boolean {
  return type === 'read' || type === 'write';
}
