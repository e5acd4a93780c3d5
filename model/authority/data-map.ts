// The stored map of all volumes: a pure fold of the log's records. Replay gives the same outcomes.
//
//   record --applyRecord(map, record)--> outcome (what the requester is told), map changed in place
//
// A change is applied only if the entry still has the version it expects (compare-and-set), keeps a
// member, and names slots in distinct zones that are not bound elsewhere nor given up by their
// host. A request that was applied before is answered with its first outcome and changes nothing.
import { unreachable } from '../../sim/index.ts';
import { digestOf, digestText } from '../digest.ts';
import {
  type ClientId,
  type HostId,
  holds,
  type MapEntry,
  type Replica,
  slotKey,
  type VolumeId,
} from '../map-entry.ts';
import type {
  ChangeNotification,
  EntryChange,
  RefusalReason,
  RefusedChange,
} from '../messages/notifications.ts';

/** What the log holds. */
export type LogRecord =
  | { readonly kind: 'volume.created'; readonly volume: VolumeId; readonly replicaCount: number }
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
  | { readonly kind: 'device.joined'; readonly host: HostId; readonly identity: number }
  | {
      readonly kind: 'slot.released';
      readonly host: HostId;
      readonly slot: number;
      readonly gen: number;
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
  | { readonly kind: 'released'; readonly released: boolean }
  | { readonly kind: 'none' };

interface AppliedRequest {
  readonly payloadDigest: number;
  readonly outcome: NotifiedOutcome;
}

/** One volume's part of the map. */
export interface VolumeMap {
  readonly id: VolumeId;
  readonly replicaCount: number;
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
  /** Requests of the current session that were applied. */
  readonly requests: Map<number, AppliedRequest>;
  /** Xor of the digests of all entries. */
  entriesDigest: number;
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
  recordCount: number;
}

/** Both true in the right system; mutants switch one off. */
export interface DataMapRules {
  readonly compareAndSet: boolean;
  readonly deduplicate: boolean;
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
    recordCount: 0,
  };
}

/** Changes `map` by one record and says what came of it. */
export function applyRecord(map: DataMap, record: LogRecord): Outcome {
  map.recordCount += 1;
  switch (record.kind) {
    case 'volume.created':
      map.volumes.set(record.volume, emptyVolume(record.volume, record.replicaCount));
      return { kind: 'none' };
    case 'entries.created':
      for (const entry of record.entries) putEntry(map, volumeOf(map, record.volume), entry);
      return { kind: 'none' };
    case 'attached':
      return attach(volumeOf(map, record.volume), record);
    case 'detached':
      return detach(volumeOf(map, record.volume), record);
    case 'notified':
      return applyNotification(map, record.request);
    case 'device.joined':
      map.joined.set(record.host, record.identity);
      return { kind: 'none' };
    case 'slot.released':
      return release(map, record);
    default:
      return unreachable(record);
  }
}

/** The outcome of a request that was applied before, or null. */
export function appliedBefore(
  map: DataMap,
  request: ChangeNotification,
): { readonly samePayload: boolean; readonly outcome: NotifiedOutcome } | null {
  const volume = map.volumes.get(request.volume);
  if (volume === undefined || volume.session !== request.session) return null;
  const applied = volume.requests.get(request.reqId);
  if (applied === undefined || !map.rules.deduplicate) return null;
  return {
    samePayload: applied.payloadDigest === payloadDigest(request),
    outcome: { ...applied.outcome, repeated: true },
  };
}

/** Hash of what a notification asks for, whatever its delivery. */
function payloadDigest(request: ChangeNotification): number {
  return digestOf([request.client, request.need ?? [], request.changes ?? []]);
}

/** Hash of the whole state; equal states of equal history have equal digests. */
export function digestMap(map: DataMap): string {
  let hash = digestText(`${map.recordCount}`);
  for (const volume of map.volumes.values()) {
    const { id, mapVersion, session, holder, entriesDigest } = volume;
    hash = digestText(`${id} ${mapVersion} ${session} ${holder} ${entriesDigest}`, hash);
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

function emptyVolume(id: VolumeId, replicaCount: number): VolumeMap {
  return {
    id,
    replicaCount,
    mapVersion: 0,
    entries: [],
    session: 0,
    holder: null,
    attachId: null,
    attachments: new Map(),
    requests: new Map(),
    entriesDigest: 0,
  };
}

// A log whose first records were torn away (a mutant does that) can name a volume it never created.
function volumeOf(map: DataMap, id: VolumeId): VolumeMap {
  let volume = map.volumes.get(id);
  if (volume === undefined) {
    volume = emptyVolume(id, 1);
    map.volumes.set(id, volume);
  }
  return volume;
}

function attach(
  volume: VolumeMap,
  record: { readonly client: ClientId; readonly attachId: string },
): Outcome {
  const key = `${record.client} ${record.attachId}`;
  const before = volume.attachments.get(key);
  if (before !== undefined) {
    return { kind: 'attached', session: before, superseded: before !== volume.session };
  }
  volume.session += 1;
  volume.holder = record.client;
  volume.attachId = record.attachId;
  volume.attachments.set(key, volume.session);
  volume.requests.clear();
  return { kind: 'attached', session: volume.session, superseded: false };
}

function detach(volume: VolumeMap, record: { readonly session: number }): Outcome {
  if (volume.session === record.session) volume.holder = null;
  return { kind: 'none' };
}

function applyNotification(map: DataMap, request: ChangeNotification): Outcome {
  const before = appliedBefore(map, request);
  if (before !== null) return before.outcome;
  const volume = volumeOf(map, request.volume);
  const applied: AppliedChange[] = [];
  const refused: RefusedChange[] = [];
  for (const change of request.changes ?? []) {
    const previous = volume.entries[change.range];
    const reason =
      volume.session === request.session ? refusalOf(map, previous, change) : 'stale-session';
    if (reason === null && previous !== undefined) {
      const entry = { range: change.range, version: previous.version + 1, replicas: change.next };
      putEntry(map, volume, entry);
      volume.mapVersion += 1;
      applied.push({ entry, previous, mapVersion: volume.mapVersion });
    } else {
      refused.push({
        range: change.range,
        reason: reason ?? 'no-such-range',
        current: previous ?? null,
      });
    }
  }
  const outcome: NotifiedOutcome = { kind: 'notified', repeated: false, applied, refused };
  if (volume.session === request.session) {
    volume.requests.set(request.reqId, { payloadDigest: payloadDigest(request), outcome });
  }
  return outcome;
}

function refusalOf(
  map: DataMap,
  current: MapEntry | undefined,
  change: EntryChange,
): RefusalReason | null {
  if (current === undefined) return 'no-such-range';
  if (map.rules.compareAndSet && current.version !== change.expectVersion) return 'version-moved';
  if (change.next.length === 0) return 'no-replica';
  if (!change.next.some((replica) => holds(current, replica))) return 'no-survivor';
  const zones = new Set<string>();
  for (const replica of change.next) {
    zones.add(map.zoneOf.get(replica.host) ?? `host ${replica.host}`);
    if (holds(current, replica)) continue;
    const key = slotKey(replica);
    if (map.bound.has(key)) return 'slot-bound';
    if ((map.released.get(key) ?? 0) >= replica.gen) return 'slot-released';
  }
  return zones.size === change.next.length ? null : 'zone-shared';
}

function putEntry(map: DataMap, volume: VolumeMap, entry: MapEntry): void {
  const previous = volume.entries[entry.range];
  if (previous !== undefined) {
    volume.entriesDigest ^= digestOf(previous);
    for (const replica of previous.replicas) map.bound.delete(slotKey(replica));
  }
  volume.entries[entry.range] = entry;
  volume.entriesDigest ^= digestOf(entry);
  for (const replica of entry.replicas) map.bound.set(slotKey(replica), replica.gen);
}

// A host may end a tenancy only if the map does not name it; after that no change can name it
// again.
function release(map: DataMap, replica: Replica): Outcome {
  const key = slotKey(replica);
  if (map.bound.get(key) === replica.gen) return { kind: 'released', released: false };
  map.released.set(key, Math.max(map.released.get(key) ?? 0, replica.gen));
  return { kind: 'released', released: true };
}
