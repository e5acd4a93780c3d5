// What a lineage store remembers while it is up: copies of its records, and what is under way.
import type { ActorId, ModalStep, ModeOf } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import type { PutBlocks, ReadArchive, UploadedRange } from '../messages/archive.ts';
import type { MutantSet } from '../mutants.ts';
import type { Entry, Manifest, Page } from './layout.ts';
import type { lineageStoreMachine } from './machine.ts';

/** What a lineage store is started with. */
export interface LineageStoreInput {
  readonly device: string;
  /** Blocks for records, and for objects after them. */
  readonly recordCount: number;
  readonly objectCount: number;
  readonly mutants: MutantSet;
}

/** One range of a snapshot: where each of its blocks is that was ever written. */
export interface RangeContents {
  readonly copy: Replica;
  readonly entries: ReadonlyMap<number, Entry>;
}

/** A snapshot, and where its records lie. */
export interface Archived {
  readonly manifest: Manifest;
  /** Where its manifest is, and where an earlier one is, or none; -1 before it has places. */
  readonly place: number;
  readonly sparePlace: number;
  readonly pagePlaces: readonly number[];
  readonly ranges: ReadonlyMap<number, RangeContents>;
  /** Some of its pages are lost. */
  readonly isDamaged: boolean;
}

/** What was put of a snapshot that is not complete. */
export interface Staging {
  readonly base: string | null;
  readonly ranges: Map<number, RangeContents>;
  isEnding: boolean;
}

/** What a manifest ends when it is durable: of the last two that a root is there, or loaded. */
export type ManifestEnd = 'registration' | 'upload' | 'clone' | 'load';

/** Something under way at the device; each completion takes one off `leftCount`. */
export type Job = {
  readonly from: ActorId;
  leftCount: number;
  failed: boolean;
} & (
  | { readonly kind: 'put'; readonly request: PutBlocks; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'pages';
      /** As it will be; its manifest has no place yet. */
      readonly archived: Archived;
      /** What its uploader said; null for the root of a restored volume. */
      readonly uploaded: readonly UploadedRange[] | null;
    }
  | {
      readonly kind: 'manifest';
      readonly archived: Archived;
      /** What it ends. */
      readonly ends: ManifestEnd;
    }
  | {
      readonly kind: 'erase';
      readonly archived: Archived;
      /** First the earlier manifest goes, which would count without the later one. */
      readonly what: 'earlier' | 'latest';
    }
  | {
      readonly kind: 'read';
      readonly request: ReadArchive;
      readonly expected: readonly number[];
      stamps: readonly number[];
    }
);

/** Consecutive blocks of a range of a snapshot, some of them written. */
export interface ScrubPiece {
  readonly snapshot: string;
  readonly range: number;
  readonly block: number;
  readonly blockCount: number;
}

/** All of the memory of a lineage store. */
export interface LineageStoreState {
  readonly input: LineageStoreInput;
  machine: ModeOf<typeof lineageStoreMachine>;
  /** By snapshot, oldest first. */
  archived: Map<string, Archived>;
  readonly staging: Map<string, Staging>;
  /** Places of records that are free. */
  freeRecords: number[];
  /** How many refer to each object; 0 is free. */
  references: Uint32Array;
  /** No object before this one is free, unless all after it are taken. */
  nextObject: number;
  /** Objects that were not what they should be when they were last read. */
  readonly damaged: Set<number>;
  /** What is still to be read back, the piece under way first. */
  unread: readonly ScrubPiece[];
  scrubReqId: number;
  readonly jobs: Map<number, Job>;
  nextJobId: number;
  /** Listings that this incarnation has answered with. */
  listingCount: number;
  /** Counts recoveries: completions of an earlier one are ignored. */
  round: number;
  /** Records found by the recovery under way, by place, and places that could not be read. */
  found: Map<number, Manifest | Page>;
  unreadable: Set<number>;
  /** How many recoveries in a row could not read all places. */
  blindCount: number;
}

/** How a part of a lineage store acts. */
export type StoreStep = ModalStep<LineageStoreState>;

/** A store that knows nothing of its device yet. */
export function freshStore(
  input: LineageStoreInput,
  machine: LineageStoreState['machine'],
): LineageStoreState {
  return {
    input,
    machine,
    archived: new Map(),
    staging: new Map(),
    freeRecords: [],
    references: new Uint32Array(input.objectCount),
    nextObject: 0,
    damaged: new Set(),
    unread: [],
    scrubReqId: 0,
    jobs: new Map(),
    nextJobId: 1,
    listingCount: 0,
    round: 0,
    found: new Map(),
    unreadable: new Set(),
    blindCount: 0,
  };
}

/** An independent copy for a fork; records and contents are immutable and shared. */
export function copyStore(state: LineageStoreState): LineageStoreState {
  const staging = [...state.staging].map(
    ([id, one]) => [id, { ...one, ranges: new Map(one.ranges) }] as const,
  );
  return {
    ...state,
    archived: new Map(state.archived),
    staging: new Map(staging),
    freeRecords: state.freeRecords.slice(),
    references: state.references.slice(),
    damaged: new Set(state.damaged),
    jobs: new Map([...state.jobs].map(([id, job]) => [id, { ...job }])),
    found: new Map(state.found),
    unreadable: new Set(state.unreadable),
  };
}

/** Adds `by` to how many refer to the objects of some entries. */
export function refer({ state }: StoreStep, entries: Iterable<Entry>, by: 1 | -1): void {
  const { references } = state;
  for (const { object } of entries) {
    references[object]! += by;
    if (references[object] === 0) state.nextObject = Math.min(state.nextObject, object);
  }
}

/** Objects that nobody refers to, now referred to once; null when there are not so many. */
export function takeObjects({ state }: StoreStep, count: number): readonly number[] | null {
  const { references, damaged } = state;
  const taken: number[] = [];
  for (let tries = 0; tries < references.length && taken.length < count; tries++) {
    const object = state.nextObject;
    state.nextObject = (object + 1) % references.length;
    if (references[object] === 0) taken.push(object);
  }
  if (taken.length < count) return null;
  for (const object of taken) {
    references[object] = 1;
    damaged.delete(object);
  }
  return taken;
}
