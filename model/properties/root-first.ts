// LIN-04, LIN-21: what a restored volume began with comes before all of its snapshots. One that was
// cut when that was not yet known would hold what its origin was only later: writes that were begun
// after it was acknowledged, if to another volume.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { GhostSnapshots } from './ghost-snapshots.ts';
import { isMark } from './marks.ts';

/** Nothing is a snapshot of a restored volume before it has begun. */
export const rootComesFirst: Property = {
  id: 'root-comes-first',
  mode: 'always',
  summary: 'each snapshot of a restored volume was cut when its root was there',
  kinds: ['mark'],
  monitor: () => new RootFirstMonitor(),
};

class RootFirstMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #lineage = new GhostLineage();
  readonly #snapshots = new GhostSnapshots();
  readonly #restored = new Set<VolumeId>();
  /** Cuts that were begun when there was no root. */
  readonly #early = new Set<string>();

  observe(entry: Entry): Finding | null {
    this.#snapshots.take(entry);
    const recorded = this.#lineage.take(entry);
    if (recorded?.facts.change?.kind === 'publish') {
      const { volume, record } = recorded.facts;
      return this.#judge(volume, record.chain.at(-1)?.cut);
    }
    if (isMark(entry, 'restore.planned')) {
      this.#restored.add(entry.facts.volume);
    } else if (isMark(entry, 'cut.begun')) {
      const { volume, cut } = entry.facts;
      if (this.#snapshots.rootOf(volume) === undefined) this.#early.add(cut);
    } else if (isMark(entry, 'snapshot.registered')) {
      return this.#judge(entry.facts.volume, entry.facts.snapshot);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #judge(volume: VolumeId, cut: string | undefined): Finding | null {
    if (cut === undefined || !this.#restored.has(volume)) return null;
    this.evaluatedCount += 1;
    if (!this.#early.has(cut)) return null;
    return {
      what: `'${cut}' is a snapshot of '${volume}', and older than what that was restored from`,
      expected: `a cut that was begun when the root of '${volume}' was there`,
      observed: 'no root when it was begun',
    };
  }
}
