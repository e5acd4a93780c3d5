// An upload at the lineage store: blocks are put, each into an object of its own, and when all are
// durable the pages are written, and then the manifest that says that the snapshot is complete.
//
//   put -> object durable -> answered          end -> pages durable -> manifest durable -> answered
//
// What was put is known in memory only until then: after a crash it has to be put again, and the
// objects are free.

import { sameReplica } from '../map-entry.ts';
import type {
  BeginUpload,
  BlocksPut,
  EndUpload,
  PutBlocks,
  RangeCopy,
  Root,
  UploadBegun,
  UploadEnded,
  UploadedRange,
} from '../messages/archive.ts';
import { startJob, startPages, writeManifest, writeObjects } from './jobs.ts';
import { type Entry, type Manifest, rootOf } from './layout.ts';
import { factsOf, listSnapshots } from './listing.ts';
import {
  type Archived,
  type Job,
  type RangeContents,
  refer,
  type Staging,
  type StoreStep,
  takeObjects,
} from './state.ts';

/** Says what an upload may be a delta of: the last snapshot before it that is complete. */
export function takeBegin(step: StoreStep, { snapshot }: BeginUpload, from: string): void {
  const { archived, staging } = step.state;
  const one = archived.get(snapshot);
  const base = one === undefined ? null : baseOf(step, one);
  if (one?.manifest.state === 'pending' && !staging.get(snapshot)?.isEnding) {
    dropStaging(step, snapshot);
    staging.set(snapshot, {
      base: base?.manifest.snapshot ?? null,
      ranges: new Map(),
      isEnding: false,
    });
  }
  const begun: UploadBegun = {
    type: 'upload.begun',
    snapshot,
    state: one?.manifest.state ?? 'unknown',
    base: base === null ? null : { snapshot: base.manifest.snapshot, copies: copiesOf(step, base) },
    root: one === undefined ? null : rootFor(step, one.manifest.volume),
  };
  step.out.send(from, begun);
}

function baseOf({ state }: StoreStep, { manifest }: Archived): Archived | null {
  let base: Archived | null = null;
  for (const one of state.archived.values()) {
    const { volume, sequence, state: has } = one.manifest;
    if (volume !== manifest.volume || sequence >= manifest.sequence) continue;
    if (has === 'completed' && !one.isDamaged) base = one;
  }
  return base;
}

function rootFor({ state }: StoreStep, volume: string): Root | null {
  const { snapshot, root = null } = state.archived.get(rootOf(volume))?.manifest ?? {};
  return snapshot === undefined || root === null ? null : { snapshot, session: root.session };
}

// A range with damage is no base: all of it is uploaded once more, and the damage goes no further.
function copiesOf({ state }: StoreStep, { ranges }: Archived): readonly RangeCopy[] {
  const good = [...ranges].filter(([, { entries }]) => !hasDamage(state.damaged, entries.values()));
  return good.map(([range, { copy }]) => ({ range, copy }));
}

function hasDamage(damaged: ReadonlySet<number>, entries: Iterable<Entry>): boolean {
  if (damaged.size === 0) return false;
  for (const { object } of entries) {
    if (damaged.has(object)) return true;
  }
  return false;
}

/** Forgets what was put of a snapshot that is not complete. */
export function dropStaging(step: StoreStep, snapshot: string): void {
  const staged = step.state.staging.get(snapshot);
  step.state.staging.delete(snapshot);
  for (const { entries } of staged?.ranges.values() ?? []) refer(step, entries.values(), -1);
}

/** Stores some blocks of a snapshot. */
export function takePut(step: StoreStep, request: PutBlocks, from: string): void {
  const staged = step.state.staging.get(request.snapshot);
  if (staged === undefined || staged.isEnding) {
    answerPut(step, request, from, 'unknown');
    return;
  }
  const written = request.stamps.map((stamp, i) => ({ block: request.block + i, stamp }));
  const objects = takeObjects(step, written.length);
  if (objects === null) {
    answerPut(step, request, from, 'no-space');
    return;
  }
  const entries = written.map((one, i) => ({ ...one, object: objects[i]! }));
  const job = { kind: 'put', request, from, entries, leftCount: 0, failed: false } as const;
  const id = startJob(step, job);
  writeObjects(step, id, entries);
  // The variant that does not wait for its device.
  if (!step.state.input.mutants.has('completed-before-durable')) return;
  step.state.jobs.delete(id);
  stage(step, staged, request, entries);
  answerPut(step, request, from, 'ok');
}

/** All objects of a put are written, or could not be. */
export function onPut(step: StoreStep, job: Job & { readonly kind: 'put' }): void {
  const { request, from, entries, failed } = job;
  const staged = step.state.staging.get(request.snapshot);
  if (failed || staged === undefined || staged.isEnding) {
    refer(step, entries, -1);
    answerPut(step, request, from, failed ? 'io-error' : 'unknown');
    return;
  }
  markStored(step, job);
  stage(step, staged, request, entries);
  answerPut(step, request, from, 'ok');
}

function markStored(
  { state, out }: StoreStep,
  { request, entries }: Job & { readonly kind: 'put' },
): void {
  const { snapshot, range, copy, block, stamps } = request;
  const volume = state.archived.get(snapshot)?.manifest.volume ?? '';
  const objects = entries.map(({ object }) => object);
  out.mark('object.stored', { volume, snapshot, range, copy, block, stamps, objects });
}

// A range that is read from another copy begins anew.
function stage(
  step: StoreStep,
  staged: Staging,
  { range, copy }: PutBlocks,
  entries: readonly Entry[],
): void {
  let known = staged.ranges.get(range);
  if (known !== undefined && !sameReplica(known.copy, copy)) {
    refer(step, known.entries.values(), -1);
    known = undefined;
  }
  const all = new Map(known?.entries ?? []);
  for (const entry of entries) {
    const before = all.get(entry.block);
    if (before !== undefined) refer(step, [before], -1);
    all.set(entry.block, entry);
  }
  staged.ranges.set(range, { copy, entries: all });
}

function answerPut(
  { out }: StoreStep,
  { snapshot, reqId }: PutBlocks,
  from: string,
  status: BlocksPut['status'],
): void {
  const answer: BlocksPut = { type: 'upload.stored', snapshot, reqId, status };
  out.send(from, answer);
}

/** Completes a snapshot if all of it is there; notes it as lost if its uploader says so. */
export function takeEnd(step: StoreStep, request: EndUpload, from: string): void {
  const { archived, staging } = step.state;
  const { snapshot, base, ranges } = request;
  const one = archived.get(snapshot);
  const staged = staging.get(snapshot);
  if (one === undefined || one.manifest.state !== 'pending') {
    answerEnd(step, snapshot, from);
    return;
  }
  if (staged?.isEnding) return;
  if (ranges === null) {
    dropStaging(step, snapshot);
    const manifest = {
      ...one.manifest,
      version: one.manifest.version + 1,
      state: 'error',
    } as const;
    writeManifest(step, from, { ...one, manifest }, 'upload');
    return;
  }
  const contents = staged?.base === base ? contentsOf(step, staged, ranges) : null;
  if (staged === undefined || contents === null) {
    answerEnd(step, snapshot, from);
    return;
  }
  staged.isEnding = true;
  const { version } = one.manifest;
  const after = { version: version + 1, state: 'completed', deltaBase: base } as const;
  const manifest = { ...one.manifest, ...after };
  if (startPages(step, { from, manifest, ranges: contents, uploaded: ranges })) return;
  dropStaging(step, snapshot);
  answerEnd(step, snapshot, from);
}

// All that a snapshot holds; null when something of it was not put.
function contentsOf(
  { state }: StoreStep,
  staged: Staging,
  uploaded: readonly UploadedRange[],
): ReadonlyMap<number, RangeContents> | null {
  const contents = new Map<number, RangeContents>();
  for (const { range, copy, base, blocks } of uploaded) {
    const put = staged.ranges.get(range);
    if (put !== undefined && blocks.length > 0 && !sameReplica(put.copy, copy)) return null;
    const before = base === null ? undefined : state.archived.get(base);
    const isMissed = !state.input.mutants.has('base-unpinned');
    if (base !== null && before === undefined && isMissed) return null;
    const entries = new Map(before?.ranges.get(range)?.entries ?? []);
    for (const block of blocks) {
      const entry = put?.entries.get(block);
      if (entry === undefined) return null;
      entries.set(block, entry);
    }
    contents.set(range, { copy, entries });
  }
  return contents;
}

/** All pages of a snapshot are written, or could not be. */
export function onPages(step: StoreStep, job: Job & { readonly kind: 'pages' }): void {
  const { from, archived, uploaded, failed } = job;
  const { manifest } = archived;
  const { snapshot, volume } = manifest;
  const isClone = uploaded === null;
  const before = step.state.archived.get(snapshot);
  if (failed || (!isClone && before === undefined)) {
    dropPages(step, archived);
    if (isClone) listSnapshots(step, volume, from);
    else onUploadWritten(step, snapshot, from);
    return;
  }
  markSealed(step, manifest, uploaded ?? []);
  const { place = -1, sparePlace = -1 } = before ?? {};
  writeManifest(step, from, { ...archived, place, sparePlace }, isClone ? 'clone' : 'upload');
}

/** Pages that no manifest will refer to are free, and so is what only they refer to. */
export function dropPages(step: StoreStep, { pagePlaces, ranges }: Archived): void {
  for (const { entries } of ranges.values()) refer(step, entries.values(), -1);
  step.state.freeRecords.push(...pagePlaces);
}

// What the manifest, once it is durable, says of each range: it may count from now on.
function markSealed(
  { out }: StoreStep,
  manifest: Manifest,
  ranges: readonly UploadedRange[],
): void {
  out.mark('snapshot.sealed', { ...factsOf(manifest), ranges });
}

/** The manifest that ends an upload is durable, or could not be written. */
export function onUploadWritten(step: StoreStep, snapshot: string, from: string): void {
  dropStaging(step, snapshot);
  answerEnd(step, snapshot, from);
}

function answerEnd({ state, out }: StoreStep, snapshot: string, from: string): void {
  const has = state.archived.get(snapshot)?.manifest.state ?? 'unknown';
  const ended: UploadEnded = { type: 'upload.ended', snapshot, state: has };
  out.send(from, ended);
}
