// A device by itself: no world, no actors. Somebody submits, time goes on to what is due next.
//
//   submit --> device --schedule--> heap --step--> device.complete --> whoever submitted
//   wake(atNs, timer) ------------> heap --step--> whoever asked for it
import { type Device, type DeviceSpec, type IoRequest, makeDevice } from '../../../sim/index.ts';
import { EventHeap } from './event-heap.ts';

/** Bytes of a block, and of a sector. */
export const blockBytes = 4096;
export const sectorBytes = 512;
const sectorsPerBlock = blockBytes / sectorBytes;
/** For media that would hold any number: 1 TiB. */
const boundlessBlockCount = 268_435_456;
/** The largest device, see the kernel's content. */
const blockCountMax = 4_294_967_296;

/** What distinguishes one run from another. */
export interface DriveOptions {
  /** 32 bits; the same seed gives the same bytes. */
  readonly seed?: number;
  /** Of the device; all that the medium holds when missing. */
  readonly blockCount?: number;
  /** So many requests of each job, flushes apart, are done before anything counts. */
  readonly rampCount?: number;
  /** A job ends, with its depth still full, when so many have been counted. */
  readonly countMax?: number;
}

/** Blocks of 4 KiB that the medium of a device holds. */
export function blockCountOf({ medium }: DeviceSpec): number {
  switch (medium.kind) {
    case 'hdd':
      return Math.floor(medium.disk.geometry.sectorCount / sectorsPerBlock);
    case 'ssd':
    case 'xpoint':
      return Math.min(blockCountMax, Math.floor(medium.drive.capacityBytes / blockBytes));
    case 'cloud':
      return Math.min(blockCountMax, (medium.volume.sizeGiB * 1024 ** 3) / blockBytes);
    default:
      return boundlessBlockCount;
  }
}

/** A request under way. It is reused by whoever submitted it: nothing is made for each. */
export interface Ask {
  readonly op: IoRequest['op'];
  block: number;
  blockCount: number;
  startSector: number;
  endSector: number;
  queue: number;
  readonly fua: boolean;
  readonly tag: null;
  stamps?: Uint32Array;
}

/** An empty request of a kind; `fua` for writes that are done when they are on stable media. */
export function askOf(op: IoRequest['op'], fua = false): Ask {
  const ask = { op, block: 0, blockCount: 0, startSector: 0, endSector: 8, queue: 0, fua };
  const rest = { tag: null } as const;
  return op === 'write' ? { ...ask, ...rest, stamps: stampsOf(0) } : { ...ask, ...rest };
}

/** Lets a request cover these sectors. */
export function aim(ask: Ask, sector: number, sectorCount: number): void {
  const end = sector + sectorCount;
  const block = Math.floor(sector / sectorsPerBlock);
  const blockEnd = Math.ceil(end / sectorsPerBlock);
  ask.block = block;
  ask.blockCount = blockEnd - block;
  ask.startSector = sector - block * sectorsPerBlock;
  ask.endSector = end - (blockEnd - 1) * sectorsPerBlock;
  if (ask.stamps !== undefined && ask.stamps.length !== ask.blockCount) {
    ask.stamps = stampsOf(ask.blockCount);
  }
}

/** What is written does not matter: all zeros, one list for each length. */
const zeros = new Map<number, Uint32Array>();

function stampsOf(blockCount: number): Uint32Array {
  const known = zeros.get(blockCount);
  if (known !== undefined) return known;
  const made = new Uint32Array(blockCount);
  zeros.set(blockCount, made);
  return made;
}

/** Who drives a device. Owners and timers are its own numbers from 0. */
export interface Driver {
  /** The request of an owner is done. */
  done(owner: number, isOk: boolean, nowNs: number): void;
  /** A timer that was asked for is due. */
  due(timer: number, nowNs: number): void;
}

/** A device with a clock. */
export class DrivenDevice {
  readonly device: Device;
  readonly sectorCount: number;
  nowNs = 0;
  readonly #heap = new EventHeap();
  readonly #schedule = (slot: number, atNs: number): void => this.#heap.push(atNs, slot);

  constructor(spec: DeviceSpec, { seed = 1, blockCount = blockCountOf(spec) }: DriveOptions = {}) {
    this.device = makeDevice(spec, { blockCount, seed });
    this.sectorCount = blockCount * sectorsPerBlock;
  }

  submit(ask: Ask, owner: number): void {
    this.device.submit(ask, owner, this.nowNs, this.#schedule);
  }

  /** `timer` is due at `atNs`, now or later. */
  wake(atNs: number, timer: number): void {
    this.#heap.push(atNs, -1 - timer);
  }

  /** Goes on to the next event; false when there is none. */
  step(driver: Driver): boolean {
    const heap = this.#heap;
    if (heap.size === 0) return false;
    this.nowNs = heap.topAtNs;
    const event = heap.pop();
    if (event < 0) {
      driver.due(-1 - event, this.nowNs);
      return true;
    }
    const done = this.device.complete(event, this.nowNs, this.#schedule);
    if (done !== null) driver.done(done.owner, done.status === 'ok', this.nowNs);
    return true;
  }
}
