// A fixed number of I/Os under way at one device, for measuring how fast it is simulated: whenever
// one completes the next is submitted. It makes no garbage of its own: a request that is done is
// filled in again, completions wait in typed arrays.
import type { Device, IoRequest } from '../../../../sim/index.ts';
import { EventHeap } from '../event-heap.ts';

const flushEvery = 1_024;

interface PooledRequest extends IoRequest {
  op: 'write' | 'flush';
  block: number;
  blockCount: number;
}

/** Random single-block writes, every 1024th replaced by a flush. */
export class WriteLoop {
  readonly #device: Device;
  readonly #heap = new EventHeap();
  readonly #push = (slot: number, atNs: number): void => this.#heap.push(atNs, slot);
  #random = 1;
  #nowNs = 0;
  #submittedCount = 0;
  #spanBlocks: number;

  constructor(device: Device, depth: number) {
    this.#device = device;
    this.#spanBlocks = device.blockCount;
    for (let index = 0; index < depth; index += 1) {
      const stamps = new Uint32Array([index + 1]);
      this.#submit({ op: 'write', block: 0, blockCount: 1, stamps, tag: index });
    }
  }

  /** From now on only the first `blockCount` blocks are written. */
  narrow(blockCount: number): void {
    this.#spanBlocks = blockCount;
  }

  /** Completes `count` requests and submits as many. */
  run(count: number): void {
    for (let doneCount = 0; doneCount < count; ) {
      this.#nowNs = this.#heap.topAtNs;
      const done = this.#device.complete(this.#heap.pop(), this.#nowNs, this.#push);
      if (done === null) continue;
      doneCount += 1;
      this.#submit(done.request as PooledRequest);
    }
  }

  #submit(request: PooledRequest): void {
    this.#submittedCount += 1;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const isFlush = this.#submittedCount % flushEvery === 0;
    request.op = isFlush ? 'flush' : 'write';
    request.block = isFlush ? 0 : Math.floor((this.#random / 4_294_967_296) * this.#spanBlocks);
    request.blockCount = isFlush ? 0 : 1;
    this.#device.submit(request, 0, this.#nowNs, this.#push);
  }
}
