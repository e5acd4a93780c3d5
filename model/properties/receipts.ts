// MAP-11: whoever notifies the authority gets a receipt, unless it is gone by then.
//
// A receipt may be lost on its way while the answer after it arrives; the client has what it
// wanted and asks no more. So what is waited for is a receipt that was sent. A notification that
// a crash of the authority swallowed was not answered at all: its client asks again, and it is
// waited for until then.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { clientOf } from './ghost-map.ts';
import { isMark } from './marks.ts';
import { requestText } from './words.ts';

/** Every notification that arrived is affirmed. */
export const receiptForEveryNotification: Property = {
  id: 'receipt-for-every-notification',
  mode: 'eventually',
  summary: 'each notification that the authority received is answered by a receipt in the end',
  kinds: ['mark', 'stop'],
  monitor: () => new ReceiptsMonitor(),
};

interface Correspondence {
  /** The highest session that the client was seen in. */
  session: number;
  /** Sessions up to this one are over: nobody waits for their receipts. */
  endedSession: number;
  readonly waiting: Map<string, { readonly session: number; readonly reqId: number }>;
  readonly answered: Set<string>;
}

interface Request {
  readonly client: string;
  readonly session: number;
  readonly reqId: number;
}

class ReceiptsMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #clients = new Map<string, Correspondence>();
  #waitingCount = 0;

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#endSessions(entry.actor);
    else if (isMark(entry, 'notification.received')) this.#onReceived(entry.facts);
    else if (isMark(entry, 'receipt.sent')) this.#onReceipt(entry.facts);
    else if (isMark(entry, 'notification.sent')) {
      const client = this.#client(clientOf(entry.actor));
      client.session = Math.max(client.session, entry.facts.session);
    } else if (entry.kind === 'mark' && entry.name === 'client.fenced') {
      this.#endSessions(clientOf(entry.actor));
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    if (this.#waitingCount === 0) return null;
    for (const [client, { waiting }] of this.#clients) {
      for (const request of waiting.values()) {
        const first = requestText({ client, ...request });
        return `receipts missing for ${this.#waitingCount} notifications, the first ${first}`;
      }
    }
    return null;
  }

  #onReceived(request: Request): void {
    const client = this.#client(request.client);
    const { session, reqId } = request;
    client.session = Math.max(client.session, session);
    const key = `${session}/${reqId}`;
    if (session <= client.endedSession || client.answered.has(key) || client.waiting.has(key)) {
      return;
    }
    client.waiting.set(key, { session, reqId });
    this.#waitingCount += 1;
  }

  #onReceipt(receipt: Request): void {
    const client = this.#client(receipt.client);
    const key = `${receipt.session}/${receipt.reqId}`;
    client.answered.add(key);
    if (!client.waiting.delete(key)) return;
    this.#waitingCount -= 1;
    this.evaluatedCount += 1;
  }

  #endSessions(actor: string): void {
    const client = this.#clients.get(actor);
    if (client === undefined) return;
    client.endedSession = client.session;
    this.#waitingCount -= client.waiting.size;
    client.waiting.clear();
  }

  #client(id: string): Correspondence {
    let client = this.#clients.get(id);
    if (client === undefined) {
      client = { session: 0, endedSession: 0, waiting: new Map(), answered: new Set() };
      this.#clients.set(id, client);
    }
    return client;
  }
}
