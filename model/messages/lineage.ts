// What is said of a volume's place and of its snapshots: by who wants a snapshot, routers, movers,
// the hosts of cells and the map authority.
//
//   requester --snapshot.request--> router --route.read, volume.change--> authority
//                                     |                                       ^
//                                     +--cell.ask--> a host of a cell --cell-lease.ask
//                                                       |
//                                                       +--control.prepare, control.accept--> its
//                                                                       cell's hosts, most of them
import type { Message, Ns } from '../../sim/index.ts';
import type {
  CellCommand,
  CellName,
  CellRecord,
  KnownHead,
  Snapshot,
} from '../lineage/cell-record.ts';
import type { Routing } from '../lineage/routing.ts';
import type { VolumeChange } from '../lineage/volume-change.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';

/** Where is a volume, and what is recorded of it? */
export interface ReadRoute extends Message {
  readonly type: 'route.read';
  readonly volume: VolumeId;
  readonly reqId: number;
}
/** What the authority keeps of a volume; null: it knows none of that name. */
export interface Route extends Message {
  readonly type: 'route';
  readonly volume: VolumeId;
  readonly reqId: number;
  readonly known: { readonly record: VolumeRecord; readonly routing: Routing } | null;
}
/** A change of the record, if it still is what the change expects. May be repeated. */
export interface ChangeVolume extends Message {
  readonly type: 'volume.change';
  readonly volume: VolumeId;
  readonly reqId: number;
  readonly change: VolumeChange;
}
/** What the record is now. `applied`: by this very request; a repetition may find it done. */
export interface VolumeChanged extends Message {
  readonly type: 'volume.changed';
  readonly volume: VolumeId;
  readonly reqId: number;
  readonly applied: boolean;
  readonly known: { readonly record: VolumeRecord; readonly routing: Routing } | null;
}

/** A host of a cell shall say what the cell is to a volume, after a command if there is one. */
export interface AskCell extends Message {
  readonly type: 'cell.ask';
  readonly volume: VolumeId;
  readonly reqId: number;
  readonly command: CellCommand | null;
}
/**
 * What most of the cell's hosts hold, after the command if its guard held; null: too few of them
 * answered.
 */
export interface CellAnswer extends Message {
  readonly type: 'cell.answer';
  readonly volume: VolumeId;
  readonly reqId: number;
  readonly cell: CellName;
  readonly record: CellRecord | null;
}

/** Orders attempts to change a control record: by count, then by who attempts. */
export interface Ballot {
  readonly count: number;
  readonly by: string;
}
/** A host shall take part in no attempt below this one any more, and say what it accepted. */
export interface PrepareRecord extends Message {
  readonly type: 'control.prepare';
  readonly volume: VolumeId;
  readonly ballot: Ballot;
}
/** It will not; and what it accepted last, if anything. */
export interface RecordPromised extends Message {
  readonly type: 'control.promised';
  readonly volume: VolumeId;
  readonly ballot: Ballot;
  readonly accepted: { readonly ballot: Ballot; readonly record: CellRecord } | null;
}
/** A host shall keep this as the record, unless it promised itself to a higher attempt. */
export interface AcceptRecord extends Message {
  readonly type: 'control.accept';
  readonly volume: VolumeId;
  readonly ballot: Ballot;
  readonly record: CellRecord;
}
/** It does, durably. */
export interface RecordAccepted extends Message {
  readonly type: 'control.accepted';
  readonly volume: VolumeId;
  readonly ballot: Ballot;
}
/** The host is promised to a higher attempt. */
export interface RecordRefused extends Message {
  readonly type: 'control.refused';
  readonly volume: VolumeId;
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** A host asks in the name of its cell for the right to take snapshots of a volume for a while. */
export interface AskCellLease extends Message {
  readonly type: 'cell-lease.ask';
  readonly volume: VolumeId;
  readonly cell: CellName;
  /** When it was sent, by the clock of the host: the lease counts from then. */
  readonly sentNs: Ns;
}
/** It has it for `leaseNs` from `sentNs` on, in this epoch; 0: it is not the owner. */
export interface CellLeaseGranted extends Message {
  readonly type: 'cell-lease.granted';
  readonly volume: VolumeId;
  readonly cell: CellName;
  readonly sentNs: Ns;
  readonly leaseNs: Ns;
  /** Requests that were given up, in the order of that: what was taken for them is no snapshot. */
  readonly givenUp: readonly string[];
}

/** A snapshot of a volume is wanted. The same request, wherever it is sent, is one snapshot. */
export interface RequestSnapshot extends Message {
  readonly type: 'snapshot.request';
  readonly volume: VolumeId;
  readonly request: string;
}
/** It is not wanted any more: unless there is one by now, there shall never be. */
export interface CancelSnapshot extends Message {
  readonly type: 'snapshot.cancel';
  readonly volume: VolumeId;
  readonly request: string;
}
/** How a request stands. */
export type SnapshotStatus = 'taken' | 'unavailable' | 'failed' | 'not-found' | 'quarantined';
/**
 * What became of it. `unavailable`: ask again later. `failed`: there is none and will be none.
 * `quarantined`: nobody knows which cell is right, and an alarm was given.
 */
export interface SnapshotAnswered extends Message {
  readonly type: 'snapshot.answered';
  readonly volume: VolumeId;
  readonly request: string;
  readonly status: SnapshotStatus;
  readonly snapshot: Snapshot | null;
}

/** Between a request and its router: a snapshot is published, and others shall know. */
export interface OweUpdate extends Message {
  readonly type: 'update.owed';
  readonly volume: VolumeId;
  readonly cells: readonly CellName[];
  readonly known: KnownHead;
  /** The cell that the routing metadata should name first; null where it does. */
  readonly active: CellName | null;
}
/** Between a request and its router: nothing is left to do; what it knows of the route. */
export interface RequestClosed extends Message {
  readonly type: 'request.closed';
  readonly routing: Routing | null;
}

/** Any of them. */
export type LineageMessage =
  | ReadRoute
  | Route
  | ChangeVolume
  | VolumeChanged
  | AskCell
  | CellAnswer
  | PrepareRecord
  | RecordPromised
  | AcceptRecord
  | RecordAccepted
  | RecordRefused
  | AskCellLease
  | CellLeaseGranted
  | RequestSnapshot
  | CancelSnapshot
  | SnapshotAnswered
  | OweUpdate
  | RequestClosed;
