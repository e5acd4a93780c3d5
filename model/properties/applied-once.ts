// MAP-14: a request that is repeated is decided once; the repetition hears the first decision.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type Mark } from './marks.ts';
import { rangeText, requestText } from './words.ts';

/** Requests are idempotent. */
export const appliedOnce: Property = {
  id: 'applied-once',
  mode: 'always',
  summary: 'each change that a request asks for is decided once, however often the request arrives',
  kinds: ['mark'],
  monitor: () => new AppliedOnceMonitor(),
};

class AppliedOnceMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #decided = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'map.applied')) {
      return this.#decide(entry, `applied as version ${entry.facts.version}`);
    }
    if (isMark(entry, 'map.refused')) {
      return this.#decide(entry, `refused as ${entry.facts.reason}`);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #decide(entry: Mark<'map.applied'> | Mark<'map.refused'>, decision: string): Finding | null {
    const { volume, range } = entry.facts;
    const request = requestText(entry.facts);
    const key = `${request} ${rangeText(volume, range)}`;
    const before = this.#decided.get(key);
    this.evaluatedCount += 1;
    if (before === undefined) {
      this.#decided.set(key, decision);
      return null;
    }
    return {
      what: `${request} was decided twice for ${rangeText(volume, range)}`,
      expected: `${before}, once`,
      observed: `then ${decision}`,
    };
  }
}
