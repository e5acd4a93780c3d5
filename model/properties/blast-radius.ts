// SYS-04: a fault within some cells gives no errors to volumes that have no copy there.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { FaultScope, scopeKinds } from './fault-scope.ts';
import { operationText } from './words.ts';

/** Faults within cells hurt no volume of other cells. */
export const blastRadiusConfined: Property = {
  id: 'blast-radius-confined',
  mode: 'always',
  summary: 'while faults strike within some cells only, volumes without a copy there see no error',
  kinds: [...scopeKinds, 'op'],
  monitor: () => new BlastRadiusMonitor(),
};

class BlastRadiusMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #scope = new FaultScope();

  observe(entry: Entry): Finding | null {
    this.#scope.observe(entry);
    if (entry.kind !== 'op' || entry.phase === 'invoke') return null;
    return this.#onEnd(entry);
  }

  end(): null {
    return null;
  }

  #onEnd(entry: OpEntry): Finding | null {
    const { volume, reason } = entry.value as { readonly volume: string; readonly reason?: string };
    if (this.#scope.standing(volume) !== 'untouched') return null;
    this.evaluatedCount += 1;
    if (entry.phase === 'ok') return null;
    return {
      what: `${entry.name}, ${operationText(entry)}, of '${volume}' ended ${entry.phase}`,
      expected: `ok: '${volume}' has no copy in ${this.#scope.touchedText()}, where faults struck`,
      observed: reason === undefined ? `${entry.phase}` : `${entry.phase}: ${reason}`,
    };
  }
}
