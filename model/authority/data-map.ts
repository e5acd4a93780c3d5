// The stored map of all volumes: a pure fold of the log's records. Replay gives the same outcomes.
//
//   record --applyRecord(map, record)--> outcome (what the requester is told), map changed in place
//
// A change is applied only if the entry still has the version it expects (compare-and-set), keeps a
// member, and names slots in distinct zones that are not bound elsewhere nor given up by their
// host. A request that was applied before is answered with its first outcome and changes nothing.
import { unreachable } from '../../sim/index.ts';
import { digestOf } from '../digest.ts';
import { firstRouting } from '../lineage/routing.ts';
import { changedPlace, type VolumeChange } from '../lineage/volume-change.ts';
import { newVolume } from '../lineage/volume-record.ts';
import {
  type ClientId,
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
import { leastMemberCount } from '../replication.ts';
import { attachedBefore, noteAttached } from './attachments.ts';
import {
  type AppliedChange,
  type DataMap,
  emptyVolume,
  type LogRecord,
  type NotifiedOutcome,
  type Outcome,
  putEntry,
  putJoined,
  putPlace,
  putReleased,
  putRequest,
  type VolumeMap,
} from './map-state.ts';

/** Changes `map` by one record and says what came of it. */
export function applyRecord(map: DataMap, record: LogRecord): Outcome {
  map.recordCount += 1;
  switch (record.kind) {
    case 'volume.created':
      create(map, record);
      return { kind: 'none' };
    case 'volume.changed':
      return changePlace(map, volumeOf(map, record.volume), record.change);
    case 'entries.created':
      for (const entry of record.entries) putEntry(map, volumeOf(map, record.volume), entry);
      return { kind: 'none' };
    case 'attached':
      return attach(volumeOf(map, record.volume), record);
    case 'detached':
      return detach(volumeOf(map, record.volume), record);
    case 'notified':
      return applyNotification(map, record.request);
    case 'leader.began':
      return { kind: 'none' };
    case 'device.joined':
      putJoined(map, record.host, record.identity);
      return { kind: 'none' };
    case 'slot.released':
      return release(map, record);
    default:
      return unreachable(record);
  }
}

/** What is known of a request that was decided before: what its repetition is told. */
export interface DecidedBefore {
  /** The same again; another request under its id; or one that its client has all answers to. */
  readonly status: 'duplicate' | 'conflict' | 'answered';
  readonly outcome: NotifiedOutcome;
}

/** Whether the id of a request stands for one that was decided before; null where it does not. */
export function decidedBefore(map: DataMap, request: ChangeNotification): DecidedBefore | null {
  const volume = map.volumes.get(request.volume);
  if (volume === undefined || volume.session !== request.session) return null;
  if (!map.rules.deduplicate) return null;
  const { refuseConflicts } = map.rules;
  if (refuseConflicts && request.reqId < openReqIdOf(volume, request.client)) {
    return { status: 'answered', outcome: nothingDone };
  }
  const applied = volume.requests.get(request.reqId);
  if (applied === undefined) return null;
  const isSame = applied.payloadDigest === payloadDigest(request);
  if (!isSame && !refuseConflicts) return null;
  const outcome = isSame ? { ...applied.outcome, repeated: true } : nothingDone;
  return { status: isSame ? 'duplicate' : 'conflict', outcome };
}

/** Who asks has all answers to requests below this one. */
export function openReqIdOf(volume: VolumeMap, client: ClientId): number {
  return volume.openReqIds.get(client) ?? 0;
}

/** Nobody is told of it. */
const nothingDone: NotifiedOutcome = Object.freeze({
  kind: 'notified',
  repeated: true,
  applied: Object.freeze([]),
  refused: Object.freeze([]),
});

/** Hash of what a notification asks for, whatever its delivery. */
export function payloadDigest(request: ChangeNotification): number {
  return digestOf([request.client, request.need ?? [], request.changes ?? []]);
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

function create(map: DataMap, record: Extract<LogRecord, { kind: 'volume.created' }>): void {
  const { volume: id, replicaCount, replication, cell, baseSession = 0 } = record;
  const volume = emptyVolume(id, replicaCount, replication);
  volume.session = baseSession;
  if (cell !== undefined)
    putPlace(volume, { record: newVolume(cell), routing: firstRouting(cell) });
  map.volumes.set(id, volume);
}

function changePlace(map: DataMap, volume: VolumeMap, change: VolumeChange): Outcome {
  const { place } = volume;
  const after = place === null ? null : changedPlace(place, change, map.rules.ofPlaces);
  if (after === null || after === place) return { kind: 'changed', applied: false };
  putPlace(volume, after);
  return { kind: 'changed', applied: true };
}

function attach(
  volume: VolumeMap,
  record: { readonly client: ClientId; readonly attachId: string },
): Outcome {
  const before = attachedBefore(volume, record);
  if (before !== null) return { kind: 'attached', ...before };
  volume.session += 1;
  volume.holder = record.client;
  volume.attachId = record.attachId;
  noteAttached(volume, record);
  forgetSession(volume);
  return { kind: 'attached', session: volume.session, superseded: false };
}

function forgetSession(volume: VolumeMap): void {
  volume.requests.clear();
  volume.requestsDigest = 0;
  volume.openReqIds.clear();
}

function detach(volume: VolumeMap, record: { readonly session: number }): Outcome {
  if (volume.session !== record.session) return { kind: 'none' };
  // The next number belongs to nobody: what the session still sends is out of date.
  volume.session += 1;
  volume.holder = null;
  forgetSession(volume);
  return { kind: 'none' };
}

function applyNotification(map: DataMap, request: ChangeNotification): Outcome {
  const before = decidedBefore(map, request);
  if (before !== null) return before.outcome;
  const volume = volumeOf(map, request.volume);
  const applied: AppliedChange[] = [];
  const refused: RefusedChange[] = [];
  for (const change of request.changes ?? []) {
    const previous = volume.entries[change.range];
    const reason =
      volume.session === request.session
        ? refusalOf(map, volume, previous, change)
        : 'stale-session';
    if (reason === null && previous !== undefined) {
      const replicas = replicasAfter(map, previous, change);
      const entry = { range: change.range, version: previous.version + 1, replicas };
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
    const { client, reqId, openReqId = 0 } = request;
    putRequest(volume, reqId, { client, payloadDigest: payloadDigest(request), outcome });
    forgetAnswered(volume, client, openReqId);
  }
  return outcome;
}

// What a change names, but for what the wrong variants make of it.
function replicasAfter(map: DataMap, previous: MapEntry, { next }: EntryChange) {
  const { keepFailed, takeOut } = map.rules;
  const isLoss = next.length < previous.replicas.length;
  if (isLoss && !keepFailed) return withoutFailed(map, next);
  if (takeOut) return next;
  return [...previous.replicas, ...next.filter((replica) => !holds(previous, replica))];
}

// A wrong variant: hosts that ever gave a slot up are taken for failed.
function withoutFailed(map: DataMap, next: readonly Replica[]): readonly Replica[] {
  const slots = [...map.released.keys()];
  return next.filter(({ host }) => !slots.some((slot) => slot.startsWith(`${host}/`)));
}

function forgetAnswered(volume: VolumeMap, client: ClientId, openReqId: number): void {
  if (openReqId <= openReqIdOf(volume, client)) return;
  volume.openReqIds.set(client, openReqId);
  for (const [reqId, applied] of volume.requests) {
    if (reqId >= openReqId || applied.client !== client) continue;
    volume.requestsDigest ^= digestOf([reqId, applied]);
    volume.requests.delete(reqId);
  }
}

function refusalOf(
  map: DataMap,
  volume: VolumeMap,
  current: MapEntry | undefined,
  change: EntryChange,
): RefusalReason | null {
  if (current === undefined) return 'no-such-range';
  if (map.rules.compareAndSet && current.version !== change.expectVersion) return 'version-moved';
  if (change.next.length === 0) return 'no-replica';
  if (!change.next.some((replica) => holds(current, replica))) return 'no-survivor';
  if (!keepsQuorum(volume, current, change.next)) return 'no-quorum';
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

// Each quorum of the last full configuration has to have a member left, and what only some of a
// full one hold is not there to be relied on: it shrinks first, and grows by copies of the whole.
function keepsQuorum(volume: VolumeMap, current: MapEntry, next: readonly Replica[]): boolean {
  if (volume.replication !== 'client-quorum') return true;
  if (next.length < leastMemberCount(volume)) return false;
  const isFull = current.replicas.length >= volume.replicaCount;
  if (isFull) return next.every((replica) => holds(current, replica));
  return next.length <= volume.replicaCount;
}

// A host may end a tenancy only if the map does not name it; after that no change can name it
// again.
function release(map: DataMap, replica: Replica): Outcome {
  const key = slotKey(replica);
  if (map.bound.get(key) === replica.gen) return { kind: 'released', released: false };
  putReleased(map, key, Math.max(map.released.get(key) ?? 0, replica.gen));
  return { kind: 'released', released: true };
}
