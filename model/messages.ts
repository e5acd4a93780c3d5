// What the actors of the block store say to each other. Plain data; sizes are what the wire is
// charged.
import type { Message } from '../sim/index.ts';
import { blockBytes } from './cluster-spec.ts';
import type { Heal, Join, Joined } from './device-messages.ts';
import type { ClientId, HostId, MapEntry, Replica, VolumeId } from './map-entry.ts';

// ---- client and map authority ----

/** A client wants to be the holder of a volume. The same `attachId` is granted the same session. */
export interface Attach extends Message {
  readonly type: 'attach';
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly attachId: string;
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
}
/** Another client attached after this request was logged, or the volume is not known. */
export interface AttachRefused extends Message {
  readonly type: 'attach.refused';
  readonly volume: VolumeId;
  readonly attachId: string;
  readonly reason: 'superseded' | 'unknown-volume';
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
  readonly seenVersion: number;
  readonly need?: readonly number[];
  readonly changes?: readonly EntryChange[];
  readonly report?: readonly { readonly host: HostId; readonly error: string }[];
}

/** What became of a notification when it arrived; `logged` survives any crash. */
export type ReceiptStatus =
  | 'logged'
  | 'duplicate'
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
 * A portion of the map, all of one version. `complete`: every range that was asked for is in it.
 */
export interface MapPortion extends Message {
  readonly type: 'map.portion';
  readonly volume: VolumeId;
  readonly session: number;
  readonly reqId: number;
  readonly mapVersion: number;
  readonly entries: readonly MapEntry[];
  readonly complete: boolean;
}

/** Why a change was not applied. */
export type RefusalReason =
  | 'version-moved'
  | 'no-such-range'
  | 'no-replica'
  | 'no-survivor'
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

// ---- map authority and host ----

/** No request of an older session may be accepted any more. */
export interface Fence extends Message {
  readonly type: 'fence';
  readonly volume: VolumeId;
  readonly session: number;
}
/** These slots refuse sessions below `session`, durably. */
export interface Fenced extends Message {
  readonly type: 'fenced';
  readonly volume: VolumeId;
  readonly session: number;
  readonly slots: readonly SlotReport[];
}
/** A slot as its host names it. */
export interface SlotReport {
  readonly slot: number;
  readonly gen: number;
  readonly volume: VolumeId;
  readonly range: number;
}
/** Does the map still name these slots? */
export interface Verify extends Message {
  readonly type: 'verify';
  readonly slots: readonly SlotReport[];
}
/** These will never be named again: their tenancy is over. */
export interface VerifyAnswer extends Message {
  readonly type: 'verify.answer';
  readonly gone: readonly { readonly slot: number; readonly gen: number }[];
}

// ---- client and host, host and host ----

/** A member of a chain; `target` is one that is being filled and not in the map yet. */
export interface ChainMember extends Replica {
  readonly target: boolean;
}

interface BlockRequest extends Message {
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
  /** The version of the entry that the sender believes in. */
  readonly cfgEpoch: number;
  readonly session: number;
  readonly reqId: number;
  /** First block, counted from the start of the range. */
  readonly block: number;
}
/**
 * Store stamps that are higher. `confirm` is the same without new data: write-back, copy, re-sync.
 */
export interface StoreRequest extends BlockRequest {
  readonly type: 'write' | 'confirm';
  /** -1 in a `confirm` for a block whose contents the sender has lost. */
  readonly stamps: readonly number[];
  /** Who comes after the receiver; null from a client: the head fills it in. */
  readonly chain: readonly ChainMember[] | null;
  /** The receiver is addressed as a target: a reserved slot may accept it. */
  readonly target: boolean;
}
/** Read blocks, as all members confirm them. */
export interface ReadRequest extends BlockRequest {
  readonly type: 'read';
  readonly blockCount: number;
}

/**
 * `waiting`: no answer yet, the sender is alive and waits for another member. `behind`: `about`
 * does not know the configuration yet. `retry`: contents are being repaired, ask again.
 * `replica-silent`: `about` did not answer the member before it. `io-error`: the device of `about`
 * failed. `corrupt`: no member has contents that are what they should be.
 */
export type BlockStatus =
  | 'ok'
  | 'busy'
  | 'waiting'
  | 'stale-gen'
  | 'wrong-epoch'
  | 'behind'
  | 'fenced'
  | 'retry'
  | 'corrupt'
  | 'replica-silent'
  | 'io-error';

/** The answer to a read or a write, from the head or from the next member. */
export interface BlockReply extends Message {
  readonly type: 'block.reply';
  readonly reqId: number;
  readonly status: BlockStatus;
  /** Who refused or was silent; with `ok`, whose device cannot hold its copy; else null. */
  readonly about: Replica | null;
  /** The configuration epoch and the session that the refusing slot knows. */
  readonly cfgEpoch: number;
  readonly session: number;
  /** A read's contents. Between hosts, what members hold, where it is more than was sent. */
  readonly stamps: readonly number[] | null;
}

/** Adopt this configuration, which the authority has stored. */
export interface Reconfigure extends Message {
  readonly type: 'reconfigure';
  readonly volume: VolumeId;
  readonly entry: MapEntry;
  readonly session: number;
  readonly slot: number;
  readonly gen: number;
}
/** Whether a host has adopted a configuration. */
export interface Reconfigured extends Message {
  readonly type: 'reconfigured';
  readonly range: number;
  readonly version: number;
  readonly status: 'ok' | 'busy' | 'stale-gen' | 'wrong-epoch';
}
/** Fill `target` from the head of `entry`, and pass everything on to it from now on. */
export interface CopyTo extends Message {
  readonly type: 'copy-to';
  readonly volume: VolumeId;
  readonly entry: MapEntry;
  readonly target: Replica;
  readonly session: number;
}
/** Whether a target holds all that its head holds. */
export interface CaughtUp extends Message {
  readonly type: 'caught-up';
  readonly range: number;
  readonly version: number;
  readonly target: Replica;
  readonly status:
    | 'ok'
    | 'busy'
    | 'stale-gen'
    | 'wrong-epoch'
    | 'behind'
    | 'fenced'
    | 'target-failed';
}
/** Is this copy there and being served? */
export interface Probe extends Message {
  readonly type: 'probe';
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
}
/** `held`: the copy is there. */
export interface Probed extends Message {
  readonly type: 'probed';
  readonly range: number;
  readonly held: boolean;
}

// ---- cell ----

/** A host is there and has so many free slots. */
export interface Heartbeat extends Message {
  readonly type: 'heartbeat';
  readonly zone: string;
  readonly freeCount: number;
}
/** A driver looks for a slot. The same `reserveId` asks for the same reservation. */
export interface FindSlot extends Message {
  readonly type: 'find-slot';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
  readonly excludeHosts: readonly HostId[];
  readonly excludeZones: readonly string[];
}
/** What a cell found for a driver. */
export interface SlotFound extends Message {
  readonly type: 'slot.found';
  readonly reserveId: string;
  /** Null when no host can take it now. */
  readonly replica: Replica | null;
}
/** A cell asks a host for a slot. */
export interface Reserve extends Message {
  readonly type: 'reserve';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
}
/** What a host reserved; null when it has no free slot. */
export interface Reserved extends Message {
  readonly type: 'reserved';
  readonly reserveId: string;
  readonly replica: Replica | null;
}

// ---- client and its re-mirror children, on one node ----

/** A child asks its client to have a change made. */
export interface RequestChange extends Message {
  readonly type: 're-mirror.change';
  readonly change: EntryChange;
}
/** What the authority said of a child's change: one of the two is null. */
export interface ChangeOutcome extends Message {
  readonly type: 'change.outcome';
  readonly applied: MapEntry | null;
  readonly refused: RefusedChange | null;
}
/** A re-mirror is over; `entry` is the newest it knows. */
export interface ReMirrorEnded extends Message {
  readonly type: 're-mirror.ended';
  readonly range: number;
  /** `gone`: no copy is left anywhere. */
  readonly outcome: 'done' | 'abandoned' | 'gone';
  readonly entry: MapEntry;
}

/** Any message of the block store. */
export type ModelMessage =
  | Attach
  | AttachGranted
  | AttachRefused
  | Detach
  | ChangeNotification
  | Receipt
  | MapPortion
  | MapUpdated
  | Fence
  | Fenced
  | Verify
  | VerifyAnswer
  | StoreRequest
  | ReadRequest
  | BlockReply
  | Heal
  | Join
  | Joined
  | Reconfigure
  | Reconfigured
  | CopyTo
  | CaughtUp
  | Probe
  | Probed
  | Heartbeat
  | FindSlot
  | SlotFound
  | Reserve
  | Reserved
  | RequestChange
  | ChangeOutcome
  | ReMirrorEnded;

/**
 * Bytes of headers and addresses that each message carries (assumed: a framed RPC of a few fields).
 */
export const headerBytes = 128;

/** A message with `blockCount` blocks of data on board. */
export function dataBytes(blockCount: number): number {
  return headerBytes + blockCount * blockBytes;
}

/** A message with a checksum and a stamp for each of `blockCount` blocks, but no data. */
export function stampBytes(blockCount: number): number {
  return headerBytes + blockCount * 8;
}

/** A message with `count` map entries. */
export function entryBytes(count: number): number {
  return headerBytes + count * 64;
}
