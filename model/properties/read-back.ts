// LIN-16 at rest: at the end everything that complete snapshots hold has been read once more, since
// the last of them was completed or deleted. Whether it is what it was `completed-immutable` says.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { GhostSnapshots } from './ghost-snapshots.ts';
import { isMark } from './marks.ts';

/** Nothing is taken on trust. */
export const snapshotsReadBack: Property = {
  id: 'snapshots-read-back',
  mode: 'eventually',
  summary: 'all that complete snapshots hold is read once more after the last change of them',
  kinds: ['mark'],
  monitor: () => new ReadBackMonitor(),
};

/** Blocks of a range are fewer. */
const rangeBlocksMax = 1_048_576;

class ReadBackMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  /** Blocks that were read since the last change, or found damaged, by snapshot. */
  readonly #read = new Map<string, Set<number>>();
  /** Snapshots that cannot be read: their pages are lost. */
  readonly #damaged = new Set<string>();

  observe(entry: Entry): null {
    const completed = this.#snapshots.take(entry);
    const isChange = isMark(entry, 'snapshot.deleted') || isMark(entry, 'archive.recovered');
    if (completed !== null || isChange) this.#read.clear();
    if (isMark(entry, 'archive.served')) {
      this.#onRead({ ...entry.facts, blockCount: entry.facts.stamps.length });
    } else if (isMark(entry, 'archive.damaged')) {
      const { snapshot, range, block = 0, blockCount = 0 } = entry.facts;
      if (range === undefined) this.#damaged.add(snapshot);
      else this.#onRead({ snapshot, range, block, blockCount });
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const snapshot of this.#snapshots.names()) {
      const count = this.#sizeOf(snapshot);
      const left = count - (this.#read.get(snapshot)?.size ?? 0);
      if (left === 0 || this.#damaged.has(snapshot)) continue;
      return `${left} of ${count} blocks of complete snapshot '${snapshot}' were not read back`;
    }
    return null;
  }

  #onRead(piece: {
    readonly snapshot: string;
    readonly range: number;
    readonly block: number;
    readonly blockCount: number;
  }): void {
    const { snapshot, range, block: first, blockCount } = piece;
    const contents = this.#snapshots.of(snapshot)?.ranges.get(range);
    if (contents === undefined) return;
    const read = this.#read.get(snapshot) ?? new Set();
    this.#read.set(snapshot, read);
    const before = read.size;
    for (let block = first; block < first + blockCount; block++) {
      if (contents.has(block)) read.add(range * rangeBlocksMax + block);
    }
    if (read.size > before && read.size === this.#sizeOf(snapshot)) this.evaluatedCount += 1;
  }

  #sizeOf(snapshot: string): number {
    let size = 0;
    for (const contents of this.#snapshots.of(snapshot)?.ranges.values() ?? []) {
      size += contents.size;
    }
    return size;
  }
}
