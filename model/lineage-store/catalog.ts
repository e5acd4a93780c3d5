// Which snapshots a lineage store has: registered, listed, deleted.
//
// A deletion makes the manifest's place say nothing, durably; then the pages are free, and each
// object that no other snapshot refers to.
import type {
  DeleteSnapshot,
  RegisterSnapshot,
  SnapshotState,
  SnapshotsListed,
} from '../messages/archive.ts';
import { eraseRecord, startJob, writeManifest } from './jobs.ts';
import type { Manifest } from './layout.ts';
import { type Job, refer, type StoreStep } from './state.ts';
import { onUploadWritten } from './uploads.ts';

/** A snapshot was taken: it is pending from now on. */
export function register(step: StoreStep, message: RegisterSnapshot, from: string): void {
  const { archived, jobs } = step.state;
  const { volume, snapshot } = message;
  if (archived.has(snapshot)) {
    listSnapshots(step, volume, from);
    return;
  }
  for (const job of jobs.values()) {
    if (job.kind === 'manifest' && job.archived.manifest.snapshot === snapshot) return;
  }
  let sequence = 1;
  let lineageParent: string | null = null;
  for (const { manifest } of archived.values()) {
    sequence = Math.max(sequence, manifest.sequence + 1);
    if (manifest.volume === volume) lineageParent = manifest.snapshot;
  }
  const none = { deltaBase: null, attempt: null, pageCount: 0 } as const;
  const place = { kind: 'manifest', snapshot, volume, sequence, version: 1 } as const;
  const manifest: Manifest = { ...place, ...none, state: 'pending', lineageParent };
  const empty = { pagePlaces: [], ranges: new Map(), isDamaged: false } as const;
  writeManifest(step, from, { manifest, ...empty }, 'registration');
}

/** A manifest is durable, or could not be written. */
export function onManifest(step: StoreStep, job: Job & { readonly kind: 'manifest' }): void {
  const { archived, failed, from, ends } = job;
  const { manifest } = archived;
  const before = step.state.archived.get(manifest.snapshot);
  if (!failed) {
    step.state.archived.set(manifest.snapshot, archived);
    if (before !== undefined) step.state.freeRecords.push(before.place);
    markState(step, manifest);
  } else if (archived.place >= 0 && ends === 'registration') {
    // It may be there all the same; nobody was told that it is.
    step.state.freeRecords.push(archived.place);
  }
  if (ends === 'upload') onUploadWritten(step, manifest.snapshot, from);
  else listSnapshots(step, manifest.volume, from);
}

const stateMarks: Readonly<Record<SnapshotState, string>> = {
  pending: 'snapshot.registered',
  completed: 'snapshot.completed',
  error: 'snapshot.lost',
};

function markState({ out }: StoreStep, manifest: Manifest): void {
  const { snapshot, volume, state, lineageParent, deltaBase } = manifest;
  out.mark(stateMarks[state], { snapshot, volume, lineageParent, deltaBase });
}

/** Says which snapshots of a volume there are, oldest first. */
export function listSnapshots({ state, out }: StoreStep, volume: string, to: string): void {
  const ofVolume = [...state.archived.values()].filter((one) => one.manifest.volume === volume);
  const listed: SnapshotsListed = {
    type: 'archive.listed',
    volume,
    snapshots: ofVolume.map(({ manifest }) => {
      const { snapshot, state: has, lineageParent, deltaBase } = manifest;
      return { snapshot, state: has, lineageParent, deltaBase };
    }),
  };
  out.send(to, listed);
}

/** A snapshot is to be deleted, unless it is being uploaded, or one that is a delta of it. */
export function deleteSnapshot(step: StoreStep, message: DeleteSnapshot, from: string): void {
  const { archived, staging, jobs } = step.state;
  const { volume, snapshot } = message;
  const one = archived.get(snapshot);
  const isInUse =
    staging.has(snapshot) || [...staging.values()].some(({ base }) => base === snapshot);
  const isBusy = [...jobs.values()].some(
    (job) =>
      (job.kind === 'read' && job.request.snapshot === snapshot) ||
      ((job.kind === 'manifest' || job.kind === 'erase') &&
        job.archived.manifest.snapshot === snapshot),
  );
  if (isBusy) return;
  if (one === undefined || isInUse) {
    listSnapshots(step, volume, from);
    return;
  }
  const job = { kind: 'erase', from, archived: one, leftCount: 0, failed: false } as const;
  eraseRecord(step, startJob(step, job), one.place);
}

/** The manifest of a deleted snapshot is gone, or could not be erased. */
export function onErased(step: StoreStep, job: Job & { readonly kind: 'erase' }): void {
  const { archived, failed, from } = job;
  const { snapshot, volume } = archived.manifest;
  if (!failed) {
    step.state.archived.delete(snapshot);
    step.state.freeRecords.push(archived.place, ...archived.pagePlaces);
    for (const { entries } of archived.ranges.values()) {
      // The variant that takes each object for its own.
      if (step.state.input.mutants.has('delete-ignores-references')) {
        for (const { object } of entries.values()) step.state.references[object] = 1;
      }
      refer(step, entries.values(), -1);
    }
    step.out.mark('snapshot.deleted', { snapshot, volume });
  }
  listSnapshots(step, volume, from);
}
