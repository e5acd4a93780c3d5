// Snapshots that come from the lineage: routers publish them, with the cuts that have their
// contents, and whoever wants one gone has the lineage say so. Who looks after the volume uploads
// one after the other, in the order of the lineage; contents go when the lineage says it.
import type { Snapshot } from '../lineage/cell-record.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import type { ArchivedSnapshot, RegisterSnapshot } from '../messages/archive.ts';
import type { CutsTold } from '../messages/cuts.ts';

/** A published snapshot by its cut, and that of the one before it. */
export type FollowedSnapshot = Pick<RegisterSnapshot, 'snapshot' | 'parent'>;

/** What is recorded of a volume's snapshots. */
export type Lineage = Pick<VolumeRecord, 'chain' | 'deleted'>;

/** The cuts that had the contents of deleted snapshots. */
export function deletedCuts({ chain, deleted }: Lineage): ReadonlySet<string> {
  const gone = new Set(deleted);
  return new Set(chain.flatMap(({ cut, request }) => (cut && gone.has(request) ? [cut] : [])));
}

/**
 * The first published snapshot whose contents are still to be uploaded; null when there is none.
 * What was deleted is left out, and stays the parent of the next one.
 */
export function nextPublished(
  lineage: Lineage,
  archived: readonly ArchivedSnapshot[],
): FollowedSnapshot | null {
  const cuts = cutsOf(lineage);
  const isOver = new Set(deletedCuts(lineage));
  for (const { snapshot, state } of archived) if (state !== 'pending') isOver.add(snapshot);
  const next = cuts.findIndex((cut) => !isOver.has(cut));
  const snapshot = cuts[next];
  return snapshot === undefined ? null : { snapshot, parent: cuts[next - 1] ?? null };
}

/** What a wrong variant takes for it: the last one, wherever that belongs. */
export function lastPublished(
  { chain }: Lineage,
  archived: readonly ArchivedSnapshot[],
): FollowedSnapshot | null {
  const snapshot = chain.at(-1)?.cut;
  if (snapshot === undefined) return null;
  const isKnown = archived.some((one) => one.snapshot === snapshot && one.state !== 'pending');
  return isKnown ? null : { snapshot };
}

function cutsOf({ chain }: Lineage): readonly string[] {
  return chain.flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
}

/**
 * What is known of cuts: which are snapshots that are to be uploaded, and which are over. What is
 * neither may be published yet; `lineage` is null for snapshots on a schedule, and before it is
 * known.
 */
export function toldOf(
  cuts: readonly string[],
  lineage: Lineage | null,
  archived: readonly ArchivedSnapshot[],
): Pick<CutsTold, 'wanted' | 'over'> {
  const gone = lineage === null ? new Set<string>() : deletedCuts(lineage);
  const wanted: string[] = [];
  const over: string[] = [];
  for (const cut of cuts) {
    const state = archived.find(({ snapshot }) => snapshot === cut)?.state;
    if (gone.has(cut) || (state !== undefined && state !== 'pending')) over.push(cut);
    else if (state === 'pending') wanted.push(cut);
    else if (lineage !== null && publishedAs(lineage, cut) !== undefined) wanted.push(cut);
  }
  return { wanted, over };
}

/** The published snapshot that a cut has the contents of. */
export function publishedAs({ chain }: Lineage, cut: string): Snapshot | undefined {
  return chain.find((one) => one.cut === cut);
}
