// No scheduler at all: commands leave in the order in which they came (Linux's `none`).
import type { Ns } from '../../units.ts';
import type { MediumOp } from '../medium.ts';
import type { Scheduler } from './scheduler.ts';
import { SlotLine } from './slot-line.ts';

/** First in, first out. */
export class FifoScheduler implements Scheduler {
  readonly #line: SlotLine;

  constructor(line: SlotLine = new SlotLine()) {
    this.#line = line;
  }

  get count(): number {
    return this.#line.count;
  }

  add(
    slot: number,
    _op: MediumOp,
    _sector: number,
    _sectorCount: number,
    _owner: number,
    _nowNs: Ns,
  ): void {
    this.#line.push(slot);
  }

  resize(_slot: number, _sector: number, _sectorCount: number): void {}

  next(_nowNs: Ns): number {
    const slot = this.#line.head;
    if (slot !== -1) this.#line.remove(slot);
    return slot;
  }

  clear(): void {
    this.#line.clear();
  }

  copy(): FifoScheduler {
    return new FifoScheduler(this.#line.copy());
  }
}
