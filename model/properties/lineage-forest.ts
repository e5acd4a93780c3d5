// LIN-04: each snapshot has one parent, of its own volume, and the first one of a restored volume
// comes from a snapshot of another. So all snapshots of all volumes are a forest. A parent that was
// published may have been deleted before the lineage store heard of it.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** Snapshots descend from each other, across volumes, without a loop. */
export const lineageForest: Property = {
  id: 'lineage-forest',
  mode: 'always',
  summary:
    'each snapshot has one parent of its volume; the root of a restored volume has an origin',
  kinds: ['mark'],
  monitor: () => new ForestMonitor(),
};

type Facts = Pick<
  Mark<'snapshot.completed'>['facts'],
  'snapshot' | 'volume' | 'lineageParent' | 'origin'
>;

interface Node {
  readonly volume: VolumeId;
  /** The parent, or of a root the origin; null of the first snapshot of a volume. */
  readonly above: string | null;
  isThere: boolean;
}

class ForestMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #nodes = new Map<string, Node>();
  readonly #lineage = new GhostLineage();
  /** Volumes of what routers have published. */
  readonly #published = new Map<string, Pick<Node, 'volume'>>();

  observe(entry: Entry): Finding | null {
    const recorded = this.#lineage.take(entry);
    if (recorded?.facts.change?.kind === 'publish') this.#publish(recorded.facts);
    if (isMark(entry, 'snapshot.registered') || isMark(entry, 'snapshot.completed')) {
      return this.#take(entry.facts);
    }
    if (isMark(entry, 'snapshot.deleted')) {
      const node = this.#nodes.get(entry.facts.snapshot);
      if (node !== undefined) node.isThere = false;
    } else if (isMark(entry, 'archive.recovered')) {
      return this.#onRecovered(entry.facts.snapshots);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #publish({ volume, record }: Recorded['facts']): void {
    const cut = record.chain.at(-1)?.cut;
    if (cut !== undefined) this.#published.set(cut, { volume });
  }

  // It may have died when a record was durable, and before it said so.
  #onRecovered(snapshots: readonly Facts[]): Finding | null {
    const there = new Set(snapshots.map(({ snapshot }) => snapshot));
    for (const [name, node] of this.#nodes) node.isThere = there.has(name);
    for (const facts of snapshots) {
      const finding = this.#take(facts);
      if (finding !== null) return finding;
    }
    return null;
  }

  #take(facts: Facts): Finding | null {
    const { snapshot, volume, lineageParent, origin } = facts;
    const above = origin?.snapshot ?? lineageParent;
    const known = this.#nodes.get(snapshot);
    if (known === undefined && above === null && !this.#hasAny(volume)) {
      this.#nodes.set(snapshot, { volume, above, isThere: true });
      return null;
    }
    this.evaluatedCount += 1;
    const observed = this.#flaw(facts, above, known);
    if (observed !== null) {
      return {
        what: `snapshot '${snapshot}' of '${volume}' has no place in the lineage`,
        expected: 'one parent from before it, of its volume, or of a root the origin',
        observed,
      };
    }
    this.#nodes.set(snapshot, { volume, above, isThere: true });
    return null;
  }

  #flaw(
    { snapshot, volume, origin, lineageParent }: Facts,
    above: string | null,
    known: Node | undefined,
  ): string | null {
    if (known !== undefined) {
      const isSame = known.above === above && known.volume === volume;
      return isSame ? null : `${nameOf(above)} after ${nameOf(known.above)}`;
    }
    if (above === null) return 'none, though the volume has snapshots already';
    if (origin !== undefined && lineageParent !== null) return 'an origin and a parent';
    const node = this.#nodes.get(above) ?? this.#published.get(above);
    if (node === undefined || above === snapshot) return `${nameOf(above)}, which is none`;
    const expected = origin?.volume ?? volume;
    return node.volume === expected ? null : `${nameOf(above)}, of '${node.volume}'`;
  }

  #hasAny(volume: VolumeId): boolean {
    for (const node of this.#nodes.values()) {
      if (node.isThere && node.volume === volume) return true;
    }
    return false;
  }
}

function nameOf(snapshot: string | null): string {
  return snapshot === null ? 'none' : `'${snapshot}'`;
}
