// What the authority has recorded of each volume's place and lineage, in the order of its log.
import type { Entry } from '../../sim/index.ts';
import type { Snapshot } from '../lineage/cell-record.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';
import { isMark, type Mark } from './marks.ts';

/** A change of a volume's record, with what it was before; null: the volume is new. */
export interface Recorded {
  readonly facts: Mark<'lineage.recorded'>['facts'];
  readonly before: VolumeRecord | null;
}

/** Follows the records; each member of the authority tells of each change, and counts once. */
export class GhostLineage {
  readonly #places = new Map<VolumeId, Mark<'lineage.recorded'>['facts']>();

  /** The change that an entry tells of, the first time that it does. */
  take(entry: Entry): Recorded | null {
    if (!isMark(entry, 'lineage.recorded')) return null;
    const { facts } = entry;
    const before = this.#places.get(facts.volume);
    if (before !== undefined && facts.logIndex <= before.logIndex) return null;
    this.#places.set(facts.volume, facts);
    return { facts, before: before?.record ?? null };
  }

  /** Each volume with what was recorded of it last. */
  places(): ReadonlyMap<VolumeId, Mark<'lineage.recorded'>['facts']> {
    return this.#places;
  }

  /** The published snapshots of a volume, oldest first. */
  chain(volume: VolumeId): readonly Snapshot[] {
    return this.#places.get(volume)?.record.chain ?? [];
  }
}
