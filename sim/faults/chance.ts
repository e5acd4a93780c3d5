// Which part of something a fault strikes, decided once: a bad block stays bad under every retry, a
// cut link stays cut. One salt is drawn when the fault strikes; what is struck is a hash of it.
import { mix } from '../fingerprint.ts';
import { nameHash } from '../name-hash.ts';
import type { World } from '../world.ts';

const million = 1_000_000;
const saltCount = 65_536;

/** Draws the salt of a fault from the stream of its own part. */
export function chosenSalt(world: World, part: string): number {
  return world.parts.choices.choose('fault.salt', saltCount, `nemesis salt ${part}`);
}

/** Whether a text is among the struck share. */
export function strikesText(salt: number, text: string, sharePpm: number): boolean {
  return isStruck(nameHash(mix(0, salt), text), sharePpm);
}

function isStruck(hash: number, sharePpm: number): boolean {
  return (mix(hash, sharedWord) >>> 0) % million < sharePpm;
}

/** Spreads the hash of short texts over all its bits. */
const sharedWord = 0x5bd1e995;
