// The stored map in pieces for a checkpoint, and the map that such pieces stand for.
//
// What can be derived is not kept: bound slots follow from the entries, and digests are made anew,
// so that a map that came back in another shape has another digest.
import type { ClientId, MapEntry, VolumeId } from '../map-entry.ts';
import type { CheckpointPieces } from './checkpoint.ts';
import {
  type AppliedRequest,
  type DataMap,
  emptyVolume,
  putAttachment,
  putEntry,
  putJoined,
  putReleased,
  putRequest,
  type VolumeMap,
} from './map-state.ts';
import { type PlacePiece, placePieces, restorePlace } from './place-checkpoint.ts';

/** The plain part of a volume: whatever it has that is no list of its own. */
type VolumePlain = Omit<
  VolumeMap,
  | 'entries'
  | 'attachments'
  | 'requests'
  | 'openReqIds'
  | 'place'
  | 'entriesDigest'
  | 'attachmentsDigest'
  | 'requestsDigest'
  | 'placeDigest'
>;

type Piece =
  | { readonly kind: 'map'; readonly recordCount: number }
  | {
      readonly kind: 'volume';
      readonly plain: VolumePlain;
      readonly openReqIds: readonly (readonly [ClientId, number])[];
    }
  | {
      readonly kind: 'entries';
      readonly volume: VolumeId;
      readonly of: readonly MapEntry[];
    }
  | {
      readonly kind: 'attachments';
      readonly volume: VolumeId;
      readonly of: readonly (readonly [string, number])[];
    }
  | {
      readonly kind: 'requests';
      readonly volume: VolumeId;
      readonly of: readonly (readonly [number, AppliedRequest])[];
    }
  | PlacePiece
  | { readonly kind: 'released'; readonly of: readonly (readonly [string, number])[] }
  | { readonly kind: 'joined'; readonly of: readonly (readonly [string, number])[] };

/** What a block has room for: 4 KiB less its frame, counted as text. */
export const pieceSizeMax = 3_800;

/** The pieces of a map; `forgets` leaves out which requests were applied, a known wrong variant. */
export function piecesOf(map: DataMap, forgets: boolean): CheckpointPieces {
  const pieces: Piece[] = [{ kind: 'map', recordCount: map.recordCount }];
  for (const volume of map.volumes.values()) {
    const { id, entries, attachments, requests, openReqIds, place, ...rest } = volume;
    const { entriesDigest: _e, attachmentsDigest: _a, requestsDigest: _r, ...digested } = rest;
    const { placeDigest: _p, ...plain } = digested;
    pieces.push({ kind: 'volume', plain: { id, ...plain }, openReqIds: [...openReqIds] });
    for (const of of inParts(entries)) {
      pieces.push({ kind: 'entries', volume: id, of });
    }
    for (const of of inParts([...attachments])) {
      pieces.push({ kind: 'attachments', volume: id, of });
    }
    for (const of of inParts(forgets ? [] : [...requests])) {
      pieces.push({ kind: 'requests', volume: id, of });
    }
    if (place !== null) pieces.push(...placePieces(id, place, inParts));
  }
  for (const of of inParts([...map.released])) pieces.push({ kind: 'released', of });
  for (const of of inParts([...map.joined])) pieces.push({ kind: 'joined', of });
  return pieces;
}

function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let sizeLeft = 0;
  for (const one of all) {
    const size = JSON.stringify(one).length + 1;
    if (size > sizeLeft) {
      parts.push([]);
      sizeLeft = pieceSizeMax;
    }
    parts.at(-1)?.push(one);
    sizeLeft -= size;
  }
  return parts;
}

/** Fills an empty map with what the pieces say. */
export function restoreMap(map: DataMap, pieces: CheckpointPieces): void {
  for (const piece of pieces as readonly Piece[]) restorePiece(map, piece);
}

function restorePiece(map: DataMap, piece: Piece): void {
  switch (piece.kind) {
    case 'map':
      map.recordCount = piece.recordCount;
      break;
    case 'volume': {
      const { id, replicaCount } = piece.plain;
      const openReqIds = new Map(piece.openReqIds);
      map.volumes.set(id, { ...emptyVolume(id, replicaCount), ...piece.plain, openReqIds });
      break;
    }
    case 'entries':
      for (const entry of piece.of) putEntry(map, map.volumes.get(piece.volume)!, entry);
      break;
    case 'attachments':
      for (const [key, session] of piece.of) {
        putAttachment(map.volumes.get(piece.volume)!, key, session);
      }
      break;
    case 'requests':
      for (const [reqId, applied] of piece.of) {
        putRequest(map.volumes.get(piece.volume)!, reqId, applied);
      }
      break;
    case 'place':
    case 'chain':
    case 'tombstones':
    case 'deleted':
      restorePlace(map.volumes.get(piece.volume)!, piece);
      break;
    case 'released':
      for (const [slot, gen] of piece.of) putReleased(map, slot, gen);
      break;
    case 'joined':
      for (const [host, identity] of piece.of) putJoined(map, host, identity);
      break;
  }
}
