// A block device that computes at dispatch when a command completes, and keeps exact account of
// what a power loss may take.
//
//   submit --> waiting line --> link --> channel calendar --> complete --> visible contents
//              (over hwDepth)                                                   |
//                                          volatile cache: pending versions <---+
//                                                   | flush, forced write, write-back
//                                                   v
//                                              durable contents --> crash --> visible
//
// What can happen: completed writes are lost until flushed, each block on its own; in-flight writes
// survive in part, block by block; commands complete out of order. What cannot: a block torn
// inside; a trace of a command that still waited for queue depth. Flushes that lie or fail, errors,
// contents lost, old or astray happen only while a fault says so, see media-faults.ts.
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
import { Content } from './content.ts';
import { type BlockVersion, decideCrash } from './crash.ts';
import type {
  CrashOutcome,
  Device,
  IoCompletion,
  IoRequest,
  IoStatus,
  ScheduleCompletion,
} from './device.ts';
import { type Media, type MediaOp, tableMedia } from './media.ts';
import {
  type Image,
  isBadBlock,
  type MediaFault,
  MediaFaults,
  rottenStamp,
} from './media-faults.ts';
import { PendingVersions } from './pending.ts';
import type { DeviceProfile } from './profiles.ts';
import { Slots } from './slots.ts';

type Answer = Omit<IoCompletion, 'type' | 'device'>;

/** A device of `blockCount` blocks of 4 KiB that behaves by the numbers of `profile`. */
export function tableDevice(profile: DeviceProfile, blockCount: number): Device {
  assert(profile.hwDepth >= 1, `hardware depth ${profile.hwDepth}, expected 1 or more`);
  return new TableDevice(profile, blockCount, {
    media: tableMedia(profile),
    calendar: new Calendar(new Float64Array(profile.channelCount)),
    slots: new Slots(),
    pending: new PendingVersions(),
    content: new Content(blockCount, profile.cache === 'volatile'),
    faults: new MediaFaults(),
  });
}

interface Parts {
  readonly media: Media;
  readonly calendar: Calendar;
  readonly slots: Slots;
  readonly pending: PendingVersions;
  readonly content: Content;
  readonly faults: MediaFaults;
}

class TableDevice implements Device {
  readonly blockCount: number;
  slowFactor = 1;
  readonly faults: MediaFaults;
  readonly #profile: DeviceProfile;
  readonly #isVolatile: boolean;
  readonly #media: Media;
  readonly #pending: PendingVersions;
  #content: Content;
  #calendar: Calendar;
  #slots: Slots;
  #linkFreeAtNs: Ns = 0;
  #nowNs: Ns = 0;

  constructor(profile: DeviceProfile, blockCount: number, parts: Parts) {
    this.blockCount = blockCount;
    this.#profile = profile;
    this.#isVolatile = profile.cache === 'volatile';
    this.#media = parts.media;
    this.#calendar = parts.calendar;
    this.#slots = parts.slots;
    this.#pending = parts.pending;
    this.#content = parts.content;
    this.faults = parts.faults;
  }

  get inFlightCount(): number {
    return this.#slots.count;
  }

  submit(request: IoRequest, owner: number, nowNs: Ns, schedule: ScheduleCompletion): void {
    this.#advance(nowNs);
    assertWellFormed(request);
    // What is on a disk cannot change in the memory of who wrote it.
    deepFreeze(request.payloads);
    const isWrite = request.op === 'write' && this.#isInRange(request);
    const slots = this.#slots;
    const slot = slots.acquire(request, owner, nowNs, isWrite ? request.blockCount : 0);
    const isBegun = slots.serviceCount < this.#profile.hwDepth && !this.faults.isStuck;
    if (isBegun) this.#dispatch(slot, nowNs, schedule);
    else slots.enqueue(slot);
  }

  complete(
    slot: number,
    nowNs: Ns,
    schedule: ScheduleCompletion,
  ): { owner: number; completion: Answer } {
    this.#advance(nowNs);
    const request = this.#slots.requestAt(slot);
    const dueAtNs = this.#slots.dueAtNs(slot);
    if (dueAtNs !== nowNs) {
      throw new AssertionError(`slot ${slot} completed at ${nowNs} ns, it is due at ${dueAtNs} ns`);
    }
    const owner = this.#slots.ownerAt(slot);
    const completion = this.#apply(request, this.#slots.submittedAtNs(slot), nowNs);
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
    this.#content = new Content(this.blockCount, this.#isVolatile);
    this.#pending.clear();
    this.faults.forgetPast();
  }

  image(): Image {
    return this.#content.copy();
  }

  rot(where: Omit<MediaFault, 'kind'>): void {
    const content = this.#content;
    // What still waits in the cache is in memory, not on the medium.
    const cached = new Set(this.#pending.versions().map(({ block }) => block));
    for (const block of content.storedBlocks()) {
      if (cached.has(block) || !isBadBlock(where, block)) continue;
      const stamp = rottenStamp(content.stampAt(block));
      content.write(block, stamp, undefined);
      content.writeDurable(block, stamp, undefined);
    }
  }

  crash(nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome {
    this.#advance(nowNs);
    const inService = this.#slots.inService();
    for (const slot of inService) this.#endPreflush(slot, nowNs);
    const versions = this.#pending.versions();
    for (const slot of inService) this.#addInFlight(slot, nowNs, versions);
    const outcome = decideCrash(versions, this.#profile.crashPolicy, this.#content, choices, key);
    this.#pending.clear();
    this.#slots = new Slots();
    this.#calendar = new Calendar(new Float64Array(this.#profile.channelCount));
    this.#linkFreeAtNs = nowNs;
    return outcome;
  }

  setSlowFactor(factor: number): void {
    assert(factor > 0 && Number.isFinite(factor), `slow factor ${factor}, expected above 0`);
    this.slowFactor = factor;
  }

  copy(): Device {
    const twin = new TableDevice(this.#profile, this.blockCount, {
      media: this.#media.copy(),
      calendar: this.#calendar.copy(),
      slots: this.#slots.copy(),
      pending: this.#pending.copy(),
      content: this.#content.copy(),
      faults: this.faults.copy(),
    });
    twin.slowFactor = this.slowFactor;
    twin.#linkFreeAtNs = this.#linkFreeAtNs;
    twin.#nowNs = this.#nowNs;
    return twin;
  }

  /** Books the command on link and channel: its completion time is known from here on. */
  #dispatch(slot: number, nowNs: Ns, schedule: ScheduleCompletion): void {
    const request = this.#slots.requestAt(slot);
    const op = mediaOp(request);
    const blockCount = request.blockCount;
    const isOnMedium = request.op !== 'flush' && this.#isInRange(request);
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
    const busyNs = this.#slowed(this.#media.busyNs(op, block, blockCount, startNs));
    this.#calendar.book(startNs + busyNs);
    return startNs + this.#slowed(this.#media.serviceNs(op, block, blockCount, startNs));
  }

  /** A volatile cache drains through every channel; one that survives has only to answer. */
  #bookFlush(arrivedAtNs: Ns): Ns {
    const flushNs = this.#slowed(this.#media.flushNs(this.#pending.dirtyCount));
    if (!this.#isVolatile) return arrivedAtNs + flushNs;
    const doneAtNs = Math.max(arrivedAtNs, this.#calendar.drainedAtNs()) + flushNs;
    this.#calendar.holdAll(doneAtNs);
    return doneAtNs;
  }

  #apply(request: IoRequest, submittedAtNs: Ns, nowNs: Ns): Answer {
    if (!this.#isInRange(request)) return answer(request, 'out-of-range');
    switch (request.op) {
      case 'read':
        return this.#read(request);
      case 'flush':
        return answer(request, this.#flush(submittedAtNs));
      case 'write': {
        const flushed = request.preflush === true ? this.#flush(submittedAtNs) : 'ok';
        const status = flushed === 'ok' ? this.#writeStatus(request) : flushed;
        if (status === 'ok') this.#write(request, nowNs);
        return answer(request, status);
      }
    }
  }

  #flush(submittedAtNs: Ns): IoStatus {
    if (this.faults.isReadOnly) return 'io-error';
    if (this.faults.dropsFlush(submittedAtNs)) {
      this.#pending.dropThrough(submittedAtNs, this.#content);
      return 'io-error';
    }
    if (!this.faults.isLying) this.#pending.retireThrough(submittedAtNs, this.#content);
    return 'ok';
  }

  /** Whether the medium takes a write, before anything of it is stored. */
  #writeStatus({ block, blockCount }: IoRequest): IoStatus {
    const { faults } = this;
    if (faults.isReadOnly || faults.isBad('write-error', block, blockCount)) return 'io-error';
    if (!faults.isFull) return 'ok';
    for (let index = block; index < block + blockCount; index += 1) {
      if (!this.#content.holds(index)) return 'no-space';
    }
    return 'ok';
  }

  #write(request: IoRequest, nowNs: Ns): void {
    const isForced = request.fua === true && !this.faults.isLying;
    const { block, blockCount, stamps, payloads } = request;
    for (let index = 0; index < blockCount; index += 1) {
      const stamp = stamps === undefined ? 0 : (stamps[index] as number);
      const payload = payloads === undefined ? undefined : payloads[index];
      if (this.faults.isBad('phantom-write', block + index, 1)) continue;
      const landing = this.faults.landing(block + index, this.blockCount);
      this.#content.write(landing, stamp, payload);
      if (!this.#isVolatile) continue;
      if (isForced && this.#pending.count === 0) {
        this.#content.writeDurable(landing, stamp, payload);
        continue;
      }
      this.#pending.push(landing, stamp, payload, nowNs, isForced);
      if (this.#pending.count > this.#profile.cacheBlockCountMax) {
        this.#pending.retireOldest(this.#content);
      }
    }
  }

  #read(request: IoRequest): Answer {
    const { block, blockCount, op, tag } = request;
    const { faults } = this;
    if (faults.isDead || faults.isBad('read-error', block, blockCount)) {
      return answer(request, 'io-error');
    }
    const stamps: number[] = [];
    let hasPayload = false;
    for (let index = block; index < block + blockCount; index += 1) {
      const source = faults.departure(index, this.blockCount);
      const image = faults.pastOf(index) ?? this.#content;
      stamps.push(image.stampAt(source));
      if (image.payloadAt(source) !== undefined) hasPayload = true;
    }
    if (!hasPayload) return { tag, op, block, blockCount, status: 'ok', stamps };
    const payloads = stamps.map((_, index) => {
      const image = faults.pastOf(block + index) ?? this.#content;
      return image.payloadAt(faults.departure(block + index, this.blockCount));
    });
    return { tag, op, block, blockCount, status: 'ok', stamps, payloads };
  }

  /** A write with preflush that has reached its data has flushed: its cover is durable already. */
  #endPreflush(slot: number, nowNs: Ns): void {
    const request = this.#slots.requestAt(slot);
    if (request.preflush !== true || this.#slots.dataAtNs(slot) > nowNs) return;
    this.#flush(this.#slots.submittedAtNs(slot));
  }

  /** Adds what a write in service may leave; with preflush nothing before its flush is over. */
  #addInFlight(slot: number, nowNs: Ns, versions: BlockVersion[]): void {
    const request = this.#slots.requestAt(slot);
    if (request.op !== 'write' || !this.#isInRange(request)) return;
    if (request.preflush === true) {
      if (this.#slots.dataAtNs(slot) > nowNs) return;
      if (this.faults.dropsFlush(this.#slots.submittedAtNs(slot))) return;
    }
    if (this.#writeStatus(request) !== 'ok') return;
    for (let index = 0; index < request.blockCount; index += 1) {
      if (this.faults.isBad('phantom-write', request.block + index, 1)) continue;
      versions.push({
        block: this.faults.landing(request.block + index, this.blockCount),
        stamp: request.stamps === undefined ? 0 : (request.stamps[index] as number),
        payload: request.payloads?.[index],
        state: 'inFlight',
      });
    }
  }

  #isInRange(request: IoRequest): boolean {
    return request.block + request.blockCount <= this.blockCount;
  }

  #slowed(serviceNs: Ns): Ns {
    return this.slowFactor === 1 ? serviceNs : Math.round(serviceNs * this.slowFactor);
  }

  #advance(nowNs: Ns): void {
    if (!(nowNs >= this.#nowNs)) {
      throw new AssertionError(`time went back from ${this.#nowNs} ns to ${nowNs} ns`);
    }
    this.#nowNs = nowNs;
  }
}

function mediaOp(request: IoRequest): MediaOp {
  if (request.op !== 'write') return 'read';
  return request.fua === true ? 'forcedWrite' : 'write';
}

function answer(request: IoRequest, status: IoStatus): Answer {
  const { tag, op, block, blockCount } = request;
  return { tag, op, block, blockCount, status };
}

function assertWellFormed(request: IoRequest): void {
  const { op, block, blockCount, stamps, payloads } = request;
  if (!Number.isInteger(block) || block < 0) {
    throw new AssertionError(`block ${block}, expected an integer from 0`);
  }
  if (op === 'flush') {
    assert(blockCount === 0, `flush of ${blockCount} blocks, expected 0`);
    return;
  }
  if (!Number.isInteger(blockCount) || blockCount < 1) {
    throw new AssertionError(`${op} of ${blockCount} blocks, expected 1 or more`);
  }
  if (op === 'read') return;
  assert(
    (stamps === undefined) !== (payloads === undefined),
    'a write carries stamps or payloads, one of the two',
  );
  const length = stamps === undefined ? payloads?.length : stamps.length;
  if (length !== blockCount) {
    throw new AssertionError(`write of ${blockCount} blocks with ${length} contents`);
  }
}
