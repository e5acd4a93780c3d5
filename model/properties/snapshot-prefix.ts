// LIN-10, LIN-11: a snapshot holds a prefix of the writes of its volume, and those of volumes that
// were cut at one instant hold a prefix of the writes of all of them.
//
// The set W of writes that are in them: of each block those up to the stamp that its snapshot has.
// All that were acknowledged before the cut was begun are in W, none that was begun after the cut
// counted is; where the snapshot was asked of a router, the request and its acknowledgement bound
// it as well. And when a write is in W, so is each that was acknowledged before that one was begun:
// a program may have waited for the one before it began the other. Stamps order the writes of a
// block.
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
  monitor: () => new PrefixMonitor('snapshot', noteCut),
};

/** The contents of snapshots that were taken together are those of one instant. */
export const setIsPrefix: Property = {
  id: 'set-is-prefix',
  mode: 'always',
  summary:
    'snapshots of volumes that are cut together have all writes, whatever volume they are of, ' +
    'acknowledged before any of those that they have were begun',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new PrefixMonitor('set', noteSet),
};

interface Write extends BlockOp {
  readonly invokedIndex: number;
  /** Null while it is not acknowledged. */
  ackedIndex: number | null;
}

/** A cut, and what has become of what was taken in it. */
interface Instant {
  readonly name: string;
  readonly snapshots: readonly string[];
  readonly begunIndex: number;
  takenIndex: number | null;
  readonly completed: Map<string, GhostSnapshot>;
}

/** The cuts that a property is about. */
class Instants {
  readonly #byName = new Map<string, Instant>();
  readonly #bySnapshot = new Map<string, Instant>();

  begin(name: string, snapshots: readonly string[], begunIndex: number): void {
    const instant: Instant = {
      name,
      snapshots,
      begunIndex,
      takenIndex: null,
      completed: new Map(),
    };
    this.#byName.set(name, instant);
    for (const snapshot of snapshots) this.#bySnapshot.set(snapshot, instant);
  }

  take(name: string, takenIndex: number): void {
    const instant = this.#byName.get(name);
    if (instant !== undefined) instant.takenIndex = takenIndex;
  }

  /** A snapshot is complete; answers its cut when all are that were taken in it. */
  complete(snapshot: GhostSnapshot): Instant | null {
    const instant = this.#bySnapshot.get(snapshot.snapshot);
    if (instant === undefined) return null;
    instant.completed.set(snapshot.snapshot, snapshot);
    return instant.completed.size === instant.snapshots.length ? instant : null;
  }
}

function noteCut(instants: Instants, entry: Entry): void {
  if (isMark(entry, 'cut.begun')) {
    instants.begin(entry.facts.cut, [entry.facts.cut], entry.index);
  } else if (isMark(entry, 'cut.taken')) {
    instants.take(entry.facts.cut, entry.index);
  }
}

function noteSet(instants: Instants, entry: Entry): void {
  if (isMark(entry, 'set.begun')) {
    const { set, parts } = entry.facts;
    // One by itself is what the other property is about.
    if (parts.length === 1) return;
    const snapshots = parts.map(({ cut }) => cut);
    instants.begin(set, snapshots, entry.index);
  } else if (isMark(entry, 'set.taken')) {
    instants.take(entry.facts.set, entry.index);
  }
}

/** The stamp that snapshots have of a block, counted from the start of its volume. */
type Held = (volume: string, block: number) => number;

class PrefixMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #what: 'snapshot' | 'set';
  readonly #note: (instants: Instants, entry: Entry) => void;
  readonly #instants = new Instants();
  readonly #snapshots = new GhostSnapshots();
  readonly #open = new OpenOps<Write>();
  readonly #writes = new Map<string, Write[]>();
  readonly #requests = new GhostRequests();
  readonly #blocksPerRange = new Map<string, number>();

  constructor(what: 'snapshot' | 'set', note: (instants: Instants, entry: Entry) => void) {
    this.#what = what;
    this.#note = note;
  }

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
    }
    this.#note(this.#instants, entry);
    const snapshot = this.#snapshots.take(entry);
    const instant = snapshot === null ? null : this.#instants.complete(snapshot);
    return instant === null ? null : this.#judge(instant);
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

  #judge({ name, begunIndex, takenIndex, completed }: Instant): Finding | null {
    if (takenIndex === null) return null;
    const snapshots = new Map([...completed.values()].map((one) => [one.volume, one]));
    this.evaluatedCount += 1;
    const request = this.#requests.of(name);
    const untilIndex = Math.min(takenIndex, request?.ackedIndex ?? takenIndex);
    const held: Held = (volume, block) => {
      const blocksPerRange = this.#blocksPerRange.get(volume) ?? 1;
      const range = Math.floor(block / blocksPerRange);
      const contents = snapshots.get(volume)?.ranges.get(range);
      return contents?.get(block - range * blocksPerRange) ?? 0;
    };
    const writes = [...snapshots.keys()].flatMap((volume) => this.#writes.get(volume) ?? []);
    const label = `${this.#what} '${name}'`;
    const last = lastOf(writes, held);
    if (last !== null && last.invokedIndex > untilIndex) {
      return {
        what: `${label} has a write that was begun after it was taken`,
        expected: `writes of before its cut counted and it was acknowledged, in ${untilIndex}`,
        observed: `a write of ${blockText(last.volume, last.block)} begun in ${last.invokedIndex}`,
      };
    }
    const asked = request?.invokedIndex ?? 0;
    const sinceIndex = Math.max(begunIndex, asked, last?.invokedIndex ?? 0);
    return findLacking(label, writes, sinceIndex, held);
  }
}

// The last write of those that are in, by when they were begun.
function lastOf(writes: readonly Write[], held: Held): Write | null {
  let last: Write | null = null;
  for (const write of writes) {
    const isIn = write.stamps.some((stamp, i) => held(write.volume, write.block + i) === stamp);
    if (isIn && write.invokedIndex > (last?.invokedIndex ?? -1)) last = write;
  }
  return last;
}

function findLacking(
  label: string,
  writes: readonly Write[],
  sinceIndex: number,
  held: Held,
): Finding | null {
  for (const { volume, block: first, stamps, ackedIndex } of writes) {
    if (ackedIndex === null || ackedIndex >= sinceIndex) continue;
    for (const [i, stamp] of stamps.entries()) {
      const block = first + i;
      if (held(volume, block) >= stamp) continue;
      return {
        what: `${label} lacks a write that one of those that it has came after`,
        expected: `${stampText(stamp)} or later in ${blockText(volume, block)}`,
        observed: `${stampText(held(volume, block))}, though it was acknowledged in ${ackedIndex}`,
      };
    }
  }
  return null;
}
