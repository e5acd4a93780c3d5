// What a client remembers while it is up: nothing of it survives a crash.
import type { ActorId, Ns, Outbox, Self } from '../../sim/index.ts';
import { type AuthorityContact, contactOf } from '../authority-contact.ts';
import type { HostId, MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { BlockStatus, HostVerifier } from '../messages/blocks.ts';
import type { ChangeNotification } from '../messages/notifications.ts';
import type { MutantSet } from '../mutants.ts';
import type { ReMirrorSpec } from '../policies.ts';
import type { Durability, ReplicationMode } from '../replication.ts';
import type { Tracker } from './tracker.ts';
import type { Workload, WorkloadCursor } from './workloads.ts';

/** What a client is started with. */
export interface ClientInput {
  readonly volume: VolumeId;
  readonly volumeBlockCount: number;
  readonly blocksPerRange: number;
  /** What an acknowledgement of the volume promises. */
  readonly durability: Durability;
  readonly workload: Workload;
  readonly workloadUntilNs: Ns;
  readonly timeoutNs: Ns;
  readonly suspectNs: Ns;
  /** After so many notifications their ids begin again, once; 0 for never. */
  readonly requestIdsRestartAfter: number;
  /** Members of the map authority. */
  readonly authorities: readonly ActorId[];
  /** That are asked for slots; null: those in which the copies of a range lie. */
  readonly cells: readonly ActorId[] | null;
  readonly zoneOf: ReadonlyMap<HostId, string>;
  readonly cellOf: ReadonlyMap<HostId, ActorId>;
  readonly reMirror: ReMirrorSpec;
  /** When it attaches first, and when it lets go, by its clock; null for never. */
  readonly attachAtNs: Ns;
  readonly detachAtNs: Ns | null;
  /** Takes the volume from whoever holds it. */
  readonly force: boolean;
  /** Attaches again some time after it was fenced. */
  readonly reattaches: boolean;
  /** Sends no request of its program to hosts while its lease is over. */
  readonly stopsOnLapse: boolean;
  /** How often it asks what changed in the map; 0 for when it renews its lease only. */
  readonly refreshNs: Ns;
  /** At most so many entries of the map are kept. */
  readonly cacheRangeMax: number;
  /** Of a restored volume: what it began with, and who has that; else null. */
  readonly origin: { readonly store: ActorId; readonly root: string } | null;
  readonly mutants: MutantSet;
}

/** A request of the program that has not ended. */
export interface PendingOp {
  readonly id: number;
  readonly kind: 'read' | 'write' | 'discard' | 'flush';
  readonly block: number;
  readonly blockCount: number;
  readonly stamps: readonly number[] | null;
  readonly deadlineNs: Ns;
  /** Read only: what was found so far. */
  readonly found: number[];
  /** Pieces, or for a flush earlier writes, that have not ended. */
  openCount: number;
  /** Requests that its pieces were sent as. */
  reqIds: readonly number[];
  /** A flush that the client does by itself: its program does not hear of it. */
  readonly isInner: boolean;
  /** Part of the verification pass: the chunk it reads, else -1. */
  readonly chunk: number;
}

/** The part of an operation that lies in one range. */
export interface Piece {
  readonly reqId: number;
  readonly opId: number;
  readonly range: number;
  /** First block, counted from the start of the range. */
  readonly block: number;
  readonly blockCount: number;
  /** Where its first block lies in the operation. */
  readonly opOffset: number;
  readonly stamps: readonly number[] | null;
  /** A write that has to be durable when it is acknowledged. */
  readonly through: boolean;
  /** A write of zeros: its stamps stand for them, and no data is sent. */
  readonly isHole: boolean;
  /** What the range has to make durable: a flush, of no blocks; null for reads and writes. */
  readonly commits: ReadonlyMap<number, KeptBlock> | null;
  state: 'sent' | 'waiting-map' | 'waiting-store' | 'backing-off';
  /** What hosts hold of a read that the store is asked about; null before. */
  held: readonly number[] | null;
  retryNs: Ns;
  attemptCount: number;
  /** Version of the entry it was sent by. */
  sentVersion: number;
  /** The version that was refused last; the same again must not be tried at once. */
  refusedVersion: number;
  /** What the last refusal said; null when there was none, or no answer since. */
  refusal: BlockStatus | 'not-ready' | null;
  /** Client-quorum only: what members have answered; null before they were asked. */
  turn: QuorumTurn | null;
  /** Client-quorum only: members cannot answer for themselves, the head is asked. */
  viaHead: boolean;
  /** Client-quorum only: done for the program, and not yet by all members. */
  trails: boolean;
}

/** What the members of one configuration have answered. Immutable: each vote makes a new one. */
export interface QuorumTurn {
  /** What they were asked by; a small copy of the map may have forgotten it by now. */
  readonly entry: MapEntry;
  /** Who has done its part, and what it holds where it was asked that. */
  readonly votes: ReadonlyMap<HostId, readonly number[] | null>;
  /** Writes and flushes: in which boot each of them was, where the volume is durable on flush. */
  readonly verifiers: readonly HostVerifier[];
  /** Reads only: what is written to members that hold less; null while they are asked. */
  readonly back: readonly number[] | null;
}

/** A block that its session has written, or read while it did, and that is not durable for sure. */
export interface KeptBlock {
  readonly stamp: number;
  /** Who had it when it was acknowledged; null where it was not. */
  readonly held: {
    readonly version: number;
    readonly verifiers: readonly HostVerifier[];
  } | null;
}

/** A notification without its final answer. */
export interface PendingNotification {
  readonly message: ChangeNotification;
  /** The re-mirror child that wants to know the outcome. */
  readonly child: ActorId | null;
  /** When it is sent again; never before it was sent once. */
  againNs: Ns;
  sendCount: number;
  /** Answers that have not come yet. */
  readonly awaited: Set<'portion' | 'updated'>;
  /** The version of the portion whose pages are gathered, and which are there. */
  portionVersion: number;
  readonly pages: Set<number>;
}

/** What a client knows of a host's health. -1 for no time. */
export interface HostHealth {
  /** Since when a request has been unanswered. */
  unansweredNs: Ns;
  /** When it last answered, or took part in an answer. */
  heardNs: Ns;
  /** When a request was last sent to it. */
  sentNs: Ns;
  /** Since when, and when last, another member called it silent. */
  silentNs: Ns;
  silentLastNs: Ns;
  /** Since when, and when last, its device failed. */
  failingNs: Ns;
  failedNs: Ns;
}

/** A host that passes requests on to another one, and calls it silent. */
export interface SilentLink {
  readonly asker: HostId;
  readonly asked: HostId;
  /** Since when, and when last. */
  readonly sinceNs: Ns;
  readonly lastNs: Ns;
  /** Others have heard the silent one meanwhile. */
  readonly isPartial: boolean;
}

/** A range whose copies are being restored, or were tried to. */
export interface ReMirrorTurn {
  readonly running: boolean;
  /** Not before this time again. */
  readonly againNs: Ns;
  /** Attempts in a row that came to nothing. */
  readonly failCount: number;
  /** The host whose copy the range lost; null when nobody was suspected. */
  readonly replaces: HostId | null;
}

/** What a client knows of its lease, all by its own clock. */
export interface ClientLease {
  /** How long a lease lasts; 0 where there are none. */
  readonly leaseNs: Ns;
  readonly untilNs: Ns;
  /** When it renews next, and how often it has since the last answer. */
  readonly renewNs: Ns;
  readonly tryCount: number;
  /** It has seen the end of its lease, and no renewal since. */
  readonly isLapsed: boolean;
}

/** Before the first grant. */
export const noLease: ClientLease = Object.freeze({
  leaseNs: 0,
  untilNs: 0,
  renewNs: 0,
  tryCount: 0,
  isLapsed: false,
});

/** `Snapshot` is the client machine's. */
export interface ClientState<Snapshot = unknown> {
  readonly input: ClientInput;
  machine: Snapshot;
  /** Whom it asks of the map authority. */
  readonly authority: AuthorityContact;
  attachId: string;
  /** 0 while not attached. */
  session: number;
  mapVersion: number;
  rangeCount: number;
  replicaCount: number;
  replication: ReplicationMode;
  /** All changes of the map up to this version are in its copy, or asked for. */
  refreshedVersion: number;
  lease: ClientLease;
  /** It lets go: first all that is under way ends, then the authority is told. */
  leaving: 'no' | 'draining' | 'telling';
  /** From the least to the most recently used, where the copy has to stay small. */
  readonly cache: Map<number, MapEntry>;
  /** Ranges that were asked for and not answered yet. */
  readonly missing: Set<number>;
  readonly notifications: Map<number, PendingNotification>;
  /** How far above the first one that has no answer they may go. */
  requestWindow: number;
  readonly ops: Map<number, PendingOp>;
  readonly pieces: Map<number, Piece>;
  readonly health: Map<HostId, HostHealth>;
  /** By asker and asked: hosts that do not hear each other, whoever else hears them. */
  readonly links: Map<string, SilentLink>;
  readonly reMirrors: Map<number, ReMirrorTurn>;
  /** What copies lack that were dropped in this session, by range. */
  readonly trackers: Map<number, Tracker>;
  /** Replicas that do not exist any more, by range. */
  readonly lost: Map<number, Replica>;
  /** Ranges with a target under way, by the version of the entry: only the head may be asked. */
  readonly viaHead: Map<number, number>;
  /** Client-quorum: blocks in which no write of an older session can appear any more. */
  readonly settled: Set<number>;
  /** Durable on flush: what may be lost with the caches of hosts, by block of the volume. */
  readonly kept: Map<number, KeptBlock>;
  /** Durable on flush: the last stamp that was begun and is not acknowledged, by block. */
  readonly openStamps: Map<number, number>;
  /** Durable on flush: a flush of this session has been answered. */
  flushedOnce: boolean;
  /** Ranges of which no copy is left, and the version of the entry that says so. */
  readonly gone: Map<number, number>;
  /** Ranges of which none seems to be left, and the version that the authority has to confirm. */
  readonly doubted: Map<number, number>;
  cursor: WorkloadCursor | null;
  /** Whether the workload has begun, which it does with the first session. */
  begun: boolean;
  nextOpId: number;
  nextReqId: number;
  /** Of notifications: the first id, the next one, and how many were drawn. */
  readonly firstNotificationId: number;
  nextNotificationId: number;
  notificationCount: number;
  nextSequence: number;
  degradedCount: number;
  /** Of a restored volume: all that it began with is at its hosts. */
  isLoaded: boolean;
  /** An operation has waited for too long. */
  stuck: boolean;
  reviewedNs: Ns;
  /** Chunks with blocks written in this incarnation. */
  readonly writtenChunks: Set<number>;
  /** Chunks that are still to be read back; null before the verification pass. */
  verify: number[] | null;
  verifiedBlockCount: number;
  /** How often the read of a chunk has failed for good in the verification pass. */
  readonly verifyFailures: Map<number, number>;
}

/** How a part of a client acts: on its state, through the outbox of this step. */
export interface ClientStep {
  readonly state: ClientState;
  readonly self: Self;
  readonly out: Outbox;
}

/** Ids of one incarnation never meet those of another. */
const idsPerIncarnation = 1_048_576 * 1_024;

/** A state that knows nothing. */
export function freshClient<Snapshot>(
  input: ClientInput,
  machine: Snapshot,
  self: Self,
): ClientState<Snapshot> {
  const firstId = self.incarnation * idsPerIncarnation + 1;
  return {
    input,
    machine,
    authority: contactOf(input.authorities),
    attachId: '',
    session: 0,
    mapVersion: 0,
    rangeCount: 0,
    replicaCount: 0,
    replication: 'chain',
    refreshedVersion: 0,
    lease: noLease,
    leaving: 'no',
    cache: new Map(),
    missing: new Set(),
    notifications: new Map(),
    requestWindow: 1,
    ops: new Map(),
    pieces: new Map(),
    health: new Map(),
    links: new Map(),
    reMirrors: new Map(),
    trackers: new Map(),
    lost: new Map(),
    viaHead: new Map(),
    settled: new Set(),
    kept: new Map(),
    openStamps: new Map(),
    flushedOnce: false,
    gone: new Map(),
    doubted: new Map(),
    cursor: null,
    begun: false,
    nextOpId: firstId,
    nextReqId: firstId,
    firstNotificationId: firstId,
    nextNotificationId: firstId,
    notificationCount: 0,
    nextSequence: 1,
    degradedCount: 0,
    isLoaded: false,
    stuck: false,
    reviewedNs: 0,
    writtenChunks: new Set(),
    verify: null,
    verifiedBlockCount: 0,
    verifyFailures: new Map(),
  };
}

/** An independent copy for a fork; entries, messages and turns are immutable and shared. */
export function copyClient<Snapshot>(state: ClientState<Snapshot>): ClientState<Snapshot> {
  return {
    ...state,
    authority: { ...state.authority },
    cache: new Map(state.cache),
    missing: new Set(state.missing),
    notifications: copyEach(state.notifications, (pending) => ({
      ...pending,
      awaited: new Set(pending.awaited),
      pages: new Set(pending.pages),
    })),
    ops: copyEach(state.ops, (op) => ({ ...op, found: op.found.slice() })),
    pieces: copyEach(state.pieces, (piece) => ({ ...piece })),
    health: copyEach(state.health, (health) => ({ ...health })),
    links: new Map(state.links),
    reMirrors: new Map(state.reMirrors),
    trackers: copyEach(state.trackers, (one) => ({ ...one, blocks: new Set(one.blocks) })),
    lost: new Map(state.lost),
    viaHead: new Map(state.viaHead),
    settled: new Set(state.settled),
    kept: new Map(state.kept),
    openStamps: new Map(state.openStamps),
    gone: new Map(state.gone),
    doubted: new Map(state.doubted),
    verifyFailures: new Map(state.verifyFailures),
    writtenChunks: new Set(state.writtenChunks),
    verify: state.verify === null ? null : state.verify.slice(),
  };
}

function copyEach<K, V>(from: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> {
  const copied = new Map<K, V>();
  for (const [key, value] of from) copied.set(key, copy(value));
  return copied;
}
