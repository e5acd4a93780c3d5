import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const chunkBytes = 1024 * 1024;

/**
 * The text of a file in chunks, for `readDeviceTrace`: a trace may be larger than a string can be.
 * Throws what the system says when the file cannot be read.
 */
export function* textChunks(file: string, bytesMax = chunkBytes): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytesMax);
    // A character of several bytes may lie across two chunks.
    const decoder = new StringDecoder('utf8');
    for (;;) {
      const count = readSync(handle, buffer, 0, bytesMax, null);
      if (count === 0) break;
      yield decoder.write(buffer.subarray(0, count));
    }
    yield decoder.end();
  } finally {
    closeSync(handle);
  }
}
