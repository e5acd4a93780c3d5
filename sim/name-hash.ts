// The hash of a name that chance is drawn by. It is fixed for good: what the record is hashed with
// may become faster or better, and no draw of any stream changes with it.
import { mix } from './fingerprint.ts';

/** 32 bits of a name, other ones for each lane: FNV-1a over UTF-16 units, then mixed. */
export function nameHash(lane: number, name: string): number {
  let h = lane ^ name.length;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return mix(lane, h);
}
