// The writes of a member: one after the other to its log store, in the order they were asked for.
// Entries that follow each other go as one batch.
import type { Outbox } from '../../../sim/index.ts';
import type { CheckpointPieces } from '../checkpoint.ts';
import type { LogStore } from '../log-store.ts';
import type { LogRecord } from '../map-state.ts';
import type { DurableChange } from './state.ts';

interface Asked {
  readonly write: number;
  readonly what: DurableChange<LogRecord>;
}

/** What was asked for and is not durable. */
export class MemberWrites {
  #asked: Asked[] = [];
  /** So many of the first are under way. */
  #underWayCount = 0;

  /** Entries that are not in the store yet. */
  get entryCount(): number {
    let count = 0;
    for (const { what } of this.#asked) if (what.kind === 'entries') count += what.entries.length;
    return count;
  }

  /** A snapshot is to replace what the store has. */
  get isInstalling(): boolean {
    return this.#asked.some(({ what }) => what.kind === 'snapshot');
  }

  ask(asked: Asked): void {
    this.#asked.push(asked);
  }

  /** Begins what comes next unless something is under way; false when there is no room for it. */
  pump(out: Outbox, store: LogStore): boolean {
    const [next] = this.#asked;
    if (next === undefined || this.#underWayCount > 0 || !store.isOpen) return true;
    const { what } = next;
    if (what.kind === 'snapshot' && store.isCheckpointing) return true;
    this.#underWayCount = 1;
    switch (what.kind) {
      case 'term':
        store.saveVote(out, { term: what.term, votedFor: what.votedFor });
        return true;
      case 'refilled':
        store.endRefill(out);
        return true;
      case 'snapshot': {
        const { index, term, snapshot } = what;
        store.install(out, { recordCount: index + 1, term, pieces: snapshot as CheckpointPieces });
        return true;
      }
      case 'entries':
        return this.#append(out, store, what);
    }
  }

  #append(
    out: Outbox,
    store: LogStore,
    first: Extract<DurableChange<LogRecord>, { readonly kind: 'entries' }>,
  ): boolean {
    const entries = first.entries.slice();
    for (const { what } of this.#asked.slice(1)) {
      if (what.kind !== 'entries' || what.index !== first.index + entries.length) break;
      if (entries.length + what.entries.length > store.layout.batchMax) break;
      for (const entry of what.entries) entries.push(entry);
      this.#underWayCount += 1;
    }
    if (entries.length > store.roomCount) return false;
    store.append(out, first.index, entries);
    return true;
  }

  /** What was under way is durable; answers the number of the last of it, or null for nothing. */
  finish(): number | null {
    const done = this.#asked.splice(0, this.#underWayCount);
    this.#underWayCount = 0;
    return done.at(-1)?.write ?? null;
  }

  copy(): MemberWrites {
    const copy = new MemberWrites();
    copy.#asked = this.#asked.slice();
    copy.#underWayCount = this.#underWayCount;
    return copy;
  }
}
