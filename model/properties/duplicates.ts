// MAP-11: whoever asks the same twice hears the same twice.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isDecided, isMark, type Mark } from './marks.ts';
import { rangesText, requestText } from './words.ts';

/** A repetition is affirmed as one, and hears the outcome of the first. */
export const duplicatesAnsweredAlike: Property = {
  id: 'duplicates-answered-alike',
  mode: 'always',
  summary: 'a repeated request is logged once, and hears the same changes as the first time',
  kinds: ['mark'],
  monitor: () => new DuplicatesMonitor(),
};

interface Affirmed {
  readonly payload: number;
  /** Null when the first receipt that was seen was one for a repetition. */
  readonly logIndex: number | null;
}

class DuplicatesMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #affirmed = new Map<string, Affirmed>();
  readonly #told = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'receipt.sent')) return this.#onReceipt(entry);
    return isMark(entry, 'map.updated.sent') ? this.#onUpdated(entry) : null;
  }

  end(): null {
    return null;
  }

  #onReceipt(entry: Mark<'receipt.sent'>): Finding | null {
    const { status, payload, logIndex } = entry.facts;
    const isAffirmed = isDecided(status) || status === 'duplicate';
    if (!isAffirmed && status !== 'conflict') return null;
    const key = keyOf(entry);
    const before = this.#affirmed.get(key);
    if (before === undefined) {
      if (isAffirmed) this.#affirmed.set(key, { payload, logIndex });
      return null;
    }
    if (before.payload !== payload) return null;
    this.evaluatedCount += 1;
    const isAnother = isDecided(status) && logIndex !== before.logIndex;
    if (isAffirmed && !isAnother) return null;
    return {
      what: `${requestText(entry.facts)} was repeated and not taken for a repetition`,
      expected: `a receipt 'duplicate', as record ${before.logIndex} is what it asks for`,
      observed: `a receipt '${status}'${isAnother ? ` as record ${logIndex}` : ''}`,
    };
  }

  #onUpdated(entry: Mark<'map.updated.sent'>): Finding | null {
    const { applied, refused } = entry.facts;
    const versions = applied.map(({ range, version }) => `${range} at version ${version}`);
    const told = `applied ${rangesText(versions)}; refused ${rangesText(refused)}`;
    const key = keyOf(entry);
    const before = this.#told.get(key);
    if (before === undefined) {
      this.#told.set(key, told);
      return null;
    }
    this.evaluatedCount += 1;
    if (before === told) return null;
    return {
      what: `${requestText(entry.facts)} was repeated and heard something else`,
      expected: before,
      observed: told,
    };
  }
}

function keyOf(entry: Mark<'receipt.sent'> | Mark<'map.updated.sent'>): string {
  return `${requestText(entry.facts)} of '${entry.facts.volume}'`;
}
