// MAP-12: a receipt `logged` is a promise that a crash cannot break.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';
import { requestText } from './words.ts';

/** Receipts are sent for what is durable, and every recovery finds it. */
export const receiptImpliesDurable: Property = {
  id: 'receipt-implies-durable',
  mode: 'always',
  summary: 'what a receipt says is logged is durable when it is sent, and found by each recovery',
  kinds: ['mark'],
  monitor: () => new ReceiptDurableMonitor(),
};

class ReceiptDurableMonitor implements Monitor {
  evaluatedCount = 0;
  #promisedIndex = -1;
  #promisedTo = '';

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'receipt.sent')) {
      const { status, logIndex, durableIndex } = entry.facts;
      // A receipt `received` promises nothing of the kind.
      if ((status !== 'logged' && status !== 'applied') || logIndex === null) return null;
      this.evaluatedCount += 1;
      if (logIndex > this.#promisedIndex) {
        this.#promisedIndex = logIndex;
        this.#promisedTo = requestText(entry.facts);
      }
      if (durableIndex >= logIndex) return null;
      return {
        what: `${requestText(entry.facts)} got its receipt before its record was durable`,
        expected: `the log durable up to record ${logIndex}`,
        observed: `durable up to record ${durableIndex}`,
      };
    }
    if (!isMark(entry, 'log.recovered') || this.#promisedIndex < 0) return null;
    this.evaluatedCount += 1;
    if (entry.facts.logIndex >= this.#promisedIndex) return null;
    return {
      what: `a recovery lost ${this.#promisedTo}, whose receipt said that it was logged`,
      expected: `a log up to record ${this.#promisedIndex} or later`,
      observed: `a log up to record ${entry.facts.logIndex}`,
    };
  }

  end(): null {
    return null;
  }
}
