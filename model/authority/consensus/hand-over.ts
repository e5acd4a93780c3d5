// What the authority of a member is given: committed records, each once and in order. Those of an
// own proposal come together, as their requesters get their answers together.
import { digestOf } from '../../digest.ts';
import type { LogEntry } from '../log.ts';
import type { LogRecord } from '../map-state.ts';
import { type Consensus, entryAt } from './state.ts';

/** Records that are committed and were not handed over before. */
export interface HandedOver {
  readonly firstIndex: number;
  readonly entries: readonly LogEntry[];
}

/** How far the authority is. */
export class HandOver {
  /** The last record that it was given. */
  lastIndex = -1;
  #proposals: { readonly first: number; readonly last: number }[] = [];

  /** Own proposals that are under way. */
  get proposalCount(): number {
    return this.#proposals.length;
  }

  /** The authority has the state after this record, or none yet. */
  restart(lastIndex: number): void {
    this.lastIndex = lastIndex;
    this.#proposals = [];
  }

  propose(first: number, count: number): void {
    this.#proposals.push({ first, last: first + count - 1 });
  }

  /** Whoever proposed leads no more: what is committed of it belongs to nobody. */
  forgetProposals(): void {
    this.#proposals = [];
  }

  /** What can be handed over now, or null. */
  take(state: Consensus<LogRecord>): HandedOver | null {
    let lastIndex = state.commitIndex;
    while (this.#proposals[0] !== undefined && this.#proposals[0].last <= lastIndex) {
      this.#proposals.shift();
    }
    const [cut] = this.#proposals;
    if (cut !== undefined) lastIndex = Math.min(lastIndex, cut.first - 1);
    const firstIndex = this.lastIndex + 1;
    if (lastIndex < firstIndex) return null;
    this.lastIndex = lastIndex;
    const count = lastIndex - firstIndex + 1;
    return {
      firstIndex,
      entries: Array.from({ length: count }, (_, i) => entryAt(state, firstIndex + i)),
    };
  }

  copy(): HandOver {
    const copy = new HandOver();
    copy.lastIndex = this.lastIndex;
    copy.#proposals = this.#proposals.slice();
    return copy;
  }
}

/** The facts of a hand-over, for the record: each record by its hash. */
export function committedFacts({ firstIndex, entries }: HandedOver) {
  return {
    firstIndex,
    entries: entries.map(({ term, record }) => ({ term, digest: digestOf(record) })),
  };
}
