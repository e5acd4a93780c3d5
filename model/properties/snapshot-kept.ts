// LIN-15, LIN-16: what a complete snapshot holds stays, whatever becomes of others.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { type CountedReferences, sumUp } from '../lineage-store/references.ts';
import { GhostObjects } from './ghost-objects.ts';
import { GhostSnapshots } from './ghost-snapshots.ts';
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

/** No block is let go too early, and none is kept for nobody. */
export const referencesExact: Property = {
  id: 'references-exact',
  mode: 'always',
  summary: 'the lineage store counts as many references to each block as complete snapshots have',
  kinds: ['mark'],
  monitor: () => new CountedMonitor(),
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
  readonly #objects = new GhostObjects();
  /** Who has an object: some complete snapshot. */
  #owners: Map<number, string> | null = null;

  observe(entry: Entry): Finding | null {
    const finding = isMark(entry, 'object.stored') ? this.#onStored(entry) : null;
    if (this.#objects.take(entry)) this.#owners = null;
    return finding;
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
      if (owner === undefined) continue;
      return {
        what: `snapshot '${owner}' has lost a block to snapshot '${snapshot}'`,
        expected: `object ${object} kept as long as a complete snapshot has it`,
        observed: `written over with block ${block + i} of range ${range}`,
      };
    }
    return null;
  }

  #ownersNow(): ReadonlyMap<number, string> {
    if (this.#owners !== null) return this.#owners;
    this.#owners = new Map();
    for (const [snapshot, objects] of this.#objects.complete()) {
      for (const object of objects) this.#owners.set(object, snapshot);
    }
    return this.#owners;
  }
}

class CountedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #objects = new GhostObjects();

  observe(entry: Entry): Finding | null {
    this.#objects.take(entry);
    return isMark(entry, 'references.counted') ? this.#judge(entry.facts) : null;
  }

  end(): null {
    return null;
  }

  #judge(counted: Mark<'references.counted'>['facts']): Finding | null {
    if (this.#objects.isDamaged) return null;
    this.evaluatedCount += 1;
    const references: number[] = [];
    for (const [, objects] of this.#objects.complete()) {
      for (const object of objects) {
        while (references.length <= object) references.push(0);
        references[object]! += 1;
      }
    }
    const expected = sumUp(references);
    if (expected.digest === counted.digest) return null;
    return {
      what: 'the lineage store counts other references to its objects than there are',
      expected: `what complete snapshots refer to: ${countText(expected)}`,
      observed: countText(counted),
    };
  }
}

function countText({ objectCount, referenceCount, digest }: CountedReferences): string {
  return `${referenceCount} references to ${objectCount} objects (digest ${digest})`;
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
