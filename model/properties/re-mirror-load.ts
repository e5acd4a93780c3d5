// MAP-24: copies under way stay within what cells and hosts may bear, and a range that finds no
// slot does not ask for one again and again.
//
// A cell says what it admits, and a host what it fills: that has to be one of those, however late
// it begins, for who drives a copy may have been cut off meanwhile. A cell that died has forgotten
// its admissions, and waits until they have lapsed.
import type { Entry, Finding, Monitor, Ns, Property } from '../../sim/index.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { rangeText } from './words.ts';

/**
 * Slots that one range may seek within the window, whatever luck its jitter has. With bounds of
 * 100 ms, doubled up to 5 s, and full jitter the mean of five waits is 1.6 s: six fall into the
 * window. Four times that many is no luck (the factor is assumed).
 */
const soughtMax = 24;
const windowNs: Ns = 2_000_000_000;

/** Storms of copies are held back. */
export const reMirrorLoadBounded: Property = {
  id: 're-mirror-load-bounded',
  mode: 'always',
  summary:
    'no cell and no host has more copies under way than it may, none that no cell admitted, ' +
    `and no range seeks more than ${soughtMax} slots in ${windowNs / 1e9} s`,
  kinds: ['mark', 'stop'],
  monitor: () => new LoadMonitor(),
};

interface Limits {
  readonly copiesPerHost: number;
  readonly copiesPerCell: number;
}
interface Admitted {
  readonly source: string;
  readonly target: string;
}

class LoadMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #limits = new Map<string, Limits>();
  /** By cell, then by reservation. */
  readonly #admitted = new Map<string, Map<string, Admitted>>();
  /** Copies that a cell has ever admitted, by range and target. */
  readonly #everAdmitted = new Set<string>();
  /** Targets that a host is filling, by range. */
  readonly #filling = new Map<string, Set<string>>();
  /** When a range sought a slot lately. */
  readonly #sought = new Map<string, Ns[]>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') {
      this.#admitted.delete(entry.actor);
      this.#filling.delete(entry.actor);
      return null;
    }
    if (isMark(entry, 'copy.admitted')) return this.#onAdmitted(entry);
    if (isMark(entry, 'copy.started')) return this.#onStarted(entry);
    if (isMark(entry, 'slot.sought')) return this.#onSought(entry);
    if (isMark(entry, 'budget.set')) this.#limits.set(entry.actor, entry.facts);
    else if (isMark(entry, 'copy.released')) {
      this.#admitted.get(entry.actor)?.delete(entry.facts.reserveId);
    } else if (isMark(entry, 'copy.ended') || isMark(entry, 'copy.caught-up')) {
      const { volume, range } = entry.facts;
      this.#filling.get(entry.actor)?.delete(rangeKey(volume, range));
    } else if (isMark(entry, 'host.recovered')) this.#filling.delete(entry.actor);
    return null;
  }

  end(): null {
    return null;
  }

  #onAdmitted(entry: Mark<'copy.admitted'>): Finding | null {
    const cell = entry.actor;
    const { reserveId, volume, range, source, target } = entry.facts;
    this.#everAdmitted.add(copyKey(volume, range, target));
    const limits = this.#limits.get(cell);
    if (limits === undefined) return null;
    const admitted = this.#admitted.get(cell) ?? new Map<string, Admitted>();
    this.#admitted.set(cell, admitted.set(reserveId, { source, target }));
    this.evaluatedCount += 1;
    const { copiesPerCell, copiesPerHost } = limits;
    if (admitted.size > copiesPerCell)
      return tooMany(`cell '${cell}'`, admitted.size, copiesPerCell);
    for (const [side, host] of [['source', source] as const, ['target', target] as const]) {
      const count = [...admitted.values()].filter((one) => one[side] === host).length;
      if (count > copiesPerHost) return tooMany(`${side} '${host}'`, count, copiesPerHost);
    }
    return null;
  }

  #onStarted(entry: Mark<'copy.started'>): Finding | null {
    const host = entry.actor;
    const filling = this.#filling.get(host) ?? new Set<string>();
    const { volume, range, target } = entry.facts;
    this.#filling.set(host, filling.add(rangeKey(volume, range)));
    const limit = this.#limits.values().next().value?.copiesPerHost;
    if (limit === undefined) return null;
    this.evaluatedCount += 1;
    if (filling.size > limit) return tooMany(`head '${host}'`, filling.size, limit);
    if (this.#everAdmitted.has(copyKey(volume, range, target.host))) return null;
    return {
      what: `head '${host}' fills a copy of ${rangeText(volume, range)} on '${target.host}'`,
      expected: 'one that a cell has admitted',
      observed: 'none was',
    };
  }

  #onSought(entry: Mark<'slot.sought'>): Finding | null {
    const { volume, range } = entry.facts;
    const key = rangeKey(volume, range);
    const { atNs } = entry;
    const lately = (this.#sought.get(key) ?? []).filter((beforeNs) => atNs - beforeNs < windowNs);
    lately.push(atNs);
    this.#sought.set(key, lately);
    this.evaluatedCount += 1;
    if (lately.length <= soughtMax) return null;
    return {
      what: `${rangeText(volume, range)} seeks slots without a pause`,
      expected: `at most ${soughtMax} in ${windowNs / 1e9} s`,
      observed: `${lately.length}`,
    };
  }
}

function copyKey(volume: string, range: number, target: string): string {
  return `${rangeKey(volume, range)} ${target}`;
}

function tooMany(whose: string, count: number, limit: number): Finding {
  return {
    what: `${whose} has more copies under way than it may`,
    expected: `at most ${limit}`,
    observed: `${count}`,
  };
}
