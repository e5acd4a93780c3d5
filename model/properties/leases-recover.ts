// An outage of the authority ends leases; its return gives them back, however many clients ask.
import type { Entry, Monitor, Ns, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';
import { timeText } from './words.ts';

/** A lease that was over is held again. */
export const leasesRecover: Property = {
  id: 'leases-recover',
  mode: 'eventually',
  summary: 'each client whose lease was over holds one again, unless its session has ended',
  kinds: ['mark', 'stop'],
  monitor: () => new LeasesRecoverMonitor(),
};

class LeasesRecoverMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #lapsed = new Map<string, Ns>();

  observe(entry: Entry): null {
    if (isMark(entry, 'lease.lapsed')) {
      this.#lapsed.set(entry.actor, entry.atNs);
    } else if (isMark(entry, 'lease.held')) {
      if (this.#lapsed.has(entry.actor) && entry.facts.isLapsed) return null;
      if (this.#lapsed.delete(entry.actor)) this.evaluatedCount += 1;
    } else if (
      entry.kind === 'stop' ||
      isMark(entry, 'client.fenced') ||
      isMark(entry, 'client.detached')
    ) {
      if (this.#lapsed.delete(entry.actor)) this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [client, sinceNs] of this.#lapsed) {
      const { size } = this.#lapsed;
      return `${size} leases are over, that of '${client}' since ${timeText(sinceNs)}`;
    }
    return null;
  }
}
