// LIN-10: a snapshot holds a prefix of the writes of its volume.
//
// The set W of writes that are in it: of each block those up to the stamp that the snapshot has.
// All that were acknowledged before the cut was begun are in W, none that was begun after the cut
// counted is; where the snapshot was asked of a router, the request and its acknowledgement bound
// it as well. And when a write is in W, so is each that was acknowledged before that one was begun.
// Stamps order the writes of a block.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { type BlockOp, blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { GhostRequests } from './ghost-requests.ts';
import { type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { isMark } from './marks.ts';
import { blockText, stampText } from './words.ts';

/** The contents of a snapshot are those of one instant. */
export const snapshotIsPrefix: Property = {
  id: 'snapshot-is-prefix',
  mode: 'always',
  summary: 'a snapshot has all writes acknowledged before any of those that it has were begun',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new PrefixMonitor(),
};

interface Write extends BlockOp {
  readonly invokedIndex: number;
  /** Null while it is not acknowledged. */
  ackedIndex: number | null;
}

interface Cut {
  readonly begunIndex: number;
  takenIndex: number | null;
}

class PrefixMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  readonly #open = new OpenOps<Write>();
  readonly #writes = new Map<string, Write[]>();
  readonly #cuts = new Map<string, Cut>();
  readonly #requests = new GhostRequests();
  readonly #blocksPerRange = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    this.#requests.take(entry);
    if (entry.kind === 'op') {
      if (isOp(entry, 'write')) this.#onWrite(entry);
      return null;
    }
    if (entry.kind === 'stop') {
      this.#open.forget(entry.actor);
    } else if (isMark(entry, 'volume.created')) {
      this.#blocksPerRange.set(entry.facts.volume, entry.facts.blocksPerRange);
    } else if (isMark(entry, 'cut.begun')) {
      this.#cuts.set(entry.facts.cut, { begunIndex: entry.index, takenIndex: null });
    } else if (isMark(entry, 'cut.taken')) {
      const cut = this.#cuts.get(entry.facts.cut);
      if (cut !== undefined) cut.takenIndex = entry.index;
    }
    const snapshot = this.#snapshots.take(entry);
    return snapshot === null ? null : this.#judge(snapshot);
  }

  end(): null {
    return null;
  }

  #onWrite(entry: OpEntry): void {
    if (entry.phase === 'invoke') {
      const write = { ...blockOpOf(entry), invokedIndex: entry.index, ackedIndex: null };
      const writes = this.#writes.get(write.volume);
      if (writes === undefined) this.#writes.set(write.volume, [write]);
      else writes.push(write);
      this.#open.begin(entry, write);
      return;
    }
    const write = this.#open.end(entry);
    if (entry.phase === 'ok' && write !== undefined) write.ackedIndex = entry.index;
  }

  #judge(snapshot: GhostSnapshot): Finding | null {
    const cut = this.#cuts.get(snapshot.snapshot);
    const blocksPerRange = this.#blocksPerRange.get(snapshot.volume);
    if (cut === undefined || cut.takenIndex === null || blocksPerRange === undefined) return null;
    this.evaluatedCount += 1;
    const request = this.#requests.of(snapshot.snapshot);
    const untilIndex = Math.min(cut.takenIndex, request?.ackedIndex ?? cut.takenIndex);
    const held = (block: number) => {
      const range = Math.floor(block / blocksPerRange);
      return snapshot.ranges.get(range)?.get(block - range * blocksPerRange) ?? 0;
    };
    const writes = this.#writes.get(snapshot.volume) ?? [];
    // The last write of those that are in it, by when they were begun.
    let last: Write | null = null;
    for (const write of writes) {
      const isIn = write.stamps.some((stamp, i) => held(write.block + i) === stamp);
      if (isIn && write.invokedIndex > (last?.invokedIndex ?? -1)) last = write;
    }
    if (last !== null && last.invokedIndex > untilIndex) {
      return {
        what: `snapshot '${snapshot.snapshot}' has a write that was begun after it was taken`,
        expected: `writes of before its cut counted and it was acknowledged, in ${untilIndex}`,
        observed: `a write of ${blockText(last.volume, last.block)} begun in ${last.invokedIndex}`,
      };
    }
    const asked = request?.invokedIndex ?? 0;
    const sinceIndex = Math.max(cut.begunIndex, asked, last?.invokedIndex ?? 0);
    return this.#findLacking(snapshot, writes, { sinceIndex, held });
  }

  #findLacking(
    { snapshot }: GhostSnapshot,
    writes: readonly Write[],
    { sinceIndex, held }: { readonly sinceIndex: number; readonly held: (block: number) => number },
  ): Finding | null {
    for (const { volume, block: first, stamps, ackedIndex } of writes) {
      if (ackedIndex === null || ackedIndex >= sinceIndex) continue;
      for (const [i, stamp] of stamps.entries()) {
        const block = first + i;
        if (held(block) >= stamp) continue;
        return {
          what: `snapshot '${snapshot}' lacks a write that one of those that it has came after`,
          expected: `${stampText(stamp)} or later in ${blockText(volume, block)}`,
          observed: `${stampText(held(block))}, though it was acknowledged in ${ackedIndex}`,
        };
      }
    }
    return null;
  }
}
