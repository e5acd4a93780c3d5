// State machine safety of the paper (figure 3): what is committed at an index is committed for
// ever, and the same for all members. So all apply the same records in the same order.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** No two members commit different records at one index. */
export const committedPrefixAgrees: Property = {
  id: 'committed-prefix-agrees',
  mode: 'always',
  summary: 'all members of the map authority commit the same record at the same index',
  kinds: ['mark'],
  monitor: () => new CommittedPrefixMonitor(),
};

interface Committed {
  readonly by: string;
  readonly term: number;
  readonly digest: number;
}

class CommittedPrefixMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #at: Committed[] = [];

  observe(entry: Entry): Finding | null {
    if (!isMark(entry, 'entries.committed')) return null;
    const { firstIndex, entries } = entry.facts;
    for (const [i, { term, digest }] of entries.entries()) {
      const index = firstIndex + i;
      const known = this.#at[index];
      if (known === undefined) {
        this.#at[index] = { by: entry.actor, term, digest };
        continue;
      }
      this.evaluatedCount += 1;
      if (known.term === term && known.digest === digest) continue;
      return {
        what: `'${entry.actor}' committed another record ${index} than '${known.by}'`,
        expected: `record ${known.digest} of term ${known.term}`,
        observed: `record ${digest} of term ${term}`,
      };
    }
    return null;
  }

  end(): null {
    return null;
  }
}
