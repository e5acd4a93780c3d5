// One number for each block of each volume: arrays that grow, 0 where nothing was put.
import { assert } from '../../sim/index.ts';

/** Blocks of a volume lie below this: 1 TiB of them. */
const blockMax = 268_435_456;

/** A stamp, or another unsigned 32-bit number, for each block. */
export class StampTable {
  readonly #volumes = new Map<string, Uint32Array>();

  at(volume: string, block: number): number {
    return this.#volumes.get(volume)?.[block] ?? 0;
  }

  put(volume: string, block: number, value: number): void {
    this.#room(volume, block + 1)[block] = value;
  }

  /** Puts a higher value; false where as much is there already. */
  raise(volume: string, block: number, value: number): boolean {
    const values = this.#room(volume, block + 1);
    if (values[block]! >= value) return false;
    values[block] = value;
    return true;
  }

  /** A copy of the values of consecutive blocks. */
  slice(volume: string, block: number, count: number): Uint32Array {
    return this.#room(volume, block + count).slice(block, block + count);
  }

  /** Blocks of a volume that have a value, with it. */
  *ofVolume(volume: string): Iterable<readonly [number, number]> {
    const values = this.#volumes.get(volume) ?? [];
    for (const [block, value] of values.entries()) if (value !== 0) yield [block, value];
  }

  #room(volume: string, blockCount: number): Uint32Array {
    const values = this.#volumes.get(volume);
    if (values !== undefined && values.length >= blockCount) return values;
    assert(
      blockCount <= blockMax,
      `block ${blockCount - 1} of '${volume}', expected < ${blockMax}`,
    );
    const grown = new Uint32Array(Math.max(blockCount, 2 * (values?.length ?? 512)));
    if (values !== undefined) grown.set(values);
    this.#volumes.set(volume, grown);
    return grown;
  }
}

/** Who proved that a block has reached a stamp: a completed operation. */
export interface Witness {
  readonly actor: string;
  readonly opId: number;
  readonly atNs: number;
  /** The index of the entry in which the operation began. */
  readonly invokedIndex: number;
}

/** The highest stamp that operations proved for each block, and which operation did. */
export class ProvenStamps {
  readonly #stamps = new StampTable();
  /** Number of the witness, counted from 1. */
  readonly #by = new StampTable();
  readonly #witnesses: Witness[] = [];

  at(volume: string, block: number): number {
    return this.#stamps.at(volume, block);
  }

  /** Takes over all that was proven elsewhere of a volume. */
  proveAll(volume: string, other: ProvenStamps): void {
    for (const [block, stamp] of other.#stamps.ofVolume(volume)) {
      const witness = other.witness(volume, block, stamp);
      if (witness !== null) this.prove(volume, block, [stamp], witness);
    }
  }

  slice(volume: string, block: number, count: number): Uint32Array {
    return this.#stamps.slice(volume, block, count);
  }

  prove(volume: string, block: number, stamps: readonly number[], witness: Witness): void {
    const number = this.#witnesses.push(witness);
    for (let i = 0; i < stamps.length; i++) {
      if (this.#stamps.raise(volume, block + i, stamps[i]!))
        this.#by.put(volume, block + i, number);
    }
  }

  /** Who proved a stamp, if nobody has proven a higher one since. */
  witness(volume: string, block: number, stamp: number): Witness | null {
    if (this.#stamps.at(volume, block) !== stamp) return null;
    return this.#witnesses[this.#by.at(volume, block) - 1] ?? null;
  }
}
