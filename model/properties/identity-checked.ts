// BLK-10: a slot serves only requests that are for what it holds: this volume, this range, in this
// generation.
//
// What a slot holds is what its host noted last. A host that died may have begun a tenancy without
// having noted it: a request for a later generation than was noted is how one hears of that.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { HostId, VolumeId } from '../map-entry.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { slotText } from './words.ts';

/** No write is accepted by a slot that is somebody else's. */
export const identityChecked: Property = {
  id: 'identity-checked',
  mode: 'always',
  summary: 'a slot accepts only writes for the volume, range and generation that it holds',
  kinds: ['mark'],
  monitor: () => new IdentityMonitor(),
};

interface Tenancy {
  readonly gen: number;
  readonly tenant: string;
}

class IdentityMonitor implements Monitor {
  evaluatedCount = 0;
  /** What each slot holds, by host and slot. */
  readonly #tenancies = new Map<string, Tenancy>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      const { volume, entries } = entry.facts;
      for (const { range, replicas } of entries) {
        for (const { host, slot, gen } of replicas) this.#begin(host, { volume, range, slot, gen });
      }
    } else if (isMark(entry, 'slot.reserved') || isMark(entry, 'entry.adopted')) {
      this.#begin(entry.actor, entry.facts);
    } else if (isMark(entry, 'write.accepted')) {
      return this.#onAccepted(entry);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #begin(
    host: HostId,
    facts: {
      readonly volume: VolumeId;
      readonly range: number;
      readonly slot: number;
      readonly gen: number;
    },
  ): void {
    const { volume, range, slot, gen } = facts;
    const key = `${host}/${slot}`;
    if ((this.#tenancies.get(key)?.gen ?? -1) >= gen) return;
    this.#tenancies.set(key, { gen, tenant: rangeKey(volume, range) });
  }

  #onAccepted(entry: Mark<'write.accepted'>): Finding | null {
    const { actor, facts } = entry;
    const known = this.#tenancies.get(`${actor}/${facts.slot}`);
    if (known === undefined || facts.gen > known.gen) {
      this.#begin(actor, facts);
      return null;
    }
    this.evaluatedCount += 1;
    const tenant = rangeKey(facts.volume, facts.range);
    if (facts.gen === known.gen && tenant === known.tenant) return null;
    return {
      what: `${slotText(actor, facts)} accepted a write that was not for what it holds`,
      expected: `writes of range ${known.tenant} in generation ${known.gen}`,
      observed: `a write of range ${tenant} in generation ${facts.gen}`,
    };
  }
}
