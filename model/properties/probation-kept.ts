// MAP-24: a host that comes and goes does not get copies again that it will lose next.
//
// A cell says when a host is heard again; how often that was, and how long the host has to be well
// then, is counted here anew. The cell counts by its own clock, and in one life; the times here are
// shorter, so that a clock may run fast.
import type { Entry, Finding, Monitor, Ns, Property } from '../../sim/index.ts';
import { isMark, type Mark } from './marks.ts';

/** Of the time that a cell has to wait by its own clock. */
const share = 0.8;
const doublingsMax = 20;

/** Hosts that flap get no copies for longer and longer. */
export const probationKept: Property = {
  id: 'probation-kept',
  mode: 'always',
  summary:
    'no cell has a copy made on a host that came back too short a while ago, which is longer ' +
    'each time',
  kinds: ['mark', 'stop'],
  monitor: () => new ProbationMonitor(),
};

interface Limits {
  readonly firstNs: Ns;
  readonly maxNs: Ns;
}
interface Returns {
  readonly count: number;
  readonly atNs: Ns;
}

class ProbationMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #limits = new Map<string, Limits>();
  /** By cell, then by host. */
  readonly #returns = new Map<string, Map<string, Returns>>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#returns.delete(entry.actor);
    else if (isMark(entry, 'probation.set')) this.#limits.set(entry.actor, entry.facts);
    else if (isMark(entry, 'host.returned')) this.#onReturned(entry);
    else if (isMark(entry, 'copy.admitted')) return this.#onAdmitted(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #onReturned({ actor, atNs, facts }: Mark<'host.returned'>): void {
    const limits = this.#limits.get(actor);
    if (limits === undefined) return;
    const returns = this.#returns.get(actor) ?? new Map<string, Returns>();
    this.#returns.set(actor, returns);
    const known = returns.get(facts.host);
    const isLate = known === undefined || atNs - known.atNs >= 2 * share * limits.maxNs;
    returns.set(facts.host, { count: isLate ? 1 : known.count + 1, atNs });
  }

  #onAdmitted({ actor, atNs, facts }: Mark<'copy.admitted'>): Finding | null {
    const limits = this.#limits.get(actor);
    if (limits === undefined) return null;
    this.evaluatedCount += 1;
    const known = this.#returns.get(actor)?.get(facts.target);
    if (known === undefined) return null;
    const doublings = Math.min(known.count - 1, doublingsMax);
    const wantedNs = Math.min(limits.firstNs * (1 << doublings), limits.maxNs);
    const wellNs = atNs - known.atNs;
    if (wellNs >= share * wantedNs) return null;
    return {
      what: `cell '${actor}' has a copy made on '${facts.target}', back ${known.count} times`,
      expected: `${wantedNs / 1e9} s without a silence`,
      observed: `${wellNs / 1e9} s`,
    };
  }
}
