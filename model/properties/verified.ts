// A lost write is noticed only by a read. So each client reads back what it wrote before a run
// may end.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { isOp } from './block-ops.ts';
import { clientOf } from './ghost-map.ts';
import { isMark } from './marks.ts';

/** What was written was read back. */
export const writtenBlocksVerified: Property = {
  id: 'written-blocks-verified',
  mode: 'eventually',
  summary: 'each client that wrote has read all of it back after its last write, unless it is gone',
  kinds: ['op', 'mark', 'stop'],
  monitor: () => new VerifiedMonitor(),
};

class VerifiedMonitor implements Monitor {
  evaluatedCount = 0;
  /** Clients that wrote and have not verified since, and how many writes that were. */
  readonly #unverified = new Map<string, number>();
  /** The same of clients that lost their sessions meanwhile: theirs again once they are back. */
  readonly #fenced = new Map<string, number>();
  readonly #wrote = new Set<string>();

  observe(entry: Entry): null {
    if (isOp(entry, 'write')) {
      // A write that failed was refused before it began.
      if (entry.phase === 'invoke' || entry.phase === 'fail') return null;
      this.#wrote.add(entry.actor);
      this.#unverified.set(entry.actor, (this.#unverified.get(entry.actor) ?? 0) + 1);
    } else if (entry.kind === 'stop') {
      this.#unverified.delete(entry.actor);
      this.#fenced.delete(entry.actor);
      this.#wrote.delete(entry.actor);
    } else if (isMark(entry, 'client.detached')) {
      // Its blocks are another session's to read from now on.
      this.#unverified.delete(clientOf(entry.actor));
    } else if (isMark(entry, 'client.fenced')) {
      move(clientOf(entry.actor), this.#unverified, this.#fenced);
    } else if (isMark(entry, 'attach.granted')) {
      move(entry.facts.client, this.#fenced, this.#unverified);
    } else if (entry.kind === 'mark' && entry.name === 'verified') {
      const client = clientOf(entry.actor);
      this.#unverified.delete(client);
      if (this.#wrote.has(client)) this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [client, count] of this.#unverified) {
      return `'${client}' has not read back ${count} writes`;
    }
    return null;
  }
}

function move(client: string, from: Map<string, number>, to: Map<string, number>): void {
  const count = from.get(client);
  if (count === undefined) return;
  from.delete(client);
  to.set(client, (to.get(client) ?? 0) + count);
}
