// What a move promises of data: where the record says that it is imported, it is. From then on
// until the move is aborted no copy of the volume lies outside the target.
//
// The copies of a range are known from the map as the record of the run tells it; where changes may
// have taken effect in silence nothing is said of them.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { CellName } from '../lineage/cell-record.ts';
import type { HostId, Replica, VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark } from './marks.ts';

/** The import is complete where it is said to be. */
export const movedDataComplete: Property = {
  id: 'moved-data-complete',
  mode: 'always',
  summary: 'once a move is recorded as imported, every copy of its volume lies in the target',
  kinds: ['start', 'mark'],
  monitor: () => new MovedDataMonitor(),
};

/** In which cell each host is, by the labels that it started with. */
export class CellsOfHosts {
  readonly #cells = new Map<HostId, CellName>();

  take(entry: Entry): void {
    if (entry.kind !== 'start' || entry.labels.role !== 'host') return;
    if (entry.labels.cell !== undefined) this.#cells.set(entry.node, entry.labels.cell);
  }

  /** The first of the copies that is in another cell. */
  stray(replicas: readonly Replica[], cell: CellName): Replica | undefined {
    return replicas.find(({ host }) => this.#cells.get(host) !== cell);
  }
}

class MovedDataMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #map = new GhostMap();
  readonly #lineage = new GhostLineage();
  readonly #hosts = new CellsOfHosts();

  observe(entry: Entry): Finding | null {
    this.#hosts.take(entry);
    this.#map.take(entry);
    const recorded = this.#lineage.take(entry);
    if (recorded !== null) {
      const { volume, change } = recorded.facts;
      const isSaid = change?.kind === 'imported' || change?.kind === 'commit';
      return isSaid ? this.#judge(volume, null) : null;
    }
    if (!isMark(entry, 'map.applied')) return null;
    return this.#judge(entry.facts.volume, entry.facts.range);
  }

  end(): null {
    return null;
  }

  // One range, or all of them.
  #judge(volume: VolumeId, only: number | null): Finding | null {
    const move = this.#lineage.places().get(volume)?.record.move ?? null;
    if (move === null || !move.isImported || move.decision === 'abort') return null;
    const known = this.#map.volume(volume)?.entries ?? [];
    for (const range of only === null ? known.keys() : [only]) {
      const entry = this.#map.certain(volume, range);
      if (entry === undefined) continue;
      this.evaluatedCount += 1;
      const stray = this.#hosts.stray(entry.replicas, move.target);
      if (stray === undefined) continue;
      return {
        what: `move ${move.id} of '${volume}' is recorded as imported, and range ${range} is not`,
        expected: `its copies in '${move.target}'`,
        observed: `one on '${stray.host}'`,
      };
    }
    return null;
  }
}
