// MAP-25: no slot is lost. What a host counts of its slots of each kind is what its device has, and
// those with a tenant are those that the record tells of: as the host found them when it began,
// and what was reserved and freed since.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import { isMark, type Mark } from './marks.ts';

/** Each slot of a host is of one kind, and tenants have those that they got. */
export const slotsAddUp: Property = {
  id: 'slots-add-up',
  mode: 'always',
  summary: 'the slots that a host counts are all that it has, and tenants have those they got',
  kinds: ['mark', 'stop'],
  monitor: () => new SlotCountMonitor(),
};

class SlotCountMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #capacities = new Map<HostId, number>();
  /** Slots with a tenant, of hosts that have counted since they began. */
  readonly #tenancies = new Map<HostId, Set<number>>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'slots.counted')) return this.#onCounted(entry);
    if (entry.kind === 'stop' || isMark(entry, 'host.recovered')) {
      this.#tenancies.delete(entry.actor);
    } else if (isMark(entry, 'slot.reserved')) {
      this.#tenancies.get(entry.actor)?.add(entry.facts.slot);
    } else if (isMark(entry, 'slot.read') && entry.facts.isTenancy) {
      this.#tenancies.get(entry.actor)?.add(entry.facts.slot);
    } else if (isMark(entry, 'slot.freed')) {
      this.#tenancies.get(entry.actor)?.delete(entry.facts.slot);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onCounted({ actor, facts }: Mark<'slots.counted'>): Finding | null {
    const { capacity, vacant, resting, changing, shadows, unread, tenancies } = facts;
    this.evaluatedCount += 1;
    const known = this.#capacities.get(actor) ?? capacity;
    this.#capacities.set(actor, known);
    const sum = vacant + resting + changing + shadows + unread + tenancies.length;
    if (capacity !== known || sum !== known) {
      return {
        what: `'${actor}' counts other slots than it has`,
        expected: `${known} slots, each of one kind`,
        observed:
          `${sum} of ${capacity}: ${vacant} vacant, ${resting} resting, ${changing} changing, ` +
          `${tenancies.length} with a tenant, ${shadows} shadows, ${unread} unread`,
      };
    }
    const before = this.#tenancies.get(actor);
    this.#tenancies.set(actor, before ?? new Set(tenancies));
    return before === undefined ? null : compare(actor, before, tenancies);
  }
}

function compare(
  host: HostId,
  expected: ReadonlySet<number>,
  counted: readonly number[],
): Finding | null {
  const found = new Set(counted);
  const odd = [...counted, ...expected].find((slot) => expected.has(slot) !== found.has(slot));
  if (odd === undefined) return null;
  const words = (isThere: boolean) => (isThere ? 'a tenant' : 'no tenant');
  return {
    what: `'${host}' counts slot ${odd} otherwise than it was reserved and freed`,
    expected: words(expected.has(odd)),
    observed: words(found.has(odd)),
  };
}
