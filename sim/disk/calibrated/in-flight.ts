// How many commands are under way at an instant, from their promised ends: a binary min-heap.
import type { Ns } from '../../units.ts';

const capacityFirst = 64;

/** The ends of the commands that are under way. */
export class InFlight {
  #endsAtNs = new Float64Array(capacityFirst);
  #count = 0;

  /** How many have not ended at `nowNs`, which never falls. */
  countAt(nowNs: Ns): number {
    while (this.#count > 0 && (this.#endsAtNs[0] as number) <= nowNs) this.#removeFirst();
    return this.#count;
  }

  /** One more, that ends at an instant. */
  add(endAtNs: Ns): void {
    if (this.#count === this.#endsAtNs.length) this.#grow();
    const heap = this.#endsAtNs;
    let index = this.#count;
    this.#count += 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent] as number) <= endAtNs) break;
      heap[index] = heap[parent] as number;
      index = parent;
    }
    heap[index] = endAtNs;
  }

  clear(): void {
    this.#count = 0;
  }

  copy(): InFlight {
    const twin = new InFlight();
    twin.#endsAtNs = this.#endsAtNs.slice();
    twin.#count = this.#count;
    return twin;
  }

  #removeFirst(): void {
    const heap = this.#endsAtNs;
    this.#count -= 1;
    const count = this.#count;
    const lastAtNs = heap[count] as number;
    let index = 0;
    for (let child = 1; child < count; child = 2 * index + 1) {
      if (child + 1 < count && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
      if ((heap[child] as number) >= lastAtNs) break;
      heap[index] = heap[child] as number;
      index = child;
    }
    heap[index] = lastAtNs;
  }

  #grow(): void {
    const wider = new Float64Array(this.#endsAtNs.length * 2);
    wider.set(this.#endsAtNs);
    this.#endsAtNs = wider;
  }
}
