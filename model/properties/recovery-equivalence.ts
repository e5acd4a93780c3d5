// MAP-20: recovery leads to the state before the crash, no less, and never to one half-way.
//
//   records   0 ........ 9 | 10 .... 14
//             flushed        in flight when the authority died: durable as a whole or not at all
//
// Of several members each recovers for itself, and what its state is shows when it applies what is
// committed: see member-states.ts.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';
import { MemberStates } from './member-states.ts';

/** Replaying the log gives the state that was there. */
export const recoveryEquivalence: Property = {
  id: 'recovery-equivalence',
  mode: 'always',
  summary: 'a recovery finds every flushed record, and leads to the state that there was after it',
  kinds: ['mark'],
  monitor: () => new RecoveryMonitor(),
};

class RecoveryMonitor implements Monitor {
  #evaluatedCount = 0;
  readonly #members = new MemberStates();
  /** The state after the last record that is known to be durable. */
  #logIndex = -1;
  #digest: string | null = null;
  /** The last record of the batch that was on its way to the device; null where nobody said so. */
  #submittedIndex: number | null = null;

  get evaluatedCount(): number {
    return this.#evaluatedCount + this.#members.evaluatedCount;
  }

  observe(entry: Entry): Finding | null {
    const finding = this.#members.observe(entry);
    if (finding !== null) return finding;
    if (isMark(entry, 'log.submitted')) {
      this.#submittedIndex = entry.facts.logIndex;
    } else if (isMark(entry, 'log.flushed')) {
      this.#logIndex = entry.facts.logIndex;
      this.#digest = null;
    } else if (isMark(entry, 'state.digest')) {
      this.#logIndex = entry.facts.logIndex;
      this.#digest = entry.facts.digest;
    } else if (isMark(entry, 'log.recovered')) {
      const { logIndex, digest } = entry.facts;
      const before = {
        logIndex: this.#logIndex,
        digest: this.#digest,
        submittedIndex: this.#submittedIndex,
      };
      this.#submittedIndex = null;
      this.#logIndex = logIndex;
      this.#digest = digest;
      return this.#compare(before, { logIndex, digest });
    }
    return null;
  }

  end(): null {
    return null;
  }

  #compare(
    before: {
      readonly logIndex: number;
      readonly digest: string | null;
      readonly submittedIndex: number | null;
    },
    after: { readonly logIndex: number; readonly digest: string },
  ): Finding | null {
    const { submittedIndex } = before;
    if (before.logIndex < 0 && submittedIndex === null) return null;
    if (after.logIndex < before.logIndex) {
      this.#evaluatedCount += 1;
      return {
        what: 'a recovery of the map authority lost records that had been flushed',
        expected: `a log up to record ${before.logIndex} or later`,
        observed: `a log up to record ${after.logIndex}`,
      };
    }
    // What was in flight has become durable: nobody knows what state it was to lead to.
    if (after.logIndex > before.logIndex) {
      if (submittedIndex === null || after.logIndex === submittedIndex) return null;
      this.#evaluatedCount += 1;
      return {
        what: 'a recovery of the map authority believed a part of a batch',
        expected: `a log up to record ${before.logIndex}, or ${submittedIndex} at the batch's end`,
        observed: `a log up to record ${after.logIndex}`,
      };
    }
    if (before.digest === null) return null;
    this.#evaluatedCount += 1;
    if (before.digest === after.digest) return null;
    return {
      what: `replaying ${after.logIndex + 1} records led to another state than before the crash`,
      expected: `state digest ${before.digest}`,
      observed: `state digest ${after.digest}`,
    };
  }
}
