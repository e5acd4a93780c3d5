// What a restored volume began with, for those who judge reads and writes: it is as if one writer
// had written all of it, and had been answered, when the world began. What it is comes to be known
// later; until then nobody can read it, and what others write meanwhile comes after it.
//
// So whoever says which reads a write explains, or which writes a read must not miss, says it of a
// restored volume, too, and need not know that there are any.
import type { Entry, Finding, Monitor, Ns, OpEntry, Property } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import { type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { isMark } from './marks.ts';

/** The same property, of restored volumes as well. */
export function ofRestoredToo(property: Property): Property {
  const { monitor, kinds } = property;
  const all = [...new Set([...kinds, 'mark' as const])];
  return { ...property, kinds: all, monitor: () => new RestoredFirst(monitor()) };
}

class RestoredFirst implements Monitor {
  readonly #inner: Monitor;
  readonly #snapshots = new GhostSnapshots();
  readonly #blocksPerRange = new Map<VolumeId, number>();
  /** Volumes that are to be restored, and were not yet. */
  readonly #awaited = new Set<VolumeId>();
  #opId = 0;

  constructor(inner: Monitor) {
    this.#inner = inner;
  }

  get evaluatedCount(): number {
    return this.#inner.evaluatedCount;
  }

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'volume.created')) {
      this.#blocksPerRange.set(entry.facts.volume, entry.facts.blocksPerRange);
    } else if (isMark(entry, 'restore.planned')) {
      if (!this.#began(entry.facts.volume)) this.#awaited.add(entry.facts.volume);
    }
    this.#snapshots.take(entry);
    for (const volume of this.#awaited) {
      const root = this.#snapshots.rootOf(volume);
      if (root === undefined) continue;
      this.#awaited.delete(volume);
      this.#write(entry, root);
    }
    return this.#inner.observe(entry);
  }

  end(nowNs: Ns): Finding | null {
    return this.#inner.end(nowNs);
  }

  pending(): string | null {
    return this.#inner.pending?.() ?? null;
  }

  #began(volume: VolumeId): boolean {
    return this.#snapshots.rootOf(volume) !== undefined;
  }

  #write(entry: Entry, { snapshot, volume, ranges }: GhostSnapshot): void {
    const blocksPerRange = this.#blocksPerRange.get(volume) ?? 0;
    const { id, cause, previous } = entry;
    const when = { index: 0, atNs: 0, id, cause, previous, actor: snapshot };
    for (const [range, contents] of ranges) {
      for (const [block, stamp] of contents) {
        const at = range * blocksPerRange + block;
        const value = { volume, block: at, blockCount: 1, stamps: [stamp] };
        const opId = this.#opId++;
        for (const phase of ['invoke', 'ok'] as const) {
          const op: OpEntry = { ...when, kind: 'op', name: 'write', phase, opId, value };
          this.#inner.observe(op);
        }
      }
    }
  }
}
