// What the authority remembers of recent changes, so that holders hear of those they missed. Kept
// in memory only: who asks for more than is remembered looks at all that it has.
import type { VolumeId } from '../map-entry.ts';
import type { ChangedEntry } from '../messages/leases.ts';
import type { AuthorityStep } from './state.ts';

/** Changes of one volume that are remembered. */
const changeMax = 4_096;
/** Changes told by one answer. */
const toldMax = 64;

/** The last changes of a volume, in order: each raised the version of the map by one. */
export interface RecentChanges {
  /** The version of the map before the first of them. */
  sinceVersion: number;
  readonly changed: ChangedEntry[];
}

/** An entry was changed. */
export function noteChange(
  step: AuthorityStep,
  volume: VolumeId,
  change: ChangedEntry & { readonly mapVersion: number },
): void {
  const { changes } = step.state;
  const { range, version, mapVersion } = change;
  let recent = changes.get(volume);
  if (recent === undefined || recent.sinceVersion + recent.changed.length !== mapVersion - 1) {
    recent = { sinceVersion: mapVersion - 1, changed: [] };
    changes.set(volume, recent);
  }
  recent.changed.push({ range, version });
  if (recent.changed.length <= changeMax) return;
  recent.changed.shift();
  recent.sinceVersion += 1;
}

/** The changes since a version, as many as one answer takes; null where they are forgotten. */
export function changesSince(
  step: AuthorityStep,
  asked: { readonly volume: VolumeId; readonly seenVersion: number; readonly mapVersion: number },
): { readonly changed: readonly ChangedEntry[] | null; readonly throughVersion: number } {
  const { volume, seenVersion, mapVersion } = asked;
  if (seenVersion >= mapVersion) return { changed: [], throughVersion: mapVersion };
  const recent = step.state.changes.get(volume);
  if (recent === undefined || seenVersion < recent.sinceVersion) {
    return { changed: null, throughVersion: mapVersion };
  }
  const first = seenVersion - recent.sinceVersion;
  const changed = recent.changed.slice(first, first + toldMax);
  return { changed, throughVersion: seenVersion + changed.length };
}
