// LIN-15, LIN-16: what a complete snapshot holds stays, whatever becomes of others.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { isMark, type Mark } from './marks.ts';
import { stampText } from './words.ts';

/** Snapshots share blocks, and none takes those of another away. */
export const deleteKeepsOthers: Property = {
  id: 'delete-keeps-others',
  mode: 'always',
  summary: 'nothing is written over a block that a complete snapshot has, until that is deleted',
  kinds: ['mark'],
  monitor: () => new SharedMonitor(),
};

/** What was read of a snapshot once is read for ever. */
export const completedImmutable: Property = {
  id: 'completed-immutable',
  mode: 'always',
  summary: 'what is read of a complete snapshot is what it held when it was completed',
  kinds: ['mark'],
  monitor: () => new ServedMonitor(),
};

class SharedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  /** The last object that was stored for a block of a snapshot. */
  readonly #stored = new Map<string, number>();
  /** Objects of complete snapshots: of each block, by where it is. */
  readonly #places = new Map<string, ReadonlyMap<string, number>>();
  /** Who has an object: some complete snapshot. */
  #owners: Map<number, string> | null = null;

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'object.stored')) {
      const finding = this.#onStored(entry);
      this.#snapshots.take(entry);
      return finding;
    }
    const snapshot = this.#snapshots.take(entry);
    if (snapshot !== null) this.#complete(snapshot);
    const isChange = isMark(entry, 'snapshot.deleted') || isMark(entry, 'archive.recovered');
    if (snapshot !== null || isChange) this.#owners = null;
    return null;
  }

  end(): null {
    return null;
  }

  #onStored({ facts }: Mark<'object.stored'>): Finding | null {
    const { snapshot, range, block, objects } = facts;
    this.evaluatedCount += 1;
    const owners = this.#ownersNow();
    for (const [i, object] of objects.entries()) {
      const owner = owners.get(object);
      if (owner !== undefined) {
        return {
          what: `snapshot '${owner}' has lost a block to snapshot '${snapshot}'`,
          expected: `object ${object} kept as long as a complete snapshot has it`,
          observed: `written over with block ${block + i} of range ${range}`,
        };
      }
      this.#stored.set(storedKey(facts, range, block + i), object);
    }
    return null;
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

  #ownersNow(): ReadonlyMap<number, string> {
    if (this.#owners !== null) return this.#owners;
    this.#owners = new Map();
    for (const [snapshot, places] of this.#places) {
      if (this.#snapshots.of(snapshot) === undefined) continue;
      for (const object of places.values()) this.#owners.set(object, snapshot);
    }
    return this.#owners;
  }
}

function storedKey(
  { snapshot, copy }: Pick<Mark<'object.stored'>['facts'], 'snapshot' | 'copy'>,
  range: number,
  block: number,
): string {
  return `${snapshot} ${copy.host}/${copy.slot}/${copy.gen} ${range}/${block}`;
}

class ServedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();

  observe(entry: Entry): Finding | null {
    this.#snapshots.take(entry);
    if (!isMark(entry, 'archive.served')) return null;
    const { snapshot, range, block, stamps } = entry.facts;
    const ghost = this.#snapshots.of(snapshot);
    if (ghost === undefined || ghost.missing !== null) return null;
    this.evaluatedCount += 1;
    const contents = ghost.ranges.get(range);
    for (const [i, stamp] of stamps.entries()) {
      const held = contents?.get(block + i) ?? 0;
      if (held === stamp) continue;
      return {
        what: `snapshot '${snapshot}' is not what it was, in block ${block + i} of range ${range}`,
        expected: `${stampText(held)}, as when it was completed`,
        observed: stampText(stamp),
      };
    }
    return null;
  }

  end(): null {
    return null;
  }
}
