// Which snapshots go: the oldest complete ones beyond those that are to be kept, and those whose
// contents are lost. Where snapshots come from the lineage it is the lineage that says which are
// deleted, whoever wants it; here this is asked for, and what it says is carried out.
//
//   scheduled   over the count, lost --------------------------> erased
//   routed      over the count, lost --> deleted in the lineage --> erased
import type { ArchivedSnapshot } from '../messages/archive.ts';
import { deletedCuts, type Lineage } from './following.ts';

/** What is done about one of them: its contents go, or the lineage is told to let it go. */
export interface Pruning {
  readonly kind: 'erase' | 'delete';
  readonly snapshot: string;
}

/**
 * The next one that goes; null for none. `lineage` is null for snapshots on a schedule. What was
 * tried, and is still there, is in use.
 */
export function nextPruning(
  archived: readonly ArchivedSnapshot[],
  {
    keepCount,
    lineage,
    tried,
  }: {
    readonly keepCount: number;
    readonly lineage: Lineage | null;
    readonly tried: ReadonlySet<string>;
  },
): Pruning | null {
  if (lineage !== null) {
    const gone = deletedCuts(lineage);
    const left = archived.find(({ snapshot }) => gone.has(snapshot) && !tried.has(snapshot));
    if (left !== undefined) return { kind: 'erase', snapshot: left.snapshot };
  }
  const there = archived.filter(({ snapshot }) => !tried.has(snapshot));
  const complete = there.filter(isOwnComplete);
  const spare = complete.length > keepCount ? complete[0] : undefined;
  const lost = there.find(({ state }) => state === 'error');
  const one = lost ?? spare;
  if (one === undefined) return null;
  return { kind: lineage === null ? 'erase' : 'delete', snapshot: one.snapshot };
}

/** What the volume was restored from is no snapshot of its own to be counted. */
export function isOwnComplete({ state, origin }: ArchivedSnapshot): boolean {
  return state === 'completed' && origin === null;
}
