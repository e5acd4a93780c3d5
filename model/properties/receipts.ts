// MAP-11: whoever notifies the authority gets a receipt, unless it is gone by then; and whoever
// does so twice gets two.
//
// A receipt may be lost on its way while the answer after it arrives; the client has what it
// wanted and asks no more. So what is waited for is a receipt that was sent. A notification that
// a crash of the authority swallowed was not answered at all: its client asks again, and it is
// waited for until then, unless another like it was answered before. The same for what was durable
// already (MAP-12): it is affirmed in the end, or its session is over.
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
  readonly waiting: Map<string, Waiting>;
  readonly answered: Set<string>;
}

/** A request that has no receipt yet, or fewer than it arrived. */
interface Waiting {
  readonly session: number;
  readonly reqId: number;
  /** Arrivals since the last recovery that have no receipt; 0 if a recovery forgot them all. */
  count: number;
}

interface Request {
  readonly client: string;
  readonly session: number;
  readonly reqId: number;
}

class ReceiptsMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #clients = new Map<string, Correspondence>();

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#endSessions(entry.actor);
    else if (forgets(entry)) this.#forgetArrivals();
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
    let missingCount = 0;
    let first = '';
    for (const [client, { waiting }] of this.#clients) {
      for (const request of waiting.values()) {
        if (missingCount === 0) first = requestText({ client, ...request });
        missingCount += Math.max(1, request.count);
      }
    }
    if (missingCount === 0) return null;
    return `receipts missing for ${missingCount} notifications, the first ${first}`;
  }

  #onReceived(request: Request): void {
    const client = this.#client(request.client);
    const { session, reqId } = request;
    client.session = Math.max(client.session, session);
    if (session <= client.endedSession) return;
    const key = `${session}/${reqId}`;
    const waiting = client.waiting.get(key);
    if (waiting === undefined) client.waiting.set(key, { session, reqId, count: 1 });
    else waiting.count += 1;
  }

  #onReceipt(receipt: Request): void {
    const client = this.#client(receipt.client);
    const key = `${receipt.session}/${receipt.reqId}`;
    client.answered.add(key);
    const waiting = client.waiting.get(key);
    if (waiting === undefined) return;
    waiting.count -= 1;
    if (waiting.count <= 0) client.waiting.delete(key);
    this.evaluatedCount += 1;
  }

  // What arrived before that is forgotten: of each request, its client sends one more.
  #forgetArrivals(): void {
    for (const { waiting, answered } of this.#clients.values()) {
      for (const [key, request] of waiting) {
        if (answered.has(key)) waiting.delete(key);
        else request.count = 0;
      }
    }
  }

  #endSessions(actor: string): void {
    const client = this.#clients.get(actor);
    if (client === undefined) return;
    client.endedSession = client.session;
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

// A recovery, or of several members one that leads no more, and the one that leads instead.
function forgets(entry: Entry): boolean {
  if (isMark(entry, 'log.recovered') || isMark(entry, 'leader.began')) return true;
  return entry.kind === 'mark' && entry.name === 'leader.deposed';
}
