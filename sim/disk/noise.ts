// Chance inside a device: a million draws a second, so it is two 32-bit numbers instead of a stream
// of the choice source. The n-th draw of a purpose is a hash of seed, purpose and n: a fork copies
// the counter, and one purpose never shifts another.
import { mix } from '../fingerprint.ts';
import { nameHash } from '../name-hash.ts';

/** How many different values a draw can have. */
export const noiseCount = 4_294_967_296;

/** The draws of one device for one purpose. */
export class Noise {
  readonly #lane: number;
  #drawnCount: number;

  /** A lane from `noiseLane`, and how many draws were made of it. */
  constructor(lane: number, drawnCount = 0) {
    this.#lane = lane;
    this.#drawnCount = drawnCount;
  }

  /** A whole number from 0 to 2^32 - 1, all equally likely. */
  next(): number {
    let h = mix(this.#lane, this.#drawnCount++);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.next() * count) / noiseCount);
  }

  /** A share from 0 up to, and without, 1. */
  share(): number {
    return this.next() / noiseCount;
  }

  copy(): Noise {
    return new Noise(this.#lane, this.#drawnCount);
  }
}

/** What tells the draws of a device (`seed`, 32 bits) for one purpose from all others. */
export function noiseLane(seed: number, purpose: string): number {
  return nameHash(mix(0x2c1b3c6d, seed), purpose);
}
