// A block device, layer over layer.
//
//   submit --> [host queue: merge, schedule] --> front --> medium --done--> complete --> store
//     |        (while hwDepth are in service)                 ^
//     '-- larger than one command? pieces, each on its own ---'
//
// The host's layers and the front say when a command reaches the medium, the medium says when it is
// done, the store says what it leaves. One event for a command: its completion; a flush before data
// and a medium that must choose later (an arm) ask for one more.
//
// What can happen: commands complete out of order; a power loss or a reset cuts off those in
// service. What cannot: a trace of a command that still waited in the host.
//
// Writes that share blocks are served in the order of submission: the later one waits until the
// earlier one is done, so versions of a block have one order. Real drives promise nothing here;
// hosts do not do it. A read sees the newest contents visible when it completes. A command in
// pieces takes effect when the last is done.
//
// On the path of every command an assertion is an `if` around the throw: the text is built only
// when it fails. Formatting it each time would cost a good part of the command.
import { AssertionError, assert } from '../assert.ts';
import type { ChoiceSource } from '../choice.ts';
import { deepFreeze } from '../freeze.ts';
import { type Ns, timeNsMax } from '../units.ts';
import { cutOffIn } from './cut-off.ts';
import type {
  CrashOutcome,
  Device,
  DeviceContents,
  DeviceReset,
  IoDone,
  IoRequest,
  ScheduleCompletion,
} from './device.ts';
import type { Front } from './front.ts';
import type { HostQueue } from './host/host-queue.ts';
import { pieceCountOf, pieceSectorCount } from './host/submission.ts';
import type { MediaFaults } from './media-faults.ts';
import type { FlushState, Medium, MediumCommand, MediumDies, MediumEvents } from './medium.ts';
import { fillNeed, movesData, noCommand } from './request-shape.ts';
import { type SlotNeed, Slots } from './slots.ts';
import type { Store } from './store.ts';
import { assertWellFormed } from './well-formed.ts';

const none = -1;
/** In place of a slot: the medium wants to be woken. */
const wakeSlot = 0x7fffffff;
/** Assumed: a command that is refused costs a round trip on the link. */
const refusalNs: Ns = 1_000;

/** The layers of one device. */
export interface DeviceParts {
  readonly host: HostQueue;
  readonly front: Front;
  readonly medium: Medium;
  readonly store: Store;
}

/** A device made of layers that nothing has been asked of yet. */
export function blockDevice(parts: DeviceParts): Device {
  return new BlockDevice(parts, new Slots());
}

class BlockDevice implements Device {
  slowFactor = 1;
  readonly #host: HostQueue;
  readonly #front: Front;
  readonly #medium: Medium;
  readonly #store: Store;
  readonly #slots: Slots;
  readonly #need: SlotNeed = { ...noCommand(), owner: 0, writeCount: 0, parent: none };
  readonly #command: MediumCommand = noCommand();
  readonly #flushState: FlushState = { dirtyCount: 0, slowFactor: 1 };
  readonly #events: MediumEvents;
  readonly #done: IoDone;
  #schedule: ScheduleCompletion = noSchedule;
  #wakeAtNs: Ns = Number.POSITIVE_INFINITY;
  #nowNs: Ns = 0;

  constructor(parts: DeviceParts, slots: Slots) {
    this.#host = parts.host;
    this.#front = parts.front;
    this.#medium = parts.medium;
    this.#store = parts.store;
    this.#slots = slots;
    this.#done = parts.store.done;
    this.#events = {
      done: (slot, atNs) => this.#dueAt(slot, atNs),
      wake: (atNs) => this.#wakeAt(atNs),
      destaged: (sector, sectorCount) => this.#store.destaged(sector, sectorCount),
    };
  }

  get blockCount(): number {
    return this.#store.blockCount;
  }

  get contents(): DeviceContents {
    return this.#store;
  }

  get dies(): MediumDies | undefined {
    return this.#medium.dies;
  }

  get faults(): MediaFaults {
    return this.#store.faults;
  }

  get inFlightCount(): number {
    return this.#slots.count;
  }

  submit(request: IoRequest, owner: number, nowNs: Ns, schedule: ScheduleCompletion): void {
    this.#enter(nowNs, schedule);
    assertWellFormed(request);
    // What is on a disk cannot change in the memory of who wrote it.
    if (request.payloads !== undefined) deepFreeze(request.payloads);
    const slots = this.#slots;
    const need = this.#need;
    fillNeed(need, request, owner);
    if (!this.#store.isInRange(request)) need.writeCount = 0;
    const slot = slots.acquire(request, need, nowNs);
    const blocker = slots.olderOverlap(slot);
    if (blocker !== none) slots.follow(blocker, slot);
    else this.#admit(slot);
  }

  complete(slot: number, nowNs: Ns, schedule: ScheduleCompletion): IoDone | null {
    this.#enter(nowNs, schedule);
    if (slot === wakeSlot) {
      this.#wake();
      return null;
    }
    const slots = this.#slots;
    const request = slots.requestAt(slot);
    const dueAtNs = slots.dueAtNs(slot);
    if (dueAtNs !== nowNs) {
      throw new AssertionError(`slot ${slot} completed at ${nowNs} ns, it is due at ${dueAtNs} ns`);
    }
    if (slots.parentOf(slot) !== none) {
      this.#endPiece(slot);
      return null;
    }
    const done = this.#done;
    const submittedAtNs = slots.submittedAtNs(slot);
    if (slots.isAborted(slot)) done.status = 'aborted';
    else if (slots.isFlushing(slot)) {
      done.status = this.#store.flush(submittedAtNs);
      if (done.status === 'ok') {
        slots.startData(slot);
        this.#serve(slot, Math.max(nowNs, this.#front.freeAtNs));
        return null;
      }
    } else this.#store.apply(request, submittedAtNs, nowNs);
    done.owner = slots.ownerAt(slot);
    done.request = request;
    this.#release(slot);
    this.#pump();
    return done;
  }

  ownerOf(slot: number): number {
    return slot === wakeSlot ? none : this.#slots.ownerAt(slot);
  }

  pump(nowNs: Ns, schedule: ScheduleCompletion): void {
    this.#enter(nowNs, schedule);
    this.#pump();
  }

  wipe(): void {
    assert(this.#slots.count === 0, `${this.#slots.count} requests in a device that is wiped`);
    this.#store.wipe();
  }

  crash(nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome {
    this.#enter(nowNs, forgotten);
    // What the medium had written back by now it says now.
    this.#medium.wake(nowNs, this.#events);
    const outcome = this.#store.crash(cutOffIn(this.#slots), choices, key);
    this.#slots.clear();
    this.#startOver();
    return outcome;
  }

  reset(how: DeviceReset, choices: ChoiceSource, schedule: ScheduleCompletion): CrashOutcome {
    const { nowNs, key, losesCache } = how;
    this.#enter(nowNs, schedule);
    const slots = this.#slots;
    const cutOff = cutOffIn(slots);
    const outcome = losesCache
      ? this.#store.crash(cutOff, choices, key)
      : this.#store.abort(cutOff, nowNs, choices, key);
    for (const piece of slots.pieces()) slots.release(piece);
    for (const slot of slots.all()) {
      slots.abort(slot, nowNs);
      schedule(slot, nowNs);
    }
    this.#startOver();
    return outcome;
  }

  setSlowFactor(factor: number): void {
    assert(factor > 0 && Number.isFinite(factor), `slow factor ${factor}, expected above 0`);
    this.slowFactor = factor;
  }

  copy(): Device {
    const twin = new BlockDevice(
      {
        host: this.#host.copy(),
        front: this.#front.copy(),
        medium: this.#medium.copy(),
        store: this.#store.copy(),
      },
      this.#slots.copy(),
    );
    twin.slowFactor = this.slowFactor;
    twin.#wakeAtNs = this.#wakeAtNs;
    twin.#nowNs = this.#nowNs;
    return twin;
  }

  /** A command that nothing holds back: whole, or in pieces when it is larger than one may be. */
  #admit(slot: number): void {
    const slots = this.#slots;
    const command = this.#command;
    slots.load(slot, command);
    const { sector, sectorCount, op } = command;
    const request = slots.requestAt(slot);
    const largest = this.#host.ioSectorCountMax;
    if (sectorCount <= largest || request.preflush === true || !movesData(request)) {
      this.#offer(slot);
      return;
    }
    const pieceCount = pieceCountOf(sectorCount, largest);
    slots.setPieces(slot, pieceCount);
    const need = this.#need;
    for (let index = 0; index < pieceCount; index += 1) {
      need.owner = slots.ownerAt(slot);
      need.op = op;
      need.sector = sector + index * largest;
      need.sectorCount = pieceSectorCount(sectorCount, largest, index);
      need.writeCount = 0;
      need.parent = slot;
      this.#offer(slots.acquire(request, need, this.#nowNs));
    }
  }

  /** A command at the door of the device: it begins, or waits in the host. */
  #offer(slot: number): void {
    const slots = this.#slots;
    const host = this.#host;
    const isRoom = slots.serviceCount < this.#front.hwDepth && !this.faults.isStuck;
    if (isRoom && host.count === 0) {
      this.#begin(slot);
      return;
    }
    const command = this.#command;
    slots.load(slot, command);
    const request = slots.requestAt(slot);
    const queue = request.queue ?? 0;
    const isWhole = slots.parentOf(slot) === none && movesData(request);
    if (!isWhole || request.preflush === true) {
      host.addAlone(command, queue, this.#nowNs);
      return;
    }
    const carrier = host.add(command, queue, this.#nowNs);
    if (carrier === none) return;
    slots.follow(carrier, slot);
    slots.join(slot);
    slots.resize(carrier, host.sectorOf(carrier), host.sectorCountOf(carrier));
  }

  #pump(): void {
    const slots = this.#slots;
    while (!this.faults.isStuck && slots.serviceCount < this.#front.hwDepth) {
      const next = this.#host.next(this.#nowNs);
      if (next === none) return;
      this.#begin(next);
    }
  }

  #begin(slot: number): void {
    const slots = this.#slots;
    const request = slots.requestAt(slot);
    const command = this.#command;
    slots.load(slot, command);
    const isInRange = this.#store.isInRange(request);
    const isMoving = isInRange && movesData(request);
    const submittedAtNs = this.#host.submittedAtNs(request.queue ?? 0, this.#nowNs);
    const sectorCount = isMoving ? command.sectorCount : 0;
    const readyAtNs = this.#front.passedAtNs(sectorCount, submittedAtNs, this.slowFactor);
    const isFlushing = request.preflush === true && isInRange;
    slots.startService(slot, isFlushing);
    slots.startRiders(slot);
    const parent = slots.parentOf(slot);
    if (parent !== none) slots.ride(parent);
    if (!isInRange) {
      this.#dueAt(slot, readyAtNs + refusalNs);
    } else if (isFlushing || request.op === 'flush') {
      this.#flushState.dirtyCount = this.#store.dirtyCount;
      this.#flushState.slowFactor = this.slowFactor;
      this.#medium.flush(slot, readyAtNs, this.#events, this.#flushState);
    } else this.#serve(slot, readyAtNs);
  }

  /** The medium takes the data of a command. */
  #serve(slot: number, readyAtNs: Ns): void {
    const request = this.#slots.requestAt(slot);
    const command = this.#command;
    this.#slots.load(slot, command);
    if (!movesData(request)) {
      // Deallocated or zeroed: the mapping changes, no data move.
      this.#medium.trim?.(command.sector, command.sectorCount);
      this.#dueAt(slot, readyAtNs + this.#front.metadataNs);
      return;
    }
    const { block, blockCount } = request;
    command.readyAtNs = readyAtNs;
    command.slowFactor = this.slowFactor * this.faults.slowFactorOf(block, blockCount);
    command.isUnreadable =
      command.op === 'read' && this.#store.isUnreadable(command.sector, command.sectorCount);
    this.#medium.begin(command, this.#events);
  }

  #dueAt(slot: number, atNs: Ns): void {
    if (!(atNs >= this.#nowNs && atNs <= timeNsMax)) {
      throw new AssertionError(
        `completion at ${atNs} ns, expected ${this.#nowNs} to ${timeNsMax} ns`,
      );
    }
    this.#slots.setDue(slot, atNs);
    this.#schedule(slot, atNs);
  }

  #wakeAt(atNs: Ns): void {
    if (atNs >= this.#wakeAtNs) return;
    this.#wakeAtNs = atNs;
    this.#schedule(wakeSlot, atNs);
  }

  /** An earlier wish may have taken the place of the one that this event was for. */
  #wake(): void {
    if (this.#nowNs !== this.#wakeAtNs) return;
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
    this.#medium.wake(this.#nowNs, this.#events);
    this.#pump();
  }

  #endPiece(slot: number): void {
    const parent = this.#slots.parentOf(slot);
    this.#slots.release(slot);
    if (this.#slots.endPiece(parent) === 0) this.#dueAt(parent, this.#nowNs);
    this.#pump();
  }

  /** A command is done: what rode with it is done now, what it held back may go on. */
  #release(slot: number): void {
    const slots = this.#slots;
    let next = slots.takeFollowers(slot);
    slots.release(slot);
    while (next !== none) {
      const after = slots.takeNext(next);
      const blocker = slots.isServing(next) ? none : slots.olderOverlap(next);
      if (slots.isServing(next)) this.#dueAt(next, this.#nowNs);
      else if (blocker === none) this.#admit(next);
      else slots.follow(blocker, next);
      next = after;
    }
  }

  /** Nothing is under way any more. */
  #startOver(): void {
    this.#host.clear(this.#nowNs);
    this.#front.startOver(this.#nowNs);
    this.#medium.powerOff(this.#nowNs);
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
  }

  #enter(nowNs: Ns, schedule: ScheduleCompletion): void {
    if (!(nowNs >= this.#nowNs)) {
      throw new AssertionError(`time went back from ${this.#nowNs} ns to ${nowNs} ns`);
    }
    this.#nowNs = nowNs;
    this.#schedule = schedule;
  }
}

function noSchedule(): void {
  throw new AssertionError('a completion was named while no request was handed over');
}

/** The power is gone: what would have completed does not. */
function forgotten(): void {}
