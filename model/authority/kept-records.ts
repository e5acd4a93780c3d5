// Which records the ring of a log keeps, and how each continues the one before: their checksums.
//
//   index     ... 40      44 ............ 57        of a ring of 32 blocks 17 are in use
//              |          |               |
//              keptFrom   start           end
//
// Records before the start are of no use while the newest checkpoint can be read; those from
// `keptFrom` on are there for the case that it cannot.

/** Records of a log from some index on. */
export class KeptRecords {
  readonly #ringLength: number;
  /** Of each record from `startIndex` on, and of the one before them. */
  #checksums: number[] = [];
  #baseChecksum = 0;
  #startIndex = 0;
  /** The oldest record that the ring must not write over; at or before `startIndex`. */
  #keptFromIndex = 0;

  constructor(ringLength: number) {
    this.#ringLength = ringLength;
  }

  /** The oldest record that is known, and the place of the next one. */
  get startIndex(): number {
    return this.#startIndex;
  }
  get endIndex(): number {
    return this.#startIndex + this.#checksums.length;
  }
  /** How many more blocks the ring has room for. */
  get roomCount(): number {
    return this.#ringLength - (this.endIndex - this.#keptFromIndex);
  }

  /** What a device was found to hold; `keptFromIndex` is null where only one checkpoint says. */
  found(what: {
    readonly startIndex: number;
    readonly baseChecksum: number;
    readonly checksums: readonly number[];
    readonly keptFromIndex: number | null;
  }): void {
    this.#startIndex = what.startIndex;
    this.#baseChecksum = what.baseChecksum;
    // Forks share what was found.
    this.#checksums = what.checksums.slice();
    // With one checkpoint everything is kept, unless the ring went round before.
    const hasAll = this.endIndex <= this.#ringLength;
    this.#keptFromIndex = what.keptFromIndex ?? (hasAll ? 0 : this.#startIndex);
  }

  /** All is dropped; the log goes on from an index. */
  restart(startIndex: number): void {
    this.#startIndex = startIndex;
    this.#keptFromIndex = startIndex;
    this.#baseChecksum = 0;
    this.#checksums = [];
  }

  /** Records take the place of all from an index on. */
  put(logIndex: number, checksums: readonly number[]): void {
    this.#checksums.length = logIndex - this.#startIndex;
    for (const checksum of checksums) this.#checksums.push(checksum);
  }

  /** Records before an index may be written over. */
  overwrite(keptFromIndex: number): void {
    this.#keptFromIndex = Math.max(this.#keptFromIndex, keptFromIndex);
  }

  /** They may, and are of no more use to who writes on, either. */
  free(keptFromIndex: number): void {
    this.overwrite(keptFromIndex);
    const freedCount = keptFromIndex - this.#startIndex;
    if (freedCount <= 0) return;
    this.#baseChecksum = this.#checksums[freedCount - 1] as number;
    this.#checksums.splice(0, freedCount);
    this.#startIndex += freedCount;
  }

  /** Of the record before an index. */
  checksumBefore(logIndex: number): number {
    if (logIndex === this.#startIndex) return this.#baseChecksum;
    return this.#checksums[logIndex - 1 - this.#startIndex] as number;
  }

  copy(): KeptRecords {
    const copy = new KeptRecords(this.#ringLength);
    copy.#checksums = this.#checksums.slice();
    copy.#baseChecksum = this.#baseChecksum;
    copy.#startIndex = this.#startIndex;
    copy.#keptFromIndex = this.#keptFromIndex;
    return copy;
  }
}
