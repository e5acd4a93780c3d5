// Recovery of the lineage store: all records are read, what is whole counts, the rest is free.
import type { IoCompletion } from '../../sim/index.ts';
import { type Manifest, type Page, recordOf } from './layout.ts';
import type { Archived, RangeContents, StoreStep } from './state.ts';

/** How many records one command reads. */
const recordsPerIo = 64;

/** Begins anew, forgetting everything. */
export function readRecords(step: StoreStep): void {
  const { state, out } = step;
  state.round += 1;
  state.archived = new Map();
  state.staging.clear();
  state.jobs.clear();
  state.damaged.clear();
  state.found = new Map();
  const tag = { part: 'flush', id: 0, round: state.round };
  out.submitIo(state.input.device, { op: 'flush', block: 0, blockCount: 0, tag });
}

/** A command of the recovery is done; answers how it stands. */
export function onRecoveryIo(step: StoreStep, done: IoCompletion): 'more' | 'read' | 'failed' {
  const { state } = step;
  if (done.status !== 'ok') return 'failed';
  if (done.op === 'flush') {
    readNext(step, 0);
    return 'more';
  }
  for (let i = 0; i < done.blockCount; i++) {
    const record = recordOf(done.payloads?.[i]);
    if (record !== null) state.found.set(done.block + i, record);
  }
  const next = done.block + done.blockCount;
  if (next < state.input.recordCount) {
    readNext(step, next);
    return 'more';
  }
  takeFound(step);
  return 'read';
}

function readNext({ state, out }: StoreStep, block: number): void {
  const { device, recordCount } = state.input;
  const blockCount = Math.min(recordsPerIo, recordCount - block);
  const tag = { part: 'record', id: 0, round: state.round };
  out.submitIo(device, { op: 'read', block, blockCount, tag });
}

interface FoundManifest {
  readonly manifest: Manifest;
  readonly place: number;
  readonly sparePlace: number;
}

// The latest manifest of each snapshot counts, with its pages; nothing of the others does.
function takeFound(step: StoreStep): void {
  const { state } = step;
  // The variant that takes the first manifest that it comes across.
  const isAnyTaken = state.input.mutants.has('manifest-of-any-version');
  const latest = new Map<string, FoundManifest>();
  for (const [place, manifest] of state.found) {
    if (manifest.kind !== 'manifest') continue;
    const known = latest.get(manifest.snapshot);
    if (known === undefined) latest.set(manifest.snapshot, { place, sparePlace: -1, manifest });
    else if (manifest.version > known.manifest.version && !isAnyTaken) {
      latest.set(manifest.snapshot, { place, sparePlace: known.place, manifest });
    } else latest.set(manifest.snapshot, { ...known, sparePlace: place });
  }
  const inOrder = [...latest.values()].sort((a, b) => a.manifest.sequence - b.manifest.sequence);
  const used = new Set<number>();
  for (const found of inOrder) {
    const { place, sparePlace, manifest } = found;
    const archived = withPages(step, found);
    if (archived.isDamaged) step.out.mark('archive.damaged', { snapshot: manifest.snapshot });
    state.archived.set(manifest.snapshot, archived);
    used.add(place);
    used.add(sparePlace);
    for (const page of archived.pagePlaces) used.add(page);
  }
  state.references = countReferences(step);
  state.freeRecords = [];
  for (let place = state.input.recordCount - 1; place >= 0; place--) {
    if (!used.has(place)) state.freeRecords.push(place);
  }
  state.found = new Map();
}

function withPages({ state }: StoreStep, { manifest, place, sparePlace }: FoundManifest): Archived {
  const pagePlaces: number[] = [];
  const ranges = new Map<number, RangeContents>();
  for (const [pagePlace, page] of state.found) {
    if (page.kind !== 'page' || !isOf(page, manifest)) continue;
    pagePlaces.push(pagePlace);
    const entries = new Map(ranges.get(page.range)?.entries ?? []);
    for (const entry of page.entries) entries.set(entry.block, entry);
    ranges.set(page.range, { copy: page.copy, entries });
  }
  // A page that cannot be made out leaves nobody sure of what there was.
  const isDamaged = pagePlaces.length !== manifest.pageCount;
  return { manifest, place, sparePlace, pagePlaces, ranges, isDamaged };
}

function isOf(page: Page, { snapshot, attempt }: Manifest): boolean {
  return page.snapshot === snapshot && page.attempt === attempt;
}

function countReferences({ state }: StoreStep): Uint32Array {
  const references = new Uint32Array(state.input.objectCount);
  for (const { ranges } of state.archived.values()) {
    for (const { entries } of ranges.values()) {
      for (const { object } of entries.values()) references[object]! += 1;
    }
  }
  return references;
}
