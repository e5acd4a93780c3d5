// Volumes that begin with what a snapshot of another volume holds.
//
//   vol-1      s-1 <--- s-2 <--- s-3           deleted as if nobody had been restored from it
//                        :
//   vol-2              root <--- t-1 <--- t-2  the root shares all objects with s-2
//
// A clone is pages and a manifest, and copies no data. Each object is referred to once more before
// the first page is written: whatever becomes of the origin, nothing is written over it. Until the
// manifest is durable the origin is not deleted.
import { assert } from '../../sim/index.ts';
import type { CloneSnapshot, RestoreLoaded } from '../messages/archive.ts';
import { sessionOfStamp } from '../stamps.ts';
import { nextSequence } from './catalog.ts';
import { startPages, writeManifest } from './jobs.ts';
import { type Manifest, rootOf } from './layout.ts';
import { listSnapshots } from './listing.ts';
import type { Archived, Job, StoreStep } from './state.ts';

/** Makes the root of a restored volume, unless it is there, or there is nothing to restore. */
export function cloneSnapshot(step: StoreStep, message: CloneSnapshot, from: string): void {
  const { state } = step;
  const { volume, baseSession } = message;
  const snapshot = rootOf(volume);
  for (const job of state.jobs.values()) if (isMaking(job, snapshot)) return;
  const source = lastComplete(step, message.from);
  if (state.archived.has(snapshot) || source === null) {
    listSnapshots(step, volume, from);
    return;
  }
  const origin = { volume: message.from, snapshot: source.manifest.snapshot };
  const manifest: Manifest = {
    kind: 'manifest',
    snapshot,
    volume,
    sequence: nextSequence(step),
    version: 1,
    state: 'completed',
    lineageParent: null,
    deltaBase: null,
    root: { origin, session: baseSession, isLoaded: false },
    attempt: null,
    places: [],
    pageCount: 0,
  };
  assertOlder(source, baseSession);
  if (!startPages(step, { from, manifest, ranges: source.ranges, uploaded: null })) {
    listSnapshots(step, volume, from);
  }
}

function isMaking(job: Job, snapshot: string): boolean {
  if (job.kind !== 'pages' && job.kind !== 'manifest') return false;
  return job.archived.manifest.snapshot === snapshot;
}

function lastComplete({ state }: StoreStep, volume: string): Archived | null {
  let last: Archived | null = null;
  for (const one of state.archived.values()) {
    if (one.manifest.volume !== volume || one.manifest.state !== 'completed') continue;
    if (!one.isDamaged) last = one;
  }
  return last;
}

// Else a host would take what the volume began with for something later than its own writes.
function assertOlder({ ranges }: Archived, baseSession: number): void {
  for (const { entries } of ranges.values()) {
    for (const { stamp } of entries.values()) {
      const session = sessionOfStamp(stamp);
      assert(session <= baseSession, `session ${session} in an origin, not up to ${baseSession}`);
    }
  }
}

/** All of a root is at the hosts: that is noted, once. */
export function noteLoaded(step: StoreStep, { volume }: RestoreLoaded, from: string): void {
  const { archived, jobs } = step.state;
  const one = archived.get(rootOf(volume));
  const root = one?.manifest.root;
  if (one === undefined || root == null || root.isLoaded) {
    listSnapshots(step, volume, from);
    return;
  }
  for (const job of jobs.values()) if (isMaking(job, one.manifest.snapshot)) return;
  const { manifest } = one;
  const loaded = { ...root, isLoaded: true };
  const after = { ...manifest, version: manifest.version + 1, root: loaded };
  writeManifest(step, from, { ...one, manifest: after }, 'load');
}
