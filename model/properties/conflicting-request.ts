// MAP-14: a request id stands for one request. Another one under the same id, which a client sends
// whose counter went back, is an error and changes nothing.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isDecided, isMark } from './marks.ts';
import { requestText } from './words.ts';

/** Another payload under an id that was used is refused. */
export const conflictingRequestRefused: Property = {
  id: 'conflicting-request-refused',
  mode: 'always',
  summary: 'another request under the id of one that was logged is told so, and not taken for it',
  kinds: ['mark'],
  monitor: () => new ConflictMonitor(),
};

class ConflictMonitor implements Monitor {
  evaluatedCount = 0;
  /** What the first request under an id asks for, by hash. */
  readonly #payloads = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    if (!isMark(entry, 'receipt.sent')) return null;
    const { volume, payload, status } = entry.facts;
    const isRefusal = status === 'conflict' || status === 'answered';
    const isAffirmed = isDecided(status) || status === 'duplicate';
    if (!isAffirmed && !isRefusal) return null;
    const key = `${requestText(entry.facts)} of '${volume}'`;
    const first = this.#payloads.get(key);
    if (first === undefined) {
      if (isAffirmed) this.#payloads.set(key, payload);
      return null;
    }
    if (first === payload) return null;
    this.evaluatedCount += 1;
    if (isRefusal) return null;
    return {
      what: `${requestText(entry.facts)} was affirmed, but its id stands for another request`,
      expected: `a receipt 'conflict', as the id stands for a request with hash ${first}`,
      observed: `a receipt '${status}' for one with hash ${payload}`,
    };
  }

  end(): null {
    return null;
  }
}
