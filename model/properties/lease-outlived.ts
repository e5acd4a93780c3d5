// A client that keeps to its lease asks no host after the lease is over, by its own clock.
//
// This is about what it sends, not about safety: a request that was on its way is the hosts' to
// refuse, and so is one of a client whose clock is wrong.
import type { Entry, Finding, Monitor, Ns, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';
import { timeText } from './words.ts';

/** Nothing is issued after the lease. */
export const leaseNeverOutlived: Property = {
  id: 'lease-never-outlived',
  mode: 'always',
  summary: 'a client that stops with its lease issues no request after it, by its own clock',
  kinds: ['mark', 'stop'],
  monitor: () => new LeaseOutlivedMonitor(),
};

class LeaseOutlivedMonitor implements Monitor {
  evaluatedCount = 0;
  /** Until when the lease of each session lasts, by client and session. */
  readonly #untilNs = new Map<string, Ns>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'lease.held')) {
      const key = `${entry.actor} ${entry.facts.session}`;
      this.#untilNs.set(key, Math.max(entry.facts.untilNs, this.#untilNs.get(key) ?? 0));
    }
    if (!isMark(entry, 'request.issued')) return null;
    const { session, nowNs } = entry.facts;
    const untilNs = this.#untilNs.get(`${entry.actor} ${session}`);
    this.evaluatedCount += 1;
    if (untilNs !== undefined && nowNs < untilNs) return null;
    const until = untilNs === undefined ? 'no lease' : `a lease until ${timeText(untilNs)}`;
    return {
      what: `'${entry.actor}' asked a host after its lease was over`,
      expected: `requests of session ${session} under ${until}`,
      observed: `one at ${timeText(nowNs)} on its own clock`,
    };
  }

  end(): null {
    return null;
  }
}
