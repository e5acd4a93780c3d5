// What snapshots hold, as the record tells it: what the lineage store has of them.
import type { Entry } from '../../sim/index.ts';
import type { Replica, VolumeId } from '../map-entry.ts';
import type { Origin, UploadedRange } from '../messages/archive.ts';
import { isMark, type Mark } from './marks.ts';

/** Stamps of the blocks of a range; absent for one that was never written. */
export type Contents = ReadonlyMap<number, number>;

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
