// A checkpoint on the device: a state in pieces, one a block, each with a checksum that goes on
// from the piece before. It counts only once a superblock names it.
import { digestOf } from '../digest.ts';

/** A state in pieces of plain data, none larger than a block. */
export type CheckpointPieces = readonly unknown[];

/** The contents of one block of a checkpoint. */
export interface CheckpointBlock {
  readonly kind: 'checkpoint';
  readonly pieceIndex: number;
  readonly piece: unknown;
  /** Of this piece, those before it, and how many records have led to them. */
  readonly checksum: number;
}

/** The blocks of a checkpoint of so many records. */
export function encodeCheckpoint(
  pieces: CheckpointPieces,
  recordCount: number,
): readonly CheckpointBlock[] {
  let checksum = digestOf(recordCount);
  return pieces.map((piece, pieceIndex) => {
    checksum = digestOf([checksum, pieceIndex, piece]);
    return { kind: 'checkpoint', pieceIndex, piece, checksum };
  });
}

/** The pieces that lie in these blocks, or null when they are not the whole checkpoint. */
export function decodeCheckpoint(
  payloads: readonly unknown[],
  expected: { readonly recordCount: number; readonly checksum: number },
): CheckpointPieces | null {
  const pieces = payloads.map((payload) => (payload as CheckpointBlock | undefined)?.piece);
  const last = encodeCheckpoint(pieces, expected.recordCount).at(-1);
  return last?.checksum === expected.checksum ? pieces : null;
}
