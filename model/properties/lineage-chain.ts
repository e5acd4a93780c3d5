// LIN-03 and LIN-24: published snapshots form one chain that only grows at its end, and hints about
// where to look change nothing of it, nor who owns it.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { type Snapshot, sameSnapshot } from '../lineage/cell-record.ts';
import { snapshotText } from '../lineage/core-words.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';

/** No forks, no gaps, no second root. */
export const lineageChain: Property = {
  id: 'lineage-chain',
  mode: 'always',
  summary: 'each published snapshot has as its parent the one that was published before it',
  kinds: ['mark'],
  monitor: () => new ChainMonitor(),
};

/** Hints are hints. */
export const lineageHintsHarmless: Property = {
  id: 'lineage-hints-harmless',
  mode: 'always',
  summary: 'routing metadata and its merits change nothing of who owns a volume or its lineage',
  kinds: ['mark'],
  monitor: () => new HintMonitor(),
};

class ChainMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();

  observe(entry: Entry): Finding | null {
    const recorded = this.#ghost.take(entry);
    if (recorded === null || recorded.before === null) return null;
    this.evaluatedCount += 1;
    return kept(recorded, recorded.before.chain) ?? grown(recorded, recorded.before.chain);
  }

  end(): null {
    return null;
  }
}

function kept({ facts }: Recorded, before: readonly Snapshot[]): Finding | null {
  const { volume, record } = facts;
  const at = before.findIndex((one, index) => !isAt(record.chain, index, one));
  if (at < 0) return null;
  return {
    what: `the chain of '${volume}' has changed behind its head`,
    expected: `${snapshotText(before[at]!)} at place ${at + 1}`,
    observed: textOf(record.chain[at]),
  };
}

function grown({ facts }: Recorded, before: readonly Snapshot[]): Finding | null {
  const { volume, record, change } = facts;
  const added = record.chain.slice(before.length);
  if (added.length === 0) return null;
  const head = before.at(-1);
  const parent = change?.kind === 'publish' ? (change.parent ?? undefined) : undefined;
  const isChild =
    change?.kind === 'publish' && added.length === 1 && textOf(parent) === textOf(head);
  if (isChild) return null;
  return {
    what: `the chain of '${volume}' has grown by what is no child of its head`,
    expected: `a child of ${textOf(head)}`,
    observed: `${added.map(snapshotText).join(', ')}, a child of ${textOf(parent)}`,
  };
}

function isAt(chain: readonly Snapshot[], at: number, snapshot: Snapshot): boolean {
  const found = chain[at];
  return found !== undefined && sameSnapshot(found, snapshot);
}

function textOf(snapshot: Snapshot | undefined): string {
  return snapshot === undefined ? 'nothing' : snapshotText(snapshot);
}

class HintMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();

  observe(entry: Entry): Finding | null {
    const recorded = this.#ghost.take(entry);
    if (recorded === null || recorded.before === null) return null;
    const { change, record, volume } = recorded.facts;
    if (change?.kind !== 'fix-hint' && change?.kind !== 'swap-merits') return null;
    this.evaluatedCount += 1;
    const before = ownedText(recorded.before);
    const after = ownedText(record);
    if (before === after) return null;
    return {
      what: `a hint about '${volume}' has changed more than where to look`,
      expected: before,
      observed: after,
    };
  }

  end(): null {
    return null;
  }
}

function ownedText({ owner, epoch, ownerSince, move, chain }: VolumeRecord): string {
  const moving = move === null ? 'no move' : `move ${move.id} ${move.decision}`;
  const owning = `owner '${owner}' since epoch ${ownerSince} of ${epoch}`;
  return `${owning}, ${moving}, ${chain.length} snapshots`;
}
