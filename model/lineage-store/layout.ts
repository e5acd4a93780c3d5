// How snapshots lie on the device of the lineage store.
//
//   [records: manifests and pages] [objects: one block of data each]
//
//   manifest of 'vol-1-7', completed, 3 pages
//      page: range 0, blocks 0..255:  block 4 -> object 17, block 9 -> object 3, ...
//      page: range 2, ...
//
// A manifest says that a snapshot is there, and how far it is; its pages say which object has each
// block. Snapshots share objects: what a delta leaves out stays where its base has it. How many
// refer to an object is not stored: it is counted when the records are read.
//
// A volume that was restored begins with a snapshot of its own, its root, whose pages name the
// objects of the snapshot that it was restored from. So that one may go, and the objects stay. The
// root stays as long as the volume: what is not at the hosts yet is read from it, and what nobody
// has written since is left out of every upload.
//
// A manifest that changes is written to another place, in turns between two, and counts more than
// the earlier one by its version: at each instant one of them is whole. It is written last, when
// all that it refers to is durable; records that no manifest refers to are free. Each names both of
// its places: whoever finds one of them, and cannot read the other, knows what may be there.
import { digestOf } from '../digest.ts';
import type { Replica, VolumeId } from '../map-entry.ts';
import type { Origin, SnapshotState } from '../messages/archive.ts';

/** Blocks of a range that one page answers for: 16 bytes each fill a block. */
export const pageSpan = 256;

/** What is kept of a snapshot. */
export interface Manifest {
  readonly kind: 'manifest';
  readonly snapshot: string;
  readonly volume: VolumeId;
  /** Counts registrations: the order of snapshots. */
  readonly sequence: number;
  /** Counts changes of this manifest. */
  readonly version: number;
  readonly state: SnapshotState;
  readonly lineageParent: string | null;
  readonly deltaBase: string | null;
  /** Of the root of a restored volume; else null. */
  readonly root: RootFacts | null;
  /** Which of all attempts to complete it succeeded: its pages have the same; else null. */
  readonly attempt: string | null;
  /** Where it is in turns; empty before it is written for the first time. */
  readonly places: readonly number[];
  /** How many pages it has; 0 unless it is completed. */
  readonly pageCount: number;
}

/** The name of the snapshot that a restored volume begins with. */
export function rootOf(volume: VolumeId): string {
  return `${volume}-root`;
}

/** What makes a snapshot the root of a restored volume. */
export interface RootFacts {
  readonly origin: Origin;
  /** Sessions of the volume itself come after this one. */
  readonly session: number;
  /** All of it is at the hosts. */
  readonly isLoaded: boolean;
}

/** Where a block of a snapshot is, and the stamp that shows that it is that. */
export interface Entry {
  readonly block: number;
  readonly object: number;
  readonly stamp: number;
}

/** Some blocks of a range of a snapshot. */
export interface Page {
  readonly kind: 'page';
  readonly snapshot: string;
  /** Never used for another attempt: pages of one that failed belong to nobody. */
  readonly attempt: string;
  readonly range: number;
  /** From where the range was read. */
  readonly copy: Replica;
  readonly entries: readonly Entry[];
}

/** A record as it lies on the device. */
export interface SealedRecord {
  readonly kind: 'record';
  readonly checksum: number;
  readonly record: Manifest | Page;
}

/** A record with what shows that it is whole. */
export function sealRecord(record: Manifest | Page): SealedRecord {
  return { kind: 'record', checksum: digestOf(record), record };
}

/** The record that a block holds; null where it is none, as a whole. */
export function recordOf(payload: unknown): Manifest | Page | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const sealed = payload as Partial<SealedRecord>;
  if (sealed.kind !== 'record' || sealed.record === undefined) return null;
  return sealed.checksum === digestOf(sealed.record) ? sealed.record : null;
}

/** The pages of a range; one with nothing in it where the range is empty, for its copy. */
export function pagesOf(
  about: Pick<Page, 'snapshot' | 'attempt' | 'range' | 'copy'>,
  entries: readonly Entry[],
): readonly Page[] {
  const byPage = new Map<number, Entry[]>();
  for (const entry of entries) {
    const page = Math.floor(entry.block / pageSpan);
    byPage.set(page, [...(byPage.get(page) ?? []), entry]);
  }
  if (byPage.size === 0) byPage.set(0, []);
  return [...byPage.values()].map((part) => ({ kind: 'page', ...about, entries: part }));
}
