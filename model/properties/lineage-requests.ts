// LIN-06, LIN-07 and LIN-08: a request is one snapshot or none, and who was told which was told the
// truth for ever.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { type Snapshot, sameSnapshot } from '../lineage/cell-record.ts';
import { snapshotText } from '../lineage/core-words.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';
import { isMark } from './marks.ts';

/** Retries, routers, cells and moves make no second snapshot. */
export const lineagePublishedOnce: Property = {
  id: 'lineage-published-once',
  mode: 'always',
  summary: 'a request has at most one published snapshot, whoever carried it through',
  kinds: ['mark'],
  monitor: () => new OnceMonitor(),
};

/** An acknowledged snapshot is there until somebody wants it deleted. */
export const lineageNotLost: Property = {
  id: 'lineage-not-lost',
  mode: 'always',
  summary: 'an acknowledged snapshot is published by then, and stays so unless asked to go',
  kinds: ['mark'],
  monitor: () => new LostMonitor(),
};

/** What has failed has failed, what is deleted is deleted. */
export const lineageNoZombie: Property = {
  id: 'lineage-no-zombie',
  mode: 'always',
  summary: 'what was reported failed is never published, and what was deleted never comes back',
  kinds: ['mark'],
  monitor: () => new ZombieMonitor(),
};

class OnceMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();

  observe(entry: Entry): Finding | null {
    const recorded = this.#ghost.take(entry);
    if (recorded?.facts.change?.kind !== 'publish') return null;
    this.evaluatedCount += 1;
    const { chain } = recorded.facts.record;
    const seen = new Map<string, Snapshot>();
    for (const snapshot of chain) {
      const other = seen.get(snapshot.request);
      seen.set(snapshot.request, snapshot);
      if (other === undefined) continue;
      return {
        what: `request '${snapshot.request}' has two published snapshots`,
        expected: `${snapshotText(other)} only`,
        observed: `${snapshotText(snapshot)}, too`,
      };
    }
    return null;
  }

  end(): null {
    return null;
  }
}

class LostMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  readonly #acked = new Map<string, Snapshot[]>();
  /** Cuts of snapshots that somebody wanted deleted. */
  readonly #unwanted = new Set<string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'request.answered')) {
      const { volume, status, snapshot } = entry.facts;
      if (status !== 'taken' || snapshot === null) return null;
      this.#acked.set(volume, [...(this.#acked.get(volume) ?? []), snapshot]);
      return this.#check(volume, [snapshot]);
    }
    if (isMark(entry, 'deletion.asked')) this.#unwanted.add(entry.facts.snapshot);
    const recorded = this.#ghost.take(entry);
    if (recorded === null) return null;
    const { volume } = recorded.facts;
    return this.#checkDeleted(recorded) ?? this.#check(volume, this.#acked.get(volume) ?? []);
  }

  end(): null {
    return null;
  }

  #checkDeleted({ facts, before }: Recorded): Finding | null {
    const { volume, record } = facts;
    for (const request of record.deleted.slice(before?.deleted.length ?? 0)) {
      this.evaluatedCount += 1;
      const snapshot = record.chain.find((one) => one.request === request);
      if (snapshot?.cut !== undefined && this.#unwanted.has(snapshot.cut)) continue;
      return {
        what: `a snapshot of '${volume}' is deleted that nobody wanted to be`,
        expected: `${snapshot === undefined ? `'${request}'` : snapshotText(snapshot)} to stay`,
        observed: `${record.deleted.length} deleted, this one without being asked for`,
      };
    }
    return null;
  }

  #check(volume: string, acked: readonly Snapshot[]): Finding | null {
    const chain = this.#ghost.chain(volume);
    for (const snapshot of acked) {
      this.evaluatedCount += 1;
      if (chain.some((one) => sameSnapshot(one, snapshot))) continue;
      return {
        what: `a snapshot of '${volume}' was acknowledged and is not published`,
        expected: snapshotText(snapshot),
        observed: chain.map(snapshotText).join(', ') || 'nothing published',
      };
    }
    return null;
  }
}

class ZombieMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  readonly #failed = new Map<string, string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'request.answered') && entry.facts.status === 'failed') {
      const { volume, request } = entry.facts;
      this.#failed.set(request, volume);
      this.evaluatedCount += 1;
      return this.#check(request, this.#ghost.chain(volume));
    }
    const recorded = this.#ghost.take(entry);
    if (recorded === null) return null;
    const { volume, record } = recorded.facts;
    const back = this.#backAgain(recorded);
    if (back !== null) return back;
    for (const [request, its] of this.#failed) {
      const finding = its === volume ? this.#check(request, record.chain) : null;
      if (finding !== null) return finding;
    }
    return null;
  }

  end(): null {
    return null;
  }

  #backAgain({ facts, before }: Recorded): Finding | null {
    const { volume, record } = facts;
    const deleted = before?.deleted ?? [];
    this.evaluatedCount += deleted.length;
    const request = deleted.find((one) => !record.deleted.includes(one));
    if (request === undefined) return null;
    return {
      what: `the snapshot of request '${request}' of '${volume}' was deleted, and is back`,
      expected: 'deleted for ever',
      observed: `${record.deleted.length} others deleted`,
    };
  }

  #check(request: string, chain: readonly Snapshot[]): Finding | null {
    const found = chain.find((snapshot) => snapshot.request === request);
    if (found === undefined) return null;
    return {
      what: `request '${request}' was reported failed, and has a snapshot`,
      expected: 'none, ever',
      observed: snapshotText(found),
    };
  }
}
