// BLK-01, BLK-07: what a client has flushed survives every power loss of the hosts that have it.
//
// When a flush is answered, each write that was acknowledged before the flush began is on every
// member of the configuration, or on as many of them as have it where a quorum is enough, and there
// on stable media: written through, or in the cache of a device that was flushed since. Devices may
// keep more than they promise; what they promise is what counts. That a later write never survives
// without those before the flush follows: these survive whatever comes after.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { quorumOf } from '../replication.ts';
import { CacheLoss } from './cache-loss.ts';
import { DurableMarks } from './durable-marks.ts';
import { Flushes } from './flushes.ts';
import { type Acknowledged, GhostContents } from './ghost-contents.ts';
import { type GhostEntry, GhostMap } from './ghost-map.ts';
import { blockText, operationText, slotText, stampText } from './words.ts';

/** Flushed writes are on stable media of all members. */
export const flushedWriteDurable: Property = {
  id: 'flushed-write-durable',
  mode: 'always',
  summary:
    'when a flush is answered, all writes acknowledged before it are on media of all members',
  kinds: ['io', 'mark', 'op', 'stop'],
  monitor: () => new FlushMonitor(),
};

class FlushMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #durable = new DurableMarks();
  readonly #contents = new GhostContents();
  readonly #loss = new CacheLoss();
  readonly #flushes = new Flushes<Acknowledged>(this.#loss);

  observe(entry: Entry): Finding | null {
    for (const stored of this.#durable.take(entry)) this.#contents.take(stored);
    if (entry.kind === 'mark') this.#ghost.take(entry);
    this.#loss.take(entry);
    for (const write of this.#flushes.take(entry)) {
      if (this.#contents.mayBeLost(write, entry.actor)) continue;
      const finding = this.#judge(entry as OpEntry, write);
      if (finding !== null) return finding;
    }
    if (entry.kind === 'mark' && entry.name === 'block.stored') return null;
    const write = this.#contents.take(entry);
    if (write !== null) this.#flushes.add(write);
    return null;
  }

  end(): null {
    return null;
  }

  #judge(flush: OpEntry, write: Acknowledged): Finding | null {
    const rules = this.#ghost.volume(write.volume);
    if (rules === undefined || rules.blocksPerRange === 0) return null;
    // As many as a full configuration can do without, whoever was dropped from it since.
    const lackingMax = rules.replicaCount - quorumOf(rules, rules.replicaCount);
    for (const [i, stamp] of write.stamps.entries()) {
      const block = write.block + i;
      const range = Math.floor(block / rules.blocksPerRange);
      const known = this.#ghost.certain(write.volume, range);
      if (known === undefined) continue;
      this.evaluatedCount += 1;
      const at = { block: block - range * rules.blocksPerRange, stamp, since: write.since };
      const lacking = this.#lackingOf(known, at);
      const one = lacking[lackingMax];
      if (one === undefined) continue;
      return {
        what: `flush, ${operationText(flush)}, was answered before a write was durable`,
        expected: `${stampText(stamp)} in ${blockText(write.volume, block)} on stable media`,
        observed: `not in ${slotText(one.host, one)}, a member in version ${known.version}`,
      };
    }
    return null;
  }

  #lackingOf(
    { replicas }: GhostEntry,
    at: { readonly block: number; readonly stamp: number; readonly since: number },
  ): readonly Replica[] {
    return replicas.filter((replica) => !this.#contents.has(replica, at));
  }
}
