// Rare paths of snapshots and of moves between cells.
import type { Entry } from '../../sim/index.ts';
import { isMark } from './marks.ts';
import { reached } from './reached.ts';

/** What copies kept for a cut that is void was of use to the cut before. */
export const voidCutSpanned = reached({
  id: 'void-cut-spanned',
  summary: 'a delta is complete that spans a cut which copies had made and which was void',
  kinds: ['mark'],
  matcher: spanning,
});

/** Moves follow each other, however soon the next one is wanted. */
export const moveWaited = reached({
  id: 'move-waited',
  summary: 'a move was begun that had been wanted before the last one was over',
  kinds: ['mark'],
  matcher: waiting,
});

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
