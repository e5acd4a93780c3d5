// A receipt `applied` says more than one `logged`: every change that the request asks for was
// decided, and the stored map shows it.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type Mark, type MarkFacts } from './marks.ts';
import { rangeText, requestText } from './words.ts';

/** Receipts of the highest level are sent for what has taken effect. */
export const receiptImpliesApplied: Property = {
  id: 'receipt-implies-applied',
  mode: 'always',
  summary: 'when a receipt says `applied`, each change that its request asks for was decided',
  kinds: ['mark'],
  monitor: () => new ReceiptAppliedMonitor(),
};

class ReceiptAppliedMonitor implements Monitor {
  evaluatedCount = 0;
  /** Ranges that a request asks to change and that were not decided yet. */
  readonly #open = new Map<string, Set<number>>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'notification.received')) this.#onReceived(entry);
    else if (isMark(entry, 'map.applied') || isMark(entry, 'map.refused')) {
      this.#open.get(keyOf(entry.facts))?.delete(entry.facts.range);
    } else if (isMark(entry, 'receipt.sent')) return this.#onReceipt(entry);
    return null;
  }

  end(): null {
    return null;
  }

  // A repetition asks for nothing that the first arrival did not ask for.
  #onReceived({ facts }: Mark<'notification.received'>): void {
    const { changes = [] } = facts;
    const key = keyOf(facts);
    if (changes.length > 0 && !this.#open.has(key)) this.#open.set(key, new Set(changes));
  }

  #onReceipt({ facts }: Mark<'receipt.sent'>): Finding | null {
    if (facts.status !== 'applied') return null;
    const open = this.#open.get(keyOf(facts));
    if (open === undefined) return null;
    this.evaluatedCount += 1;
    for (const range of open) {
      return {
        what: `${requestText(facts)} was affirmed as applied before it was`,
        expected: `${rangeText(facts.volume, range)} changed or refused by then`,
        observed: `${open.size} of its changes not decided`,
      };
    }
    return null;
  }
}

function keyOf(request: Omit<MarkFacts['notification.received'], 'payload'>): string {
  return `${request.volume} ${request.client} ${request.session} ${request.reqId}`;
}
