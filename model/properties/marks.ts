// What the actors of the block store note, as far as properties read it.
import type { Entry, MarkEntry, Ns } from '../../sim/index.ts';
import type { CellName, Snapshot } from '../lineage/cell-record.ts';
import type { ObservedPair } from '../lineage/rules.ts';
import type { VolumeChange, VolumePlace } from '../lineage/volume-change.ts';
import type { ClientId, HostId, Replica, VolumeId } from '../map-entry.ts';
import type { SnapshotStatus } from '../messages/lineage.ts';
import type { ReceiptStatus, RefusalReason } from '../messages/notifications.ts';
import type { Durability, ReplicationMode } from '../replication.ts';
import type { ArchiveMarkFacts } from './archive-marks.ts';
import type { CellMarkFacts } from './cell-marks.ts';
import type { SlotFacts, SlotMarkFacts } from './slot-marks.ts';

interface RequestFacts {
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly session: number;
  readonly reqId: number;
}

/** The facts of each mark, by its name. A host's marks are its own: the actor is the host. */
export interface MarkFacts extends ArchiveMarkFacts, CellMarkFacts, SlotMarkFacts {
  readonly 'volume.created': {
    readonly volume: VolumeId;
    readonly mapVersion: number;
    readonly replicaCount: number;
    readonly replication?: ReplicationMode;
    /** `on-ack` where it is absent. */
    readonly durability?: Durability;
    readonly blocksPerRange: number;
    /** Its copies lie in these; anywhere where it is absent. */
    readonly cells?: readonly string[];
    readonly entries: readonly {
      readonly range: number;
      readonly version: number;
      readonly replicas: readonly Replica[];
    }[];
  };
  /**
   * What a committed record has made of a volume's place; null: the volume is new. Each member of
   * the authority says so, and again when it reads its log: an index of the log tells them apart.
   */
  readonly 'lineage.recorded': VolumePlace & {
    readonly volume: VolumeId;
    readonly logIndex: number;
    readonly change: VolumeChange | null;
  };
  /** What a router saw of two cells, in the order of the routing metadata, and what that means. */
  readonly 'rule.applied': {
    readonly volume: VolumeId;
    readonly request: string;
    readonly cells: readonly [CellName, CellName];
    readonly pair: ObservedPair;
    readonly epochs: readonly [number, number];
    readonly rule: string;
    readonly taker: CellName | null;
    readonly takerEpoch: number | null;
  };
  /** It cannot tell which cell is right. */
  readonly 'volume.quarantined': {
    readonly volume: VolumeId;
    readonly request: string;
    readonly reason: string;
  };
  readonly 'take.sent': {
    readonly volume: VolumeId;
    readonly request: string;
    readonly cell: CellName;
    readonly epoch: number;
  };
  readonly 'conflict.resolved': {
    readonly volume: VolumeId;
    readonly request: string;
    /** As the authority told it. */
    readonly owner: CellName;
    readonly ownerSince: number;
    /** None: the volume is put in quarantine. */
    readonly fenced: readonly CellName[];
  };
  readonly 'request.answered': {
    readonly volume: VolumeId;
    readonly request: string;
    readonly status: SnapshotStatus;
    readonly snapshot: Snapshot | null;
  };
  readonly 'map.applied': RequestFacts & {
    readonly range: number;
    readonly version: number;
    readonly mapVersion: number;
    readonly expectVersion: number;
    readonly replicas: readonly Replica[];
    readonly previous: readonly Replica[];
    readonly previousVersion: number;
  };
  readonly 'map.refused': RequestFacts & {
    readonly range: number;
    readonly reason: RefusalReason;
  };
  readonly 'map.updated.sent': RequestFacts & {
    readonly applied: readonly { readonly range: number; readonly version: number }[];
    readonly refused: readonly number[];
  };
  readonly 'map.portion.sent': RequestFacts & {
    readonly mapVersion: number;
    readonly pageIndex: number;
    readonly pageCount: number;
    readonly entries: readonly { readonly range: number; readonly version: number }[];
  };
  readonly 'map.cached': {
    readonly volume?: VolumeId;
    readonly range: number;
    readonly version: number;
    readonly replicas: readonly Replica[];
  };
  readonly 'map.forgotten': { readonly volume: VolumeId; readonly range: number };
  /** A client begins with an empty copy of the map, and asks for all of it unless that is much. */
  readonly 'map.walked': {
    readonly volume: VolumeId;
    readonly rangeCount: number;
    readonly isWhole: boolean;
    /** How often it asks what changed; null for never. */
    readonly everyNs: number | null;
  };
  readonly 'stale-map.refused': {
    readonly range: number;
    readonly version: number;
    readonly reason: string;
  };
  readonly 'stale-map.served': {
    readonly volume: VolumeId;
    readonly range: number;
    readonly version: number;
    /** The version that the host knew. */
    readonly known: number;
  };
  readonly 'client.fenced': { readonly volume: VolumeId; readonly session: number };
  readonly 'client.detached': { readonly volume: VolumeId; readonly session: number };
  /** Both by the client's own clock; it ends what is due at its ticks. */
  readonly 'deadline.set': {
    readonly volume: VolumeId;
    readonly timeoutNs: number;
    readonly tickNs: number;
  };
  readonly 'lease.held': {
    readonly session: number;
    /** By the clock of the client. */
    readonly untilNs: number;
    /** It is over already: the answer came too late. */
    readonly isLapsed: boolean;
  };
  readonly 'lease.lapsed': { readonly session: number; readonly untilNs: number };
  readonly 'request.issued': {
    readonly session: number;
    readonly range: number;
    readonly nowNs: number;
  };
  readonly 'attach.granted': {
    readonly volume: VolumeId;
    readonly client: ClientId;
    readonly session: number;
  };
  readonly 'receipt.sent': RequestFacts & {
    /** Hash of what the request asks for. */
    readonly payload: number;
    readonly status: ReceiptStatus;
    readonly logIndex: number | null;
    readonly durableIndex: number;
  };
  /** A batch is on its way to the device; its last record. */
  readonly 'log.submitted': { readonly logIndex: number };
  readonly 'log.flushed': { readonly logIndex: number };
  readonly 'log.recovered': {
    readonly logIndex: number;
    /** How many records were applied, and how many more a checkpoint stood for. */
    readonly recordCount: number;
    readonly checkpointCount: number;
    readonly digest: string;
  };
  readonly 'checkpoint.started': { readonly recordCount: number; readonly pieceCount: number };
  /** `too-large`, or how a command of it ended. */
  readonly 'checkpoint.abandoned': { readonly recordCount: number; readonly reason: string };
  readonly 'state.digest': { readonly logIndex: number; readonly digest: string };
  /** A member has read its device: the end of its log. */
  readonly 'member.recovered': { readonly logIndex: number };
  /** What a member has applied in silence, or began with, has led to after that record. */
  readonly 'member.state': { readonly logIndex: number; readonly digest: string };
  /** Records from here on give way to those of the leader. */
  readonly 'log.repaired': { readonly logIndex: number };
  readonly 'refill.started': { readonly term: number };
  /** A member won an election; the end of its log then. */
  readonly 'leader.elected': { readonly term: number; readonly logIndex: number };
  /** It has committed a record of its own, and so knows all that was committed before. */
  readonly 'leader.began': {
    readonly term: number;
    readonly logIndex: number;
    readonly digest: string;
  };
  /** A member learned that records are committed; each with the hash of its contents. */
  readonly 'entries.committed': {
    readonly firstIndex: number;
    readonly entries: readonly { readonly term: number; readonly digest: number }[];
  };
  readonly 'request.arrived': { readonly round: number };
  readonly 'request.admitted': { readonly round: number; readonly logIndex: number };
  /** `changes`: the ranges that it asks to change. */
  readonly 'notification.received': RequestFacts & {
    readonly payload: number;
    readonly changes?: readonly number[];
  };
  readonly 'notification.sent': Omit<RequestFacts, 'client'>;
  /** Its client asks for the same in another one, and waits for no answer to this one. */
  readonly 'notification.withdrawn': Omit<RequestFacts, 'client'>;
  readonly 'block.stored': SlotFacts & {
    /** First block, counted from the start of the range. */
    readonly block: number;
    readonly stamps: readonly number[];
    /** Nowhere else yet: gone when the host dies. */
    readonly inMemory?: boolean;
  };
  readonly 'write.accepted': SlotFacts & { readonly cfgEpoch: number; readonly session: number };
  readonly 'entry.adopted': SlotFacts & { readonly cfgEpoch: number };
  readonly 'session.fenced': SlotFacts & { readonly session: number };
  /** `nowNs` is the host's own clock. */
  readonly 'slot.scrubbed': { readonly slot: number };
  /** A cell's limits. */
  readonly 'budget.set': {
    readonly copiesPerHost: number;
    readonly copiesPerCell: number;
    readonly hostsPerMinute: number | null;
  };
  /** Where a host that comes and goes gets no copies for a while. */
  readonly 'probation.set': { readonly firstNs: Ns; readonly maxNs: Ns };
  /** By its cell: heard again after it was silent, so often since it was well for long. */
  readonly 'host.returned': { readonly host: HostId; readonly count: number };
  readonly 'copy.admitted': {
    readonly reserveId: string;
    readonly volume: VolumeId;
    readonly range: number;
    readonly source: HostId;
    readonly target: HostId;
    /** The suspected host whose copy is made again; null for none. */
    readonly replaces: HostId | null;
    /** Its host has it back already, and gets what it lacks. */
    readonly back?: boolean;
  };
  readonly 'copy.released': { readonly reserveId: string; readonly reason: string };
  /** By the head that fills the target. */
  readonly 'copy.started': {
    readonly volume: VolumeId;
    readonly range: number;
    readonly cfgEpoch: number;
    readonly target: Replica;
    readonly memberCount: number;
    /** Blocks that are to be sent. */
    readonly blocks: number;
    /** Blocks that the head holds. */
    readonly heldBlocks: number;
    readonly mode: 'full' | 'merge';
  };
  readonly 'copy.ended': {
    readonly volume: VolumeId;
    readonly range: number;
    readonly target: Replica;
    readonly reason: string;
  };
  readonly 'slot.sought': {
    readonly volume: VolumeId;
    readonly range: number;
    readonly turn: number;
  };
  /** A host has sent all of its copy of a range on to a target. */
  readonly 'copy.caught-up': {
    readonly volume: VolumeId;
    readonly range: number;
    readonly cfgEpoch: number;
    readonly target: Replica;
  };
  /** `keptNs`: so long at most a slot is kept that no map names. */
  readonly 'host.recovered': { readonly slots: number; readonly keptNs: number };
  /** A block of a slot has other contents than it should, counted from the start of the range. */
  readonly 'corruption.detected': SlotFacts & {
    readonly block: number;
    readonly expected: number;
    /** -1 for contents that were not made out. */
    readonly found: number;
  };
  readonly 'corruption.repaired': SlotFacts & { readonly block: number; readonly stamp: number };
  /** A client gave blocks up, counted from the start of the volume. */
  readonly 'data.lost': {
    readonly volume: VolumeId;
    readonly block: number;
    readonly blockCount: number;
    readonly reason: string;
  };
  /** `cut` names the snapshot that it is made for. */
  readonly 'cut.begun': { readonly volume: VolumeId; readonly cut: string };
  readonly 'cut.taken': { readonly volume: VolumeId; readonly cut: string };
  readonly 'cut.voided': { readonly volume: VolumeId; readonly cut: string };
  /** Volumes are cut at one instant, each for the snapshot that `cut` names. */
  readonly 'set.begun': { readonly set: string; readonly parts: readonly SetPart[] };
  readonly 'set.taken': { readonly set: string };
  /** By a head: no write begins, and those that had begun are over. */
  readonly 'cut.held': SlotFacts & { readonly cut: string };
  /** By a copy: it keeps from now on what it holds. */
  readonly 'cut.committed': SlotFacts & { readonly cut: string; readonly cutEpoch: number };
  /** By a copy: `by` made it, has given it up and made another one. */
  readonly 'cut.released': SlotFacts & { readonly cut: string; readonly by: string };
  /**
   * By a copy that no map names any more: what it held at cuts is kept. `nowNs` is the host's own
   * clock.
   */
  readonly 'past.kept': SlotFacts & { readonly nowNs: number };
  /** By a copy: it does not know its past any more. */
  readonly 'shadows.dropped': SlotFacts & { readonly reason: string };
  readonly 'request.refused': Pick<SlotFacts, 'volume' | 'range'> & { readonly reason: string };
  readonly 'device.power-lost': { readonly lostCount: number };
}

/** A volume that is cut with others, and the name of its snapshot. */
export interface SetPart {
  readonly volume: VolumeId;
  readonly cut: string;
}

/** A mark with its facts. */
export type Mark<N extends keyof MarkFacts> = MarkEntry & { readonly facts: MarkFacts[N] };

/** Whether an entry is the mark of that name. */
export function isMark<N extends keyof MarkFacts>(entry: Entry, name: N): entry is Mark<N> {
  return entry.kind === 'mark' && entry.name === name;
}

/** Whether a receipt says that its request is in the log now. */
export function isDecided(status: ReceiptStatus): boolean {
  return status === 'logged' || status === 'applied';
}

/** Names one tenancy of a slot. */
export function tenancyKey(host: HostId, place: { readonly slot: number; readonly gen: number }) {
  return `${host}/${place.slot}/${place.gen}`;
}

/** Names one range of a volume. */
export function rangeKey(volume: VolumeId, range: number): string {
  return `${volume}/${range}`;
}
