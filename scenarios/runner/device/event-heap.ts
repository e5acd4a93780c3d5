// What is due when, for a device that is driven without a world: a binary heap over typed arrays.
// Of two events at one instant the one that was pushed first comes first.

const capacityFirst = 64;

/** Pending events, each a 32-bit integer of the caller's. */
export class EventHeap {
  #atNs = new Float64Array(capacityFirst);
  #orders = new Float64Array(capacityFirst);
  #events = new Int32Array(capacityFirst);
  #size = 0;
  #pushedCount = 0;

  get size(): number {
    return this.#size;
  }

  /** When the first one is due; only while there is one. */
  get topAtNs(): number {
    return this.#atNs[0] as number;
  }

  push(atNs: number, event: number): void {
    if (this.#size === this.#atNs.length) this.#grow();
    const order = this.#pushedCount++;
    let index = this.#size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((this.#atNs[parent] as number) <= atNs) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#atNs[index] = atNs;
    this.#orders[index] = order;
    this.#events[index] = event;
  }

  /** Takes the first one; only while there is one. */
  pop(): number {
    const event = this.#events[0] as number;
    this.#size -= 1;
    const last = this.#size;
    const atNs = this.#atNs[last] as number;
    const order = this.#orders[last] as number;
    let index = 0;
    for (let child = 1; child < last; child = 2 * index + 1) {
      if (child + 1 < last && this.#isLater(child, child + 1)) child += 1;
      const childAtNs = this.#atNs[child] as number;
      if (childAtNs > atNs) break;
      if (childAtNs === atNs && (this.#orders[child] as number) > order) break;
      this.#move(child, index);
      index = child;
    }
    this.#atNs[index] = atNs;
    this.#orders[index] = order;
    this.#events[index] = this.#events[last] as number;
    return event;
  }

  #isLater(left: number, right: number): boolean {
    const leftNs = this.#atNs[left] as number;
    const rightNs = this.#atNs[right] as number;
    if (leftNs !== rightNs) return leftNs > rightNs;
    return (this.#orders[left] as number) > (this.#orders[right] as number);
  }

  /** Takes places, not times: an instant that is handed over costs an object. */
  #move(from: number, to: number): void {
    this.#atNs[to] = this.#atNs[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#events[to] = this.#events[from] as number;
  }

  #grow(): void {
    const capacity = this.#size * 2;
    const atNs = new Float64Array(capacity);
    atNs.set(this.#atNs);
    this.#atNs = atNs;
    const orders = new Float64Array(capacity);
    orders.set(this.#orders);
    this.#orders = orders;
    const events = new Int32Array(capacity);
    events.set(this.#events);
    this.#events = events;
  }
}
