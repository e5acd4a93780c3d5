// LIN-03 in the lineage store: snapshots that have contents follow each other there as they were
// published.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { rootOf } from '../lineage-store/layout.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** One lineage, in two places. */
export const archiveFollowsLineage: Property = {
  id: 'archive-follows-lineage',
  mode: 'always',
  summary: 'a snapshot in the lineage store stands behind the one that it was published behind',
  kinds: ['mark'],
  monitor: () => new FollowMonitor(),
};

class FollowMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'snapshot.registered')) return this.#judge(entry.facts);
    this.#ghost.take(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #judge(facts: Mark<'snapshot.registered'>['facts']): Finding | null {
    const { volume, snapshot, lineageParent } = facts;
    const cuts = this.#cutsOf(volume);
    // A volume that is cut on a schedule has no other lineage than that of the store.
    if (cuts.length === 0) return null;
    this.evaluatedCount += 1;
    const at = cuts.indexOf(snapshot);
    const parent = cuts[at - 1] ?? null;
    // The first one of a restored volume stands behind what that began with.
    const isFirst = at === 0 && lineageParent === rootOf(volume);
    if (at >= 0 && (parent === lineageParent || isFirst)) return null;
    return {
      what: `snapshot '${snapshot}' stands elsewhere in the lineage store than in the lineage`,
      expected: at < 0 ? 'a published snapshot' : `behind ${nameOf(parent)}`,
      observed: at < 0 ? 'one that is not published' : `behind ${nameOf(lineageParent)}`,
    };
  }

  #cutsOf(volume: VolumeId): readonly string[] {
    return this.#ghost.chain(volume).flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
  }
}

function nameOf(snapshot: string | null): string {
  return snapshot === null ? 'nothing' : `'${snapshot}'`;
}
