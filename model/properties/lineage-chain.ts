// LIN-03 and LIN-24: published snapshots form one chain that only grows at its end, and hints about
// where to look change nothing of it, nor who owns it. A roll-back of merits ends a move that is
// not decided, and leaves what is.
import type { Entry, Finding, Property } from '../../sim/index.ts';
import { type Snapshot, sameSnapshot } from '../lineage/cell-record.ts';
import { snapshotText } from '../lineage/core-words.ts';
import { wantedOf } from '../lineage/router.ts';
import { abortMove, type VolumeRecord } from '../lineage/volume-record.ts';
import { ControlDisks } from './control-disks.ts';
import type { LineageStep, PlaceStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';

/** No forks, no gaps, no second root. */
export const lineageChain: Property = {
  id: 'lineage-chain',
  mode: 'always',
  summary: 'a published snapshot follows the one that was published, and taken, before it',
  kinds: ['mark', 'fault'],
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

class ChainMonitor extends LineageMonitor {
  readonly #disks = new ControlDisks();

  override observe(entry: Entry): Finding | null {
    this.#disks.take(entry);
    return super.observe(entry);
  }

  protected override judge(step: LineageStep): Finding | null {
    if (step.kind !== 'place' || step.before === null) return null;
    this.evaluatedCount += 1;
    const { chain } = step.before;
    return kept(step, chain) ?? grown(step, chain) ?? this.#inOrderOfTaking(step);
  }

  // The parent is what the cell that took the snapshot had taken before it, and still wants.
  #inOrderOfTaking({ volume, change, after }: PlaceStep): Finding | null {
    if (change?.kind !== 'publish') return null;
    const { snapshot, parent } = change;
    const taken = wantedOf(this.ghost.cellOf(volume, snapshot.cell)?.lineage ?? [], after);
    const at = taken.findIndex((one) => sameSnapshot(one, snapshot));
    if (at < 0) {
      if (this.#disks.mayForget(snapshot.cell)) return null;
      return {
        what: `a snapshot of '${volume}' is published that its cell has not taken`,
        expected: `one that most hosts of '${snapshot.cell}' keep in its lineage`,
        observed: `${snapshotText(snapshot)}, which they do not`,
      };
    }
    const before = taken[at - 1];
    if (textOf(before) === textOf(parent ?? undefined)) return null;
    return {
      what: `a snapshot of '${volume}' is published behind another one than it was taken behind`,
      expected: `${snapshotText(snapshot)} as a child of ${textOf(before)}`,
      observed: `as a child of ${textOf(parent ?? undefined)}`,
    };
  }
}

function kept(step: PlaceStep, before: readonly Snapshot[]): Finding | null {
  const { volume, after: record } = step;
  const at = before.findIndex((one, index) => !isAt(record.chain, index, one));
  if (at < 0) return null;
  return {
    what: `the chain of '${volume}' has changed behind its head`,
    expected: `${snapshotText(before[at]!)} at place ${at + 1}`,
    observed: textOf(record.chain[at]),
  };
}

function grown(step: PlaceStep, before: readonly Snapshot[]): Finding | null {
  const { volume, after: record, change } = step;
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

class HintMonitor extends LineageMonitor {
  protected override judge(step: LineageStep): Finding | null {
    if (step.kind !== 'place' || step.before === null) return null;
    const { change, after: record, volume } = step;
    if (change?.kind !== 'fix-hint' && change?.kind !== 'swap-merits') return null;
    this.evaluatedCount += 1;
    const expected = ownedText(afterHint(step.before, change));
    const after = ownedText(record);
    if (expected === after) return null;
    return {
      what: `a hint about '${volume}' has changed more than where to look`,
      expected,
      observed: after,
    };
  }
}

// A roll-back ends a move that is not decided, and that only.
function afterHint(before: VolumeRecord, change: NonNullable<PlaceStep['change']>): VolumeRecord {
  const { move } = before;
  const isTurned = change.kind === 'swap-merits' && move !== null;
  return isTurned && move.target !== change.preferred ? abortMove(before, move.id) : before;
}

function ownedText({ owner, epoch, ownerSince, move, chain }: VolumeRecord): string {
  const moving = move === null ? 'no move' : `move ${move.id} ${move.decision}`;
  const owning = `owner '${owner}' since epoch ${ownerSince} of ${epoch}`;
  return `${owning}, ${moving}, ${chain.length} snapshots`;
}
