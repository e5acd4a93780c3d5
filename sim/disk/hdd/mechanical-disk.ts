// A mechanical disk: platters under one arm, a segmented memory before them.
//
//   begin --> memory has it all ------------------------------------------> done (no arm)
//         --> write, memory has room --> done        dirty --(arm)--> destaged
//         --> else the line for the arm --(policy)--> seek, wait, pass --> done
//                                          then read on while idle
//
// When the arm picks, the completion is known and said at once. The arm picks when a command finds
// it idle and whenever it becomes free; for the latter the disk asks to be woken. Reading ahead is
// worked out when somebody looks. Writing back is not: it asks to be woken at its end, since what
// a power loss takes depends on it.
//
// What can happen: commands overtake each other, by position and by memory. What cannot: a read
// is served from memory that is not filled yet; a write is acknowledged without room.
// Left out: contention of transfers to the host (the link before the disk has it), spin-up,
// thermal recalibration.
import type { Ns } from '../../units.ts';
import type { Medium, MediumCommand, MediumEvents } from '../medium.ts';
import type { Arm } from './arm.ts';
import type { Geometry } from './geometry.ts';
import { overheadNs } from './overhead.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeekTable } from './seek.ts';
import { noSegment, type Segments } from './segments.ts';
import type { HddSpec } from './spec.ts';
import {
  takeDown,
  type WaitingCommand,
  type WaitingCommands,
  waitingCommand,
} from './waiting-commands.ts';

/** What a disk is put together from. */
export interface DiskParts {
  readonly arm: Arm;
  readonly segments: Segments;
  readonly readAhead: ReadAhead;
  /** Not at the medium yet. */
  readonly coming: WaitingCommands;
  /** For the arm. */
  readonly line: WaitingCommands;
  /** Writes, until there is room. */
  readonly blocked: WaitingCommands;
  readonly flushes: WaitingCommands;
  readonly scheduler: Scheduler;
}

const never = Number.POSITIVE_INFINITY;

/** The mechanics of a disk in motion; `hdd` builds one. */
export class MechanicalDisk implements Medium {
  readonly geometry: Geometry;
  readonly seek: SeekTable;
  readonly #spec: HddSpec;
  readonly #parts: DiskParts;
  readonly #arm: Arm;
  readonly #segments: Segments;
  readonly #readAhead: ReadAhead;
  readonly #scheduler: Scheduler;
  readonly #command: WaitingCommand = waitingCommand();
  readonly #candidate: WaitingCommand = waitingCommand();
  #armFreeAtNs: Ns = 0;
  /** The segment that is being written back. */
  #destaged = noSegment;
  #isPreviousWrite = false;
  #order = 0;
  /** Dirty up to this order: to be written back for a flush. */
  #sealedOrder = 0;
  #slowFactor = 1;
  #wishedAtNs = never;

  constructor(spec: HddSpec, parts: DiskParts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#arm = parts.arm;
    this.#segments = parts.segments;
    this.#readAhead = parts.readAhead;
    this.#scheduler = parts.scheduler;
    this.geometry = parts.arm.parts.geometry;
    this.seek = parts.arm.parts.seek;
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    takeDown(command, this.#command);
    this.#add(events);
  }

  flush(slot: number, readyAtNs: Ns, events: MediumEvents): void {
    const own = this.#command;
    own.slot = slot;
    own.kind = 'flush';
    own.readyAtNs = readyAtNs;
    this.#add(events);
  }

  wake(nowNs: Ns, events: MediumEvents): void {
    this.#wishedAtNs = never;
    for (let atNs = this.#dueAtNs(); atNs <= nowNs; atNs = this.#dueAtNs()) {
      this.#acceptComing(atNs, events);
      this.#armFree(atNs, events);
    }
    this.#acceptComing(this.#dueAtNs(), events);
    this.#wish(events);
  }

  powerOff(nowNs: Ns): void {
    this.#readAhead.forget();
    this.#segments.clear();
    const { coming, line, blocked, flushes } = this.#parts;
    for (const commands of [coming, line, blocked, flushes]) commands.clear();
    this.#destaged = noSegment;
    this.#armFreeAtNs = nowNs;
    this.#wishedAtNs = never;
    this.#isPreviousWrite = false;
  }

  copy(): MechanicalDisk {
    const parts = this.#parts;
    const arm = parts.arm.copy();
    const segments = parts.segments.copy();
    const line = parts.line.copy();
    const { writeBack } = this.#spec.cache;
    const twin = new MechanicalDisk(this.#spec, {
      arm,
      segments,
      readAhead: parts.readAhead.copy(arm, segments),
      coming: parts.coming.copy(),
      line,
      blocked: parts.blocked.copy(),
      flushes: parts.flushes.copy(),
      scheduler: parts.scheduler.copy({ writeBack, arm, line, segments }),
    });
    twin.#armFreeAtNs = this.#armFreeAtNs;
    twin.#destaged = this.#destaged;
    twin.#isPreviousWrite = this.#isPreviousWrite;
    twin.#order = this.#order;
    twin.#sealedOrder = this.#sealedOrder;
    twin.#slowFactor = this.#slowFactor;
    twin.#wishedAtNs = this.#wishedAtNs;
    return twin;
  }

  #add(events: MediumEvents): void {
    this.#order += 1;
    this.#command.order = this.#order;
    this.#parts.coming.add(this.#command);
    this.#acceptComing(this.#dueAtNs(), events);
    this.#wish(events);
  }

  /** When the arm becomes free and has more to do. */
  #dueAtNs(): Ns {
    const { line, blocked } = this.#parts;
    const isMore = line.count > 0 || blocked.count > 0 || this.#segments.dirtyCount > 0;
    return isMore ? this.#armFreeAtNs : never;
  }

  #wish(events: MediumEvents): void {
    const atNs = this.#dueAtNs();
    if (atNs >= this.#wishedAtNs) return;
    this.#wishedAtNs = atNs;
    events.wake(atNs);
  }

  /** Commands that reach the medium before the arm next becomes free. */
  #acceptComing(limitNs: Ns, events: MediumEvents): void {
    const { coming } = this.#parts;
    let untilNs = limitNs;
    while (coming.count > 0 && coming.readyAtNs(0) < untilNs) {
      coming.read(0, this.#command);
      coming.remove(0);
      this.#accept(this.#command, events);
      untilNs = Math.min(untilNs, this.#dueAtNs());
    }
  }

  #accept(command: WaitingCommand, events: MediumEvents): void {
    const atNs = command.readyAtNs;
    if (command.kind === 'flush') {
      if (this.#segments.dirtyCount === 0) {
        events.done(command.slot, atNs);
        return;
      }
      this.#sealedOrder = command.order;
      this.#parts.flushes.add(command);
      return;
    }
    const isArmFree = this.#armFreeAtNs <= atNs;
    this.#slowFactor = command.slowFactor;
    this.#readAhead.advance(atNs);
    if (command.kind === 'read') this.#acceptRead(command, isArmFree, events);
    else this.#acceptWrite(command, isArmFree, events);
    if (isArmFree) this.#next(atNs, events);
  }

  #acceptRead(command: WaitingCommand, isArmFree: boolean, events: MediumEvents): void {
    const { sector, sectorCount, readyAtNs } = command;
    // What cannot be read is in no segment.
    const segment = command.isUnreadable ? noSegment : this.#find(sector);
    const isHit = segment !== noSegment && this.#segments.end(segment) >= sector + sectorCount;
    const isBegun = segment !== noSegment && this.#segments.end(segment) > sector;
    command.readyAtNs += this.#overheadNs(command, isBegun);
    if (!isHit) {
      this.#scheduler.add(command);
      return;
    }
    const dataAtNs = Math.max(command.readyAtNs, this.#segments.filledAtNs(segment));
    events.done(command.slot, this.#hostDoneNs(command, dataAtNs));
    this.#segments.touch(segment);
    const readEnd = sector + sectorCount;
    if (this.#readAhead.segment === segment) this.#readAhead.extend(readEnd);
    else if (this.#spec.cache.readAhead.isAfterHit && isArmFree) {
      const freeAtNs = this.#readAhead.stop(readyAtNs);
      this.#readAhead.start(segment, readEnd, Math.max(freeAtNs, command.readyAtNs));
    }
  }

  #acceptWrite(command: WaitingCommand, isArmFree: boolean, events: MediumEvents): void {
    const { cache } = this.#spec;
    const isCached =
      command.kind === 'write' &&
      cache.writeBack !== null &&
      command.sectorCount <= cache.segmentSectors;
    // What is written back goes before reading on; a busy arm has not begun with it yet.
    if (isArmFree) this.#armFreeAtNs = this.#readAhead.stop(command.readyAtNs);
    else this.#readAhead.forget();
    command.readyAtNs += this.#overheadNs(command, isCached);
    const { blocked } = this.#parts;
    if (!isCached) this.#scheduler.add(command);
    else if (blocked.count > 0 || !this.#keep(command, command.readyAtNs, events)) {
      blocked.add(command);
    }
  }

  /** Takes a write into memory where there is room; not before it is there is it written back. */
  #keep(command: WaitingCommand, atNs: Ns, events: MediumEvents): boolean {
    const doneAtNs = this.#hostDoneNs(command, atNs);
    if (!this.#segments.accept(command, doneAtNs, this.#sealedOrder)) return false;
    events.done(command.slot, doneAtNs);
    return true;
  }

  /** The arm has ended what it did. */
  #armFree(atNs: Ns, events: MediumEvents): void {
    const segment = this.#destaged;
    if (segment !== noSegment) {
      const sector = this.#segments.dirtyStart(segment);
      const end = this.#segments.endWriting(segment);
      this.#destaged = noSegment;
      events.destaged(sector, end - sector);
      this.#admitBlocked(atNs, events);
      this.#endFlushes(atNs, events);
    }
    this.#next(atNs, events);
  }

  #admitBlocked(atNs: Ns, events: MediumEvents): void {
    const { blocked } = this.#parts;
    const command = this.#candidate;
    while (blocked.count > 0) {
      blocked.read(0, command);
      if (!this.#keep(command, Math.max(atNs, command.readyAtNs), events)) return;
      blocked.remove(0);
    }
  }

  #endFlushes(atNs: Ns, events: MediumEvents): void {
    const { flushes } = this.#parts;
    const command = this.#candidate;
    while (flushes.count > 0) {
      flushes.read(0, command);
      if (this.#segments.isDirtySince(command.order)) return;
      flushes.remove(0);
      events.done(command.slot, atNs);
    }
  }

  /** The arm, free at `atNs`, picks what it does next. */
  #next(atNs: Ns, events: MediumEvents): void {
    const { line, blocked, flushes } = this.#parts;
    while (line.count > 0 || this.#segments.dirtyCount > 0) {
      const startNs = Math.max(atNs, this.#armFreeAtNs);
      const flushedOrder = flushes.count > 0 ? this.#sealedOrder : 0;
      this.#scheduler.pick(startNs, blocked.count > 0, flushedOrder);
      if (this.#scheduler.segment !== noSegment) {
        this.#writeBack(this.#scheduler.segment, startNs);
        return;
      }
      line.read(this.#scheduler.index, this.#candidate);
      line.remove(this.#scheduler.index);
      if (this.#serve(this.#candidate, startNs, events)) return;
    }
  }

  /** Whether the arm was needed. */
  #serve(command: WaitingCommand, atNs: Ns, events: MediumEvents): boolean {
    if (command.isUnreadable) return this.#readInVain(command, atNs, events);
    if (command.kind === 'read') return this.#read(command, atNs, events);
    const { sector, sectorCount, readyAtNs } = command;
    this.#segments.invalidate(sector, sectorCount);
    const startNs = Math.max(this.#readAhead.stop(atNs), readyAtNs);
    this.#write(sector, sectorCount, startNs, command.slowFactor);
    const dataNs = sectorCount * this.#spec.transferNsPerSector;
    const doneNs = Math.max(this.#armFreeAtNs, readyAtNs + dataNs);
    events.done(command.slot, doneNs + this.#spec.overhead.writeCompletionNs);
    return true;
  }

  #read(command: WaitingCommand, atNs: Ns, events: MediumEvents): boolean {
    const { sector, sectorCount, readyAtNs, slowFactor } = command;
    const readAhead = this.#readAhead;
    const segments = this.#segments;
    const end = sector + sectorCount;
    let segment = this.#find(sector);
    if (segment === noSegment && readAhead.isNear(sector)) segment = readAhead.segment;
    const isReadOn = segment !== noSegment && segment === readAhead.segment;
    // The arm that is reading there already goes on; another waits for the processing to end.
    const stoppedNs = readAhead.stop(isReadOn ? atNs : Math.max(atNs, readyAtNs));
    const startNs = isReadOn ? stoppedNs : Math.max(stoppedNs, readyAtNs);
    const from = segment === noSegment ? sector : segments.end(segment);
    if (from >= end) {
      this.#armFreeAtNs = stoppedNs;
      // What was read before brought it in.
      const dataAtNs = Math.max(atNs, readyAtNs, segments.filledAtNs(segment));
      events.done(command.slot, this.#hostDoneNs(command, dataAtNs));
      segments.touch(segment);
      return false;
    }
    this.#arm.transfer(from, end - from, startNs, false);
    if (segment === noSegment || segments.isDirty(segment)) {
      const earlyCount = this.#spec.cache.keepsPassed ? this.#arm.passedBeforeCount : 0;
      segment = segments.take(from - earlyCount, false);
    } else segments.touch(segment);
    this.#armFreeAtNs = slowed(startNs, this.#arm.endNs, slowFactor);
    const hostEndNs = slowed(startNs, this.#arm.hostEndNs, slowFactor);
    const transferNs = sectorCount * this.#spec.transferNsPerSector;
    const doneNs = Math.max(hostEndNs, readyAtNs + transferNs);
    events.done(command.slot, doneNs + this.#spec.overhead.readCompletionNs);
    this.#scheduler.lastSector = end;
    if (segment !== noSegment) {
      segments.grow(segment, end, this.#armFreeAtNs);
      if (this.#spec.cache.isReadCache) readAhead.start(segment, end, this.#armFreeAtNs);
    }
    return true;
  }

  /** The first pass and every other that the disk tries; nothing comes into memory. */
  #readInVain(command: WaitingCommand, atNs: Ns, events: MediumEvents): boolean {
    const { sector, sectorCount, readyAtNs, slowFactor } = command;
    const { retryRevolutionCountMax, rotationNs, overhead } = this.#spec;
    const startNs = this.#readAhead.stop(Math.max(atNs, readyAtNs));
    this.#arm.transfer(sector, sectorCount, startNs, false);
    const endNs = this.#arm.endNs + retryRevolutionCountMax * rotationNs;
    this.#armFreeAtNs = slowed(startNs, endNs, slowFactor);
    events.done(command.slot, this.#armFreeAtNs + overhead.readCompletionNs);
    this.#scheduler.lastSector = sector + sectorCount;
    return true;
  }

  #writeBack(segment: number, atNs: Ns): void {
    const segments = this.#segments;
    const sector = segments.dirtyStart(segment);
    const sectorCount = segments.dirtyEnd(segment) - sector;
    const startNs = Math.max(this.#readAhead.stop(atNs), segments.filledAtNs(segment));
    segments.startWriting(segment);
    this.#write(sector, sectorCount, startNs, this.#slowFactor);
    this.#destaged = segment;
  }

  #write(sector: number, sectorCount: number, startNs: Ns, slowFactor: number): void {
    this.#arm.transfer(sector, sectorCount, startNs, true);
    this.#armFreeAtNs = slowed(startNs, this.#arm.endNs, slowFactor);
    this.#scheduler.lastSector = sector + sectorCount;
  }

  #find(sector: number): number {
    return this.#spec.cache.isReadCache ? this.#segments.find(sector) : noSegment;
  }

  /** When a command is done that moves its data to or from memory from `dataAtNs` on. */
  #hostDoneNs(command: WaitingCommand, dataAtNs: Ns): Ns {
    const { overhead, transferNsPerSector } = this.#spec;
    const isRead = command.kind === 'read';
    const completionNs = isRead ? overhead.readCompletionNs : overhead.writeCompletionNs;
    return dataAtNs + command.sectorCount * transferNsPerSector + completionNs;
  }

  #overheadNs(command: WaitingCommand, isHit: boolean): Ns {
    const isWrite = command.kind !== 'read';
    const isAfterWrite = this.#isPreviousWrite;
    this.#isPreviousWrite = isWrite;
    const ns = overheadNs(this.#spec.overhead, isWrite, isAfterWrite, isHit);
    return Math.round(ns * command.slowFactor);
  }
}

function slowed(startNs: Ns, endNs: Ns, factor: number): Ns {
  return factor === 1 ? endNs : startNs + Math.round((endNs - startNs) * factor);
}
