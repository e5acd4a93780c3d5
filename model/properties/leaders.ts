// Who leads the map authority, as the record tells it.
//
// A member that was deposed may hear late that its last records are committed, and note them when
// its successor has gone on: what it says of the map is true and out of order.
import type { Entry } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** Folds the marks of leaders. */
export class Leaders {
  #leader: string | null = null;
  #term = -1;

  take(entry: Entry): void {
    if (!isMark(entry, 'leader.began') || entry.facts.term < this.#term) return;
    this.#leader = entry.actor;
    this.#term = entry.facts.term;
  }

  /** Whether another member leads by now; never in an authority with one member. */
  isDeposed(actor: string): boolean {
    return this.#leader !== null && this.#leader !== actor;
  }
}
