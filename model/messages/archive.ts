// What is said to the lineage store, which keeps the contents of snapshots, and by whom.
//
//   backup --archive.register--> store     a snapshot is taken, its contents are still at the hosts
//   upload --upload.begin------> store     what is it a delta of?
//          --upload.put--------> store     some blocks of it, from one copy of a range
//          --upload.complete---> store     these are all: it counts once they are durable
//   anyone --archive.read------> store     what does it hold?
//   restore --archive.clone----> store     a volume begins with what another's snapshot holds
//           --archive.loaded---> store     all of it is at the hosts
import type { Message } from '../../sim/index.ts';
import type { Replica, VolumeId } from '../map-entry.ts';

/** How far a snapshot is. `error`: its contents are lost, and it never will be complete. */
export type SnapshotState = 'pending' | 'completed' | 'error';

/** The snapshot of another volume that a volume began with. */
export interface Origin {
  readonly volume: VolumeId;
  readonly snapshot: string;
}

/** A snapshot as the store lists it. */
export interface ArchivedSnapshot {
  readonly snapshot: string;
  readonly state: SnapshotState;
  /** Of the root of a restored volume, which stays as long as the volume; else null. */
  readonly origin: Origin | null;
  /** Of a root: all of it is at the hosts. */
  readonly isLoaded: boolean;
  /** The snapshot of the volume before it, whatever became of that one. */
  readonly lineageParent: string | null;
  /** The one that its upload was a delta of; null for all of it. */
  readonly deltaBase: string | null;
}

/** A snapshot was taken. May be repeated. */
export interface RegisterSnapshot extends Message {
  readonly type: 'archive.register';
  readonly volume: VolumeId;
  readonly snapshot: string;
  /** The one before it, null for a first one; absent where that is the last one registered. */
  readonly parent?: string | null;
}
/**
 * A new volume begins with what the last complete snapshot of another one holds: its root is a
 * snapshot that shares all blocks with that one. May be repeated; changes nothing where there is a
 * root, or no complete snapshot yet.
 */
export interface CloneSnapshot extends Message {
  readonly type: 'archive.clone';
  readonly volume: VolumeId;
  readonly from: VolumeId;
  /** Sessions of the new volume come after this one, those of what it begins with before it. */
  readonly baseSession: number;
}
/** All that a restored volume began with is at its hosts. May be repeated. */
export interface RestoreLoaded extends Message {
  readonly type: 'archive.loaded';
  readonly volume: VolumeId;
}
/** Which snapshots of a volume are there? */
export interface ListSnapshots extends Message {
  readonly type: 'archive.list';
  readonly volume: VolumeId;
}
/** These, oldest first. Answers whatever changes them, too. */
export interface SnapshotsListed extends Message {
  readonly type: 'archive.listed';
  readonly volume: VolumeId;
  /** Grows with each answer of the store, over its restarts, too: a lower one came late. */
  readonly number: number;
  readonly snapshots: readonly ArchivedSnapshot[];
}
/** A snapshot is not wanted any more. Others keep what they share with it. */
export interface DeleteSnapshot extends Message {
  readonly type: 'archive.delete';
  readonly volume: VolumeId;
  readonly snapshot: string;
}

/** Somebody is about to upload a snapshot. */
export interface BeginUpload extends Message {
  readonly type: 'upload.begin';
  readonly snapshot: string;
}
/** From which copy each range of a snapshot was read. */
export interface RangeCopy {
  readonly range: number;
  readonly copy: Replica;
}
/** What a restored volume began with: sessions of its own come after `session`. */
export interface Root {
  readonly snapshot: string;
  readonly session: number;
}
/**
 * Only blocks that differ from `base` need to be put, of ranges that are read from its copies; of
 * any copy of a restored volume those that differ from its root.
 */
export interface UploadBegun extends Message {
  readonly type: 'upload.begun';
  readonly snapshot: string;
  readonly state: SnapshotState | 'unknown';
  readonly base: { readonly snapshot: string; readonly copies: readonly RangeCopy[] } | null;
  readonly root: Root | null;
}
/** Some consecutive blocks of a range, as a copy of it held them. */
export interface PutBlocks extends Message {
  readonly type: 'upload.put';
  readonly snapshot: string;
  readonly reqId: number;
  readonly range: number;
  readonly copy: Replica;
  /** Counted from the start of the range. */
  readonly block: number;
  readonly stamps: readonly number[];
}
/** They are durable, or cannot be. */
export interface BlocksPut extends Message {
  readonly type: 'upload.stored';
  readonly snapshot: string;
  readonly reqId: number;
  readonly status: 'ok' | 'unknown' | 'no-space' | 'io-error';
}
/** All that was put of a range. */
export interface UploadedRange extends RangeCopy {
  /** The snapshot that has the rest; null where the rest was never written. */
  readonly base: string | null;
  readonly blocks: readonly number[];
}
/** All blocks of a snapshot are put, or can never be: then `ranges` is null. */
export interface EndUpload extends Message {
  readonly type: 'upload.end';
  readonly snapshot: string;
  readonly base: string | null;
  readonly ranges: readonly UploadedRange[] | null;
}
/** What the snapshot is now. `pending`: not all of it is there, it has to be put again. */
export interface UploadEnded extends Message {
  readonly type: 'upload.ended';
  readonly snapshot: string;
  readonly state: SnapshotState | 'unknown';
}

/** What does a snapshot hold? */
export interface ReadArchive extends Message {
  readonly type: 'archive.read';
  readonly snapshot: string;
  readonly reqId: number;
  readonly range: number;
  readonly block: number;
  readonly blockCount: number;
}
/** This; null where it is unknown, not complete or damaged. */
export interface ArchiveContents extends Message {
  readonly type: 'archive.contents';
  readonly snapshot: string;
  readonly reqId: number;
  readonly stamps: readonly number[] | null;
  /** Of the root of a restored volume: all of it is at the hosts. */
  readonly isLoaded: boolean;
}

/** An upload is over: told to who began it. */
export interface UploadDone extends Message {
  readonly type: 'upload.done';
  readonly snapshot: string;
  readonly state: SnapshotState | 'unknown';
}

/** Any of them. */
export type ArchiveMessage =
  | RegisterSnapshot
  | CloneSnapshot
  | RestoreLoaded
  | ListSnapshots
  | SnapshotsListed
  | DeleteSnapshot
  | BeginUpload
  | UploadBegun
  | PutBlocks
  | BlocksPut
  | EndUpload
  | UploadEnded
  | ReadArchive
  | ArchiveContents
  | UploadDone;
