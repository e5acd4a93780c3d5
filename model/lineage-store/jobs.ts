// What the lineage store has under way at its device: commands that belong together, and what
// follows when the last of them is done.
import type { UploadedRange } from '../messages/archive.ts';
import { type Entry, type Manifest, type Page, pagesOf, sealRecord } from './layout.ts';
import {
  type Archived,
  type Job,
  type ManifestEnd,
  type RangeContents,
  refer,
  type StoreStep,
} from './state.ts';

/** Begins a job that has no command yet. */
export function startJob({ state }: StoreStep, job: Job): number {
  const id = state.nextJobId++;
  state.jobs.set(id, job);
  return id;
}

/** Writes the contents of objects, consecutive ones together. */
export function writeObjects(step: StoreStep, id: number, entries: readonly Entry[]): void {
  const { input } = step.state;
  for (const { start, part } of runsOf(entries.map(({ object }) => object))) {
    const stamps = entries.slice(start, start + part.length).map(({ stamp }) => stamp);
    const block = input.recordCount + part[0]!;
    submit(step, id, { op: 'write', block, blockCount: part.length, stamps, fua: true }, start);
  }
}

/** Reads objects, consecutive ones together; -1 for none. */
export function readObjects(step: StoreStep, id: number, objects: readonly number[]): void {
  for (const { start, part } of runsOf(objects)) {
    if (part[0]! < 0) continue;
    const block = step.state.input.recordCount + part[0]!;
    submit(step, id, { op: 'read', block, blockCount: part.length }, start);
  }
}

function runsOf(values: readonly number[]) {
  const runs: { readonly start: number; readonly part: number[] }[] = [];
  for (const [i, value] of values.entries()) {
    const last = runs.at(-1)?.part;
    if (value > 0 && last?.at(-1) === value - 1) last.push(value);
    else runs.push({ start: i, part: [value] });
  }
  return runs;
}

/**
 * Writes the pages of a snapshot to free places, and refers to all that they name; the manifest
 * comes after them. False when there are not so many places.
 */
export function startPages(
  step: StoreStep,
  what: {
    readonly from: string;
    readonly manifest: Manifest;
    readonly ranges: ReadonlyMap<number, RangeContents>;
    readonly uploaded: readonly UploadedRange[] | null;
  },
): boolean {
  const { state } = step;
  const { from, ranges, uploaded } = what;
  const { snapshot } = what.manifest;
  const attempt = `${step.self.incarnation}.${state.nextJobId}`;
  const pages = [...ranges].flatMap(([range, { copy, entries }]) =>
    pagesOf({ snapshot, attempt, range, copy }, [...entries.values()]),
  );
  if (state.freeRecords.length < pages.length) return false;
  const pagePlaces = state.freeRecords.splice(-pages.length, pages.length);
  const manifest = { ...what.manifest, attempt, pageCount: pages.length };
  // The variant in which a clone shares blocks, and does not count that.
  const isUncounted = uploaded === null && state.input.mutants.has('clone-unreferenced');
  for (const { entries } of ranges.values()) {
    if (!isUncounted) refer(step, entries.values(), 1);
  }
  const none = { place: -1, sparePlace: -1 } as const;
  const archived = { manifest, ...none, pagePlaces, ranges, isDamaged: false } as const;
  const job = { kind: 'pages', from, archived, uploaded, leftCount: 0, failed: false } as const;
  const id = startJob(step, job);
  for (const [i, page] of pages.entries()) writeRecord(step, id, pagePlaces[i]!, page);
  return true;
}

/** Writes a record to its place. */
function writeRecord(step: StoreStep, id: number, place: number, record: Manifest | Page): void {
  const payloads = [sealRecord(record)];
  submit(step, id, { op: 'write', block: place, blockCount: 1, payloads, fua: true }, 0);
}

/**
 * Writes a manifest to the place that is spare, or to the first of two free ones; where there is
 * none, or on an error, the one before counts. That one's place is the spare one from then on.
 */
export function writeManifest(
  step: StoreStep,
  from: string,
  archived: Archived,
  ends: ManifestEnd,
): void {
  const [place, sparePlace] = nextPlaces(step, archived);
  const { places } = archived.manifest;
  const isFirst = places.length === 0 && place >= 0;
  const manifest = { ...archived.manifest, places: isFirst ? [place, sparePlace] : places };
  const one: Archived = { ...archived, manifest, place, sparePlace };
  const job = { kind: 'manifest', from, archived: one, ends } as const;
  const id = startJob(step, { ...job, leftCount: 0, failed: place < 0 });
  if (place >= 0) writeRecord(step, id, place, manifest);
  else submit(step, id, { op: 'flush', block: 0, blockCount: 0 }, 0);
}

// Both are its own from the first time on; none while there are not two.
function nextPlaces(
  { state }: StoreStep,
  { place, sparePlace }: Archived,
): readonly [place: number, sparePlace: number] {
  if (sparePlace >= 0) return [sparePlace, place];
  if (state.freeRecords.length < 2) return [-1, -1];
  return [state.freeRecords.pop()!, state.freeRecords.pop()!];
}

/** Makes the place of one of its manifests say nothing: the earlier first, if there is one. */
export function eraseManifest(
  step: StoreStep,
  from: string,
  { archived, what }: Pick<Job & { readonly kind: 'erase' }, 'archived' | 'what'>,
): void {
  const block = what === 'earlier' ? archived.sparePlace : archived.place;
  const job = { kind: 'erase', from, archived, what, leftCount: 0, failed: false } as const;
  const id = startJob(step, job);
  submit(step, id, { op: 'write', block, blockCount: 1, stamps: [0], fua: true }, 0);
}

function submit(
  { state, out }: StoreStep,
  id: number,
  request: {
    readonly op: 'read' | 'write' | 'flush';
    readonly block: number;
    readonly blockCount: number;
    readonly stamps?: readonly number[];
    readonly payloads?: readonly unknown[];
    readonly fua?: true;
  },
  offset: number,
): void {
  const job = state.jobs.get(id)!;
  job.leftCount += 1;
  const tag = { part: 'job', id, round: state.round, offset };
  out.submitIo(state.input.device, { ...request, tag });
}
