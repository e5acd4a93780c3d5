// Which object of the lineage store has which block of a complete snapshot, as the record tells it.
import type { Entry } from '../../sim/index.ts';
import { type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { isMark, type Mark } from './marks.ts';

/** Objects of one snapshot, by where its blocks are. */
type Places = ReadonlyMap<string, number>;

/** Folds what is stored where. */
export class GhostObjects {
  readonly #snapshots = new GhostSnapshots();
  /** The last object that was stored for a block of a snapshot. */
  readonly #stored = new Map<string, number>();
  /** Of each snapshot that was ever complete. */
  readonly #places = new Map<string, Places>();
  /** Snapshots with lost records: nobody knows what those referred to. */
  readonly #damaged = new Set<string>();

  /** Takes an entry; answers whether it changes which snapshots are complete. */
  take(entry: Entry): boolean {
    if (isMark(entry, 'object.stored')) this.#onStored(entry);
    const snapshot = this.#snapshots.take(entry);
    if (snapshot !== null) this.#complete(snapshot);
    if (isMark(entry, 'archive.recovered')) this.#completeFound();
    else if (isMark(entry, 'snapshot.deleted')) this.#damaged.delete(entry.facts.snapshot);
    else if (isMark(entry, 'archive.damaged') && entry.facts.range === undefined) {
      this.#damaged.add(entry.facts.snapshot);
    } else return snapshot !== null;
    return true;
  }

  /** Whether some records are lost, so that the store may know of fewer objects. */
  get isDamaged(): boolean {
    return this.#damaged.size > 0;
  }

  /** Complete snapshots that were not deleted, and can be read, with their objects. */
  *complete(): Iterable<readonly [snapshot: string, objects: Iterable<number>]> {
    for (const name of this.#snapshots.names()) {
      if (this.#damaged.has(name)) continue;
      yield [name, this.#places.get(name)?.values() ?? []];
    }
  }

  #onStored({ facts }: Mark<'object.stored'>): void {
    const { range, block, objects } = facts;
    for (const [i, object] of objects.entries()) {
      this.#stored.set(storedKey(facts, range, block + i), object);
    }
  }

  // The store may have died when a manifest was durable, and before it could note so.
  #completeFound(): void {
    for (const name of this.#snapshots.names()) {
      if (!this.#places.has(name)) this.#complete(this.#snapshots.of(name)!);
    }
  }

  #complete({ snapshot, origin, uploaded }: GhostSnapshot): void {
    const places = new Map<string, number>(this.#places.get(origin?.snapshot ?? '') ?? []);
    for (const { range, copy, base, blocks } of uploaded) {
      for (const [place, object] of this.#places.get(base ?? '') ?? []) {
        if (place.startsWith(`${range}/`)) places.set(place, object);
      }
      for (const block of blocks) {
        const object = this.#stored.get(storedKey({ snapshot, copy }, range, block));
        if (object !== undefined) places.set(`${range}/${block}`, object);
      }
    }
    this.#places.set(snapshot, places);
  }
}

function storedKey(
  { snapshot, copy }: Pick<Mark<'object.stored'>['facts'], 'snapshot' | 'copy'>,
  range: number,
  block: number,
): string {
  return `${snapshot} ${copy.host}/${copy.slot}/${copy.gen} ${range}/${block}`;
}
