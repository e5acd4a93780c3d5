// A block device that computes at dispatch when a command completes.
//
//   submit --> waiting line --> link --> channel calendar --> complete --> store
//              (over hwDepth)
//
// What can happen: commands complete out of order; a power loss or a reset cuts off those in
// service. What cannot: a trace of a command that still waited for queue depth. What a command
// leaves on the medium, and what of it survives, is in store.ts.
//
// Writes that share blocks are served in the order of submission: the later one starts when the
// earlier one is done, so versions of a block have one order. Real drives promise nothing here;
// hosts do not do it. A read sees the newest contents visible when it completes.
//
// On the path of every command an assertion is an `if` around the throw: the text is built only
// when it fails. Formatting it each time would cost a good part of the command.
import { AssertionError, assert } from '../assert.ts';
import type { ChoiceSource } from '../choice.ts';
import { deepFreeze } from '../freeze.ts';
import { type Ns, timeNsMax } from '../units.ts';
import { Calendar } from './calendar.ts';
import type {
  Completed,
  CrashOutcome,
  Device,
  DeviceReset,
  IoRequest,
  ScheduleCompletion,
} from './device.ts';
import { type Media, type MediaOp, tableMedia } from './media.ts';
import type { Image, MediaFault, MediaFaults } from './media-faults.ts';
import type { DeviceProfile } from './profiles.ts';
import { Slots } from './slots.ts';
import { answer, assertWellFormed, type CutOff, Store } from './store.ts';

/** A device of `blockCount` blocks of 4 KiB that behaves by the numbers of `profile`. */
export function tableDevice(profile: DeviceProfile, blockCount: number): Device {
  assert(profile.hwDepth >= 1, `hardware depth ${profile.hwDepth}, expected 1 or more`);
  const { cache, cacheBlockCountMax, crashPolicy } = profile;
  const isVolatile = cache === 'volatile';
  return new TableDevice(profile, {
    media: tableMedia(profile),
    calendar: new Calendar(new Float64Array(profile.channelCount)),
    slots: new Slots(),
    store: new Store({ blockCount, isVolatile, cacheBlockCountMax, crashPolicy }),
  });
}

interface Parts {
  readonly media: Media;
  readonly calendar: Calendar;
  readonly slots: Slots;
  readonly store: Store;
}

class TableDevice implements Device {
  slowFactor = 1;
  readonly #profile: DeviceProfile;
  readonly #isVolatile: boolean;
  readonly #media: Media;
  readonly #store: Store;
  #calendar: Calendar;
  #slots: Slots;
  #linkFreeAtNs: Ns = 0;
  #nowNs: Ns = 0;

  constructor(profile: DeviceProfile, parts: Parts) {
    this.#profile = profile;
    this.#isVolatile = profile.cache === 'volatile';
    this.#media = parts.media;
    this.#calendar = parts.calendar;
    this.#slots = parts.slots;
    this.#store = parts.store;
  }

  get blockCount(): number {
    return this.#store.blockCount;
  }

  get faults(): MediaFaults {
    return this.#store.faults;
  }

  get inFlightCount(): number {
    return this.#slots.count;
  }

  submit(request: IoRequest, owner: number, nowNs: Ns, schedule: ScheduleCompletion): void {
    this.#advance(nowNs);
    assertWellFormed(request);
    // What is on a disk cannot change in the memory of who wrote it.
    deepFreeze(request.payloads);
    const isWrite = request.op === 'write' && this.#store.isInRange(request);
    const slots = this.#slots;
    const slot = slots.acquire(request, owner, nowNs, isWrite ? request.blockCount : 0);
    const isBegun = slots.serviceCount < this.#profile.hwDepth && !this.faults.isStuck;
    if (isBegun) this.#dispatch(slot, nowNs, schedule);
    else slots.enqueue(slot);
  }

  complete(slot: number, nowNs: Ns, schedule: ScheduleCompletion): Completed {
    this.#advance(nowNs);
    const request = this.#slots.requestAt(slot);
    const dueAtNs = this.#slots.dueAtNs(slot);
    if (dueAtNs !== nowNs) {
      throw new AssertionError(`slot ${slot} completed at ${nowNs} ns, it is due at ${dueAtNs} ns`);
    }
    const owner = this.#slots.ownerAt(slot);
    const completion = this.#slots.isAborted(slot)
      ? answer(request, 'aborted')
      : this.#store.apply(request, this.#slots.submittedAtNs(slot), nowNs);
    this.#slots.release(slot);
    this.pump(nowNs, schedule);
    return { owner, completion };
  }

  pump(nowNs: Ns, schedule: ScheduleCompletion): void {
    this.#advance(nowNs);
    while (!this.faults.isStuck && this.#slots.serviceCount < this.#profile.hwDepth) {
      const next = this.#slots.dequeue();
      if (next === -1) return;
      this.#dispatch(next, nowNs, schedule);
    }
  }

  wipe(): void {
    assert(this.#slots.count === 0, `${this.#slots.count} requests in a device that is wiped`);
    this.#store.wipe();
  }

  image(): Image {
    return this.#store.image();
  }

  rot(where: Omit<MediaFault, 'kind'>): void {
    this.#store.rot(where);
  }

  decay(where: Omit<MediaFault, 'kind'>, runCount: number): void {
    this.#store.decay(where, runCount);
  }

  crash(nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome {
    this.#advance(nowNs);
    const outcome = this.#store.crash(this.#cutOff(nowNs), choices, key);
    this.#slots = new Slots();
    this.#startOver(nowNs);
    return outcome;
  }

  reset(how: DeviceReset, choices: ChoiceSource, schedule: ScheduleCompletion): CrashOutcome {
    const { nowNs, key, losesCache } = how;
    this.#advance(nowNs);
    const cutOff = this.#cutOff(nowNs);
    const outcome = losesCache
      ? this.#store.crash(cutOff, choices, key)
      : this.#store.abort(cutOff, nowNs, choices, key);
    while (this.#slots.dequeue() !== -1);
    for (const slot of this.#slots.all()) {
      this.#slots.abort(slot, nowNs);
      schedule(slot, nowNs);
    }
    this.#startOver(nowNs);
    return outcome;
  }

  setSlowFactor(factor: number): void {
    assert(factor > 0 && Number.isFinite(factor), `slow factor ${factor}, expected above 0`);
    this.slowFactor = factor;
  }

  copy(): Device {
    const twin = new TableDevice(this.#profile, {
      media: this.#media.copy(),
      calendar: this.#calendar.copy(),
      slots: this.#slots.copy(),
      store: this.#store.copy(),
    });
    twin.slowFactor = this.slowFactor;
    twin.#linkFreeAtNs = this.#linkFreeAtNs;
    twin.#nowNs = this.#nowNs;
    return twin;
  }

  /** Nothing is under way any more. */
  #startOver(nowNs: Ns): void {
    this.#calendar = new Calendar(new Float64Array(this.#profile.channelCount));
    this.#linkFreeAtNs = nowNs;
  }

  #cutOff(nowNs: Ns): readonly CutOff[] {
    const slots = this.#slots;
    return slots.inService().map((slot) => ({
      request: slots.requestAt(slot),
      submittedAtNs: slots.submittedAtNs(slot),
      isAtData: slots.dataAtNs(slot) <= nowNs,
    }));
  }

  /** Books the command on link and channel: its completion time is known from here on. */
  #dispatch(slot: number, nowNs: Ns, schedule: ScheduleCompletion): void {
    const request = this.#slots.requestAt(slot);
    const op = mediaOp(request);
    const blockCount = request.blockCount;
    const isOnMedium = request.op !== 'flush' && this.#store.isInRange(request);
    const linkNs = this.#slowed(this.#media.linkNs(op, isOnMedium ? blockCount : 0));
    const arrivedAtNs = Math.max(this.#linkFreeAtNs, nowNs) + linkNs;
    this.#linkFreeAtNs = arrivedAtNs;

    const isFlushing = request.op === 'flush' || request.preflush === true;
    const readyAtNs = isFlushing ? this.#bookFlush(arrivedAtNs) : arrivedAtNs;
    let dueAtNs = readyAtNs;
    if (isOnMedium) dueAtNs = this.#bookChannel(request, op, readyAtNs);
    else if (!isFlushing) dueAtNs += this.#slowed(this.#media.serviceNs(op, 0, 0, readyAtNs));
    if (dueAtNs > timeNsMax) {
      throw new AssertionError(`completion at ${dueAtNs} ns, the latest instant is ${timeNsMax}`);
    }
    this.#slots.startService(slot, readyAtNs, dueAtNs);
    schedule(slot, dueAtNs);
  }

  /** Returns when the command completes; a write waits for those in service on its blocks. */
  #bookChannel(request: IoRequest, op: MediaOp, readyAtNs: Ns): Ns {
    const block = request.block;
    const blockCount = request.blockCount;
    let notBeforeNs = readyAtNs;
    if (op !== 'read') {
      const overlapNs = this.#slots.overlapDueAtNs(block, blockCount);
      if (overlapNs >= notBeforeNs) notBeforeNs = overlapNs + 1;
    }
    const startNs = this.#calendar.startNs(notBeforeNs);
    const factor = this.slowFactor * this.faults.slowFactorOf(block, blockCount);
    const busyNs = slowed(this.#media.busyNs(op, block, blockCount, startNs), factor);
    this.#calendar.book(startNs + busyNs);
    return startNs + slowed(this.#media.serviceNs(op, block, blockCount, startNs), factor);
  }

  /** A volatile cache drains through every channel; one that survives has only to answer. */
  #bookFlush(arrivedAtNs: Ns): Ns {
    const flushNs = this.#slowed(this.#media.flushNs(this.#store.dirtyCount));
    if (!this.#isVolatile) return arrivedAtNs + flushNs;
    const doneAtNs = Math.max(arrivedAtNs, this.#calendar.drainedAtNs()) + flushNs;
    this.#calendar.holdAll(doneAtNs);
    return doneAtNs;
  }

  #slowed(serviceNs: Ns): Ns {
    return slowed(serviceNs, this.slowFactor);
  }

  #advance(nowNs: Ns): void {
    if (!(nowNs >= this.#nowNs)) {
      throw new AssertionError(`time went back from ${this.#nowNs} ns to ${nowNs} ns`);
    }
    this.#nowNs = nowNs;
  }
}

function slowed(serviceNs: Ns, factor: number): Ns {
  return factor === 1 ? serviceNs : Math.round(serviceNs * factor);
}

function mediaOp(request: IoRequest): MediaOp {
  if (request.op !== 'write') return 'read';
  return request.fua === true ? 'forcedWrite' : 'write';
}
