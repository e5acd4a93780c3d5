// A solid-state drive: a controller, a write-back buffer, and flash that is read page by page,
// programmed in larger units and erased in blocks.
//
//   read   controller -> die: tR -> channel: transfer -> reply
//   write  controller -> room in the buffer -> reply
//                                  \-> when a program is full: channel -> die: tPROG -> room again
//                                         \-> moves and erases on the same dies (cleaning)
//
// Everything is computed when a command begins, with busy-until instants. From that follow, and are
// not put in: collisions on dies, the bandwidth of channels, the stall of writes when the buffer is
// full, slow reads during programs and erases, the cliffs of a full SLC region and of full flash.
//
// A page is always read from the die of its address, wherever it was programmed; reads of buffered
// data go to the flash like others. A program booked keeps its promised end when reads delay it.
import { AssertionError } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import {
  type FlushState,
  type Medium,
  type MediumCommand,
  type MediumDies,
  type MediumEvents,
  sectorSizeBytes,
} from '../medium.ts';
import { Noise, noiseLane } from '../noise.ts';
import { type Cleaner, ScalarCleaner } from './cleaning.ts';
import { Controller } from './controller.ts';
import { FlashDies } from './flash-dies.ts';
import { ShapeTable } from './latency-shape.ts';
import { PageMapCleaner } from './page-map.ts';
import { SlcRegion } from './slc-region.ts';
import { assertSsdSpec, mapPageBytes, programBytesOf, type SsdSpec } from './spec.ts';
import { Stalls } from './stalls.ts';
import { WriteBuffer } from './write-buffer.ts';

/** How a drive is when a run begins. */
export interface SsdStart {
  /** Of the device; tells its chance from that of others. 32 bits. */
  readonly seed: number;
  /** Every page was written before, and the free flash is used up. A fresh drive is empty. */
  readonly isFull: boolean;
}

const sectorsPerMapPage = mapPageBytes / sectorSizeBytes;

interface Parts {
  readonly controller: Controller;
  readonly dies: FlashDies;
  readonly buffer: WriteBuffer;
  readonly cleaner: Cleaner;
  readonly slc: SlcRegion | null;
  readonly stalls: Stalls | null;
  readonly readNoise: Noise;
  readonly programNoise: Noise;
  readonly readShape: ShapeTable;
  readonly programShape: ShapeTable;
}

/** A solid-state drive by the numbers of `spec`. */
export function ssdMedium(spec: SsdSpec, { seed, isFull }: SsdStart): SsdMedium {
  assertSsdSpec(spec);
  const isMapped = spec.cleaning.model === 'pageMap';
  return new SsdMedium(spec, {
    controller: new Controller(spec.controller),
    dies: new FlashDies(spec.flash),
    buffer: new WriteBuffer(
      spec.buffer.capacityBytes,
      programBytesOf(spec.flash),
      spec.buffer.isProtected,
    ),
    cleaner: isMapped ? PageMapCleaner.of(spec, isFull) : ScalarCleaner.of(spec, isFull),
    slc: spec.slc === null ? null : new SlcRegion(spec.slc),
    stalls: spec.stalls === null ? null : Stalls.of(spec.stalls, seed),
    readNoise: new Noise(noiseLane(seed, 'flash read')),
    programNoise: new Noise(noiseLane(seed, 'flash program')),
    readShape: new ShapeTable(spec.flash.readShape),
    programShape: new ShapeTable(spec.flash.programShape),
  });
}

/** What is busy in a drive, until when, and how full it is. Made by `ssdMedium`. */
export class SsdMedium implements Medium, MediumDies {
  readonly dieCount: number;
  readonly stripeSectorCount: number;
  readonly #spec: SsdSpec;
  readonly #parts: Parts;
  readonly #controller: Controller;
  readonly #dies: FlashDies;
  readonly #buffer: WriteBuffer;
  readonly #stalls: Stalls | null;
  readonly #readNoise: Noise;
  readonly #readShape: ShapeTable;
  readonly #sectorCount: number;
  readonly #programBytes: number;
  /** What the next program has of its data. */
  #filledBytes = 0;
  #filledAtNs: Ns = 0;
  #programmedAtNs: Ns = 0;
  #hostProgramCount = 0;
  #movedProgramCount = 0;

  constructor(spec: SsdSpec, parts: Parts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#controller = parts.controller;
    this.#dies = parts.dies;
    this.#buffer = parts.buffer;
    this.#stalls = parts.stalls;
    this.#readNoise = parts.readNoise;
    this.#readShape = parts.readShape;
    this.#sectorCount = Math.floor(spec.capacityBytes / mapPageBytes) * sectorsPerMapPage;
    this.stripeSectorCount = spec.flash.pageBytes / sectorSizeBytes;
    this.dieCount = spec.flash.dieCount;
    this.#programBytes = programBytesOf(spec.flash);
  }

  /** Programs for the host, and those that cleaning caused; their sum over the first is the WA. */
  get hostProgramCount(): number {
    return this.#hostProgramCount;
  }

  /** Programs that moved data to make room. */
  get movedProgramCount(): number {
    return this.#movedProgramCount;
  }

  /** Flash beyond what holds data, as a share of what holds data. */
  get spareShare(): number {
    return this.#parts.cleaner.spareShare;
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    const { slot, op, readyAtNs } = command;
    if (command.sector + command.sectorCount > this.#sectorCount) {
      throw new AssertionError(`sector ${command.sector} of a drive of ${this.#sectorCount}`);
    }
    this.#settle(readyAtNs, events);
    const fromNs = this.#stalls === null ? readyAtNs : this.#stalls.serviceFromNs(readyAtNs);
    const doneAtNs = op === 'read' ? this.#read(command, fromNs) : this.#write(command, fromNs);
    events.done(slot, doneAtNs);
  }

  flush(
    slot: number,
    readyAtNs: Ns,
    events: MediumEvents,
    { slowFactor }: Readonly<FlushState>,
  ): void {
    this.#settle(readyAtNs, events);
    const fromNs = this.#stalls === null ? readyAtNs : this.#stalls.serviceFromNs(readyAtNs);
    const { isProtected, flushNs } = this.#spec.buffer;
    if (isProtected || !this.#buffer.isDirtyAt(fromNs)) {
      events.done(slot, fromNs + Math.round(flushNs * slowFactor));
    } else events.done(slot, this.#committedAtNs(fromNs, slowFactor));
  }

  wake(nowNs: Ns, events: MediumEvents): void {
    this.#settle(nowNs, events);
  }

  powerOff(_nowNs: Ns): void {
    this.#controller.stop();
    this.#dies.stop();
    this.#buffer.clear();
    this.#filledBytes = 0;
    this.#programmedAtNs = 0;
  }

  /** The host needs nothing of a range any more; what is moved to make room becomes less. */
  trim(sector: number, sectorCount: number): void {
    const first = Math.ceil(sector / sectorsPerMapPage);
    const end = Math.floor((sector + sectorCount) / sectorsPerMapPage);
    if (end > first) this.#parts.cleaner.trim(first, end - first);
  }

  get dies(): MediumDies {
    return this;
  }

  get servingCount(): number {
    return this.#dies.servingCount;
  }

  failDie(index: number): void {
    this.#dies.fail(index);
  }

  reviveDie(index: number): void {
    this.#dies.revive(index);
  }

  copy(): SsdMedium {
    const parts = this.#parts;
    const twin = new SsdMedium(this.#spec, {
      controller: parts.controller.copy(),
      dies: parts.dies.copy(),
      buffer: parts.buffer.copy(),
      cleaner: parts.cleaner.copy(),
      slc: parts.slc?.copy() ?? null,
      stalls: parts.stalls?.copy() ?? null,
      readNoise: parts.readNoise.copy(),
      programNoise: parts.programNoise.copy(),
      readShape: parts.readShape,
      programShape: parts.programShape,
    });
    twin.#filledBytes = this.#filledBytes;
    twin.#filledAtNs = this.#filledAtNs;
    twin.#programmedAtNs = this.#programmedAtNs;
    twin.#hostProgramCount = this.#hostProgramCount;
    twin.#movedProgramCount = this.#movedProgramCount;
    return twin;
  }

  /** Background work up to an instant: programs that waited in vain, cleaning, what is told. */
  #settle(nowNs: Ns, events: MediumEvents): void {
    const { idleCloseNs } = this.#spec.buffer;
    if (this.#filledBytes > 0 && nowNs - this.#filledAtNs > idleCloseNs) {
      this.#program(this.#filledAtNs + idleCloseNs, this.#filledAtNs + idleCloseNs, 1);
    }
    this.#buffer.tell(nowNs, events);
  }

  #read(command: Readonly<MediumCommand>, fromNs: Ns): Ns {
    const { sector, sectorCount, slowFactor } = command;
    const { controller, flash } = this.#spec;
    const sensedFromNs = this.#controller.passRead(fromNs, sectorCount, slowFactor);
    const sectorsPerStripe = this.stripeSectorCount;
    const end = sector + sectorCount;
    let doneAtNs = sensedFromNs;
    for (let at = sector; at < end; ) {
      const stripe = Math.floor(at / sectorsPerStripe);
      let next = (stripe + 1) * sectorsPerStripe;
      if (next > end) next = end;
      const busyNs = Math.round(flash.readNs * this.#readShape.draw(this.#readNoise) * slowFactor);
      const sizeBytes = (next - at) * sectorSizeBytes;
      const readAtNs = this.#dies.read(stripe % this.dieCount, sensedFromNs, busyNs, sizeBytes);
      if (readAtNs > doneAtNs) doneAtNs = readAtNs;
      at = next;
    }
    return doneAtNs + controller.replyNs;
  }

  #write(command: Readonly<MediumCommand>, fromNs: Ns): Ns {
    const { op, sector, sectorCount, slowFactor } = command;
    const { buffer } = this.#spec;
    const arrivedAtNs = this.#controller.passWrite(fromNs, sectorCount, slowFactor);
    this.#idle(arrivedAtNs);
    const end = sector + sectorCount;
    let admittedAtNs = arrivedAtNs;
    for (let at = sector; at < end; ) {
      const firstPage = Math.floor(at / sectorsPerMapPage);
      const pageRoom = (this.#programBytes - this.#filledBytes) / mapPageBytes;
      let next = (firstPage + pageRoom) * sectorsPerMapPage;
      if (next > end) next = end;
      const pageCount = Math.ceil(next / sectorsPerMapPage) - firstPage;
      const sizeBytes = pageCount * mapPageBytes;
      admittedAtNs = this.#buffer.admit(sizeBytes, arrivedAtNs);
      this.#buffer.push(at, next - at, sizeBytes);
      this.#parts.cleaner.write(firstPage, pageCount);
      this.#filledBytes += sizeBytes;
      this.#filledAtNs = admittedAtNs;
      if (this.#filledBytes === this.#programBytes) {
        this.#program(arrivedAtNs, admittedAtNs, slowFactor);
      }
      at = next;
    }
    const ackedAtNs = admittedAtNs + Math.round(buffer.ackNs * slowFactor);
    if (op === 'write' || buffer.isProtected) return ackedAtNs;
    const committedAtNs = this.#committedAtNs(admittedAtNs, slowFactor);
    return committedAtNs > ackedAtNs ? committedAtNs : ackedAtNs;
  }

  /** Starts the program that gathers data, full or not, and what it causes. */
  #program(nowNs: Ns, readyAtNs: Ns, slowFactor: number): void {
    const { flash, slc } = this.#spec;
    const parts = this.#parts;
    const dies = this.#dies;
    const sizeBytes = this.#programBytes;
    const isFast = parts.slc?.take(sizeBytes, readyAtNs) ?? false;
    const meanNs = (isFast && slc !== null ? slc.programNs : flash.programNs) * slowFactor;
    const busyNs = Math.round(meanNs * parts.programShape.draw(parts.programNoise));
    const endAtNs = dies.program(dies.nextDie(), nowNs, readyAtNs, busyNs, sizeBytes, 1);
    this.#buffer.close(endAtNs);
    if (endAtNs > this.#programmedAtNs) this.#programmedAtNs = endAtNs;
    this.#filledBytes = 0;
    this.#hostProgramCount += 1;
    parts.cleaner.programmed();
    this.#clean(nowNs, readyAtNs, slowFactor);
  }

  #clean(nowNs: Ns, readyAtNs: Ns, slowFactor: number): void {
    const { flash } = this.#spec;
    const { cleaner, programShape, programNoise } = this.#parts;
    const dies = this.#dies;
    for (let count = cleaner.takeMoves(); count > 0; count -= 1) {
      const programNs = flash.programNs * programShape.draw(programNoise);
      const busyNs = Math.round((flash.readNs + programNs) * slowFactor);
      // What is moved passes the channel twice: error correction is in the controller.
      dies.program(dies.nextDie(), nowNs, readyAtNs, busyNs, this.#programBytes, 2);
      this.#movedProgramCount += 1;
    }
    for (let count = cleaner.takeErases(); count > 0; count -= 1) {
      dies.erase(dies.nextDie(), readyAtNs, Math.round(flash.eraseNs * slowFactor));
    }
  }

  /** When all that is buffered is programmed, and the map with it. */
  #committedAtNs(fromNs: Ns, slowFactor: number): Ns {
    const { flash, slc, buffer } = this.#spec;
    if (this.#filledBytes > 0) {
      this.#program(fromNs, Math.max(fromNs, this.#filledAtNs), slowFactor);
    }
    // The map goes where the data went: into fast flash where there is some.
    const programNs = slc === null ? flash.programNs : slc.programNs;
    const commitNs = Math.round((programNs + buffer.mapCommitNs) * slowFactor);
    return Math.max(fromNs, this.#buffer.drainedAtNs) + commitNs;
  }

  /** Time without a program is used to make room. */
  #idle(nowNs: Ns): void {
    const idleNs = nowNs - this.#programmedAtNs - this.#spec.buffer.idleCloseNs;
    if (idleNs <= 0 || this.#filledBytes > 0) return;
    this.#parts.cleaner.idle(idleNs, this.#dies.servingCount);
    this.#programmedAtNs = nowNs;
  }
}
