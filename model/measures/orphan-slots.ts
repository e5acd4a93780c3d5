// Slots that hold a range which the stored map does not place there: reserved and not yet, or no
// longer, named. They are what garbage collection is for.
import type { Entry, Meter, MeterFold } from '../../sim/index.ts';
import { isMark, tenancyKey } from '../properties/marks.ts';

type Name = 'slots.orphan.max' | 'slots.orphan.end';

/** Slots that the map does not know. */
export const orphanSlots: Meter<Name> = {
  measures: {
    'slots.orphan.max': {
      unit: 'count',
      summary: 'most slots at once that were taken and not named by the map',
    },
    'slots.orphan.end': { unit: 'count', summary: 'such slots at the end of the run' },
  },
  kinds: ['mark'],
  begin: () => new OrphanSlots(),
};

class OrphanSlots implements MeterFold<Name> {
  readonly #taken = new Set<string>();
  readonly #named = new Set<string>();
  #orphanCount = 0;
  #orphanMax = 0;

  observe(entry: Entry): void {
    if (isMark(entry, 'slot.reserved')) this.#take(tenancyKey(entry.actor, entry.facts));
    else if (isMark(entry, 'slot.freed')) this.#free(tenancyKey(entry.actor, entry.facts));
    else if (isMark(entry, 'volume.created')) {
      for (const { replicas } of entry.facts.entries) {
        for (const replica of replicas) {
          const key = tenancyKey(replica.host, replica);
          this.#name(key);
          this.#take(key);
        }
      }
    } else if (isMark(entry, 'map.applied')) {
      const { previous, replicas } = entry.facts;
      for (const replica of previous) this.#unname(tenancyKey(replica.host, replica));
      for (const replica of replicas) this.#name(tenancyKey(replica.host, replica));
    } else return;
    this.#orphanMax = Math.max(this.#orphanMax, this.#orphanCount);
  }

  read(): Record<Name, number | null> {
    const none = this.#taken.size === 0 && this.#orphanMax === 0;
    return {
      'slots.orphan.max': none ? null : this.#orphanMax,
      'slots.orphan.end': none ? null : this.#orphanCount,
    };
  }

  #take(key: string): void {
    if (this.#taken.has(key)) return;
    this.#taken.add(key);
    if (!this.#named.has(key)) this.#orphanCount += 1;
  }

  #free(key: string): void {
    if (!this.#taken.delete(key)) return;
    if (!this.#named.has(key)) this.#orphanCount -= 1;
  }

  #name(key: string): void {
    if (this.#named.has(key)) return;
    this.#named.add(key);
    if (this.#taken.has(key)) this.#orphanCount -= 1;
  }

  #unname(key: string): void {
    if (!this.#named.delete(key)) return;
    if (this.#taken.has(key)) this.#orphanCount += 1;
  }
}
