// SYS-03: after healing, everybody who asked has an answer.
import type { Entry, Monitor, Ns, Property } from '../../sim/index.ts';
import { OpenOps } from './block-ops.ts';
import { operationText, timeText } from './words.ts';

/** Every operation ends, well or not. */
export const allOperationsSettle: Property = {
  id: 'all-operations-settle',
  mode: 'eventually',
  summary: 'each operation that was begun has ended, unless its client died',
  kinds: ['op', 'stop'],
  monitor: () => new SettledMonitor(),
};

interface Begun {
  readonly actor: string;
  readonly opId: number;
  readonly name: string;
  readonly atNs: Ns;
}

class SettledMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #open = new OpenOps<Begun>();

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    if (entry.kind !== 'op') return null;
    if (entry.phase === 'invoke') {
      const { actor, opId, name, atNs } = entry;
      this.#open.begin(entry, { actor, opId, name, atNs });
    } else if (this.#open.end(entry) !== undefined) {
      this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    const first = this.#open.first();
    if (first === undefined) return null;
    const { count } = this.#open;
    const since = `${first.name}, ${operationText(first)}, begun at ${timeText(first.atNs)}`;
    return `${count} operations have not ended, among them ${since}`;
  }
}
