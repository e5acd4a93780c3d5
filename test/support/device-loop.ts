// Drives a whole device with a load in fio's words: jobs that keep a fixed number of commands under
// way, each job submitting one after the other. A latency is fio's clat: from the end of the
// submission to the completion. What is measured begins after the ramp.
import { EventHeap } from '../../scenarios/runner/device/event-heap.ts';
import type { Device, IoRequest } from '../../sim/disk/device.ts';
import { Noise, noiseLane } from '../../sim/disk/noise.ts';

const blockBytes = 4_096;

export interface DeviceLoad {
  readonly rw: 'read' | 'write' | 'randread' | 'randwrite' | 'randrw' | 'rw';
  readonly bs: number;
  readonly iodepth: number;
  readonly numjobs: number;
  readonly rwmixread: number;
  readonly fsync: number;
  /** Blocks from the first that are used. */
  readonly spanBlocks: number;
  readonly ios: number;
  readonly rampIos: number;
  /** What a job is busy for with each command before it is submitted. */
  readonly submitNs: number;
}

export interface DeviceLoopResult {
  readonly iops: number;
  readonly meanNs: number;
  quantileNs(share: number): number;
}

export function deviceLoop(device: Device, load: DeviceLoad): DeviceLoopResult {
  return new Loop(device, load).run();
}

/** One command of a job at a time. */
class Loop {
  readonly #device: Device;
  readonly #load: DeviceLoad;
  readonly #due = new EventHeap();
  readonly #noise = new Noise(noiseLane(1, 'device loop'));
  readonly #stamps: Uint32Array;
  readonly #issuedAtNs: Float64Array;
  readonly #jobFreeAtNs: Float64Array;
  readonly #blockCount: number;
  readonly #placeCount: number;
  readonly #schedule = (slot: number, atNs: number): void => this.#due.push(atNs, slot);
  #next = 0;
  #writtenCount = 0;

  constructor(device: Device, load: DeviceLoad) {
    this.#device = device;
    this.#load = load;
    this.#blockCount = load.bs / blockBytes;
    this.#placeCount = Math.floor(load.spanBlocks / this.#blockCount);
    this.#stamps = new Uint32Array(this.#blockCount).fill(1);
    this.#issuedAtNs = new Float64Array(load.iodepth * load.numjobs);
    this.#jobFreeAtNs = new Float64Array(load.numjobs);
  }

  run(): DeviceLoopResult {
    const { ios, rampIos, fsync } = this.#load;
    const latenciesNs = new Float64Array(ios);
    let [doneCount, fromNs, nowNs] = [-rampIos, 0, 0];
    for (let owner = 0; owner < this.#issuedAtNs.length; owner += 1) this.#ask(owner, 0);
    while (doneCount < ios) {
      if (this.#due.size === 0) throw new Error('the device forgot a command');
      nowNs = this.#due.topAtNs;
      const event = this.#due.pop();
      if (event < 0) {
        this.#issue(-event - 1, nowNs);
        continue;
      }
      const done = this.#device.complete(event, nowNs, this.#schedule);
      if (done === null) continue;
      if (done.status !== 'ok') throw new Error(`a command ended '${done.status}'`);
      const { owner, request } = done;
      if (request.op === 'write' && fsync > 0) {
        this.#writtenCount += 1;
        if (this.#writtenCount % fsync === 0) {
          this.#submit({ op: 'flush', block: 0, blockCount: 0, tag: null }, owner, nowNs);
          continue;
        }
      }
      if (doneCount >= 0) latenciesNs[doneCount] = nowNs - this.#issuedAtNs[owner]!;
      doneCount += 1;
      if (doneCount === 0) fromNs = nowNs;
      this.#ask(owner, nowNs);
    }
    return resultOf(latenciesNs, nowNs - fromNs);
  }

  /** The job of `owner` submits one more command when it gets to it. */
  #ask(owner: number, nowNs: number): void {
    const { submitNs, numjobs } = this.#load;
    if (submitNs === 0) {
      this.#issue(owner, nowNs);
      return;
    }
    const job = owner % numjobs;
    const atNs = Math.max(nowNs, this.#jobFreeAtNs[job]!) + submitNs;
    this.#jobFreeAtNs[job] = atNs;
    this.#due.push(atNs, -owner - 1);
  }

  #issue(owner: number, nowNs: number): void {
    const { rw, rwmixread, numjobs } = this.#load;
    const isRandom = rw.startsWith('rand');
    const place = isRandom ? this.#noise.below(this.#placeCount) : this.#next++ % this.#placeCount;
    const isMixed = rw === 'randrw' || rw === 'rw';
    const isRead = isMixed ? this.#noise.below(100) < rwmixread : rw.endsWith('read');
    const blockCount = this.#blockCount;
    const block = place * blockCount;
    const queue = owner % numjobs;
    this.#issuedAtNs[owner] = nowNs;
    if (isRead) this.#submit({ op: 'read', block, blockCount, queue, tag: null }, owner, nowNs);
    else {
      const stamps = this.#stamps;
      this.#submit({ op: 'write', block, blockCount, stamps, queue, tag: null }, owner, nowNs);
    }
  }

  #submit(request: IoRequest, owner: number, nowNs: number): void {
    this.#device.submit(request, owner, nowNs, this.#schedule);
  }
}

function resultOf(latenciesNs: Float64Array, elapsedNs: number): DeviceLoopResult {
  let sumNs = 0;
  for (const latencyNs of latenciesNs) sumNs += latencyNs;
  latenciesNs.sort();
  const count = latenciesNs.length;
  return {
    iops: (count / elapsedNs) * 1e9,
    meanNs: sumNs / count,
    quantileNs: (share) => latenciesNs[Math.min(count - 1, Math.ceil(share * count) - 1)]!,
  };
}
