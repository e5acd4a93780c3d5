// How many simulated I/Os a second one device does, completions ordered by a small heap as a world
// would, what it keeps in memory for them, and what a copy of it costs. Contents and cache are
// exact in every run.
import { WriteLoop } from '../scenarios/runner/device/gates/write-loop.ts';
import { AssertionError } from '../sim/assert.ts';
import type { Device, IoRequest } from '../sim/disk/device.ts';
import { tableDevice } from '../sim/disk/make-device.ts';
import { type DeviceProfile, deviceProfiles } from '../sim/disk/profiles.ts';
import type { BenchRow } from './row.ts';

const blocksPerGiB = 262_144;
const ioCount = 1_000_000;
const depth = 32;

/** Measures devices of several sizes; takes some seconds. */
export function benchDisk(): BenchRow[] {
  const consumer = deviceProfiles['nvme-consumer'];
  runLoop(tableDevice(consumer, blocksPerGiB));
  const bare = runLoop(bareDevice()).perSec;
  const rows = [
    { name: `${load}, the loop without a device`, value: bare, unit: 'io/s' },
    ...sizeRows('protected cache', deviceProfiles['nvme-plp'], 64, bare),
    ...sizeRows('volatile cache', consumer, 4, bare),
    ...sizeRows('volatile cache', consumer, 64, bare, 1_000_000),
    ...sizeRows('volatile cache', consumer, 1_024, bare),
  ];
  return [...rows, copyRow(), copyAndWriteRow()];
}

const load = 'disk: random 4 KiB writes, QD32, flush each 1024';

interface LoopResult {
  readonly perSec: number;
  /** What the device keeps in the end, and what the loop left behind for each I/O. */
  readonly keptBytes: number;
  readonly garbageBytesPerIo: number;
}

function sizeRows(
  what: string,
  profile: DeviceProfile,
  sizeGiB: number,
  bare: number,
  perSecMin?: number,
): BenchRow[] {
  const { perSec, keptBytes, garbageBytesPerIo } = runLoop(
    tableDevice(profile, sizeGiB * blocksPerGiB),
  );
  const name = `${load}, ${what}, ${sizeGiB} GiB`;
  const rate = { name, value: perSec, unit: 'io/s' };
  const held = perSecMin === undefined ? {} : { held: perSec >= perSecMin };
  const target = perSecMin === undefined ? {} : { target: `at least ${perSecMin}` };
  return [
    { ...rate, ...target, ...held },
    { name: '  of the loop without a device', value: perSec / bare, unit: 'x' },
    { name: '  memory after 1 M writes', value: keptBytes / 1_048_576, unit: 'MiB' },
    // No objects: what is left are instants that V8 boxes where a call is not inlined.
    { name: '  garbage', value: garbageBytesPerIo, unit: 'B/io' },
  ];
}

/** Random single-block writes, 32 at a time, every 1024th replaced by a flush. */
function runLoop(device: Device): LoopResult {
  const before = memoryBytes();
  const loop = new WriteLoop(device, depth);
  loop.run(10_000);
  const startMs = performance.now();
  loop.run(ioCount);
  const perSec = (ioCount / (performance.now() - startMs)) * 1_000;
  const keptBytes = memoryBytes() - before;
  return { perSec, keptBytes, garbageBytesPerIo: garbageOf(loop) };
}

/** What the young generation grows by over I/Os to blocks that are all stored already. */
function garbageOf(loop: WriteLoop): number {
  const count = 20_000;
  loop.narrow(1_024);
  loop.run(count);
  collect();
  const before = process.memoryUsage().heapUsed;
  loop.run(count);
  return Math.max(0, process.memoryUsage().heapUsed - before) / count;
}

function memoryBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Without --expose-gc the figures of memory are upper bounds. */
function collect(): void {
  const gc: unknown = Reflect.get(globalThis, 'gc');
  // The second time takes what the first had still reached from the stack.
  for (let times = 0; times < 2; times += 1) if (typeof gc === 'function') gc();
}

/** Answers everything after 15 us and keeps nothing: what the loop costs by itself. */
function bareDevice(): Device {
  const requests: IoRequest[] = [];
  const free: number[] = [];
  const nothing = { owner: 0, status: 'ok', stamps: new Uint32Array(1), payloads: null } as const;
  const done = { ...nothing, request: { op: 'flush', block: 0, blockCount: 0, tag: 0 } } as {
    request: IoRequest;
  };
  const refuse = (): never => {
    throw new AssertionError('a bare device only submits and completes');
  };
  return {
    blockCount: blocksPerGiB,
    slowFactor: 1,
    inFlightCount: 0,
    submit(request, _owner, nowNs, schedule) {
      const slot = free.pop() ?? requests.length;
      requests[slot] = request;
      schedule(slot, nowNs + 15_000);
    },
    complete(slot) {
      done.request = requests[slot] as IoRequest;
      free.push(slot);
      return done as ReturnType<Device['complete']>;
    },
    ownerOf: () => 0,
    crash: refuse,
    setSlowFactor: refuse,
    copy: refuse,
  };
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
