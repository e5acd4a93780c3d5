// Election safety of the paper (figure 3): a majority votes once in a term, so one member leads.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** No term has two leaders. */
export const oneLeaderPerTerm: Property = {
  id: 'one-leader-per-term',
  mode: 'always',
  summary: 'no two members of the map authority are elected in the same term',
  kinds: ['mark'],
  monitor: () => new OneLeaderMonitor(),
};

class OneLeaderMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #leaderOf = new Map<number, string>();

  observe(entry: Entry): Finding | null {
    if (!isMark(entry, 'leader.elected')) return null;
    this.evaluatedCount += 1;
    const { term } = entry.facts;
    const known = this.#leaderOf.get(term);
    this.#leaderOf.set(term, entry.actor);
    if (known === undefined) return null;
    return {
      what: `'${entry.actor}' was elected leader in term ${term}, which had a leader`,
      expected: `'${known}' alone`,
      observed: `'${known}' and then '${entry.actor}'`,
    };
  }

  end(): null {
    return null;
  }
}
