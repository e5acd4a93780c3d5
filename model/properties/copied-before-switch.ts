// MAP-16: the map names a new replica only when it holds all that was acknowledged.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { sameReplica } from '../map-entry.ts';
import { GhostContents } from './ghost-contents.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark } from './marks.ts';
import { blockText, slotText, stampText } from './words.ts';

/** Copy first, then switch. */
export const copiedBeforeSwitch: Property = {
  id: 'copied-before-switch',
  mode: 'always',
  summary: 'a replica that a change adds holds every acknowledged write of its range by then',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new CopiedMonitor(),
};

class CopiedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #contents = new GhostContents();

  observe(entry: Entry): Finding | null {
    this.#contents.take(entry);
    if (entry.kind !== 'mark') return null;
    this.#ghost.take(entry);
    return isMark(entry, 'map.applied') ? this.#onApplied(entry) : null;
  }

  end(): null {
    return null;
  }

  #onApplied(entry: Mark<'map.applied'>): Finding | null {
    const { volume, range, version, replicas, previous } = entry.facts;
    const blocksPerRange = this.#ghost.volume(volume)?.blocksPerRange ?? 0;
    if (blocksPerRange === 0) return null;
    const where = {
      volume,
      range,
      blocksPerRange,
      block: range * blocksPerRange,
      blockCount: blocksPerRange,
    };
    for (const replica of replicas) {
      if (previous.some((old) => sameReplica(old, replica))) continue;
      this.evaluatedCount += 1;
      const missing = this.#contents.missing(replica, where);
      if (missing === null) continue;
      const place = slotText(replica.host, replica);
      return {
        what: `version ${version} of the entry names ${place}, which lacks an acknowledged write`,
        expected: `${stampText(missing.expected)} or later in ${blockText(volume, missing.block)}`,
        observed: stampText(missing.found),
      };
    }
    return null;
  }
}
