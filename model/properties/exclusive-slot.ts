// MAP-05: one tenancy of a slot belongs to one range of one volume, for ever.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import { isMark, rangeKey, tenancyKey } from './marks.ts';
import { slotText } from './words.ts';

/** No slot is given to two ranges in one tenancy. */
export const exclusiveSlot: Property = {
  id: 'exclusive-slot',
  mode: 'always',
  summary: 'a slot in one generation is bound to one range of one volume only',
  kinds: ['mark'],
  monitor: () => new ExclusiveSlotMonitor(),
};

class ExclusiveSlotMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #tenants = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'map.applied')) {
      const { volume, range, replicas } = entry.facts;
      return this.#bindAll(rangeKey(volume, range), replicas);
    }
    if (isMark(entry, 'slot.reserved') || isMark(entry, 'entry.adopted')) {
      const { volume, range, slot, gen } = entry.facts;
      return this.#bind(rangeKey(volume, range), { host: entry.actor, slot, gen });
    }
    if (!isMark(entry, 'volume.created')) return null;
    for (const { range, replicas } of entry.facts.entries) {
      const finding = this.#bindAll(rangeKey(entry.facts.volume, range), replicas);
      if (finding !== null) return finding;
    }
    return null;
  }

  end(): null {
    return null;
  }

  #bindAll(tenant: string, places: readonly Place[]): Finding | null {
    for (const place of places) {
      const finding = this.#bind(tenant, place);
      if (finding !== null) return finding;
    }
    return null;
  }

  #bind(tenant: string, place: Place): Finding | null {
    const key = tenancyKey(place.host, place);
    const bound = this.#tenants.get(key);
    if (bound === undefined) {
      this.#tenants.set(key, tenant);
      return null;
    }
    this.evaluatedCount += 1;
    if (bound === tenant) return null;
    return {
      what: `${slotText(place.host, place)} was given to two ranges`,
      expected: `range ${bound} only`,
      observed: `range ${tenant}`,
    };
  }
}

interface Place {
  readonly host: HostId;
  readonly slot: number;
  readonly gen: number;
}
