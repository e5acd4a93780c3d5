// Which tenancies of slots there are, as the record tells it: begun by a reservation or with the
// volume, ended by their host or with its device.
import type { Entry, Ns } from '../../sim/index.ts';
import { type HostId, holds, type Replica, slotKey, type VolumeId } from '../map-entry.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type MarkFacts, rangeKey, tenancyKey } from './marks.ts';

/** A tenancy that has not ended. */
export interface Tenancy extends Replica {
  readonly volume: VolumeId;
  readonly range: number;
  readonly beganNs: Ns;
}

/** A tenancy that no map names. */
export interface Orphan extends Tenancy {
  readonly sinceNs: Ns;
}

interface Range {
  readonly volume: VolumeId;
  readonly range: number;
  /** When its entry was changed last. */
  readonly changedNs: Ns;
}

/** Folds tenancies and what the map names of them. */
export class Tenancies {
  readonly #ghost = new GhostMap();
  readonly #live = new Map<string, Tenancy>();
  readonly #ranges = new Map<string, Range>();
  /** The highest generation that has ended, by slot. */
  readonly #ended = new Map<string, number>();
  /** Hosts that do not serve. */
  readonly #down = new Set<HostId>();

  take(entry: Entry): void {
    this.#ghost.take(entry);
    const { atNs: nowNs } = entry;
    if (entry.kind === 'stop') {
      this.#down.add(entry.actor);
    } else if (isMark(entry, 'host.recovered')) {
      this.#down.delete(entry.actor);
    } else if (isMark(entry, 'volume.created')) {
      this.#create(entry.facts, nowNs);
    } else if (isMark(entry, 'map.applied')) {
      const { volume, range } = entry.facts;
      this.#ranges.set(rangeKey(volume, range), { volume, range, changedNs: nowNs });
    } else if (isMark(entry, 'slot.reserved')) {
      const { volume, range, slot, gen } = entry.facts;
      this.#begin({ host: entry.actor, slot, gen, volume, range, beganNs: nowNs });
    } else if (isMark(entry, 'slot.freed')) {
      this.#end(entry.actor, entry.facts);
    } else if (entry.kind === 'mark' && entry.name === 'device.formatted') {
      this.#format(entry.actor, entry.facts.isFirst === true);
    }
  }

  /** Replicas that the map names for sure, on hosts that serve, and that are there no more. */
  dangling(): readonly (Replica & Range)[] {
    return [...this.#ranges.values()].flatMap((place) => {
      const named = this.#ghost.certain(place.volume, place.range)?.replicas ?? [];
      const ended = named.filter((one) => !this.#down.has(one.host) && this.#hasEnded(one));
      return ended.map((replica) => ({ ...replica, ...place }));
    });
  }

  /** Tenancies that the map does not name for sure, on hosts that serve. */
  orphans(): readonly Orphan[] {
    return [...this.#live.values()].flatMap((tenancy) => {
      const { volume, range, beganNs, host } = tenancy;
      const entry = this.#ghost.certain(volume, range);
      if (this.#down.has(host) || entry === undefined) return [];
      if (holds({ range, ...entry }, tenancy)) return [];
      const changedNs = this.#ranges.get(rangeKey(volume, range))?.changedNs ?? 0;
      return [{ ...tenancy, sinceNs: Math.max(beganNs, changedNs) }];
    });
  }

  #hasEnded(replica: Replica): boolean {
    return (this.#ended.get(slotKey(replica)) ?? -1) >= replica.gen;
  }

  // The first start may be repeated after a crash; what was said before still holds.
  #create({ volume, entries }: MarkFacts['volume.created'], nowNs: Ns): void {
    for (const { range, replicas } of entries) {
      const key = rangeKey(volume, range);
      if (this.#ranges.has(key)) continue;
      this.#ranges.set(key, { volume, range, changedNs: nowNs });
      for (const replica of replicas) this.#begin({ ...replica, volume, range, beganNs: nowNs });
    }
  }

  #begin(tenancy: Tenancy): void {
    this.#live.set(tenancyKey(tenancy.host, tenancy), tenancy);
  }

  // A slot that could not be read skips a generation: all up to the new one are over.
  #end(host: HostId, { slot, gen }: { readonly slot: number; readonly gen: number }): void {
    const place = slotKey({ host, slot });
    this.#ended.set(place, Math.max(this.#ended.get(place) ?? -1, gen));
    for (const [key, tenancy] of this.#live) {
      if (tenancy.host === host && tenancy.slot === slot && tenancy.gen <= gen) {
        this.#live.delete(key);
      }
    }
  }

  // A replacement holds nothing of what the host had.
  #format(host: HostId, isFirst: boolean): void {
    if (isFirst) return;
    for (const tenancy of [...this.#live.values()]) {
      if (tenancy.host === host) this.#end(host, tenancy);
    }
  }
}
