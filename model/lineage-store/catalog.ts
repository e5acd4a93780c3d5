// Which snapshots a lineage store has: registered, listed, deleted.
//
// A deletion makes the places of its manifests say nothing, durably, the earlier one first, or a
// recovery would take that for the latest; then the pages are free, and each object that no other
// snapshot refers to.
import type { DeleteSnapshot, RegisterSnapshot } from '../messages/archive.ts';
import { eraseManifest, writeManifest } from './jobs.ts';
import { type Manifest, rootOf } from './layout.ts';
import { listSnapshots, markState } from './listing.ts';
import { noteReferences } from './references.ts';
import { scrubLater } from './scrub.ts';
import { type Job, refer, type StoreStep } from './state.ts';
import { dropPages, dropStaging, onUploadWritten } from './uploads.ts';

/** A snapshot was taken: it is pending from now on. */
export function register(step: StoreStep, message: RegisterSnapshot, from: string): void {
  const { archived, jobs } = step.state;
  const { volume, snapshot, parent } = message;
  if (archived.has(snapshot)) {
    listSnapshots(step, volume, from);
    return;
  }
  for (const job of jobs.values()) {
    if (job.kind === 'manifest' && job.archived.manifest.snapshot === snapshot) return;
  }
  let lineageParent: string | null = null;
  for (const { manifest } of archived.values()) {
    if (manifest.volume === volume) lineageParent = manifest.snapshot;
  }
  if (parent !== undefined) lineageParent = parent;
  // The variant in which what a volume was restored from is no part of its lineage.
  const isRootless = step.state.input.mutants.has('clone-rootless');
  if (isRootless && lineageParent === rootOf(volume)) lineageParent = null;
  const none = { deltaBase: null, root: null, attempt: null, places: [], pageCount: 0 } as const;
  const sequence = nextSequence(step);
  const place = { kind: 'manifest', snapshot, volume, sequence, version: 1 } as const;
  const manifest: Manifest = { ...place, ...none, state: 'pending', lineageParent };
  const empty = { pagePlaces: [], ranges: new Map(), isDamaged: false } as const;
  const noPlace = { place: -1, sparePlace: -1 } as const;
  writeManifest(step, from, { manifest, ...noPlace, ...empty }, 'registration');
}

/** The number of the next snapshot of whatever volume. */
export function nextSequence({ state }: StoreStep): number {
  let sequence = 1;
  for (const { manifest } of state.archived.values()) {
    sequence = Math.max(sequence, manifest.sequence + 1);
  }
  return sequence;
}

/**
 * A manifest is durable, or could not be written. Answers `unsure` when that was to complete a
 * snapshot: it may be there all the same, with all that it refers to, and only the device knows.
 */
export function onManifest(
  step: StoreStep,
  job: Job & { readonly kind: 'manifest' },
): 'sure' | 'unsure' {
  const { archived, failed, from, ends } = job;
  const { manifest } = archived;
  const before = step.state.archived.get(manifest.snapshot);
  const isCompleting = archived.pagePlaces.length > 0 && archived.ranges !== before?.ranges;
  if (failed && isCompleting && archived.place >= 0) return 'unsure';
  if (!failed) {
    step.state.archived.set(manifest.snapshot, archived);
    if (ends === 'load') markLoaded(step, manifest);
    else markState(step, manifest);
    if (manifest.state === 'completed') scrubLater(step);
  } else if (isCompleting) {
    // There was no place for it.
    dropPages(step, archived);
  } else if (before !== undefined && archived.place >= 0) {
    // It may be there all the same; what comes next is written over it.
    step.state.archived.set(manifest.snapshot, { ...before, sparePlace: archived.place });
  } else if (archived.place >= 0 && ends === 'registration') {
    // It may be there all the same; nobody was told that it is.
    step.state.freeRecords.push(archived.sparePlace, archived.place);
  }
  if (ends === 'upload') onUploadWritten(step, manifest.snapshot, from);
  else listSnapshots(step, manifest.volume, from);
  return 'sure';
}

function markLoaded({ out }: StoreStep, { volume, snapshot }: Manifest): void {
  out.mark('restore.completed', { volume, snapshot });
}

/**
 * A snapshot is to be deleted, unless one is being uploaded that is a delta of it; or it is what a
 * volume was restored from. What was put of it goes with it: its upload is over.
 */
export function deleteSnapshot(step: StoreStep, message: DeleteSnapshot, from: string): void {
  const { archived, jobs } = step.state;
  const { volume, snapshot } = message;
  const one = archived.get(snapshot);
  const isRoot = one !== undefined && one.manifest.root !== null;
  const isInUse = isRoot || isPinned(step, snapshot);
  const isBusy = [...jobs.values()].some(
    (job) =>
      (job.kind === 'read' && job.request.snapshot === snapshot) ||
      (job.kind !== 'read' && job.kind !== 'put' && isAbout(job.archived.manifest, snapshot)),
  );
  if (isBusy) return;
  if (one === undefined || isInUse) {
    listSnapshots(step, volume, from);
    return;
  }
  dropStaging(step, snapshot);
  eraseManifest(step, from, { archived: one, what: one.sparePlace < 0 ? 'latest' : 'earlier' });
}

// What an upload is a delta of stays until that is over.
function isPinned({ state }: StoreStep, snapshot: string): boolean {
  // The variant that deletes it all the same.
  if (state.input.mutants.has('base-unpinned')) return false;
  return [...state.staging.values()].some(({ base }) => base === snapshot);
}

// What is being written of it, or of a volume that is restored from it.
function isAbout(manifest: Manifest, snapshot: string): boolean {
  return manifest.snapshot === snapshot || manifest.root?.origin.snapshot === snapshot;
}

/** The manifest of a deleted snapshot is gone, or could not be erased. */
export function onErased(step: StoreStep, job: Job & { readonly kind: 'erase' }): void {
  const { archived, what, failed, from } = job;
  const { snapshot, volume } = archived.manifest;
  if (!failed && what === 'earlier') {
    eraseManifest(step, from, { archived, what: 'latest' });
    return;
  }
  if (!failed) {
    step.state.archived.delete(snapshot);
    const { place, sparePlace, pagePlaces } = archived;
    step.state.freeRecords.push(place, ...(sparePlace < 0 ? [] : [sparePlace]), ...pagePlaces);
    for (const { entries } of archived.ranges.values()) {
      // The variant that takes each object for its own.
      if (step.state.input.mutants.has('delete-ignores-references')) {
        for (const { object } of entries.values()) step.state.references[object] = 1;
      }
      // The variant that forgets nothing.
      if (step.state.input.mutants.has('reference-never-dropped')) continue;
      refer(step, entries.values(), -1);
    }
    step.out.mark('snapshot.deleted', { snapshot, volume });
    noteReferences(step);
    scrubLater(step);
  }
  listSnapshots(step, volume, from);
}
