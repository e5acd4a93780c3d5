// After healing the copies of a volume lie where it belongs: in the cell that owns it. What a move
// that was given up had taken away is brought back.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { GhostMap } from './ghost-map.ts';
import { CellsOfHosts } from './moved-data.ts';

/** Copies come home. */
export const movedCopiesHome: Property = {
  id: 'moved-copies-home',
  mode: 'eventually',
  summary: 'the copies of a volume that is moved between cells lie in the cell that owns it',
  kinds: ['start', 'mark'],
  monitor: () => new CopiesHomeMonitor(),
};

class CopiesHomeMonitor implements Monitor {
  /** Moves that were decided: from then on it matters where copies are. */
  evaluatedCount = 0;
  readonly #lineage = new GhostLineage();
  readonly #map = new GhostMap();
  readonly #hosts = new CellsOfHosts();

  observe(entry: Entry): null {
    this.#hosts.take(entry);
    this.#map.take(entry);
    const recorded = this.#lineage.take(entry);
    const decision = recorded?.facts.record.move?.decision ?? 'open';
    if (decision !== 'open' && recorded?.before?.move?.decision === 'open') {
      this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [volume, { record }] of this.#lineage.places()) {
      for (const range of this.#map.volume(volume)?.entries.keys() ?? []) {
        const entry = this.#map.certain(volume, range);
        const stray = entry && this.#hosts.stray(entry.replicas, record.owner);
        if (stray === undefined) continue;
        const { owner } = record;
        return `'${owner}' owns '${volume}', and range ${range} has a copy on '${stray.host}'`;
      }
    }
    return null;
  }
}
