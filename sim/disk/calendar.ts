// When the parallel servers of a device (dies, arms, replicas) are free again. Which server serves
// does not matter, only when the earliest is free, so the calendar is a binary min-heap of
// instants:
//
//   book(ready, busy):  start = max(ready, earliest);  earliest := start + busy, sifted down
import { assert } from '../assert.ts';
import type { Ns } from '../units.ts';

/** The most servers a device may have. */
const channelCountMax = 4096;

/** Busy-until instants of interchangeable servers. */
export class Calendar {
  readonly #freeAtNs: Float64Array;

  constructor(freeAtNs: Float64Array) {
    const count = freeAtNs.length;
    assert(count >= 1 && count <= channelCountMax, `${count} channels, max ${channelCountMax}`);
    this.#freeAtNs = freeAtNs;
  }

  /** When a command that is ready at `readyNs` would start on the server that is free first. */
  startNs(readyNs: Ns): Ns {
    return Math.max(readyNs, this.#freeAtNs[0] as number);
  }

  /** Keeps the server that is free first busy until `untilNs`. */
  book(untilNs: Ns): void {
    const heap = this.#freeAtNs;
    const count = heap.length;
    let parent = 0;
    for (let child = 1; child < count; child = 2 * parent + 1) {
      if (child + 1 < count && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
      if ((heap[child] as number) >= untilNs) break;
      heap[parent] = heap[child] as number;
      parent = child;
    }
    heap[parent] = untilNs;
  }

  /** When the last server is free: a flush cannot end before. */
  drainedAtNs(): Ns {
    let latestNs = 0;
    for (const atNs of this.#freeAtNs) latestNs = Math.max(latestNs, atNs);
    return latestNs;
  }

  /** Keeps every server busy until `untilNs`. */
  holdAll(untilNs: Ns): void {
    this.#freeAtNs.fill(untilNs);
  }

  copy(): Calendar {
    return new Calendar(this.#freeAtNs.slice());
  }
}
