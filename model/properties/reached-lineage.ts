// Rare paths of snapshots and of moves between cells.
import type { Entry } from '../../sim/index.ts';
import { type CellName, sameSnapshot } from '../lineage/cell-record.ts';
import type { Move } from '../lineage/volume-record.ts';
import { holds } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark } from './marks.ts';
import { reached } from './reached.ts';

/** What copies kept for a cut that is void was of use to the cut before. */
export const voidCutSpanned = reached({
  id: 'void-cut-spanned',
  summary: 'a delta is complete that spans a cut which copies had made and which was void',
  kinds: ['mark'],
  matcher: spanning,
});

/** A volume has left a place, and what it held there at a cut is read all the same. */
export const oldPlaceRead = reached({
  id: 'old-place-read',
  summary: 'a snapshot is complete that was read in part from a copy which the map does not name',
  kinds: ['mark'],
  matcher: readingOldPlaces,
});

/** Moves follow each other, however soon the next one is wanted. */
export const moveWaited = reached({
  id: 'move-waited',
  summary: 'a move was begun that had been wanted before the last one was over',
  kinds: ['mark'],
  matcher: waiting,
});

/** What was decided of a move reached a cell when that had closed a later one. */
export const lateDecisionIgnored = reached({
  id: 'late-decision-ignored',
  summary: 'a cell was told what was decided of a move when it had closed a later one',
  kinds: ['mark'],
  matcher: () => (entry) => {
    if (!isMark(entry, 'record.proposed')) return false;
    const { command, before } = entry.facts;
    if (command === null || !certificates.has(command.kind)) return false;
    return 'move' in command && command.move < before.closedMove;
  },
});

const certificates: ReadonlySet<string> = new Set(['activate', 'retire', 'unseal', 'abort-import']);

/** A seal came a second time, to another member of the cell. */
export const sealRepeated = reached({
  id: 'seal-repeated',
  summary: 'a source that was sealed was told to seal itself for the same move once more',
  kinds: ['mark'],
  matcher: repeatedSeal,
});

/** A commit is on record, and its target is silent: nobody has the volume. */
export const decidedTargetAwaited = reached({
  id: 'decided-target-awaited',
  summary: 'a router waited for the silent target of a move that was decided for it',
  kinds: ['mark'],
  matcher: awaitingTarget,
});

/** What a source has taken and nobody has published is gone with the volume. */
export const unpublishedTailDropped = reached({
  id: 'unpublished-tail-dropped',
  summary: 'a cell gave a volume away, and with it snapshots that nobody had published',
  kinds: ['mark'],
  matcher: () => (entry) => {
    if (!isMark(entry, 'record.proposed')) return false;
    const { before, record } = entry.facts;
    if (before.state === 'retired' || record.state !== 'retired') return false;
    return before.lineage.some((one) => !record.lineage.some((kept) => sameSnapshot(one, kept)));
  },
});

/** Both cells that a router knew had given the volume away. */
export const thirdCellFound = reached({
  id: 'third-cell-found',
  summary: 'a router whose two cells had both given the volume away was led on to a third one',
  kinds: ['mark'],
  matcher: leadingOn,
});

/** What is deleted is not looked at by an import, nor the other way round. */
export const deletedDuringImport = reached({
  id: 'deleted-during-import',
  summary: 'a published snapshot was deleted while the import of its volume was making copies',
  kinds: ['mark'],
  matcher: importing,
});

function importing(): (entry: Entry) => boolean {
  /** Volumes with a move that is not imported yet, and whether copies were begun since. */
  const imports = new Map<string, boolean>();
  const lineage = new GhostLineage();
  return (entry) => {
    if (isMark(entry, 'copy.started')) {
      const { volume } = entry.facts;
      if (imports.has(volume)) imports.set(volume, true);
    }
    const recorded = lineage.take(entry);
    if (recorded === null) return false;
    const { volume, change, record } = recorded.facts;
    const isOpen = record.move?.decision === 'open' && !record.move.isImported;
    if (!isOpen) imports.delete(volume);
    else if (!imports.has(volume)) imports.set(volume, false);
    return change?.kind === 'delete' && imports.get(volume) === true;
  };
}

/** A restore does not need the cell that its snapshot was taken in. */
export const restoredAfterMove = reached({
  id: 'restored-after-move',
  summary:
    'blocks of a restored volume came from the lineage store when the volume that it was ' +
    'restored from had moved away meanwhile',
  kinds: ['mark'],
  matcher: restoringMoved,
});

function restoringMoved(): (entry: Entry) => boolean {
  /** Volumes that are restored and not whole: of what, and as which snapshot. */
  const loading = new Map<string, { readonly from: string; readonly root: string }>();
  /** The roots of those whose origin has moved since. */
  const moved = new Set<string>();
  const lineage = new GhostLineage();
  return (entry) => {
    const recorded = lineage.take(entry);
    if (isMark(entry, 'snapshot.completed')) {
      const { snapshot: root, volume, origin } = entry.facts;
      if (origin != null) loading.set(volume, { from: origin.volume, root });
    } else if (isMark(entry, 'restore.completed')) {
      loading.delete(entry.facts.volume);
      moved.delete(entry.facts.snapshot);
    } else if (recorded?.facts.change?.kind === 'clear') {
      for (const { from, root } of loading.values()) {
        if (from === recorded.facts.volume) moved.add(root);
      }
    }
    return isMark(entry, 'archive.served') && moved.has(entry.facts.snapshot);
  };
}

function repeatedSeal(): (entry: Entry) => boolean {
  /** The member that sealed a cell first, by cell, volume and move. */
  const first = new Map<string, string>();
  return (entry) => {
    if (!isMark(entry, 'record.proposed') || entry.facts.command?.kind !== 'seal') return false;
    const { cell, volume, command, before } = entry.facts;
    const key = `${cell} ${volume} ${command.move}`;
    if (!first.has(key)) first.set(key, entry.actor);
    const isSealed = before.state === 'sealed' && before.moveId === command.move;
    return isSealed && first.get(key) !== entry.actor;
  };
}

function awaitingTarget(): (entry: Entry) => boolean {
  /** By volume. */
  const moves = new Map<string, Move | null>();
  return (entry) => {
    if (isMark(entry, 'lineage.recorded')) {
      moves.set(entry.facts.volume, entry.facts.record.move);
    }
    if (!isMark(entry, 'rule.applied') || entry.facts.taker !== null) return false;
    const { volume, cells, pair } = entry.facts;
    const move = moves.get(volume);
    if (move?.decision !== 'commit') return false;
    return pair[cells.indexOf(move.target)] === 'unreachable';
  };
}

function leadingOn(): (entry: Entry) => boolean {
  /** The pair that was asked in vain, by request. */
  const left = new Map<string, readonly CellName[]>();
  return (entry) => {
    if (!isMark(entry, 'rule.applied')) return false;
    const { request, cells, pair, taker } = entry.facts;
    const key = `${entry.actor} ${request}`;
    const before = left.get(key);
    if (pair.every((seen) => seen === 'retired')) left.set(key, cells);
    return before !== undefined && taker !== null && !before.includes(taker);
  };
}

function waiting(): (entry: Entry) => boolean {
  /** The decided move that another one waits for, and where that leads, by volume. */
  const awaited = new Map<string, { readonly move: number; readonly to: string }>();
  return (entry) => {
    if (isMark(entry, 'volume-move.awaited')) awaited.set(entry.facts.volume, entry.facts);
    if (!isMark(entry, 'lineage.recorded') || entry.facts.change?.kind !== 'open') return false;
    const last = awaited.get(entry.facts.volume);
    const { move } = entry.facts.record;
    return last !== undefined && move?.id === last.move + 1 && move.target === last.to;
  };
}

function spanning(): (entry: Entry) => boolean {
  /** Cuts that some copy has made. */
  const made = new Set<string>();
  /** How many of them were void by now, by volume. */
  const voidCounts = new Map<string, number>();
  /** How many that were when a cut was taken. */
  const before = new Map<string, number>();
  return (entry) => {
    if (isMark(entry, 'cut.committed')) {
      made.add(entry.facts.cut);
    } else if (isMark(entry, 'cut.voided') && made.has(entry.facts.cut)) {
      const { volume } = entry.facts;
      voidCounts.set(volume, (voidCounts.get(volume) ?? 0) + 1);
    } else if (isMark(entry, 'cut.taken')) {
      before.set(entry.facts.cut, voidCounts.get(entry.facts.volume) ?? 0);
    }
    if (!isMark(entry, 'snapshot.completed')) return false;
    const { snapshot, deltaBase } = entry.facts;
    const baseCount = deltaBase === null ? undefined : before.get(deltaBase);
    return baseCount !== undefined && (before.get(snapshot) ?? 0) > baseCount;
  };
}

function readingOldPlaces(): (entry: Entry) => boolean {
  const ghost = new GhostMap();
  /** Snapshots whose uploads have ended at such copies. */
  const found = new Set<string>();
  return (entry) => {
    ghost.take(entry);
    if (isMark(entry, 'snapshot.sealed')) {
      const { volume, snapshot, ranges } = entry.facts;
      const isOld = ranges.some(({ range, copy }) => {
        const named = ghost.certain(volume, range);
        return named !== undefined && !holds({ range, ...named }, copy);
      });
      if (isOld) found.add(snapshot);
    }
    return isMark(entry, 'snapshot.completed') && found.has(entry.facts.snapshot);
  };
}

/** What a volume's cells are to it at one instant or another of a hand-over, in their order. */
const stepsOfHandOver = [
  'active/not-found',
  'active/creating',
  'creating/migrating',
  'creating/sealed',
  'active/sealed',
  'active/retired',
] as const;

/** Snapshots are decided at each step of a hand-over. */
export const handOverSeen = reached({
  id: 'hand-over-seen',
  summary: 'routers decided on snapshots at each step of a hand-over, from its wish to its end',
  kinds: ['mark'],
  matcher: () => {
    const unseen = new Set<string>(stepsOfHandOver);
    return (entry) => {
      if (isMark(entry, 'rule.applied')) unseen.delete([...entry.facts.pair].sort().join('/'));
      return unseen.size === 0;
    };
  },
});

/** A cell has forgotten that it is the owner, and is told so again. */
export const ownerRestored = reached({
  id: 'owner-restored',
  summary: 'a volume that no cell had was in quarantine, and was published again in its owner',
  kinds: ['mark'],
  matcher: restoring,
});

function restoring(): (entry: Entry) => boolean {
  /** By volume: the epoch in which the owner was told again. */
  const told = new Map<string, number>();
  return (entry) => {
    if (!isMark(entry, 'lineage.recorded')) return false;
    const { volume, change, record } = entry.facts;
    const isTold = change?.kind === 'lift-quarantine' && record.move !== null;
    if (isTold) told.set(volume, record.epoch);
    const epoch = told.get(volume);
    return change?.kind === 'publish' && epoch !== undefined && record.epoch >= epoch;
  };
}
