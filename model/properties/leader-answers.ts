// No answer from a state that was over when the request came: a member that leads no more, and does
// not know, must not look at requests.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** Whoever answers knows all that was committed before it was asked. */
export const leaderAnswersCurrent: Property = {
  id: 'leader-answers-current',
  mode: 'always',
  summary: 'a member that looks at a request has applied all that was committed when it came',
  kinds: ['mark', 'stop'],
  monitor: () => new LeaderAnswersMonitor(),
};

class LeaderAnswersMonitor implements Monitor {
  evaluatedCount = 0;
  #committedIndex = -1;
  /** What was committed when requests came that wait, by member and in order. */
  readonly #waiting = new Map<string, { readonly round: number; readonly committed: number }[]>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#waiting.delete(entry.actor);
    else if (isMark(entry, 'entries.committed')) {
      const { firstIndex, entries } = entry.facts;
      this.#committedIndex = Math.max(this.#committedIndex, firstIndex + entries.length - 1);
    } else if (isMark(entry, 'leader.began')) this.#waiting.delete(entry.actor);
    else if (isMark(entry, 'request.arrived')) {
      const waiting = this.#waiting.get(entry.actor) ?? [];
      this.#waiting.set(entry.actor, waiting);
      waiting.push({ round: entry.facts.round, committed: this.#committedIndex });
    } else if (isMark(entry, 'request.admitted')) {
      return this.#onAdmitted(entry.actor, entry.facts);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onAdmitted(
    actor: string,
    { round, logIndex }: { readonly round: number; readonly logIndex: number },
  ): Finding | null {
    const first = this.#waiting.get(actor)?.shift();
    if (first === undefined || first.round !== round) return null;
    this.evaluatedCount += 1;
    if (logIndex >= first.committed) return null;
    return {
      what: `'${actor}' looked at a request without knowing what was committed when it came`,
      expected: `all records up to ${first.committed} applied`,
      observed: `records up to ${logIndex} applied`,
    };
  }
}
