// How many simulated I/Os a second one device does, completions ordered by a small heap as a world
// would, and what a copy of it costs. Contents and cache are exact in every run.
import type { Device, IoRequest } from '../sim/disk/device.ts';
import { type DeviceProfile, deviceProfiles } from '../sim/disk/profiles.ts';
import { tableDevice } from '../sim/disk/table-device.ts';
import type { BenchRow } from './row.ts';

const blocksPerGiB = 262_144;
const ioCount = 1_000_000;
const flushEvery = 1_024;
const depth = 32;

/** Measures the table device; takes a few seconds. */
export function benchDisk(): BenchRow[] {
  const plp = deviceProfiles['nvme-plp'];
  const consumer = deviceProfiles['nvme-consumer'];
  writesPerSec(consumer, 1);
  const rows = [
    rateRow('null device, 1 GiB', writesPerSec(deviceProfiles.null, 1)),
    rateRow('protected cache, 64 GiB', writesPerSec(plp, 64)),
    rateRow('volatile cache, 1 GiB', writesPerSec(consumer, 1)),
    rateRow('volatile cache, 64 GiB', writesPerSec(consumer, 64), 1_000_000),
    rateRow('volatile cache, 1 TiB', writesPerSec(consumer, 1_024)),
  ];
  return [...rows, copyRow(), copyAndWriteRow()];
}

/** Random single-block writes, 32 at a time, every 1024th replaced by a flush. */
function writesPerSec(profile: DeviceProfile, sizeGiB: number): number {
  const loop = new Loop(tableDevice(profile, sizeGiB * blocksPerGiB));
  const startMs = performance.now();
  for (let count = 0; count < depth; count += 1) loop.submitOne();
  while (loop.doneCount < ioCount) {
    loop.completeOne();
    loop.submitOne();
  }
  return (ioCount / (performance.now() - startMs)) * 1_000;
}

function rateRow(what: string, perSec: number, perSecMin?: number): BenchRow {
  const row = { name: `disk: random writes, QD32, flush each 1024, ${what}`, value: perSec };
  if (perSecMin === undefined) return { ...row, unit: 'io/s' };
  return { ...row, unit: 'io/s', target: `at least ${perSecMin}`, held: perSec >= perSecMin };
}

function copyRow(): BenchRow {
  const device = smallDevice();
  const valueUs = medianUs(() => {
    device.copy();
  });
  const name = 'disk: copy, idle, 100 blocks written, 20 of them unflushed';
  return { name, value: valueUs, unit: 'us', target: 'at most 5', held: valueUs <= 5 };
}

function copyAndWriteRow(): BenchRow {
  const device = smallDevice();
  const request: IoRequest = { op: 'write', block: 7, blockCount: 1, stamps: [1], tag: 0 };
  const valueUs = medianUs(() => {
    const twin = device.copy();
    let due = { slot: 0, atNs: 0 };
    const schedule = (slot: number, atNs: number) => {
      due = { slot, atNs };
    };
    twin.submit(request, 0, 1e12, schedule);
    twin.complete(due.slot, due.atNs, schedule);
  });
  return { name: 'disk: copy, then the first write on it', value: valueUs, unit: 'us' };
}

function smallDevice(): Device {
  const device = tableDevice(deviceProfiles['nvme-consumer'], 64 * blocksPerGiB);
  let [nowNs, due] = [0, { slot: 0, atNs: 0 }];
  const schedule = (slot: number, atNs: number) => {
    due = { slot, atNs };
  };
  for (let step = 0; step <= 100; step += 1) {
    const request: IoRequest =
      step === 80
        ? { op: 'flush', block: 0, blockCount: 0, tag: step }
        : { op: 'write', block: step * 37, blockCount: 1, stamps: [step], tag: step };
    device.submit(request, 0, nowNs, schedule);
    nowNs = due.atNs;
    device.complete(due.slot, nowNs, schedule);
  }
  return device;
}

/** The median over 41 batches of 1000 calls, per call. */
function medianUs(call: () => void): number {
  const batchesUs: number[] = [];
  for (let batch = 0; batch < 41; batch += 1) {
    const startMs = performance.now();
    for (let count = 0; count < 1_000; count += 1) call();
    batchesUs.push(performance.now() - startMs);
  }
  return batchesUs.sort((a, b) => a - b)[20] as number;
}

/** A closed loop over a binary heap of completions. */
class Loop {
  doneCount = 0;
  readonly #device: Device;
  readonly #atNs: number[] = [];
  readonly #slots: number[] = [];
  readonly #stamps = [[1], [2], [3], [4]] as const;
  #random = 1;
  #nowNs = 0;
  #submittedCount = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  submitOne(): void {
    this.#submittedCount += 1;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const tag = this.#submittedCount;
    const block = Math.floor((this.#random / 4_294_967_296) * this.#device.blockCount);
    const stamps = this.#stamps[tag & 3] as readonly number[];
    const request: IoRequest =
      tag % flushEvery === 0
        ? { op: 'flush', block: 0, blockCount: 0, tag }
        : { op: 'write', block, blockCount: 1, stamps, tag };
    this.#device.submit(request, 0, this.#nowNs, this.#push);
  }

  completeOne(): void {
    this.#nowNs = this.#atNs[0] as number;
    const slot = this.#slots[0] as number;
    this.#pop();
    this.#device.complete(slot, this.#nowNs, this.#push);
    this.doneCount += 1;
  }

  readonly #push = (slot: number, atNs: number): void => {
    let child = this.#atNs.push(atNs) - 1;
    this.#slots.push(slot);
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
    const atNs = this.#atNs.pop() as number;
    const slot = this.#slots.pop() as number;
    const count = this.#atNs.length;
    if (count === 0) return;
    let parent = 0;
    for (let child = 1; child < count; child = 2 * parent + 1) {
      const right = child + 1;
      if (right < count && (this.#atNs[right] as number) < (this.#atNs[child] as number))
        child += 1;
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
