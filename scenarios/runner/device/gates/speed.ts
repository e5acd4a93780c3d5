// G7: how many simulated requests a second one thread does: random writes of one block over 64 GiB,
// 32 in flight, a flush after each 1,024, on a device with a volatile cache, contents and all. The
// device is driven by nothing but a heap of what is due.
import {
  type Device,
  deviceProfiles,
  type IoRequest,
  Noise,
  tableDevice,
} from '../../../../sim/index.ts';
import { EventHeap } from '../event-heap.ts';
import type { GateRow } from './gate.ts';

const perSecMin = 1_000_000;
const spanBlocks = 64 * 262_144;
const depth = 32;
const flushEvery = 1_024;

/** The row; `nowMs` is a wall clock. */
export function speedRow(requestCount: number, nowMs: () => number): GateRow {
  const loop = new WriteLoop(tableDevice(deviceProfiles['nvme-consumer'], spanBlocks));
  loop.run(Math.round(requestCount / 20));
  const startMs = nowMs();
  loop.run(requestCount);
  const tookMs = Math.max(1e-3, nowMs() - startMs);
  return {
    gate: 'G7',
    what: 'random writes over 64 GiB, 32 in flight, a flush each 1,024',
    expected: perSecMin,
    found: (requestCount / tookMs) * 1e3,
    tolerance: 0,
    bound: 'above',
    unit: 'io/s',
    note: 'wall clock: what else this machine does counts',
  };
}

interface PooledRequest extends IoRequest {
  op: 'write' | 'flush';
  block: number;
  blockCount: number;
}

/** A closed loop whose requests come from a pool. */
class WriteLoop {
  readonly #device: Device;
  readonly #heap = new EventHeap();
  readonly #places = new Noise(1);
  readonly #push = (slot: number, atNs: number): void => this.#heap.push(atNs, slot);
  #nowNs = 0;
  #submittedCount = 0;

  constructor(device: Device) {
    this.#device = device;
    for (let index = 0; index < depth; index += 1) {
      const stamps = new Uint32Array([index + 1]);
      this.#submit({ op: 'write', block: 0, blockCount: 1, stamps, tag: index });
    }
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
    const isFlush = this.#submittedCount % flushEvery === 0;
    request.op = isFlush ? 'flush' : 'write';
    request.block = isFlush ? 0 : this.#places.below(spanBlocks);
    request.blockCount = isFlush ? 0 : 1;
    this.#device.submit(request, 0, this.#nowNs, this.#push);
  }
}
