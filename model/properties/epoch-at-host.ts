// MAP-02: a slot never goes back to a configuration or a session before one it has accepted.
//
// A slot that is being filled has adopted no configuration yet and takes copies under any; so the
// floor of configurations is what a slot adopted, the floor of sessions is what it accepted a
// write of.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';
import { slotText } from './words.ts';

/** Epochs of a slot only grow. */
export const epochMonotoneAtHost: Property = {
  id: 'epoch-monotone-at-host',
  mode: 'always',
  summary: 'a slot accepts no session and no configuration epoch below one it has accepted',
  kinds: ['mark'],
  monitor: () => new EpochMonitor(),
};

class EpochMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #cfgEpochs = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'write.accepted')) {
      const key = tenancyKey(entry.actor, entry.facts);
      const { cfgEpoch, session } = entry.facts;
      const cfgFloor = this.#cfgEpochs.get(key);
      const sessionFloor = this.#sessions.get(key);
      if (cfgFloor !== undefined || sessionFloor !== undefined) this.evaluatedCount += 1;
      if (cfgFloor !== undefined && cfgEpoch < cfgFloor) return below(entry, 'epoch', cfgFloor);
      if (sessionFloor === undefined || session > sessionFloor) this.#sessions.set(key, session);
      else if (session < sessionFloor) return below(entry, 'session', sessionFloor);
    } else if (isMark(entry, 'entry.adopted')) {
      const key = tenancyKey(entry.actor, entry.facts);
      const cfgFloor = this.#cfgEpochs.get(key) ?? 0;
      if (cfgFloor > 0) this.evaluatedCount += 1;
      if (entry.facts.cfgEpoch < cfgFloor) return below(entry, 'epoch', cfgFloor);
      this.#cfgEpochs.set(key, entry.facts.cfgEpoch);
    }
    return null;
  }

  end(): null {
    return null;
  }
}

function below(
  entry: Mark<'write.accepted'> | Mark<'entry.adopted'>,
  kind: 'epoch' | 'session',
  floor: number,
): Finding {
  const { actor, facts } = entry;
  const found = kind === 'session' && 'session' in facts ? facts.session : facts.cfgEpoch;
  const noun = kind === 'epoch' ? 'configuration epoch' : 'session';
  return {
    what: `${slotText(actor, facts)} went back to an older ${noun}`,
    expected: `${noun} ${floor} or later`,
    observed: `${noun} ${found}`,
  };
}
