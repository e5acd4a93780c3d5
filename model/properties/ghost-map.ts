// The stored map of all volumes, as the record tells it: the ghost that no actor can read.
//
// The authority notes a change when it applies it. A crash before that leaves records that are
// durable but were never noted; they take effect in silence when the log is replayed. So after a
// recovery that found more than was applied, entries are uncertain until something new is said of
// them. The same is true of a leader that begins: what the one before it proposed may take effect
// in silence, too.
import type { Entry } from '../../sim/index.ts';
import type { Replica, VolumeId } from '../map-entry.ts';
import type { ReplicationMode } from '../replication.ts';
import { Leaders } from './leaders.ts';
import { isMark, type MarkFacts } from './marks.ts';

/** What is known of one entry. */
export interface GhostEntry {
  readonly version: number;
  readonly replicas: readonly Replica[];
  /** Counts recoveries that may have changed the map in silence; see `certain`. */
  readonly era: number;
}

/** What is known of one volume. */
export interface GhostVolume {
  readonly replicaCount: number;
  readonly replication: ReplicationMode;
  readonly blocksPerRange: number;
  mapVersion: number;
  /** Changes that took effect in silence, less those whose entry was heard of since. */
  unheardCount: number;
  /** The era in which `unheardCount` was known last. */
  era: number;
  /** Indexed by range; entries that nobody spoke of are absent. */
  readonly entries: (GhostEntry | undefined)[];
}

/** Folds the marks about maps. Look first, then `take` the entry: it changes the ghost. */
export class GhostMap {
  readonly #volumes = new Map<VolumeId, GhostVolume>();
  readonly #volumeOf = new Map<string, VolumeId>();
  #era = 0;
  readonly #leaders = new Leaders();
  /** The last record whose effects were noted. */
  #notedIndex = -1;

  /** Whether the map may have changed in silence at some time. */
  get wasSilent(): boolean {
    return this.#era > 0;
  }

  /** Every volume that was heard of. */
  volumeIds(): Iterable<VolumeId> {
    return this.#volumes.keys();
  }

  volume(volume: VolumeId): GhostVolume | undefined {
    return this.#volumes.get(volume);
  }

  at(volume: VolumeId, range: number): GhostEntry | undefined {
    return this.#volumes.get(volume)?.entries[range];
  }

  /** The entry, if it is the stored one for sure. */
  certain(volume: VolumeId, range: number): GhostEntry | undefined {
    const known = this.#volumes.get(volume);
    const entry = known?.entries[range];
    if (known === undefined || entry === undefined) return undefined;
    if (entry.era === this.#era) return entry;
    return known.era === this.#era && known.unheardCount === 0 ? entry : undefined;
  }

  take(entry: Entry): void {
    this.#leaders.take(entry);
    if (isMark(entry, 'map.applied')) {
      if (!this.#leaders.isDeposed(entry.actor)) this.#applied(entry.facts);
    } else if (isMark(entry, 'volume.created')) {
      const { volume, mapVersion, replicaCount, blocksPerRange, entries } = entry.facts;
      const { replication = 'chain' } = entry.facts;
      // The first start may be repeated after a crash; what was said before still holds.
      if (this.#volumes.has(volume)) return;
      const created = this.#add({ volume, mapVersion, replicaCount, replication, blocksPerRange });
      for (const { range, version, replicas } of entries) {
        created.entries[range] = { version, replicas, era: this.#era };
      }
    } else if (isMark(entry, 'map.cached')) {
      this.#hear(entry.facts.volume ?? this.#volumeOf.get(clientOf(entry.actor)), entry.facts);
    } else if (isMark(entry, 'attach.granted')) {
      this.#volumeOf.set(entry.facts.client, entry.facts.volume);
    } else if (isMark(entry, 'state.digest')) {
      this.#notedIndex = Math.max(this.#notedIndex, entry.facts.logIndex);
    } else if (isMark(entry, 'log.recovered')) {
      // Before the first batch was applied nobody could ask for a change.
      this.#begin(entry.facts.logIndex);
    } else if (isMark(entry, 'leader.began')) {
      // Its last record is its own, and changes nothing.
      this.#begin(entry.facts.logIndex - 1);
    }
  }

  #begin(logIndex: number): void {
    if (this.#notedIndex >= 0 && logIndex > this.#notedIndex) this.#era += 1;
    this.#notedIndex = logIndex;
  }

  #applied(change: MarkFacts['map.applied']): void {
    const { volume, range, version, mapVersion, replicas } = change;
    let known = this.#volumes.get(volume);
    if (known === undefined) {
      const before = mapVersion - 1;
      const unknown = { replicaCount: 0, replication: 'chain', blocksPerRange: 0 } as const;
      known = this.#add({ volume, mapVersion: before, ...unknown });
    }
    const replaced = known.entries[range];
    known.unheardCount += mapVersion - known.mapVersion - 1;
    if (replaced !== undefined) known.unheardCount -= version - replaced.version - 1;
    known.mapVersion = mapVersion;
    known.era = this.#era;
    known.entries[range] = { version, replicas, era: this.#era };
  }

  // A client was told of an entry that was never noted: it took effect in silence.
  #hear(
    volume: VolumeId | undefined,
    told: {
      readonly range: number;
      readonly version: number;
      readonly replicas: readonly Replica[];
    },
  ): void {
    if (volume === undefined) return;
    const { range, version, replicas } = told;
    const known = this.#volumes.get(volume);
    const entry = known?.entries[range];
    if (known === undefined || entry === undefined || version <= entry.version) return;
    if (this.certain(volume, range) !== undefined) return;
    known.unheardCount -= version - entry.version;
    known.entries[range] = { version, replicas, era: this.#era };
  }

  #add(
    what: Pick<GhostVolume, 'mapVersion' | 'replicaCount' | 'replication' | 'blocksPerRange'> & {
      readonly volume: VolumeId;
    },
  ): GhostVolume {
    const { volume, mapVersion, replicaCount, replication, blocksPerRange } = what;
    const added: GhostVolume = {
      replicaCount,
      replication,
      blocksPerRange,
      mapVersion,
      unheardCount: 0,
      era: this.#era,
      entries: [],
    };
    this.#volumes.set(volume, added);
    return added;
  }
}

/** The client that an actor is, or is a child of. */
export function clientOf(actor: string): string {
  const end = actor.indexOf('/');
  return end < 0 ? actor : actor.slice(0, end);
}
