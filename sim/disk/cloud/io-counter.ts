// How many I/Os a cloud volume counts for a command. From the EC2 user guide, doc_source/
// ebs-io-characteristics.md at d289961 (2023-05): an I/O holds at most 256 KiB on SSD volumes and
// 1,024 KiB on HDD volumes; larger commands are split; small sequential ones are merged up to that
// size; small random ones on HDD volumes count one each.
//
//   |----- one I/O -----|----- one I/O -----|
//   | cmd | cmd | cmd | cmd                        the fourth is in two: it begins one I/O
//
// A command merges when it starts where the last of its direction ended, however long ago: the
// guide gives no time limit. One stream for each direction is remembered, assumed: what else is
// under way at the same time makes a stream random.
import { assert } from '../../assert.ts';
import type { MediumOp } from '../medium.ts';

const nowhere = -1;

/** Counts commands as I/Os of at most one size. */
export class IoCounter {
  readonly #ioSectorCountMax: number;
  /** Where the last command ended, and the sectors its last I/O still has room for. */
  #readEnd = nowhere;
  #readRoom = 0;
  #writeEnd = nowhere;
  #writeRoom = 0;

  constructor(ioSectorCountMax: number) {
    assert(
      Number.isSafeInteger(ioSectorCountMax) && ioSectorCountMax >= 1,
      `I/Os of at most ${ioSectorCountMax} sectors, expected a whole number from 1`,
    );
    this.#ioSectorCountMax = ioSectorCountMax;
  }

  /** How many I/Os begin with this command; 0 when it is all merged into the one before. */
  count(op: MediumOp, sector: number, sectorCount: number): number {
    const max = this.#ioSectorCountMax;
    const isRead = op === 'read';
    const end = isRead ? this.#readEnd : this.#writeEnd;
    const room = sector !== end ? 0 : isRead ? this.#readRoom : this.#writeRoom;
    const rest = Math.max(0, sectorCount - room);
    const ioCount = Math.ceil(rest / max);
    const roomLeft = ioCount * max + room - sectorCount;
    if (isRead) {
      this.#readEnd = sector + sectorCount;
      this.#readRoom = roomLeft;
    } else {
      this.#writeEnd = sector + sectorCount;
      this.#writeRoom = roomLeft;
    }
    return ioCount;
  }

  copy(): IoCounter {
    const twin = new IoCounter(this.#ioSectorCountMax);
    twin.#readEnd = this.#readEnd;
    twin.#readRoom = this.#readRoom;
    twin.#writeEnd = this.#writeEnd;
    twin.#writeRoom = this.#writeRoom;
    return twin;
  }
}
