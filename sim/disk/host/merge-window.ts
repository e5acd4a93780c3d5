// Commands that wait in the host and may still grow: a new one that touches one of them joins it
// instead of waiting by itself.
//
//   waiting   | 8..15 |      back:   16..23 joins, now 8..23
//                            front:   0..7  joins, now 0..15
//
// After Linux (block/elevator.c elv_merge, block/blk-merge.c; `nomerges` in queue-sysfs):
//   0  the last command first, then any waiting one: back by its end, then front by its start;
//   1  only the last command: the one that was added last, and the one that was last joined;
//   2  none.
// One direction only, never beyond the largest command, and never a forced write: a command with
// REQ_FUA is not merged. Two waiting commands do not become one when the gap between them closes,
// and one whose end lies under another that overlaps it is not found.
import { assert } from '../../assert.ts';
import type { MediumOp } from '../medium.ts';
import { SortedSlots } from './sorted-slots.ts';
import type { HostSpec } from './submission.ts';

const none = -1;
const reading = 0;
const writing = 1;

/** What waits and may grow, by slot. */
export class MergeWindow {
  readonly #nomerges: HostSpec['nomerges'];
  readonly #ioSectorCountMax: number;
  #sorted = new SortedSlots();
  #lastAdded = none;
  #lastJoined = none;

  constructor({ nomerges, ioSectorCountMax }: Pick<HostSpec, 'nomerges' | 'ioSectorCountMax'>) {
    assert(
      Number.isSafeInteger(ioSectorCountMax) && ioSectorCountMax >= 1,
      `commands of at most ${ioSectorCountMax} sectors, expected a whole number from 1`,
    );
    this.#nomerges = nomerges;
    this.#ioSectorCountMax = ioSectorCountMax;
  }

  /** How many wait. */
  get count(): number {
    return this.#sorted.count;
  }

  /**
   * Joins the command to a waiting one and answers that one's slot, whose sectors have grown; -1
   * when it stays a command of its own, to be given to `add`.
   */
  join(op: MediumOp, sector: number, sectorCount: number): number {
    if (this.#nomerges === 2 || op === 'forcedWrite') return none;
    const direction = op === 'read' ? reading : writing;
    let slot = this.#touching(this.#lastAdded, direction, sector, sectorCount);
    if (slot === none) slot = this.#touching(this.#lastJoined, direction, sector, sectorCount);
    if (slot === none && this.#nomerges === 0) slot = this.#find(direction, sector, sectorCount);
    if (slot === none) return none;
    const start = Math.min(sector, this.#sorted.sectorOf(slot));
    this.#sorted.resize(slot, start, this.#sorted.sectorCountOf(slot) + sectorCount);
    this.#lastJoined = slot;
    return slot;
  }

  /** A command waits by itself. A forced write need not be told: it never grows. */
  add(slot: number, op: MediumOp, sector: number, sectorCount: number): void {
    if (this.#nomerges === 2 || op === 'forcedWrite') return;
    this.#sorted.add(slot, op === 'read' ? reading : writing, sector, sectorCount, 0);
    this.#lastAdded = slot;
    if (this.#lastJoined === none) this.#lastJoined = slot;
  }

  /** The command begins: it grows no more. */
  remove(slot: number): void {
    if (!this.#sorted.has(slot)) return;
    this.#sorted.remove(slot);
    if (this.#lastAdded === slot) this.#lastAdded = none;
    if (this.#lastJoined === slot) this.#lastJoined = none;
  }

  /** Where a waiting slot starts by now. */
  sectorOf(slot: number): number {
    return this.#sorted.sectorOf(slot);
  }

  /** How long a waiting slot is by now. */
  sectorCountOf(slot: number): number {
    return this.#sorted.sectorCountOf(slot);
  }

  /** Nothing waits any more: the power is gone. */
  clear(): void {
    this.#sorted.clear();
    this.#lastAdded = none;
    this.#lastJoined = none;
  }

  copy(): MergeWindow {
    const nomerges = this.#nomerges;
    const twin = new MergeWindow({ nomerges, ioSectorCountMax: this.#ioSectorCountMax });
    twin.#sorted = this.#sorted.copy();
    twin.#lastAdded = this.#lastAdded;
    twin.#lastJoined = this.#lastJoined;
    return twin;
  }

  /** `slot` if the command can join it, else -1. */
  #touching(slot: number, direction: number, sector: number, sectorCount: number): number {
    if (slot === none || this.#sorted.groupOf(slot) !== direction) return none;
    const start = this.#sorted.sectorOf(slot);
    const length = this.#sorted.sectorCountOf(slot);
    if (length + sectorCount > this.#ioSectorCountMax) return none;
    return start + length === sector || sector + sectorCount === start ? slot : none;
  }

  /** Back first: the nearest that starts below. Then front: one that starts at our end. */
  #find(direction: number, sector: number, sectorCount: number): number {
    const below = this.#sorted.slotAt(this.#sorted.firstFrom(direction, sector) - 1);
    const back = this.#touching(below, direction, sector, sectorCount);
    if (back !== none) return back;
    const end = sector + sectorCount;
    const above = this.#sorted.slotAt(this.#sorted.firstFrom(direction, end));
    return this.#touching(above, direction, sector, sectorCount);
  }
}
