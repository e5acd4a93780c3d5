// MAP-11: whoever notifies the authority gets a receipt, unless it is gone by then; and whoever
// does so twice gets two.
//
// A receipt may be lost on its way while the answer after it arrives; the client has what it
// wanted and asks no more. So what is waited for is a receipt that was sent. A notification that
// a crash of the authority swallowed was not answered at all: its client asks again, and it is
// waited for until then, unless another like it was answered before, or its client has asked for
// the same by another one. The same for what was durable already (MAP-12): it is affirmed in the
// end, or its session is over.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
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

/** What a client and the authority say of one volume. */
interface Correspondence {
  /** The last request that the client was seen to make, in its highest session. */
  session: number;
  reqId: number;
  /** Nobody waits for receipts of sessions before this one, nor in it up to this request. */
  endedSession: number;
  endedReqId: number;
  readonly waiting: Map<string, Waiting>;
  /** Those that have a receipt, and those that are not repeated any more. */
  readonly answered: Set<string>;
  readonly withdrawn: Set<string>;
}

/** A request that has no receipt yet, or fewer than it arrived. */
interface Waiting {
  readonly session: number;
  readonly reqId: number;
  /** Arrivals since the last recovery that have no receipt; 0 if a recovery forgot them all. */
  count: number;
}

interface Request {
  readonly volume: VolumeId;
  readonly client: string;
  readonly session: number;
  readonly reqId: number;
}

class ReceiptsMonitor implements Monitor {
  evaluatedCount = 0;
  /** By client and volume: an actor may hold one, or move copies of many. */
  readonly #clients = new Map<string, Map<VolumeId, Correspondence>>();

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#onStop(entry.actor);
    else if (forgets(entry)) this.#forgetArrivals();
    else if (isMark(entry, 'notification.received')) this.#onReceived(entry.facts);
    else if (isMark(entry, 'receipt.sent')) this.#onReceipt(entry.facts);
    else if (isMark(entry, 'notification.sent')) {
      const { volume } = entry.facts;
      note(this.#of(clientOf(entry.actor), volume), entry.facts);
    } else if (isMark(entry, 'notification.withdrawn')) {
      withdraw(this.#of(clientOf(entry.actor), entry.facts.volume), entry.facts);
    } else if (isMark(entry, 'client.fenced')) {
      const about = this.#of(clientOf(entry.actor), entry.facts.volume);
      endRequests(about, Number.POSITIVE_INFINITY);
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    let missingCount = 0;
    let first = '';
    for (const [client, volumes] of this.#clients) {
      for (const { waiting } of volumes.values()) {
        for (const request of waiting.values()) {
          if (missingCount === 0) first = requestText({ client, ...request });
          missingCount += Math.max(1, request.count);
        }
      }
    }
    if (missingCount === 0) return null;
    return `receipts missing for ${missingCount} notifications, the first ${first}`;
  }

  #onReceived(request: Request): void {
    const about = this.#of(request.client, request.volume);
    const { session, reqId } = request;
    note(about, request);
    if (session < about.endedSession) return;
    if (session === about.endedSession && reqId <= about.endedReqId) return;
    const key = keyOf(request);
    const waiting = about.waiting.get(key);
    if (waiting === undefined) about.waiting.set(key, { session, reqId, count: 1 });
    else waiting.count += 1;
  }

  #onReceipt(receipt: Request): void {
    const about = this.#of(receipt.client, receipt.volume);
    const key = keyOf(receipt);
    about.answered.add(key);
    const waiting = about.waiting.get(key);
    if (waiting === undefined) return;
    waiting.count -= 1;
    if (waiting.count <= 0) about.waiting.delete(key);
    this.evaluatedCount += 1;
  }

  // What arrived before that is forgotten: of each request, its client sends one more.
  #forgetArrivals(): void {
    for (const volumes of this.#clients.values()) {
      for (const { waiting, answered, withdrawn } of volumes.values()) {
        for (const [key, request] of waiting) {
          if (answered.has(key) || withdrawn.has(key)) waiting.delete(key);
          else request.count = 0;
        }
      }
    }
  }

  // An optimizer goes on in the same session, with ids that it never used.
  #onStop(actor: string): void {
    for (const about of this.#clients.get(actor)?.values() ?? []) endRequests(about, about.reqId);
  }

  #of(client: string, volume: VolumeId): Correspondence {
    const volumes = this.#clients.get(client) ?? new Map<VolumeId, Correspondence>();
    this.#clients.set(client, volumes);
    let about = volumes.get(volume);
    if (about === undefined) {
      about = {
        session: 0,
        reqId: 0,
        endedSession: 0,
        endedReqId: 0,
        waiting: new Map(),
        answered: new Set(),
        withdrawn: new Set(),
      };
      volumes.set(volume, about);
    }
    return about;
  }
}

// A recovery, or of several members one that leads no more, and the one that leads instead.
function forgets(entry: Entry): boolean {
  if (isMark(entry, 'log.recovered') || isMark(entry, 'leader.began')) return true;
  return entry.kind === 'mark' && entry.name === 'leader.deposed';
}

function keyOf({ session, reqId }: Pick<Request, 'session' | 'reqId'>): string {
  return `${session}/${reqId}`;
}

// What is on its way still is answered; what was forgotten does not come again.
function withdraw(about: Correspondence, request: Pick<Request, 'session' | 'reqId'>): void {
  const key = keyOf(request);
  about.withdrawn.add(key);
  if (about.waiting.get(key)?.count === 0) about.waiting.delete(key);
}

function note(about: Correspondence, { session, reqId }: Pick<Request, 'session' | 'reqId'>): void {
  if (session < about.session) return;
  about.reqId = session > about.session ? reqId : Math.max(about.reqId, reqId);
  about.session = session;
}

function endRequests(about: Correspondence, reqId: number): void {
  about.endedSession = about.session;
  about.endedReqId = reqId;
  about.waiting.clear();
}
