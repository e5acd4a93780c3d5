// Blocks some of whose sectors are in a state: a bit for each of the eight. Few blocks are in it at
// any time. Copying shares the table until one side changes it.
import { sectorsPerBlock } from './odd-block.ts';

const noMasks: ReadonlyMap<number, number> = new Map();

/** A set of sectors, by block. */
export class SectorMasks {
  #masks: Map<number, number> | ReadonlyMap<number, number> = noMasks;
  #isOwn = false;

  /** How many blocks have sectors in the set. */
  get size(): number {
    return this.#masks.size;
  }

  /** The sectors of a block that are in the set. */
  maskOf(block: number): number {
    return this.#masks.size === 0 ? 0 : (this.#masks.get(block) ?? 0);
  }

  /** Whether the set has any of a run of sectors. */
  hasAnyOf(sector: number, sectorCount: number): boolean {
    if (this.#masks.size === 0) return false;
    for (let at = sector; at < sector + sectorCount; at += 1) {
      if ((this.maskOf(Math.floor(at / sectorsPerBlock)) >> (at % sectorsPerBlock)) & 1)
        return true;
    }
    return false;
  }

  /** The blocks with sectors in the set, in the order they came. */
  blocks(): readonly number[] {
    return [...this.#masks.keys()];
  }

  add(block: number, mask: number): void {
    this.#own().set(block, this.maskOf(block) | mask);
  }

  remove(block: number, mask: number): void {
    const before = this.maskOf(block);
    if ((before & mask) === 0) return;
    const left = before & ~mask;
    if (left === 0) this.#own().delete(block);
    else this.#own().set(block, left);
  }

  clear(): void {
    this.#masks = noMasks;
    this.#isOwn = false;
  }

  /** An independent copy for a fork. */
  copy(): SectorMasks {
    const twin = new SectorMasks();
    twin.#masks = this.#masks;
    this.#isOwn = false;
    return twin;
  }

  #own(): Map<number, number> {
    if (!this.#isOwn) this.#masks = new Map(this.#masks);
    this.#isOwn = true;
    return this.#masks as Map<number, number>;
  }
}
