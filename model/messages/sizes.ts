// What messages weigh on the wire.
import { blockBytes } from '../cluster-spec.ts';

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

/** A message with `count` records of a log (assumed: four map entries each). */
export function recordBytes(count: number): number {
  return headerBytes + count * 256;
}

/** A message with `count` map entries. */
export function entryBytes(count: number): number {
  return headerBytes + count * 64;
}

/** A message with a cell's record of a volume and `count` snapshots (assumed: 64 bytes each). */
export function controlBytes(count: number): number {
  return 2 * headerBytes + count * 64;
}
