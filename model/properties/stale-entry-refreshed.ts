// MAP-17: a client does not stay behind the stored map while it can reach the authority.
//
//   entry changed ------------------- told by the next renewal --> asked for --> cached
//   entry changed -- used -- refused by a host ------------------> asked for --> cached
//
// A client that asks for changes has as long as it waits between two times, and some tries more.
// Time counts while no fault is active: who cannot reach the authority cannot know.
import type { Entry, FaultEntry, Finding, Monitor, Ns, Property } from '../../sim/index.ts';
import { nsPerSec } from '../../sim/index.ts';
import { clientOf, GhostMap } from './ghost-map.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { rangeText } from './words.ts';

/** For a few tries after a fault: longest back-off and recovery of the authority. */
const graceNs = 15 * nsPerSec;

/** Old entries of clients are replaced in time. */
export const staleEntryRefreshed: Property = {
  id: 'stale-entry-refreshed',
  mode: 'eventually',
  summary: 'an entry that a client has and that is old is replaced soon while nothing is broken',
  kinds: ['mark', 'stop', 'fault'],
  monitor: () => new StaleEntryMonitor(),
};

interface Stale {
  readonly volume: string;
  readonly range: number;
  readonly version: number;
  readonly sinceNs: Ns;
}

interface Holder {
  readonly volume: string;
  /** How often it asks for changes; null when it hears of them from hosts alone. */
  readonly everyNs: Ns | null;
  readonly cached: Map<number, number>;
  readonly stale: Map<number, Stale>;
}

class StaleEntryMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #holders = new Map<string, Holder>();
  readonly #faults = new Set<number>();
  #calmSinceNs: Ns = 0;

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'fault') this.#onFault(entry);
    else if (entry.kind === 'stop') this.#holders.delete(entry.actor);
    if (entry.kind !== 'mark') return null;
    this.#ghost.take(entry);
    const client = clientOf(entry.actor);
    const holder = this.#holders.get(client);
    if (isMark(entry, 'map.walked')) {
      const { volume, everyNs } = entry.facts;
      const fresh = { cached: new Map<number, number>(), stale: new Map<number, Stale>() };
      this.#holders.set(client, { volume, everyNs, ...fresh });
    } else if (isMark(entry, 'map.applied')) this.#onApplied(entry);
    else if (isMark(entry, 'client.fenced') || isMark(entry, 'client.detached')) {
      this.#holders.delete(client);
    } else if (holder !== undefined) this.#onHeard(entry, holder);
    return this.#overdue(entry.atNs);
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [client, { stale }] of this.#holders) {
      for (const { volume, range, version } of stale.values()) {
        return `'${client}' still has version ${version} of ${rangeText(volume, range)}`;
      }
    }
    return null;
  }

  #onFault({ phase, faultId, atNs }: FaultEntry): void {
    if (phase === 'start') this.#faults.add(faultId);
    else this.#faults.delete(faultId);
    this.#calmSinceNs = atNs;
  }

  #onApplied({ facts, atNs }: Mark<'map.applied'>): void {
    const { volume, range, version } = facts;
    for (const holder of this.#holders.values()) {
      const known = holder.cached.get(range);
      if (holder.volume !== volume || holder.everyNs === null) continue;
      if (known !== undefined && known < version) this.#isStale(holder, range, known, atNs);
    }
  }

  #onHeard(entry: Entry, holder: Holder): void {
    if (isMark(entry, 'map.cached')) {
      const { range, version } = entry.facts;
      holder.cached.set(range, version);
      const stored = this.#ghost.certain(holder.volume, range)?.version ?? 0;
      const stale = holder.stale.get(range);
      if (stale === undefined) {
        if (holder.everyNs !== null && version < stored) {
          this.#isStale(holder, range, version, entry.atNs);
        }
      } else if (version > stale.version || version >= stored) {
        holder.stale.delete(range);
        this.evaluatedCount += 1;
        if (holder.everyNs !== null && version < stored) {
          this.#isStale(holder, range, version, entry.atNs);
        }
      }
    } else if (isMark(entry, 'map.forgotten')) {
      holder.cached.delete(entry.facts.range);
      holder.stale.delete(entry.facts.range);
    } else if (isMark(entry, 'stale-map.refused')) {
      const { range, version } = entry.facts;
      if (holder.cached.get(range) === version) this.#isStale(holder, range, version, entry.atNs);
    }
  }

  #isStale(holder: Holder, range: number, version: number, atNs: Ns): void {
    if (holder.stale.has(range)) return;
    holder.stale.set(range, { volume: holder.volume, range, version, sinceNs: atNs });
  }

  #overdue(nowNs: Ns): Finding | null {
    if (this.#faults.size > 0) return null;
    for (const [client, { stale, everyNs }] of this.#holders) {
      for (const { volume, range, version, sinceNs } of stale.values()) {
        const limitNs = (everyNs ?? 0) + graceNs;
        if (nowNs - Math.max(sinceNs, this.#calmSinceNs) <= limitNs) continue;
        const stored = this.#ghost.at(volume, range)?.version;
        return {
          what: `'${client}' kept an old entry of ${rangeText(volume, range)}`,
          expected: `an entry newer than version ${version} within ${limitNs / nsPerSec} s`,
          observed: `version ${version} still, ${rangeKey(volume, range)} is at ${stored}`,
        };
      }
    }
    return null;
  }
}
