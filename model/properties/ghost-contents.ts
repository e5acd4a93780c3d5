// What hosts have on their devices, and what was acknowledged to clients, as the record tells it.
//
// A host notes what it stored when its device says so. A host that dies in between may find more
// on its device than it noted; so a write that began before its host's last crash or recovery is
// never missed.
import type { Entry, OpEntry } from '../../sim/index.ts';
import type { HostId, Replica, VolumeId } from '../map-entry.ts';
import { sessionOfStamp } from '../stamps.ts';
import { type BlockOp, blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { CacheLoss, type Deed } from './cache-loss.ts';
import { Flushes } from './flushes.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';
import { StampTable } from './stamp-table.ts';

/** A write that was just acknowledged. */
export interface Acknowledged extends BlockOp, Deed {}

/** Where a replica has less than it should. */
export interface Missing {
  /** Counted from the start of the volume. */
  readonly block: number;
  readonly expected: number;
  readonly found: number;
}

const nothing = new Uint32Array(0);

/** Folds what was stored where, and the highest acknowledged stamp of each block. */
export class GhostContents {
  readonly #tenancies = new Map<string, Uint32Array>();
  readonly #acked = new StampTable();
  /** When the write of the highest acknowledged stamp began, by the index of its entry. */
  readonly #ackedSince = new StampTable();
  /** Volumes that are durable on flush: the highest flushed stamp of each block. */
  readonly #flushed = new StampTable();
  readonly #loss = new CacheLoss();
  readonly #flushes = new Flushes<Acknowledged>(this.#loss);
  readonly #writes = new OpenOps<Acknowledged>();
  /** The index of the last entry that said that a host died or recovered. */
  readonly #brokenAt = new Map<HostId, number>();

  /** Takes an entry; answers the write that it acknowledges. */
  take(entry: Entry): Acknowledged | null {
    this.#noteFlushed(entry);
    this.#loss.take(entry);
    if (entry.kind === 'op') return isOp(entry, 'write') ? this.#onWrite(entry) : null;
    if (entry.kind === 'stop') {
      this.#brokenAt.set(entry.actor, entry.index);
      this.#writes.forget(entry.actor);
    } else if (isMark(entry, 'block.stored')) {
      this.#onStored(entry);
    } else if (isMark(entry, 'host.recovered')) {
      this.#brokenAt.set(entry.actor, entry.index);
    } else if (isMark(entry, 'slot.freed')) {
      this.#tenancies.delete(tenancyKey(entry.actor, entry.facts));
    }
    return null;
  }

  /** The first block in which a replica is behind what was acknowledged, or null. */
  missing(
    replica: Replica,
    where: {
      readonly volume: VolumeId;
      readonly range: number;
      readonly blocksPerRange: number;
      /** Counted from the start of the volume, within the range. */
      readonly block: number;
      readonly blockCount: number;
    },
  ): Missing | null {
    const { volume, block: first, blockCount } = where;
    const stored = this.#tenancies.get(tenancyKey(replica.host, replica)) ?? nothing;
    const brokenAt = this.#brokenAt.get(replica.host) ?? -1;
    const rangeStart = where.range * where.blocksPerRange;
    for (let block = first; block < first + blockCount; block++) {
      const expected = this.#expected(volume, block);
      const found = stored[block - rangeStart] ?? 0;
      if (found >= expected || this.#ackedSince.at(volume, block) < brokenAt) continue;
      return { block, expected, found };
    }
    return null;
  }

  /**
   * Whether a replica holds a stamp of a block, counted from the start of the range, or a later
   * one. It may where its host has died or recovered since the write began, at entry `since`.
   */
  has(
    replica: Replica,
    at: { readonly block: number; readonly stamp: number; readonly since: number },
  ): boolean {
    if (at.since < (this.#brokenAt.get(replica.host) ?? -1)) return true;
    const stored = this.#tenancies.get(tenancyKey(replica.host, replica)) ?? nothing;
    return (stored[at.block] ?? 0) >= at.stamp;
  }

  // What was acknowledged, or where caches may have been lost since, what was flushed.
  #expected(volume: VolumeId, block: number): number {
    const isLost =
      this.#loss.isVolatile(volume) &&
      this.#loss.hasBootedSince(this.#ackedSince.at(volume, block));
    return isLost ? this.#flushed.at(volume, block) : this.#acked.at(volume, block);
  }

  #noteFlushed(entry: Entry): void {
    for (const write of this.#flushes.take(entry)) {
      const { volume, block, stamps } = write;
      if (this.mayBeLost(write, entry.actor)) continue;
      for (const [i, stamp] of stamps.entries()) this.#flushed.raise(volume, block + i, stamp);
    }
  }

  /** Whether an acknowledged write may be lost by right, for all that a client knows. */
  mayBeLost(write: Acknowledged, client: string): boolean {
    return this.#loss.mayBeLost(write, this.#loss.sessionOf(write.volume, client));
  }

  #onStored(entry: Mark<'block.stored'>): void {
    const { block, stamps } = entry.facts;
    const key = tenancyKey(entry.actor, entry.facts);
    let stored = this.#tenancies.get(key) ?? nothing;
    if (stored.length < block + stamps.length) {
      const grown = new Uint32Array(Math.max(2 * stored.length, block + stamps.length, 64));
      grown.set(stored);
      stored = grown;
      this.#tenancies.set(key, stored);
    }
    for (let i = 0; i < stamps.length; i++) {
      if (stamps[i]! > stored[block + i]!) stored[block + i] = stamps[i]!;
    }
  }

  #onWrite(entry: OpEntry): Acknowledged | null {
    if (entry.phase === 'invoke') {
      const op = blockOpOf(entry);
      const session = sessionOfStamp(op.stamps[0] ?? 0);
      this.#writes.begin(entry, { ...op, session, since: entry.index });
      return null;
    }
    const write = this.#writes.end(entry);
    if (entry.phase !== 'ok' || write === undefined) return null;
    const { volume, block, stamps, since } = write;
    if (this.#loss.isVolatile(volume)) this.#flushes.add(write);
    for (let i = 0; i < stamps.length; i++) {
      if (!this.#acked.raise(volume, block + i, stamps[i]!)) continue;
      this.#ackedSince.put(volume, block + i, since);
    }
    return write;
  }
}
