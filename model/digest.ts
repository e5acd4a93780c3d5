// Small hashes of plain text for checks inside the model (FNV-1a, 32 bits). Not against malice.

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** Hash of a text, an unsigned 32-bit integer. */
export function digestText(text: string, seed: number = offsetBasis): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime);
  return hash >>> 0;
}

/** Hash of plain data: the order of its keys counts. */
export function digestOf(value: unknown): number {
  return digestText(JSON.stringify(value) ?? 'undefined');
}

const storedDigests = new WeakMap<object, number>();

/**
 * Hash of what is written to a device, or came from it. A device freezes what it is given, so that
 * each object is hashed once, however often it is written and read.
 */
export function digestOfStored(contents: object): number {
  let digest = storedDigests.get(contents);
  if (digest === undefined) {
    digest = digestOf(contents);
    storedDigests.set(contents, digest);
  }
  return digest;
}
