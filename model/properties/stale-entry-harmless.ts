// MAP-18: whoever asks by an old entry is turned away by those who know a newer one.
//
// A member that has not adopted the next configuration yet may still serve the last: the next one
// has all that it accepts. One that has adopted it may not.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, tenancyKey } from './marks.ts';
import { rangeText, slotText } from './words.ts';

/** Old entries are refused, not served. */
export const staleEntryHarmless: Property = {
  id: 'stale-entry-harmless',
  mode: 'always',
  summary: 'a host that knows a newer entry of a range serves nobody who asks by an older one',
  kinds: ['mark'],
  monitor: () => new StaleEntryHarmlessMonitor(),
};

class StaleEntryHarmlessMonitor implements Monitor {
  evaluatedCount = 0;
  /** The entry that each slot has adopted. */
  readonly #adopted = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'entry.adopted')) {
      const key = tenancyKey(entry.actor, entry.facts);
      this.#adopted.set(key, Math.max(entry.facts.cfgEpoch, this.#adopted.get(key) ?? 0));
    } else if (isMark(entry, 'stale-map.refused')) {
      this.evaluatedCount += 1;
    } else if (isMark(entry, 'stale-map.served')) {
      const { volume, range, version, known } = entry.facts;
      return {
        what: `a request by an old entry of ${rangeText(volume, range)} was served`,
        expected: `a refusal: the host knew version ${known}`,
        observed: `an answer to a request by version ${version}`,
      };
    } else if (isMark(entry, 'write.accepted')) {
      const { cfgEpoch } = entry.facts;
      const adopted = this.#adopted.get(tenancyKey(entry.actor, entry.facts));
      if (adopted === undefined || cfgEpoch >= adopted) return null;
      return {
        what: `${slotText(entry.actor, entry.facts)} accepted a write by an old entry`,
        expected: `a refusal: the host knew version ${adopted}`,
        observed: `a write by version ${cfgEpoch}`,
      };
    }
    return null;
  }

  end(): null {
    return null;
  }
}
