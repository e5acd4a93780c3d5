// MAP-06, MAP-25 and MAP-26: the map names slots that are there, hosts keep no slot that it does
// not name, and none is given up while it does; the next tenant finds nothing of the last.
import type { Entry, Finding, MarkEntry, Monitor, Ns, Property } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import { holds, sameReplica, slotKey } from '../map-entry.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { Tenancies } from './tenancies.ts';
import { rangeText, slotText, timeText } from './words.ts';

/** In the end every entry of the map leads somewhere. */
export const noDanglingEntry: Property = {
  id: 'no-dangling-entry',
  mode: 'eventually',
  summary: 'in the end each replica that the map names is there, if its host is up',
  kinds: ['mark', 'stop'],
  monitor: () => new DanglingMonitor(),
};

/** No slot is lost to tenants that nobody knows. */
export const garbageBounded: Property = {
  id: 'garbage-bounded',
  mode: 'eventually',
  summary: 'no host keeps a slot that the map does not name for longer than it may',
  kinds: ['mark', 'stop', 'gauge', 'fault'],
  monitor: () => new GarbageMonitor(),
};

/** Slots are given up when nothing refers to them, and for good. */
export const gcSafe: Property = {
  id: 'gc-safe',
  mode: 'always',
  summary: 'no slot is given up while the map names it, nor named after it was given up',
  kinds: ['mark'],
  monitor: () => new GcMonitor(),
};

/** Late messages of one tenancy never meet the next. */
export const slotGraceKept: Property = {
  id: 'slot-grace-kept',
  mode: 'always',
  summary: 'no slot gets a tenant before the grace of the last one is over',
  kinds: ['mark'],
  monitor: () => new GraceMonitor(),
};

/** One tenant never sees what another wrote. */
export const scrubbedBeforeReuse: Property = {
  id: 'scrubbed-before-reuse',
  mode: 'always',
  summary: 'a slot that was written to is overwritten before its next tenancy begins',
  kinds: ['mark'],
  monitor: () => new ScrubMonitor(),
};

class DanglingMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #tenancies = new Tenancies();
  readonly #gone = new Set<string>();

  observe(entry: Entry): null {
    this.#tenancies.take(entry);
    if (isMark(entry, 'volume.created') || isMark(entry, 'map.applied')) this.evaluatedCount += 1;
    else if (entry.kind === 'mark' && entry.name === 'range.gone') {
      const { volume, range } = entry.facts as { volume: string; range: number };
      this.#gone.add(rangeKey(volume, range));
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    const dangling = this.#tenancies.dangling().filter(({ volume, range }) => {
      return !this.#gone.has(rangeKey(volume, range));
    });
    const first = dangling[0];
    if (first === undefined) return null;
    const place = `${slotText(first.host, first)} for ${rangeText(first.volume, first.range)}`;
    return `the map names ${dangling.length} slots that were given up, the first ${place}`;
  }
}

class GarbageMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #tenancies = new Tenancies();
  #keptNs: Ns = Number.POSITIVE_INFINITY;
  /** The last time that something failed, or was mended. */
  #disturbedNs: Ns = 0;
  #nowNs: Ns = 0;

  observe(entry: Entry): null {
    this.#nowNs = entry.atNs;
    this.#tenancies.take(entry);
    if (entry.kind === 'fault') this.#disturbedNs = entry.atNs;
    else if (isMark(entry, 'host.recovered')) {
      this.#disturbedNs = entry.atNs;
      this.#keptNs = entry.facts.keptNs;
    } else if (isMark(entry, 'slot.freed')) this.evaluatedCount += 1;
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    // What accidents left is waited for, however young; of what is moved on purpose there is always
    // some, and none may be old.
    const orphans = this.#tenancies.orphans().filter(({ sinceNs }) => {
      return sinceNs <= this.#disturbedNs || this.#nowNs - sinceNs > this.#keptNs;
    });
    const first = orphans[0];
    if (first === undefined) return null;
    const place = slotText(first.host, first);
    const since = timeText(first.sinceNs);
    return `${orphans.length} slots are kept that no map names, the first ${place} since ${since}`;
  }
}

class GcMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** Tenancies that were given up with the authority's consent. */
  readonly #released = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    if (isMark(entry, 'slot.freed')) return this.#onFreed(entry);
    return isMark(entry, 'map.applied') ? this.#onApplied(entry) : null;
  }

  end(): null {
    return null;
  }

  #onFreed(entry: Mark<'slot.freed'>): Finding | null {
    const { slot, gen, volume, range, reason } = entry.facts;
    if (reason !== 'released' || volume === null) return null;
    const replica = { host: entry.actor, slot, gen };
    this.evaluatedCount += 1;
    this.#released.set(slotKey(replica), gen);
    const named = this.#ghost.certain(volume, range);
    if (named === undefined || !holds({ range, ...named }, replica)) return null;
    return {
      what: `${slotText(entry.actor, replica)} was given up while the map names it`,
      expected: `a slot that no entry names, ${rangeText(volume, range)} first of all`,
      observed: `version ${named.version} names it`,
    };
  }

  #onApplied(entry: Mark<'map.applied'>): Finding | null {
    const { volume, range, version, replicas, previous } = entry.facts;
    for (const replica of replicas) {
      if (previous.some((old) => sameReplica(old, replica))) continue;
      this.evaluatedCount += 1;
      const released = this.#released.get(slotKey(replica)) ?? -1;
      if (released < replica.gen) continue;
      return {
        what: `version ${version} of ${rangeText(volume, range)} names a slot that was given up`,
        expected: `a generation above ${released}`,
        observed: slotText(replica.host, replica),
      };
    }
    return null;
  }
}

class GraceMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #untilNs = new Map<string, Ns>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'slot.freed')) {
      this.#untilNs.set(placeOf(entry.actor, entry.facts.slot), entry.facts.untilNs);
    }
    if (!isMark(entry, 'slot.reserved')) return null;
    const { slot, gen, nowNs } = entry.facts;
    const untilNs = this.#untilNs.get(placeOf(entry.actor, slot));
    if (untilNs === undefined) return null;
    this.evaluatedCount += 1;
    if (nowNs >= untilNs) return null;
    return {
      what: `${slotText(entry.actor, { slot, gen })} began in the grace of the tenancy before`,
      expected: `a reservation at ${timeText(untilNs)} or later, by its own clock`,
      observed: `one at ${timeText(nowNs)}`,
    };
  }

  end(): null {
    return null;
  }
}

class ScrubMonitor implements Monitor {
  evaluatedCount = 0;
  /** Slots that hold what a tenant wrote: since when. */
  readonly #dirty = new Map<string, MarkEntry>();

  observe(entry: Entry): Finding | null {
    if (entry.kind !== 'mark') return null;
    if (isMark(entry, 'block.stored')) {
      this.#dirty.set(placeOf(entry.actor, entry.facts.slot), entry);
    } else if (isMark(entry, 'slot.scrubbed')) {
      this.#dirty.delete(placeOf(entry.actor, entry.facts.slot));
    } else if (isMark(entry, 'slot.reserved')) {
      return this.#onReserved(entry);
    } else if (entry.name === 'device.formatted') {
      for (const key of [...this.#dirty.keys()]) {
        if (key.startsWith(`${entry.actor}/`)) this.#dirty.delete(key);
      }
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onReserved(entry: Mark<'slot.reserved'>): Finding | null {
    const { slot, gen } = entry.facts;
    const left = this.#dirty.get(placeOf(entry.actor, slot));
    this.evaluatedCount += 1;
    if (left === undefined) return null;
    return {
      what: `${slotText(entry.actor, { slot, gen })} began with what another tenant wrote`,
      expected: 'a slot that was overwritten since',
      observed: `contents of ${timeText(left.atNs)}`,
    };
  }
}

function placeOf(host: HostId, slot: number): string {
  return slotKey({ host, slot });
}
