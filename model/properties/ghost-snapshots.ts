// What snapshots hold, as the record tells it: what hosts held at a cut, and what the lineage store
// has of it.
//
// A host notes what it stored when its device says so, and a copy commits a cut while it stores
// nothing: so what it had noted by then is what it held. Only a host that died in between may have
// had more than it noted.
import type { Entry } from '../../sim/index.ts';
import type { HostId, Replica, VolumeId } from '../map-entry.ts';
import type { Origin, UploadedRange } from '../messages/archive.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';

/** Stamps of the blocks of a range; absent for one that was never written. */
export type Contents = ReadonlyMap<number, number>;

/** What a copy held at a cut. */
export interface PastContents {
  readonly contents: Contents;
  /** Its host had died or recovered before: it may have held more. */
  readonly isCertain: boolean;
}

/** A snapshot that the lineage store says is complete. */
export interface GhostSnapshot {
  readonly snapshot: string;
  readonly volume: VolumeId;
  readonly lineageParent: string | null;
  readonly deltaBase: string | null;
  /** Of the root of a restored volume; else null. */
  readonly origin: Origin | null;
  readonly uploaded: readonly UploadedRange[];
  /** By range: what it holds, from what was stored for it and from its base or its origin. */
  readonly ranges: ReadonlyMap<number, Contents>;
  /** The first block that is in none of the objects that were stored. */
  readonly missing: { readonly range: number; readonly block: number } | null;
}

/** Folds what copies hold, and keeps that of each cut. */
export class GhostPast {
  readonly #live = new Map<string, Map<number, number>>();
  readonly #atCut = new Map<string, PastContents>();
  readonly #died = new Set<HostId>();

  take(entry: Entry): void {
    if (entry.kind === 'stop') this.#died.add(entry.actor);
    else if (isMark(entry, 'block.stored')) this.#onStored(entry);
    else if (isMark(entry, 'slot.freed')) this.#live.delete(tenancyKey(entry.actor, entry.facts));
    else if (isMark(entry, 'cut.committed')) {
      const { cut } = entry.facts;
      const key = tenancyKey(entry.actor, entry.facts);
      const contents = new Map(this.#live.get(key) ?? []);
      this.#atCut.set(`${cut} ${key}`, { contents, isCertain: !this.#died.has(entry.actor) });
    }
  }

  /** What a copy held at a cut; undefined when nobody saw it commit. */
  at(cut: string, copy: Replica): PastContents | undefined {
    return this.#atCut.get(`${cut} ${tenancyKey(copy.host, copy)}`);
  }

  #onStored(entry: Mark<'block.stored'>): void {
    const { block, stamps } = entry.facts;
    const key = tenancyKey(entry.actor, entry.facts);
    let held = this.#live.get(key);
    if (held === undefined) {
      held = new Map();
      this.#live.set(key, held);
    }
    for (const [i, stamp] of stamps.entries()) {
      held.set(block + i, Math.max(stamp, held.get(block + i) ?? 0));
    }
  }
}

/** Folds what the lineage store has. */
export class GhostSnapshots {
  readonly #completed = new Map<string, GhostSnapshot>();
  readonly #sealed = new Map<string, Mark<'snapshot.sealed'>['facts']>();
  /** What the origins of roots held when the roots were made. */
  readonly #origins = new Map<string, GhostSnapshot['ranges']>();
  /** Stamps that were stored for a snapshot, by copy and range. */
  readonly #stored = new Map<string, Map<number, number>>();

  /** Takes an entry; answers the snapshot that it completes. */
  take(entry: Entry): GhostSnapshot | null {
    if (isMark(entry, 'object.stored')) this.#onStored(entry.facts);
    else if (isMark(entry, 'snapshot.sealed')) this.#onSealed(entry.facts);
    else if (isMark(entry, 'snapshot.deleted')) this.#completed.delete(entry.facts.snapshot);
    else if (isMark(entry, 'archive.recovered')) this.#onRecovered(entry.facts);
    else if (isMark(entry, 'snapshot.completed')) return this.#complete(entry.facts.snapshot);
    return null;
  }

  /** A complete snapshot that was not deleted. */
  of(snapshot: string): GhostSnapshot | undefined {
    return this.#completed.get(snapshot);
  }

  /** Complete snapshots that were not deleted, in the order in which they were completed. */
  names(): Iterable<string> {
    return this.#completed.keys();
  }

  /** What a restored volume began with; undefined before that is known, and for others. */
  rootOf(volume: VolumeId): GhostSnapshot | undefined {
    for (const one of this.#completed.values()) {
      if (one.volume === volume && one.origin !== null) return one;
    }
    return undefined;
  }

  // An origin may be deleted before what was made of it counts.
  #onSealed(facts: Mark<'snapshot.sealed'>['facts']): void {
    this.#sealed.set(facts.snapshot, facts);
    const ranges = this.#completed.get(facts.origin?.snapshot ?? '')?.ranges;
    if (ranges !== undefined) this.#origins.set(facts.snapshot, ranges);
  }

  #onStored({ snapshot, range, copy, block, stamps }: Mark<'object.stored'>['facts']): void {
    const key = storedKey(snapshot, range, copy);
    let stored = this.#stored.get(key);
    if (stored === undefined) {
      stored = new Map();
      this.#stored.set(key, stored);
    }
    for (const [i, stamp] of stamps.entries()) stored.set(block + i, stamp);
  }

  // The store may have died when a record was durable, and before it could note so.
  #onRecovered({ snapshots }: Mark<'archive.recovered'>['facts']): void {
    const there = new Set<string>();
    for (const { snapshot, state } of snapshots) {
      if (state !== 'completed') continue;
      there.add(snapshot);
      if (!this.#completed.has(snapshot)) this.#complete(snapshot);
    }
    for (const snapshot of [...this.#completed.keys()]) {
      if (!there.has(snapshot)) this.#completed.delete(snapshot);
    }
  }

  #complete(snapshot: string): GhostSnapshot | null {
    const sealed = this.#sealed.get(snapshot);
    if (sealed === undefined) return null;
    const { volume, lineageParent, deltaBase, origin = null } = sealed;
    const ranges = new Map<number, Contents>(this.#origins.get(snapshot) ?? []);
    let missing: GhostSnapshot['missing'] = null;
    for (const { range, copy, base, blocks } of sealed.ranges) {
      const before = base === null ? undefined : this.#completed.get(base);
      const contents = new Map(before?.ranges.get(range) ?? []);
      const stored = this.#stored.get(storedKey(snapshot, range, copy));
      for (const block of blocks) {
        const stamp = stored?.get(block);
        if (stamp === undefined) missing ??= { range, block };
        else contents.set(block, stamp);
      }
      ranges.set(range, contents);
    }
    const names = { snapshot, volume, lineageParent, deltaBase, origin };
    const made = { ...names, uploaded: sealed.ranges, ranges, missing };
    this.#completed.set(snapshot, made);
    return made;
  }
}

function storedKey(snapshot: string, range: number, { host, slot, gen }: Replica): string {
  return `${snapshot} ${range} ${host}/${slot}/${gen}`;
}

/** The first block in which contents differ, with what each has; null when they are alike. */
export function firstDifference(
  one: Contents,
  other: Contents,
): { readonly block: number; readonly one: number; readonly other: number } | null {
  const blocks = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
  for (const block of blocks) {
    const has = one.get(block) ?? 0;
    const holds = other.get(block) ?? 0;
    if (has !== holds) return { block, one: has, other: holds };
  }
  return null;
}
