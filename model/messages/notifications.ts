// What a client tells the map authority of, and what it is answered: sessions, receipts, the map.
import type { Message, Ns } from '../../sim/index.ts';
import type { ReceiptLevel } from '../cluster-spec.ts';
import type { ClientId, HostId, MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { ReplicationMode } from '../replication.ts';

/**
 * A client wants to be the holder of a volume. The same `attachId` is granted the same session.
 * `force` takes the volume from whoever holds it; without it, a holder is waited for.
 */
export interface Attach extends Message {
  readonly type: 'attach';
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly attachId: string;
  readonly force: boolean;
  /** When it was sent, by the clock of the client: a lease counts from then. */
  readonly sentNs: Ns;
}
/** The client holds the volume: every older session is fenced. */
export interface AttachGranted extends Message {
  readonly type: 'attach.granted';
  readonly volume: VolumeId;
  readonly attachId: string;
  readonly session: number;
  readonly mapVersion: number;
  readonly rangeCount: number;
  /** How many copies each range of the volume shall have. */
  readonly replicaCount: number;
  /** How they are kept alike. */
  readonly replication: ReplicationMode;
  /** Requests may go so far above the first one that the client has no answer to. */
  readonly requestWindow: number;
  /** As in the request that began this attachment. */
  readonly sentNs: Ns;
  /** How long the lease lasts from `sentNs` on; 0 where there are no leases. */
  readonly leaseNs: Ns;
}
/**
 * Another client attached after this request was logged; or it holds the volume still; or the
 * volume is not known; or the authority has no time. `held` and `overloaded`: ask again later.
 */
export interface AttachRefused extends Message {
  readonly type: 'attach.refused';
  readonly volume: VolumeId;
  readonly attachId: string;
  readonly reason: 'superseded' | 'unknown-volume' | 'held' | 'overloaded';
}
/** The holder lets go of the volume. */
export interface Detach extends Message {
  readonly type: 'detach';
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly session: number;
}

/** A relocation: applied only if the entry still has `expectVersion`. */
export interface EntryChange {
  readonly range: number;
  readonly expectVersion: number;
  readonly next: readonly Replica[];
}

/**
 * A client lacks a part of the map, reports trouble, or says that data moved; each always gets a
 * receipt.
 */
export interface ChangeNotification extends Message {
  readonly type: 'notify';
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly session: number;
  /** Unique in the session; a repetition carries the same. */
  readonly reqId: number;
  /** The client waits for no answer to requests below this one: they need not be remembered. */
  readonly openReqId?: number;
  readonly seenVersion: number;
  readonly need?: readonly number[];
  readonly changes?: readonly EntryChange[];
  readonly report?: readonly { readonly host: HostId; readonly error: string }[];
}

/**
 * What became of a notification: the level of receipts of this authority, or why there is none.
 * `duplicate`: what came of it the first time is said again. `conflict`: its id was another
 * request's, and it is refused. `answered`: its client has said that it has all answers up to it.
 */
export type ReceiptStatus =
  | ReceiptLevel
  | 'duplicate'
  | 'answered'
  | 'stale-session'
  | 'unknown-volume'
  | 'overloaded'
  | 'conflict';

/** Affirms a notification. `logIndex` is null when nothing was logged for it. */
export interface Receipt extends Message {
  readonly type: 'receipt';
  readonly volume: VolumeId;
  readonly session: number;
  readonly reqId: number;
  readonly status: ReceiptStatus;
  readonly logIndex: number | null;
  readonly mapVersion: number;
}

/**
 * A page of a portion of the map. All pages of one version make the portion, and no others belong
 * to it. `complete`: every range that was asked for is in the portion.
 */
export interface MapPortion extends Message {
  readonly type: 'map.portion';
  readonly volume: VolumeId;
  readonly session: number;
  readonly reqId: number;
  readonly mapVersion: number;
  /** Counts from 0. */
  readonly pageIndex: number;
  readonly pageCount: number;
  readonly entries: readonly MapEntry[];
  readonly complete: boolean;
}

/** Why a change was not applied. */
export type RefusalReason =
  | 'version-moved'
  | 'no-such-range'
  | 'no-replica'
  | 'no-survivor'
  | 'no-quorum'
  | 'zone-shared'
  | 'slot-bound'
  | 'slot-released'
  | 'stale-session';

/** A change that was not applied, and the entry as it is. */
export interface RefusedChange {
  readonly range: number;
  readonly reason: RefusalReason;
  readonly current: MapEntry | null;
}

/** Which of the requested changes are now in the stored map, and why the others are not. */
export interface MapUpdated extends Message {
  readonly type: 'map.updated';
  readonly volume: VolumeId;
  readonly session: number;
  readonly reqId: number;
  readonly mapVersion: number;
  readonly applied: readonly MapEntry[];
  readonly refused: readonly RefusedChange[];
}
