// A record on disk: one JSON value a line, the header first, compressed.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Entry, RecordHeader } from '../../sim/index.ts';

/** A record as it was saved. */
export interface SavedRecord {
  readonly header: RecordHeader;
  readonly entries: readonly Entry[];
}

/** Byte 9 of a gzip header names the operating system; 255 is "unknown", the same everywhere. */
const gzipSystemByte = 9;

/**
 * Lines are joined in pieces of this many: one string of a long record would be too long for the
 * engine.
 */
const linesPerPiece = 20_000;

/** The bytes of a saved record: the same record gives the same bytes. */
export function recordBytes(record: SavedRecord): Uint8Array {
  const pieces: Buffer[] = [Buffer.from(`${JSON.stringify(record.header)}\n`)];
  for (let start = 0; start < record.entries.length; start += linesPerPiece) {
    const lines = record.entries
      .slice(start, start + linesPerPiece)
      .map((entry) => JSON.stringify(entry));
    pieces.push(Buffer.from(`${lines.join('\n')}\n`));
  }
  // zlib leaves the time of a gzip header at zero.
  const bytes = gzipSync(Buffer.concat(pieces), { level: 9 });
  bytes[gzipSystemByte] = 255;
  return bytes;
}

/** Reads a saved record back. */
export function readRecord(bytes: Uint8Array): SavedRecord {
  const plain = gunzipSync(bytes);
  const values: unknown[] = [];
  let start = 0;
  while (start < plain.length) {
    const end = plain.indexOf(10, start);
    const stop = end < 0 ? plain.length : end;
    if (stop > start) values.push(JSON.parse(plain.toString('utf8', start, stop)));
    start = stop + 1;
  }
  const [header, ...entries] = values;
  if ((header as RecordHeader | undefined)?.schema !== 'stormcell-record/1') {
    throw new TypeError(
      `expected a record of schema stormcell-record/1, found ${JSON.stringify(header)}`,
    );
  }
  return { header: header as RecordHeader, entries: entries as Entry[] };
}
