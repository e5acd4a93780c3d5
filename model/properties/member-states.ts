// What members of the map authority come back with, and what state they come to.
//
//   flushed    0 ......... 12        of this member; what it replaces later counts from there on
//   recovered  0 ......... 12 ..     no less
//
//   record        7      8      9
//   authority-1   d7     d8     d9   as leader or follower, before a crash or after
//   authority-2          d8     d9   from a checkpoint on: the same state after the same record
import type { Entry, Finding } from '../../sim/index.ts';
import { isMark } from './marks.ts';

interface Durable {
  /** The end of its log when it was last flushed. */
  flushedIndex: number;
  /** Records from here on may have given way to those of a leader. */
  cutIndex: number;
}

/** Follows the members of a map authority through a record. */
export class MemberStates {
  evaluatedCount = 0;
  readonly #members = new Map<string, Durable>();
  readonly #ids = new Set<string>();
  /** The state after each record, and who came to it first. */
  readonly #states: { readonly digest: string; readonly by: string }[] = [];

  observe(entry: Entry): Finding | null {
    if (entry.kind !== 'mark') return null;
    const { actor } = entry;
    if (isMark(entry, 'log.flushed')) this.#of(actor).flushedIndex = entry.facts.logIndex;
    else if (isMark(entry, 'log.repaired')) {
      const durable = this.#of(actor);
      durable.cutIndex = Math.min(durable.cutIndex, entry.facts.logIndex);
    } else if (isMark(entry, 'refill.started')) this.#members.delete(actor);
    else if (isMark(entry, 'member.recovered')) return this.#onRecovered(actor, entry.facts);
    else if (isMark(entry, 'member.state')) return this.#onState(actor, entry.facts);
    else if (isMark(entry, 'leader.began')) return this.#onState(actor, entry.facts);
    else if (isMark(entry, 'state.digest') && this.#ids.has(actor)) {
      return this.#onState(actor, entry.facts);
    }
    return null;
  }

  #of(actor: string): Durable {
    const durable = this.#members.get(actor) ?? { flushedIndex: -1, cutIndex: Infinity };
    this.#members.set(actor, durable);
    return durable;
  }

  #onRecovered(actor: string, { logIndex }: { readonly logIndex: number }): Finding | null {
    this.#ids.add(actor);
    const durable = this.#of(actor);
    const leastIndex = Math.min(durable.flushedIndex, durable.cutIndex - 1);
    this.#members.set(actor, { flushedIndex: logIndex, cutIndex: Infinity });
    if (leastIndex < 0) return null;
    this.evaluatedCount += 1;
    if (logIndex >= leastIndex) return null;
    return {
      what: `a recovery of '${actor}' lost records that it had flushed`,
      expected: `a log up to record ${leastIndex} or later`,
      observed: `a log up to record ${logIndex}`,
    };
  }

  #onState(
    actor: string,
    { logIndex, digest }: { readonly logIndex: number; readonly digest: string },
  ): Finding | null {
    const known = this.#states[logIndex];
    if (known === undefined) {
      this.#states[logIndex] = { digest, by: actor };
      return null;
    }
    this.evaluatedCount += 1;
    if (known.digest === digest) return null;
    return {
      what: `'${actor}' came to another state after record ${logIndex} than '${known.by}'`,
      expected: `state digest ${known.digest}`,
      observed: `state digest ${digest}`,
    };
  }
}
