// MAP-21: a leader that begins knows every record that a receipt was sent for, by whomever.
//
// Its state is that of its log up to `logIndex`; what it committed there before, and what it goes
// on to commit, must be what the receipt was for.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type MarkFacts } from './marks.ts';
import { requestText } from './words.ts';

/** No receipt is forgotten when the leader changes. */
export const failoverCompleteness: Property = {
  id: 'failover-completeness',
  mode: 'always',
  summary: 'a new leader of the map authority knows every record that had its receipt',
  kinds: ['mark'],
  monitor: () => new FailoverMonitor(),
};

interface Promise {
  readonly index: number;
  readonly digest: number | undefined;
  readonly to: string;
}

class FailoverMonitor implements Monitor {
  evaluatedCount = 0;
  /** The last promise, and all of them by index. */
  #last: Promise | null = null;
  readonly #promises = new Map<number, Promise>();
  /** What each member committed, by index; of the last it said. */
  readonly #digests = new Map<string, Map<number, number>>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'entries.committed')) return this.#onCommitted(entry.actor, entry.facts);
    if (isMark(entry, 'receipt.sent')) this.#onReceipt(entry.actor, entry.facts);
    if (!isMark(entry, 'leader.began') || this.#last === null) return null;
    this.evaluatedCount += 1;
    if (entry.facts.logIndex >= this.#last.index) return null;
    return {
      what: `the new leader '${entry.actor}' does not know ${this.#last.to}`,
      expected: `a log up to record ${this.#last.index} or later`,
      observed: `a log up to record ${entry.facts.logIndex}`,
    };
  }

  end(): null {
    return null;
  }

  #onCommitted(actor: string, facts: MarkFacts['entries.committed']): Finding | null {
    const own = this.#digests.get(actor) ?? new Map<number, number>();
    this.#digests.set(actor, own);
    for (const [i, { digest }] of facts.entries.entries()) {
      const index = facts.firstIndex + i;
      own.set(index, digest);
      const promise = this.#promises.get(index);
      if (promise?.digest === undefined || promise.digest === digest) continue;
      return {
        what: `'${actor}' committed another record than ${promise.to} had its receipt for`,
        expected: `record ${promise.digest} at index ${index}`,
        observed: `record ${digest}`,
      };
    }
    return null;
  }

  #onReceipt(actor: string, facts: MarkFacts['receipt.sent']): void {
    const { status, logIndex: index } = facts;
    if (status !== 'logged' || index === null) return;
    const digest = this.#digests.get(actor)?.get(index);
    const promise = { index, digest, to: requestText(facts) };
    this.#promises.set(index, promise);
    if (this.#last === null || index >= this.#last.index) this.#last = promise;
  }
}
