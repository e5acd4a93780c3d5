// MAP-10: a replica that is behind never serves, because a write is acknowledged only when every
// replica that the stored map names has it.
//
// Where a quorum is enough, no more than the rest of them lack it: each quorum has one that does
// not.
//
// A replica that was dropped from the map may accept a write of a sender who does not know it
// yet; another member refuses it. So what is checked is not who accepts but who has the data when
// the client hears ok.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { quorumOf } from '../replication.ts';
import { type Acknowledged, GhostContents } from './ghost-contents.ts';
import { type GhostEntry, GhostMap } from './ghost-map.ts';
import { blockText, slotText, stampText } from './words.ts';

/** All replicas in the map can answer for every acknowledged write. */
export const staleReplicaNeverServes: Property = {
  id: 'stale-replica-never-serves',
  mode: 'always',
  summary: 'when a write is acknowledged, all replicas in the map, or a quorum, have stored it',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new StaleReplicaMonitor(),
};

class StaleReplicaMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  readonly #contents = new GhostContents();

  observe(entry: Entry): Finding | null {
    const write = this.#contents.take(entry);
    if (entry.kind === 'mark') this.#ghost.take(entry);
    return write === null ? null : this.#onAcknowledged(write);
  }

  end(): null {
    return null;
  }

  #onAcknowledged(write: Acknowledged): Finding | null {
    const { volume, block, blockCount } = write;
    const blocksPerRange = this.#ghost.volume(volume)?.blocksPerRange ?? 0;
    if (blocksPerRange === 0) return null;
    const end = block + blockCount;
    for (let start = block; start < end; ) {
      const range = Math.floor(start / blocksPerRange);
      const next = Math.min(end, (range + 1) * blocksPerRange);
      const where = { volume, range, blocksPerRange, block: start, blockCount: next - start };
      const finding = this.#compare(where);
      if (finding !== null) return finding;
      start = next;
    }
    return null;
  }

  #compare(where: Parameters<GhostContents['missing']>[1]): Finding | null {
    const { volume, range } = where;
    const rules = this.#ghost.volume(volume);
    const known = this.#ghost.certain(volume, range);
    if (rules === undefined || known === undefined) return null;
    // As many as a full configuration can do without, whoever was dropped from it since. Each block
    // may be lacking in another replica.
    const lackingMax = rules.replicaCount - quorumOf(rules, rules.replicaCount);
    const step = lackingMax === 0 ? where.blockCount : 1;
    for (let block = where.block; block < where.block + where.blockCount; block += step) {
      const finding = this.#lacking(known, { ...where, block, blockCount: step }, lackingMax);
      if (finding !== null) return finding;
    }
    return null;
  }

  #lacking(
    known: GhostEntry,
    where: Parameters<GhostContents['missing']>[1],
    lackingMax: number,
  ): Finding | null {
    let lackingCount = 0;
    for (const replica of known.replicas) {
      this.evaluatedCount += 1;
      const missing = this.#contents.missing(replica, where);
      if (missing === null) continue;
      lackingCount += 1;
      if (lackingCount <= lackingMax) continue;
      return {
        what: `a write was acknowledged that ${slotText(replica.host, replica)} does not have`,
        expected: `${stampText(missing.expected)} in ${blockText(where.volume, missing.block)}`,
        observed: `${stampText(missing.found)} there; the map names it in version ${known.version}`,
      };
    }
    return null;
  }
}
