// What is marked about the contents of snapshots, by the lineage store and who has to do with it.
import type { CountedReferences } from '../lineage-store/references.ts';
import type { Replica, VolumeId } from '../map-entry.ts';
import type { Origin, SnapshotState, UploadedRange } from '../messages/archive.ts';

interface SnapshotFacts {
  readonly volume: VolumeId;
  readonly snapshot: string;
  readonly lineageParent: string | null;
  readonly deltaBase: string | null;
  /** Of the root of a restored volume; absent for all others. */
  readonly origin?: Origin;
}

/** The facts of each of these marks, by its name. */
export interface ArchiveMarkFacts {
  /** Blocks of a snapshot are durable in the lineage store, each in an object. */
  readonly 'object.stored': {
    readonly volume: VolumeId;
    readonly snapshot: string;
    readonly range: number;
    readonly copy: Replica;
    readonly block: number;
    readonly stamps: readonly number[];
    readonly objects: readonly number[];
  };
  /** What a snapshot is made of; it counts once it is completed. */
  readonly 'snapshot.sealed': SnapshotFacts & { readonly ranges: readonly UploadedRange[] };
  readonly 'snapshot.registered': SnapshotFacts;
  readonly 'snapshot.completed': SnapshotFacts;
  readonly 'deletion.asked': { readonly volume: VolumeId; readonly snapshot: string };
  readonly 'snapshot.deleted': { readonly volume: VolumeId; readonly snapshot: string };
  readonly 'archive.recovered': {
    readonly snapshots: readonly (SnapshotFacts & { readonly state: SnapshotState })[];
  };
  /** A volume is to begin with what another one holds, and all of that is at its hosts. */
  readonly 'restore.planned': { readonly volume: VolumeId; readonly from: VolumeId };
  readonly 'restore.completed': { readonly volume: VolumeId; readonly snapshot: string };
  /** What somebody has seen of the snapshots of a volume. */
  readonly 'snapshots.listed': {
    readonly volume: VolumeId;
    readonly snapshots: readonly { readonly snapshot: string; readonly state: SnapshotState }[];
  };
  readonly 'archive.served': {
    readonly snapshot: string;
    readonly range: number;
    readonly block: number;
    readonly stamps: readonly number[];
  };
  /** Some of a snapshot is not what it was, or cannot be read; all of it without a range. */
  readonly 'archive.damaged': {
    readonly snapshot: string;
    readonly range?: number;
    readonly block?: number;
    readonly blockCount?: number;
  };
  /** How many refer to the objects, while nothing is being put or written. */
  readonly 'references.counted': CountedReferences;
}
