// What the stored map of all volumes is made of. Equal states have equal digests: whatever is put
// in goes into a digest, too, and is taken out of it when it is replaced.
import { digestOf, digestText } from '../digest.ts';
import type { CellName } from '../lineage/cell-record.ts';
import type { VolumeChange, VolumePlace } from '../lineage/volume-change.ts';
import type { VolumeChecks } from '../lineage/volume-record.ts';
import { type ClientId, type HostId, type MapEntry, slotKey, type VolumeId } from '../map-entry.ts';
import type { ChangeNotification, RefusedChange } from '../messages/notifications.ts';
import type { Durability, ReplicationMode } from '../replication.ts';

/** What the log holds. */
export type LogRecord =
  | {
      readonly kind: 'volume.created';
      readonly volume: VolumeId;
      readonly replicaCount: number;
      /** `chain` where it is absent. */
      readonly replication?: ReplicationMode;
      /** `on-ack` where it is absent. */
      readonly durability?: Durability;
      /** The one cell that it is in; absent where it is in several. */
      readonly cell?: CellName;
      /** Its sessions come after this one: a restored volume's after its origin's; 0 if absent. */
      readonly baseSession?: number;
    }
  | {
      readonly kind: 'volume.changed';
      readonly volume: VolumeId;
      readonly change: VolumeChange;
    }
  | {
      readonly kind: 'entries.created';
      readonly volume: VolumeId;
      readonly entries: readonly MapEntry[];
    }
  | {
      readonly kind: 'attached';
      readonly volume: VolumeId;
      readonly client: ClientId;
      readonly attachId: string;
    }
  | {
      readonly kind: 'detached';
      readonly volume: VolumeId;
      readonly client: ClientId;
      readonly session: number;
    }
  | { readonly kind: 'notified'; readonly request: ChangeNotification }
  /** What a leader of several members begins with: it changes nothing. */
  | { readonly kind: 'leader.began' }
  | { readonly kind: 'device.joined'; readonly host: HostId; readonly identity: number }
  | {
      readonly kind: 'slot.released';
      readonly host: HostId;
      readonly slot: number;
      readonly gen: number;
      /** What it held, as its host says. */
      readonly volume?: VolumeId;
      readonly range?: number;
    };

/** An entry that a change replaced, for the record. */
export interface AppliedChange {
  readonly entry: MapEntry;
  readonly previous: MapEntry;
  readonly mapVersion: number;
}

/** What a notification led to. */
export interface NotifiedOutcome {
  readonly kind: 'notified';
  /** It had been applied before; nothing was changed now. */
  readonly repeated: boolean;
  readonly applied: readonly AppliedChange[];
  readonly refused: readonly RefusedChange[];
}

/** What a record led to. */
export type Outcome =
  | NotifiedOutcome
  | { readonly kind: 'attached'; readonly session: number; readonly superseded: boolean }
  | { readonly kind: 'changed'; readonly applied: boolean }
  | { readonly kind: 'released'; readonly released: boolean }
  | { readonly kind: 'none' };

/** A request that was decided, and what to tell who repeats it. */
export interface AppliedRequest {
  readonly client: ClientId;
  readonly payloadDigest: number;
  readonly outcome: NotifiedOutcome;
}

/** One volume's part of the map. */
export interface VolumeMap {
  readonly id: VolumeId;
  readonly replicaCount: number;
  readonly replication: ReplicationMode;
  /** Grows by one with each applied change. */
  mapVersion: number;
  /** Indexed by range. */
  readonly entries: MapEntry[];
  /** Counts attachments; 0 before the first. */
  session: number;
  holder: ClientId | null;
  attachId: string | null;
  /** Attachments by client and id, so that a repetition is answered alike. */
  readonly attachments: Map<string, number>;
  /**
   * Requests of the current session that were applied, from the `openReqIds` of who asked on. Below
   * it he has all his answers: whatever comes of these is a late copy (RIFL, SOSP 2015, section 3).
   */
  readonly requests: Map<number, AppliedRequest>;
  /** By who asked: the holder, and whoever moves copies in his session. */
  readonly openReqIds: Map<ClientId, number>;
  /** Who owns it and what snapshots it has; null where it is in no one cell. */
  place: VolumePlace | null;
  placeDigest: number;
  /** Xor of the digests of all entries, of all attachments and of all requests. */
  entriesDigest: number;
  attachmentsDigest: number;
  requestsDigest: number;
}

/** The map of all volumes, and what decides about changes. */
export interface DataMap {
  readonly zoneOf: ReadonlyMap<HostId, string>;
  readonly rules: DataMapRules;
  readonly volumes: Map<VolumeId, VolumeMap>;
  /** Which tenancy of a slot the map names: slot to generation. */
  readonly bound: Map<string, number>;
  /** The highest generation that a host gave up, by slot. */
  readonly released: Map<string, number>;
  /** Which device each host has, by what it calls it. */
  readonly joined: Map<HostId, number>;
  /** Xor of the digests of what was released and of who has joined. */
  hostsDigest: number;
  recordCount: number;
}

/** What mutants switch off: all true in the right system, where nothing else is said. */
export interface DataMapRules {
  readonly compareAndSet: boolean;
  readonly deduplicate: boolean;
  /** One request id stands for one request: another one under it is refused. */
  readonly refuseConflicts: boolean;
  /** A lost copy leaves the others in the entry, also those on hosts that had one before. */
  readonly keepFailed: boolean;
  /** Copies that a change does not name any more leave the entry. */
  readonly takeOut: boolean;
  /** Of changes of a volume's place and lineage. */
  readonly ofPlaces: VolumeChecks;
}

/** A map without volumes. */
export function emptyDataMap(zoneOf: ReadonlyMap<HostId, string>, rules: DataMapRules): DataMap {
  return {
    zoneOf,
    rules,
    volumes: new Map(),
    bound: new Map(),
    released: new Map(),
    joined: new Map(),
    hostsDigest: 0,
    recordCount: 0,
  };
}

/** Hash of the whole state; equal states of equal history have equal digests. */
export function digestMap(map: DataMap): string {
  let hash = digestText(`${map.recordCount} ${map.hostsDigest}`);
  for (const volume of map.volumes.values()) {
    const { id, replicaCount, mapVersion, session, holder, attachId } = volume;
    const openReqIds = [...volume.openReqIds].join();
    const { entriesDigest, attachmentsDigest, requestsDigest, place, placeDigest } = volume;
    hash = digestText(
      `${id} ${replicaCount} ${mapVersion} ${session} ${holder} ${attachId} ${openReqIds} ` +
        `${entriesDigest} ${attachmentsDigest} ${requestsDigest}` +
        (place === null ? '' : ` ${placeDigest}`),
      hash,
    );
  }
  return hash.toString(16).padStart(8, '0');
}

/** An independent copy; entries and outcomes are immutable and shared. */
export function copyDataMap(map: DataMap): DataMap {
  const volumes = new Map<VolumeId, VolumeMap>();
  for (const [id, volume] of map.volumes) {
    volumes.set(id, {
      ...volume,
      entries: volume.entries.slice(),
      attachments: new Map(volume.attachments),
      requests: new Map(volume.requests),
      openReqIds: new Map(volume.openReqIds),
    });
  }
  const { bound, released, joined } = map;
  return {
    ...map,
    volumes,
    bound: new Map(bound),
    released: new Map(released),
    joined: new Map(joined),
  };
}

/** A volume without entries that nobody holds. */
export function emptyVolume(
  id: VolumeId,
  replicaCount: number,
  replication: ReplicationMode = 'chain',
): VolumeMap {
  return {
    id,
    replicaCount,
    replication,
    mapVersion: 0,
    entries: [],
    session: 0,
    holder: null,
    attachId: null,
    attachments: new Map(),
    requests: new Map(),
    openReqIds: new Map(),
    place: null,
    placeDigest: 0,
    entriesDigest: 0,
    attachmentsDigest: 0,
    requestsDigest: 0,
  };
}

/** Stores who owns a volume and what snapshots it has. */
export function putPlace(volume: VolumeMap, place: VolumePlace): void {
  volume.place = place;
  volume.placeDigest = digestOf(fieldsOf(place));
}

// In one order, however the place came to be.
function fieldsOf({ record, routing }: VolumePlace): unknown {
  const { owner, epoch, ownerSince, move, lastMove, chain, tombstones, quarantine } = record;
  const ofMove = move === null ? null : Object.entries(move).sort(([a], [b]) => (a < b ? -1 : 1));
  const { active, alternate } = routing;
  const entries = [active, alternate].map((entry) => entry && [entry.cell, entry.merit]);
  return [owner, epoch, ownerSince, ofMove, lastMove, chain, tombstones, quarantine, entries];
}

/** Remembers what came of a request. */
export function putRequest(volume: VolumeMap, reqId: number, applied: AppliedRequest): void {
  const before = volume.requests.get(reqId);
  if (before !== undefined) volume.requestsDigest ^= digestOf([reqId, before]);
  volume.requests.set(reqId, applied);
  volume.requestsDigest ^= digestOf([reqId, applied]);
}

/** Forgets an attachment. */
export function dropAttachment(volume: VolumeMap, key: string): void {
  const session = volume.attachments.get(key);
  if (session === undefined) return;
  volume.attachments.delete(key);
  volume.attachmentsDigest ^= digestOf([key, session]);
}

/** Remembers which session an attachment got; each is made once. */
export function putAttachment(volume: VolumeMap, key: string, session: number): void {
  volume.attachments.set(key, session);
  volume.attachmentsDigest ^= digestOf([key, session]);
}

/** Remembers which device a host has. */
export function putJoined(map: DataMap, host: HostId, identity: number): void {
  const before = map.joined.get(host);
  if (before !== undefined) map.hostsDigest ^= digestOf(['joined', host, before]);
  map.joined.set(host, identity);
  map.hostsDigest ^= digestOf(['joined', host, identity]);
}

/** Remembers up to which generation a slot was given up. */
export function putReleased(map: DataMap, slot: string, gen: number): void {
  const before = map.released.get(slot);
  if (before !== undefined) map.hostsDigest ^= digestOf(['released', slot, before]);
  map.released.set(slot, gen);
  map.hostsDigest ^= digestOf(['released', slot, gen]);
}

/** Stores an entry, in place of the one that is there. */
export function putEntry(map: DataMap, volume: VolumeMap, entry: MapEntry): void {
  const previous = volume.entries[entry.range];
  if (previous !== undefined) {
    volume.entriesDigest ^= digestOf(previous);
    for (const replica of previous.replicas) map.bound.delete(slotKey(replica));
  }
  volume.entries[entry.range] = entry;
  volume.entriesDigest ^= digestOf(entry);
  for (const replica of entry.replicas) map.bound.set(slotKey(replica), replica.gen);
}
