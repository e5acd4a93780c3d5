// Snapshots that come from the lineage: routers publish them, with the cuts that have their
// contents. Who looks after the volume uploads one after the other, in the order of the lineage.
import type { Snapshot } from '../lineage/cell-record.ts';
import type { RegisterSnapshot } from '../messages/archive.ts';

/** A published snapshot by its cut, and that of the one before it. */
export type FollowedSnapshot = Pick<RegisterSnapshot, 'snapshot' | 'parent'>;

/**
 * The first published snapshot behind all that are known; null when there is none. Of those that
 * are known the last counts: earlier ones may have been deleted.
 */
export function nextPublished(
  chain: readonly Snapshot[],
  known: ReadonlySet<string>,
): FollowedSnapshot | null {
  const cuts = chain.flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
  const lastKnown = cuts.findLastIndex((cut) => known.has(cut));
  const snapshot = cuts[lastKnown + 1];
  return snapshot === undefined ? null : { snapshot, parent: cuts[lastKnown] ?? null };
}

/** What a wrong variant takes for it: the last one, wherever that belongs. */
export function lastPublished(
  chain: readonly Snapshot[],
  known: ReadonlySet<string>,
): FollowedSnapshot | null {
  const snapshot = chain.at(-1)?.cut;
  return snapshot === undefined || known.has(snapshot) ? null : { snapshot };
}
