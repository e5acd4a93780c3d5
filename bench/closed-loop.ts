// A fixed number of I/Os under way at one device: whenever one completes the next is submitted. It
// makes no garbage of its own: requests are taken from a pool, completions wait in typed arrays.
import type { Device, IoRequest } from '../sim/disk/device.ts';

const flushEvery = 1_024;

interface PooledRequest extends IoRequest {
  op: 'write' | 'flush';
  block: number;
  blockCount: number;
  readonly stamps: Uint32Array;
  readonly tag: number;
}

/** Random single-block writes, every 1024th replaced by a flush. */
export class ClosedLoop {
  readonly #device: Device;
  readonly #pool: PooledRequest[] = [];
  readonly #free: Int32Array;
  readonly #atNs: Float64Array;
  readonly #slots: Int32Array;
  #freeCount = 0;
  #dueCount = 0;
  #random = 1;
  #nowNs = 0;
  #submittedCount = 0;
  #blockCount: number;

  constructor(device: Device, depth: number) {
    this.#device = device;
    this.#blockCount = device.blockCount;
    this.#free = new Int32Array(depth);
    this.#atNs = new Float64Array(2 * depth);
    this.#slots = new Int32Array(2 * depth);
    for (let tag = 0; tag < depth; tag += 1) {
      const stamps = new Uint32Array([tag + 1]);
      this.#pool.push({ op: 'write', block: 0, blockCount: 1, stamps, tag });
      this.#free[this.#freeCount++] = tag;
    }
    while (this.#freeCount > 0) this.#submitOne();
  }

  /** From now on only the first `blockCount` blocks are written. */
  narrow(blockCount: number): void {
    this.#blockCount = blockCount;
  }

  /** Completes `count` requests and submits as many. */
  run(count: number): void {
    for (let doneCount = 0; doneCount < count; ) {
      this.#nowNs = this.#atNs[0] as number;
      const slot = this.#slots[0] as number;
      this.#pop();
      const done = this.#device.complete(slot, this.#nowNs, this.#push);
      if (done === null) continue;
      this.#free[this.#freeCount++] = done.request.tag as number;
      doneCount += 1;
      this.#submitOne();
    }
  }

  #submitOne(): void {
    this.#submittedCount += 1;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const request = this.#pool[this.#free[--this.#freeCount] as number] as PooledRequest;
    const isFlush = this.#submittedCount % flushEvery === 0;
    request.op = isFlush ? 'flush' : 'write';
    request.block = isFlush ? 0 : Math.floor((this.#random / 4_294_967_296) * this.#blockCount);
    request.blockCount = isFlush ? 0 : 1;
    this.#device.submit(request, 0, this.#nowNs, this.#push);
  }

  readonly #push = (slot: number, atNs: number): void => {
    let child = this.#dueCount++;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((this.#atNs[parent] as number) <= atNs) break;
      this.#move(parent, child);
      child = parent;
    }
    this.#atNs[child] = atNs;
    this.#slots[child] = slot;
  };

  #pop(): void {
    const count = --this.#dueCount;
    const atNs = this.#atNs[count] as number;
    const slot = this.#slots[count] as number;
    if (count === 0) return;
    let parent = 0;
    for (let child = 1; child < count; child = 2 * parent + 1) {
      const right = child + 1;
      if (right < count && (this.#atNs[right] as number) < (this.#atNs[child] as number)) {
        child += 1;
      }
      if ((this.#atNs[child] as number) >= atNs) break;
      this.#move(child, parent);
      parent = child;
    }
    this.#atNs[parent] = atNs;
    this.#slots[parent] = slot;
  }

  #move(from: number, to: number): void {
    this.#atNs[to] = this.#atNs[from] as number;
    this.#slots[to] = this.#slots[from] as number;
  }
}
