// MAP-22 and MAP-23: of one configuration one target is filled, and never are there more live
// copies than the volume wants and one.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { type Replica, sameReplica } from '../map-entry.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, rangeKey } from './marks.ts';
import { rangeText, slotText } from './words.ts';

/** Two drivers never fill two targets of one range. */
export const oneReMirrorPerRange: Property = {
  id: 'one-re-mirror-per-range',
  mode: 'always',
  summary: 'of one configuration of a range one target is filled and no other',
  kinds: ['mark'],
  monitor: () => new OneTargetMonitor(),
};

/** A copy too many is at most the one that is being made. */
export const copiesBounded: Property = {
  id: 'copies-bounded',
  mode: 'always',
  summary: 'a range never has more copies than its volume wants and the one being made',
  kinds: ['mark'],
  monitor: () => new CopiesMonitor(),
};

class OneTargetMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #targets = new Map<string, { readonly epoch: number; readonly target: Replica }>();

  observe(entry: Entry): Finding | null {
    if (!isMark(entry, 'copy.started')) return null;
    const { volume, range, cfgEpoch, target } = entry.facts;
    const key = rangeKey(volume, range);
    const before = this.#targets.get(key);
    this.evaluatedCount += 1;
    // A head that nobody reaches may go on for a while under the configuration before.
    if (before !== undefined && before.epoch > cfgEpoch) return null;
    this.#targets.set(key, { epoch: cfgEpoch, target });
    if (before === undefined || before.epoch !== cfgEpoch) return null;
    if (sameReplica(before.target, target)) return null;
    return {
      what: `version ${cfgEpoch} of the entry of ${rangeText(volume, range)} fills two targets`,
      expected: `${slotText(before.target.host, before.target)} only`,
      observed: slotText(target.host, target),
    };
  }

  end(): null {
    return null;
  }
}

class CopiesMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    if (isMark(entry, 'map.applied')) {
      const { volume, range, replicas } = entry.facts;
      return this.#check(volume, range, replicas.length);
    }
    if (!isMark(entry, 'copy.started')) return null;
    const { volume, range, memberCount } = entry.facts;
    return this.#check(volume, range, memberCount + 1);
  }

  end(): null {
    return null;
  }

  #check(volume: string, range: number, count: number): Finding | null {
    const wanted = this.#ghost.volume(volume)?.replicaCount ?? 0;
    if (wanted === 0) return null;
    this.evaluatedCount += 1;
    if (count <= wanted + 1) return null;
    return {
      what: `${rangeText(volume, range)} has more copies than it should`,
      expected: `at most ${wanted} and one being made`,
      observed: `${count}`,
    };
  }
}
