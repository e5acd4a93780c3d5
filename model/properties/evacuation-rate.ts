// MAP-24: a wave of suspicions does not take healthy capacity away.
//
// Copies that a cell admits name the suspected host that they replace. The cell counts a minute by
// its own clock, and in one life; the window here is shorter, so that a clock may run fast.
import type { Entry, Finding, Monitor, Ns, Property } from '../../sim/index.ts';
import { isMark, type Mark } from './marks.ts';

const windowNs: Ns = 50_000_000_000;

/** Suspected hosts are evacuated a few at a time, and get no copies meanwhile. */
export const evacuationRateBounded: Property = {
  id: 'evacuation-rate-bounded',
  mode: 'always',
  summary:
    `within ${windowNs / 1e9} s no cell makes the copies of more suspected hosts again than it ` +
    'may in a minute, nor puts copies on one of them',
  kinds: ['mark', 'stop'],
  monitor: () => new EvacuationMonitor(),
};

class EvacuationMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #limits = new Map<string, number>();
  /** By cell, then by host: when its evacuation began. */
  readonly #begun = new Map<string, Map<string, Ns>>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#begun.delete(entry.actor);
    else if (isMark(entry, 'budget.set')) {
      const { hostsPerMinute } = entry.facts;
      if (hostsPerMinute !== null) this.#limits.set(entry.actor, hostsPerMinute);
    } else if (isMark(entry, 'copy.admitted')) return this.#onAdmitted(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #onAdmitted({ actor, atNs, facts }: Mark<'copy.admitted'>): Finding | null {
    const limit = this.#limits.get(actor);
    if (limit === undefined) return null;
    const begun = this.#begun.get(actor) ?? new Map<string, Ns>();
    this.#begun.set(actor, begun);
    for (const [host, sinceNs] of begun) if (atNs - sinceNs >= windowNs) begun.delete(host);
    const { replaces, target, back = false } = facts;
    if (replaces !== null && !begun.has(replaces)) begun.set(replaces, atNs);
    this.evaluatedCount += 1;
    if (begun.size > limit) {
      const hosts = [...begun.keys()].map((host) => `'${host}'`).join(', ');
      return {
        what: `cell '${actor}' evacuates ${hosts}`,
        expected: `at most ${limit} in a minute`,
        observed: `${begun.size}`,
      };
    }
    // A copy that is back takes no room that it had not before.
    if (back || !begun.has(target)) return null;
    return {
      what: `cell '${actor}' puts a copy on '${target}', which it evacuates`,
      expected: 'a host that nobody suspected lately',
      observed: `'${target}'`,
    };
  }
}
