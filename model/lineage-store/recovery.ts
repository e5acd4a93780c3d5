// Recovery of the lineage store: all records are read, what is whole counts, the rest is free.
//
//   many at once --error--> one by one --error--> unreadable
//        |                                            |
//        +---> all is read: serve                     +---> again, later, for a while; then without
//
// A place that stays unreadable while others are read is given up: who waited for it would wait for
// ever. What may have been there is not made up: where a later manifest may have been the snapshot
// is in error, and one that lacks pages is never handed out. The place is written over, which mends
// most of what ails a sector; a record that came back years later would only confuse.
import type { IoCompletion } from '../../sim/index.ts';
import { writeManifest } from './jobs.ts';
import { type Manifest, type Page, recordOf } from './layout.ts';
import type { Archived, RangeContents, StoreStep } from './state.ts';

/** How many records one command reads. */
const recordsPerIo = 64;
/** Recoveries, half a second apart, before a place is given up: a reset takes less (assumed). */
const blindMax = 10;

/** Begins anew, forgetting everything. */
export function readRecords(step: StoreStep): void {
  const { state, out } = step;
  state.round += 1;
  state.archived = new Map();
  state.staging.clear();
  state.jobs.clear();
  state.damaged.clear();
  state.found = new Map();
  state.unreadable = new Set();
  const tag = { part: 'flush', id: 0, round: state.round };
  out.submitIo(state.input.device, { op: 'flush', block: 0, blockCount: 0, tag });
}

/** A command of the recovery is done; answers how it stands. */
export function onRecoveryIo(step: StoreStep, done: IoCompletion): 'more' | 'read' | 'failed' {
  const { state } = step;
  const { op, status, block, blockCount } = done;
  if (op === 'flush') {
    if (status !== 'ok') return 'failed';
    readNext(step, 0, recordsPerIo);
    return 'more';
  }
  if (status !== 'ok' && blockCount > 1) {
    readNext(step, block, 1);
    return 'more';
  }
  if (status !== 'ok') state.unreadable.add(block);
  for (let i = 0; i < blockCount; i++) {
    const record = recordOf(done.payloads?.[i]);
    if (status === 'ok' && record !== null) state.found.set(block + i, record);
  }
  const next = block + blockCount;
  if (next < state.input.recordCount) {
    // After an error one by one, up to where the next command would have begun.
    const isOneByOne = blockCount === 1 && next % recordsPerIo !== 0;
    readNext(step, next, isOneByOne ? 1 : recordsPerIo);
    return 'more';
  }
  if (mayBeReadLater(step)) return 'failed';
  takeFound(step);
  return 'read';
}

function readNext({ state, out }: StoreStep, block: number, blocksMax: number): void {
  const { device, recordCount } = state.input;
  const blockCount = Math.min(blocksMax, recordCount - block);
  const tag = { part: 'record', id: 0, round: state.round };
  out.submitIo(device, { op: 'read', block, blockCount, tag });
}

// A device of which hardly anything can be read is not given up: it is away.
function mayBeReadLater({ state }: StoreStep): boolean {
  const { unreadable, input } = state;
  state.blindCount = unreadable.size === 0 ? 0 : state.blindCount + 1;
  if (unreadable.size === 0) return false;
  return state.blindCount < blindMax || unreadable.size * 2 > input.recordCount;
}

// The latest manifest of each snapshot counts, with its pages; nothing of the others does.
function takeFound(step: StoreStep): void {
  const { state } = step;
  // The variant that takes the first manifest that it comes across.
  const isAnyTaken = state.input.mutants.has('manifest-of-any-version');
  const latest = new Map<string, FoundManifest>();
  for (const [place, manifest] of state.found) {
    if (manifest.kind !== 'manifest') continue;
    const known = latest.get(manifest.snapshot)?.manifest;
    if (known !== undefined && (isAnyTaken || manifest.version <= known.version)) continue;
    const sparePlace = manifest.places.find((other) => other !== place) ?? -1;
    latest.set(manifest.snapshot, { place, sparePlace, manifest });
  }
  const inOrder = [...latest.values()].sort((a, b) => a.manifest.sequence - b.manifest.sequence);
  const used = new Set<number>(state.unreadable);
  for (const found of inOrder) {
    const { snapshot } = found.manifest;
    const isLost = isInDoubt(step, found);
    const archived = isLost ? lostOf(withPages(step, found)) : withPages(step, found);
    if (archived.isDamaged) step.out.mark('archive.damaged', { snapshot });
    state.archived.set(snapshot, archived);
    for (const place of [...found.manifest.places, ...archived.pagePlaces]) used.add(place);
  }
  state.references = countReferences(step);
  state.freeRecords = [];
  for (let place = state.input.recordCount - 1; place >= 0; place--) {
    if (!used.has(place)) state.freeRecords.push(place);
  }
  state.found = new Map();
}

// It is pending, for all that can be read; it may have been completed since, or in error.
function isInDoubt({ state }: StoreStep, { manifest, sparePlace }: FoundManifest): boolean {
  return manifest.state === 'pending' && state.unreadable.has(sparePlace);
}

// Counts more than any that may have been there.
function lostOf(one: Archived): Archived {
  const { manifest } = one;
  const lost = { ...manifest, version: manifest.version + 2, state: 'error' } as const;
  return { ...one, manifest: lost, isDamaged: true };
}

/** Notes durably what is lost with what could not be read, and writes over the rest of that. */
export function giveUpUnreadable(step: StoreStep): void {
  const { state, self, out } = step;
  const left = new Set(state.unreadable);
  for (const one of [...state.archived.values()]) {
    if (!left.has(one.sparePlace) || one.manifest.state !== 'error') continue;
    left.delete(one.sparePlace);
    writeManifest(step, self.id, one, 'upload');
  }
  for (const block of left) {
    const tag = { part: 'mend', id: 0, round: state.round };
    const { device } = state.input;
    out.submitIo(device, { op: 'write', block, blockCount: 1, stamps: [0], fua: true, tag });
  }
}

/** A place that could not be read was written over, or cannot be written either. */
export function onMended({ state }: StoreStep, { status, block }: IoCompletion): void {
  if (status !== 'ok') return;
  const isOfSnapshot = [...state.archived.values()].some(({ manifest }) =>
    manifest.places.includes(block),
  );
  if (!isOfSnapshot) state.freeRecords.push(block);
}

interface FoundManifest {
  readonly manifest: Manifest;
  readonly place: number;
  readonly sparePlace: number;
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
