// The place and lineage of a volume in pieces for a checkpoint: what grows comes in parts, and the
// rest last. The chain of a decided move is a beginning of the volume's: its length is kept.
import type { Snapshot } from '../lineage/cell-record.ts';
import { firstRouting, type Routing } from '../lineage/routing.ts';
import type { VolumePlace } from '../lineage/volume-change.ts';
import { type Move, newVolume, type VolumeRecord } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';
import { putPlace, type VolumeMap } from './map-state.ts';

/** A piece of a volume's place. */
export type PlacePiece =
  | { readonly kind: 'chain'; readonly volume: VolumeId; readonly of: readonly Snapshot[] }
  | {
      readonly kind: 'tombstones' | 'deleted';
      readonly volume: VolumeId;
      readonly of: readonly string[];
    }
  | {
      readonly kind: 'place';
      readonly volume: VolumeId;
      readonly record: Omit<VolumeRecord, 'chain' | 'tombstones' | 'deleted' | 'move'>;
      readonly move: (Omit<Move, 'decidedChain'> & { readonly decidedCount: number | null }) | null;
      readonly routing: Routing;
    };

/** The pieces of a place; `inParts` cuts a list so that each part has room in a block. */
export function placePieces(
  volume: VolumeId,
  { record, routing }: VolumePlace,
  inParts: <T>(all: readonly T[]) => readonly (readonly T[])[],
): readonly PlacePiece[] {
  const { chain, tombstones, deleted, move, ...plain } = record;
  return [
    ...inParts(chain).map((of) => ({ kind: 'chain' as const, volume, of })),
    ...inParts(tombstones).map((of) => ({ kind: 'tombstones' as const, volume, of })),
    ...inParts(deleted).map((of) => ({ kind: 'deleted' as const, volume, of })),
    { kind: 'place', volume, record: plain, move: counted(move), routing },
  ];
}

function counted(move: Move | null): Extract<PlacePiece, { kind: 'place' }>['move'] {
  if (move === null) return null;
  const { decidedChain, ...rest } = move;
  return { ...rest, decidedCount: decidedChain?.length ?? null };
}

/** Takes one of the pieces of a place, in their order. */
export function restorePlace(volume: VolumeMap, piece: PlacePiece): void {
  // Nobody sees it before the last piece says who the owner is.
  const place = volume.place ?? { record: newVolume(''), routing: firstRouting('') };
  const { record } = place;
  switch (piece.kind) {
    case 'chain':
      putPlace(volume, { ...place, record: { ...record, chain: [...record.chain, ...piece.of] } });
      break;
    case 'tombstones': {
      const tombstones = [...record.tombstones, ...piece.of];
      putPlace(volume, { ...place, record: { ...record, tombstones } });
      break;
    }
    case 'deleted':
      putPlace(volume, {
        ...place,
        record: { ...record, deleted: [...record.deleted, ...piece.of] },
      });
      break;
    case 'place': {
      const { chain, tombstones, deleted } = record;
      const move = recounted(piece.move, chain);
      const { routing } = piece;
      const lists = { chain, tombstones, deleted };
      putPlace(volume, { record: { ...piece.record, ...lists, move }, routing });
      break;
    }
  }
}

function recounted(
  counts: Extract<PlacePiece, { kind: 'place' }>['move'],
  chain: readonly Snapshot[],
): Move | null {
  if (counts === null) return null;
  const { decidedCount, ...rest } = counts;
  return { ...rest, decidedChain: decidedCount === null ? null : chain.slice(0, decidedCount) };
}
