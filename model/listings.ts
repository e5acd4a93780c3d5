// What somebody has seen of the snapshots of a volume: answers overtake each other, and an older
// one must not undo what a newer one has shown. The store numbers what it lists.
import type { Outbox } from '../sim/index.ts';
import type { ArchivedSnapshot, SnapshotsListed } from './messages/archive.ts';

/** The latest listing that was seen. */
export interface SeenListing {
  readonly number: number;
  readonly snapshots: readonly ArchivedSnapshot[];
}

/** Before any was seen. */
export const unseen: SeenListing = Object.freeze({ number: 0, snapshots: Object.freeze([]) });

/** Takes a listing; null where a later one was seen already. */
export function takeListing(
  out: Outbox,
  seen: SeenListing,
  { number, volume, snapshots }: SnapshotsListed,
): SeenListing | null {
  if (number < seen.number) return null;
  const states = snapshots.map(({ snapshot, state }) => ({ snapshot, state }));
  out.mark('snapshots.listed', { volume, snapshots: states });
  return { number, snapshots };
}
