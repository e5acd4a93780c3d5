// BLK-06: who wrote a block reads what it wrote, or something later, from then on.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { sessionOfStamp } from '../stamps.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { CacheLoss } from './cache-loss.ts';
import { StampTable } from './stamp-table.ts';
import { blockText, operationText, stampText } from './words.ts';

/** A client reads its own writes. */
export const readYourWrites: Property = {
  id: 'read-your-writes',
  mode: 'always',
  summary: 'a read returns at least what its own client had written before, in the same session',
  kinds: ['op', 'stop', 'mark'],
  monitor: () => new OwnWritesMonitor(),
};

class OwnWritesMonitor implements Monitor {
  evaluatedCount = 0;
  /** What each client was told is written in its last session. */
  readonly #own = new Map<string, { readonly session: number; readonly stamps: StampTable }>();
  readonly #reads = new OpenOps<Uint32Array>();
  readonly #loss = new CacheLoss();

  observe(entry: Entry): Finding | null {
    this.#loss.take(entry);
    if (entry.kind === 'stop') {
      this.#own.delete(entry.actor);
      this.#reads.forget(entry.actor);
    } else if (isOp(entry, 'write') && entry.phase === 'ok') {
      this.#onWritten(entry);
    } else if (isOp(entry, 'read')) {
      return this.#onRead(entry);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onWritten(entry: OpEntry): void {
    const { volume, block, stamps } = blockOpOf(entry);
    const session = sessionOfStamp(stamps[0] ?? 0);
    let own = this.#own.get(entry.actor);
    if (own === undefined || own.session < session) {
      own = { session, stamps: new StampTable() };
      this.#own.set(entry.actor, own);
    }
    if (own.session > session) return;
    for (const [i, stamp] of stamps.entries()) own.stamps.raise(volume, block + i, stamp);
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, blockCount, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      const own = this.#own.get(entry.actor);
      if (own === undefined || this.#isOver(own.session, volume, entry.actor)) return null;
      const floors = own.stamps.slice(volume, block, blockCount);
      if (floors.some((stamp) => stamp > 0)) this.#reads.begin(entry, floors);
      return null;
    }
    const own = this.#reads.end(entry);
    if (entry.phase !== 'ok' || own === undefined) return null;
    this.evaluatedCount += 1;
    for (const [i, written] of own.entries()) {
      const found = stamps[i] ?? 0;
      if (found >= written) continue;
      return {
        what: `read, ${operationText(entry)}, missed what its own client wrote`,
        expected: `${stampText(written)} or later in ${blockText(volume, block + i)}`,
        observed: stampText(found),
      };
    }
    return null;
  }

  // What caches have lost is written again by the session that wrote it, and by no later one.
  #isOver(session: number, volume: string, client: string): boolean {
    return this.#loss.isVolatile(volume) && session !== this.#loss.sessionOf(volume, client);
  }
}
