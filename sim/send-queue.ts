// The network interface of one node: it sends one message after another, and remembers those that
// have not left it, for when the rate changes.
//
//   sent A B C    |======A======|======B======|======C======|   booked at the old rate
//   rate changes          ^now
//                         |==A==|=====B=====|=====C=====|       what is left, at the new one
//
// What has left has left. The rest of a message under way and all of those that wait behind it, in
// their order, go at the new rate from that instant on, as in a real queue of bytes. A message
// arrives as long after it has left as it would have without the change.
import type { NodeId } from './actor.ts';
import type { EventHandle } from './event-queue.ts';
import type { Ns } from './units.ts';

/** A message has at most so many copies. */
const copiesMax = 2;
const firstCapacity = 8;

/** A copy is due at another instant: answers the handle that its event has from then on. */
export type Moved = (handle: EventHandle, departNs: Ns, arrivalNs: Ns) => EventHandle;

/** Messages that have not left an interface. Rings that run parallel: no object per message. */
export class SendQueue {
  /** True: no message overtakes another one of its link. */
  readonly #fifo: boolean;
  #capacity = firstCapacity;
  #head = 0;
  #count = 0;
  /** When the last bit of all that was ever booked has left. */
  #busyUntilNs: Ns = 0;
  #to: NodeId[] = new Array<NodeId>(firstCapacity).fill('');
  /** How long what is left at `#startNs` takes while nothing disturbs the link. */
  #workNs = new Float64Array(firstCapacity);
  #startNs = new Float64Array(firstCapacity);
  #factor = new Float64Array(firstCapacity);
  #departNs = new Float64Array(firstCapacity);
  // By copy; the handle of one that never arrives is 0.
  #handle = new Float64Array(firstCapacity * copiesMax);
  #flightNs = new Float64Array(firstCapacity * copiesMax);
  /** When the one before it on its link arrives. */
  #afterNs = new Float64Array(firstCapacity * copiesMax);

  constructor(fifo: boolean) {
    this.#fifo = fifo;
  }

  /**
   * A message sets out that takes `workNs` on an undisturbed link, `factor` times that on this one:
   * answers when its last bit has left.
   */
  book(to: NodeId, workNs: Ns, factor: number, nowNs: Ns): Ns {
    this.#forgetLeft(nowNs);
    if (this.#count === this.#capacity) this.#grow();
    const i = (this.#head + this.#count++) % this.#capacity;
    const startNs = Math.max(nowNs, this.#busyUntilNs);
    this.#busyUntilNs = startNs + Math.ceil(workNs * factor);
    this.#to[i] = to;
    this.#workNs[i] = workNs;
    this.#startNs[i] = startNs;
    this.#factor[i] = factor;
    this.#departNs[i] = this.#busyUntilNs;
    this.#handle[i * copiesMax] = 0;
    this.#handle[i * copiesMax + 1] = 0;
    return this.#busyUntilNs;
  }

  /** A copy of the message that was booked last: its event, its arrival, and the one before. */
  attach(copyIndex: number, handle: EventHandle, arrivalNs: Ns, afterNs: Ns): void {
    const i = (this.#head + this.#count - 1) % this.#capacity;
    this.#handle[i * copiesMax + copyIndex] = handle;
    this.#flightNs[i * copiesMax + copyIndex] = arrivalNs - this.#departNs[i];
    this.#afterNs[i * copiesMax + copyIndex] = afterNs;
  }

  /** The event of a copy has another handle; 0: nothing here moves it any more. */
  replace(handle: EventHandle, by: EventHandle): void {
    const at = this.#handle.indexOf(handle);
    if (at >= 0) this.#handle[at] = by;
  }

  /**
   * Links have other factors from now on. `moved` learns of each copy that is due at another
   * instant, in the order they were sent. Answers the last arrival of each link that has any here.
   */
  rebook(nowNs: Ns, factorTo: (to: NodeId) => number, moved: Moved): ReadonlyMap<NodeId, Ns> {
    this.#forgetLeft(nowNs);
    const lastNs = new Map<NodeId, Ns>();
    let freeNs = nowNs;
    for (let n = 0; n < this.#count; n++) {
      const i = (this.#head + n) % this.#capacity;
      const wasNs = this.#departNs[i];
      freeNs = this.#rebookOne(i, freeNs, nowNs, factorTo(this.#to[i]));
      this.#moveCopies(i, wasNs, lastNs, moved);
    }
    if (this.#count > 0) this.#busyUntilNs = freeNs;
    return lastNs;
  }

  copy(): SendQueue {
    const other = new SendQueue(this.#fifo);
    other.#capacity = this.#capacity;
    other.#head = this.#head;
    other.#count = this.#count;
    other.#busyUntilNs = this.#busyUntilNs;
    other.#to = this.#to.slice();
    other.#workNs = this.#workNs.slice();
    other.#startNs = this.#startNs.slice();
    other.#factor = this.#factor.slice();
    other.#departNs = this.#departNs.slice();
    other.#handle = this.#handle.slice();
    other.#flightNs = this.#flightNs.slice();
    other.#afterNs = this.#afterNs.slice();
    return other;
  }

  /** Answers when it has left; the interface is free for it from `freeNs` on. */
  #rebookOne(i: number, freeNs: Ns, nowNs: Ns, factor: number): Ns {
    const startNs = this.#startNs[i];
    const isBegun = startNs < nowNs;
    if (factor === this.#factor[i] && (isBegun || startNs === freeNs)) return this.#departNs[i];
    if (isBegun) {
      const doneNs = (nowNs - startNs) / this.#factor[i];
      this.#workNs[i] = Math.max(0, this.#workNs[i] - doneNs);
    }
    this.#startNs[i] = freeNs;
    this.#factor[i] = factor;
    this.#departNs[i] = freeNs + Math.ceil(this.#workNs[i] * factor);
    return this.#departNs[i];
  }

  #moveCopies(i: number, wasNs: Ns, lastNs: Map<NodeId, Ns>, moved: Moved): void {
    const to = this.#to[i];
    const departNs = this.#departNs[i];
    for (let at = i * copiesMax; at < (i + 1) * copiesMax; at++) {
      const handle = this.#handle[at];
      if (handle === 0) continue;
      const beforeNs = wasNs + this.#flightNs[at];
      const afterNs = lastNs.get(to) ?? this.#afterNs[at];
      let arrivalNs = departNs + this.#flightNs[at];
      if (this.#fifo && arrivalNs <= afterNs) arrivalNs = afterNs + 1;
      this.#flightNs[at] = arrivalNs - departNs;
      this.#afterNs[at] = afterNs;
      lastNs.set(to, arrivalNs);
      if (arrivalNs !== beforeNs) this.#handle[at] = moved(handle, departNs, arrivalNs);
    }
  }

  #forgetLeft(nowNs: Ns): void {
    while (this.#count > 0 && this.#departNs[this.#head] <= nowNs) {
      this.#head = (this.#head + 1) % this.#capacity;
      this.#count -= 1;
    }
  }

  /** Twice the room, the oldest message first. */
  #grow(): void {
    const head = this.#head;
    this.#to = [...this.#to.slice(head), ...this.#to.slice(0, head), ...this.#to.map(() => '')];
    this.#workNs = unrolled(this.#workNs, head);
    this.#startNs = unrolled(this.#startNs, head);
    this.#factor = unrolled(this.#factor, head);
    this.#departNs = unrolled(this.#departNs, head);
    this.#handle = unrolled(this.#handle, head * copiesMax);
    this.#flightNs = unrolled(this.#flightNs, head * copiesMax);
    this.#afterNs = unrolled(this.#afterNs, head * copiesMax);
    this.#head = 0;
    this.#capacity *= 2;
  }
}

function unrolled(ring: Float64Array, head: number): Float64Array<ArrayBuffer> {
  const room = new Float64Array(ring.length * 2);
  room.set(ring.subarray(head));
  room.set(ring.subarray(0, head), ring.length - head);
  return room;
}
