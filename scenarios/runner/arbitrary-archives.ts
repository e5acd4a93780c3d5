// What becomes of the contents of drawn snapshots, for property-based tests: when volumes are cut,
// what is kept and what is deleted, and which volumes begin with a snapshot of another one.
import fc from 'fast-check';
import type { ArchiveSpec, LineageSpec, PurgePlan, RestorePlan } from '../../model/index.ts';
import { nsPerMs } from '../../sim/index.ts';
import { type VolumeId, volumeIds } from './arbitrary-clients.ts';

/** What is drawn of an archive, before it is known which volumes there are. */
export interface DrawnArchive {
  readonly zone: string;
  readonly everyNs: number;
  readonly keepCount: number;
  /** The first two volumes are cut at one instant; else the first one is cut alone. */
  readonly isSet: boolean;
  readonly purge: Omit<PurgePlan, 'volume'> | null;
  /** Volumes that come after the first, or after those of the set. */
  readonly restores: readonly DrawnRestore[];
}

interface DrawnRestore extends Omit<RestorePlan, 'volume'> {
  /** Of the volume that was restored before it, if that has snapshots. */
  readonly isOfRestored: boolean;
  /** It has snapshots of its own. */
  readonly isSaved: boolean;
}

/** A volume that begins with a snapshot. */
interface Restored {
  readonly id: VolumeId;
  readonly plan: RestorePlan;
  readonly isSaved: boolean;
}

/** The volumes that an archive needs, beginning with the first. */
export function archivedVolumes(drawn: DrawnArchive): readonly VolumeId[] {
  return volumeIds.slice(0, firstRestored(drawn) + restoredOf(drawn).length);
}

/** What a volume begins with; nothing mostly. */
export function restoredFromOf(drawn: DrawnArchive | undefined, id: VolumeId): RestorePlan | null {
  if (drawn === undefined) return null;
  return restoredOf(drawn).find((one) => one.id === id)?.plan ?? null;
}

/** The archive of a cluster; with a lineage, what routers take snapshots of follows that. */
export function archiveOf(
  drawn: DrawnArchive,
  lineage: LineageSpec | undefined,
  device: string,
): ArchiveSpec {
  const { zone, everyNs, keepCount, isSet, purge } = drawn;
  const routed = new Set((lineage?.snapshots ?? []).map(({ volume }) => volume));
  const saved = restoredOf(drawn).flatMap(({ id, isSaved }) => (isSaved ? [id] : []));
  const alone = isSet ? saved : [volumeIds[0], ...saved];
  const backups = alone.map((volume) => ({
    volume,
    source: routed.has(volume) ? ('lineage' as const) : ('schedule' as const),
    everyNs,
    keepCount,
  }));
  // Whoever deletes snapshots may delete all that there was to restore.
  const origins = new Set<string>(restoredOf(drawn).map(({ plan }) => plan.volume));
  const purged = backups.find(({ volume }) => !origins.has(volume))?.volume;
  return {
    zone,
    device,
    backups,
    ...(isSet ? { sets: [{ volumes: volumeIds.slice(0, 2), everyNs, keepCount }] } : {}),
    ...(purge === null || purged === undefined ? {} : { purges: [{ volume: purged, ...purge }] }),
  };
}

function firstRestored({ isSet }: DrawnArchive): number {
  return isSet ? 2 : 1;
}

function restoredOf(drawn: DrawnArchive): readonly Restored[] {
  const restored: Restored[] = [];
  const ids = volumeIds.slice(firstRestored(drawn));
  for (const [index, { isOfRestored, isSaved, ...plan }] of drawn.restores.entries()) {
    const id = ids[index];
    if (id === undefined) break;
    const before = restored.at(-1);
    const volume = isOfRestored && before?.isSaved === true ? before.id : volumeIds[0];
    restored.push({ id, plan: { volume, ...plan }, isSaved });
  }
  return restored;
}

/** One volume is cut on a schedule in the plainest of them, and nothing is restored. */
export function arbitraryArchive(durationMs: number): fc.Arbitrary<DrawnArchive> {
  const restore = fc.record({
    atNs: fc.integer({ min: 0, max: durationMs - 1 }).map((ms) => ms * nsPerMs),
    bitsPerSec: fc.constantFrom(100, 8).map((mbit) => mbit * 1_000_000),
    isOfRestored: fc.boolean(),
    isSaved: fc.boolean(),
  });
  const purge = fc.record({
    everyNs: fc.constantFrom(700, 250).map((ms) => ms * nsPerMs),
    which: fc.constantFrom('oldest' as const, 'newest' as const),
  });
  return fc.record({
    zone: fc.constantFrom('az-a', 'az-b'),
    everyNs: fc.constantFrom(300, 1000).map((ms) => ms * nsPerMs),
    keepCount: fc.constantFrom(1, 3),
    isSet: fc.constantFrom(false, false, true),
    purge: fc.option(purge, { freq: 2 }),
    restores: fc.array(restore, { maxLength: 2 }),
  });
}
