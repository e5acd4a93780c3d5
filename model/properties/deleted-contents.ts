// LIN-07 for contents: what the lineage has, the lineage store keeps; what the lineage has let go,
// the store lets go, too.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { deletedCuts, publishedAs } from '../backup/following.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** Contents never go first. */
export const contentsOutlastLineage: Property = {
  id: 'contents-outlast-lineage',
  mode: 'always',
  summary: 'the contents of a published snapshot go only once the lineage says it is deleted',
  kinds: ['mark'],
  monitor: () => new OutlastMonitor(),
};

/** Contents of deleted snapshots do not stay for ever. */
export const deletedContentsGo: Property = {
  id: 'deleted-contents-go',
  mode: 'eventually',
  summary: 'of a snapshot that the lineage says is deleted nothing stays in the lineage store',
  kinds: ['mark'],
  monitor: () => new DeletedMonitor(),
};

class OutlastMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    return isMark(entry, 'snapshot.deleted') ? this.#judge(entry.facts) : null;
  }

  end(): null {
    return null;
  }

  #judge({ volume, snapshot }: Mark<'snapshot.deleted'>['facts']): Finding | null {
    const record = this.#ghost.places().get(volume)?.record;
    // A volume that is cut on a schedule has no other lineage than that of the store.
    if (record === undefined || publishedAs(record, snapshot) === undefined) return null;
    this.evaluatedCount += 1;
    if (deletedCuts(record).has(snapshot)) return null;
    return {
      what: `the contents of snapshot '${snapshot}' of '${volume}' are deleted, and it is not`,
      expected: 'to be deleted in the lineage first',
      observed: `published, and ${record.deleted.length} others deleted`,
    };
  }
}

class DeletedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  /** What the store has, by volume. */
  readonly #there = new Map<string, VolumeId>();

  observe(entry: Entry): null {
    this.#ghost.take(entry);
    if (isMark(entry, 'snapshot.registered')) {
      this.#there.set(entry.facts.snapshot, entry.facts.volume);
    } else if (isMark(entry, 'snapshot.deleted')) {
      this.#there.delete(entry.facts.snapshot);
      const record = this.#ghost.places().get(entry.facts.volume)?.record;
      if (record !== undefined && record.deleted.length > 0) this.evaluatedCount += 1;
    } else if (isMark(entry, 'archive.recovered')) {
      this.#there.clear();
      for (const { snapshot, volume } of entry.facts.snapshots) this.#there.set(snapshot, volume);
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [snapshot, volume] of this.#there) {
      const record = this.#ghost.places().get(volume)?.record;
      if (record === undefined || !deletedCuts(record).has(snapshot)) continue;
      return `snapshot '${snapshot}' of '${volume}' is deleted, and its contents are there`;
    }
    return null;
  }
}
