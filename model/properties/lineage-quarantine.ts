// A volume in quarantine has nothing published, whoever took it and whenever it was on its way:
// nobody knows yet which cell is right. That is so from the record of the quarantine to that of its
// end.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { sameSnapshot } from '../lineage/cell-record.ts';
import { snapshotText } from '../lineage/core-words.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** A quarantine holds. */
export const quarantineHolds: Property = {
  id: 'lineage-quarantine-holds',
  mode: 'always',
  summary: 'nothing is published of a volume in quarantine, nor is a cell made its owner',
  kinds: ['mark'],
  monitor: () => new QuarantineMonitor(),
};

class QuarantineMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  /** Volumes in quarantine, with what was recorded when they were put there. */
  readonly #held = new Map<VolumeId, Recorded['facts']>();

  observe(entry: Entry): Finding | null {
    const recorded = this.#ghost.take(entry);
    if (recorded !== null) return this.#judgeRecorded(recorded.facts);
    return isMark(entry, 'request.answered') ? this.#judgeAnswer(entry.facts) : null;
  }

  end(): null {
    return null;
  }

  #judgeRecorded(facts: Recorded['facts']): Finding | null {
    const { volume, change, record } = facts;
    const held = this.#held.get(volume);
    if (change?.kind === 'quarantine' && held === undefined) this.#held.set(volume, facts);
    if (change?.kind === 'lift-quarantine') this.#held.delete(volume);
    if (held === undefined || change?.kind === 'lift-quarantine') return null;
    this.evaluatedCount += 1;
    const { chain, owner, epoch } = held.record;
    if (record.chain.length === chain.length && record.epoch === epoch) return null;
    return {
      what: `'${volume}' is in quarantine, and is changed by '${change?.kind ?? 'nothing'}'`,
      expected: `${chain.length} snapshots, in '${owner}' since epoch ${epoch}`,
      observed: `${record.chain.length} snapshots, in '${record.owner}' since ${record.epoch}`,
    };
  }

  // What was published before may be told at any time.
  #judgeAnswer({ volume, snapshot, status }: Mark<'request.answered'>['facts']): Finding | null {
    const held = this.#held.get(volume);
    if (held === undefined || snapshot === null) {
      if (held !== undefined) this.evaluatedCount += 1;
      return null;
    }
    this.evaluatedCount += 1;
    if (held.record.chain.some((one) => sameSnapshot(one, snapshot))) return null;
    return {
      what: `a request was told '${status}' while '${volume}' was in quarantine`,
      expected: 'none but snapshots that were published before',
      observed: snapshotText(snapshot),
    };
  }
}
