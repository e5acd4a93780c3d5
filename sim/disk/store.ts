// What is on a medium, what its cache has not made durable, and how both can be wrong. When a
// command takes effect is the device's business; here it takes effect.
//
//   write --> visible contents ---pending versions---flush, forced write, write-back---> durable
//                  ^                                                                        |
//                  '------------------------------ power loss ------------------------------'
//
// What can happen: completed writes are lost until flushed, each block on its own; in-flight writes
// survive in part, block by block. What cannot: a block torn inside. Flushes that lie or fail,
// errors, contents lost, old or astray happen only while a fault says so, see media-faults.ts;
// sectors that a fault has made unreadable stay so until they are written again.
import { AssertionError, assert } from '../assert.ts';
import type { ChoiceSource } from '../choice.ts';
import type { Ns } from '../units.ts';
import { Content } from './content.ts';
import { type BlockVersion, type CrashPolicy, decideCrash } from './crash.ts';
import type { CrashOutcome, IoCompletion, IoRequest, IoStatus } from './device.ts';
import {
  type Image,
  isBadBlock,
  type MediaFault,
  MediaFaults,
  rottenStamp,
} from './media-faults.ts';
import { PendingVersions } from './pending.ts';

/** What a command answers to who asked. */
export type Answer = Omit<IoCompletion, 'type' | 'device'>;

/** A command in service when it is cut off. */
export interface CutOff {
  readonly request: IoRequest;
  readonly submittedAtNs: Ns;
  /** Whether its data may have reached the medium: what comes before them is over. */
  readonly isAtData: boolean;
}

/** What a store promises. */
export interface StoreSpec {
  readonly blockCount: number;
  /** Completed writes can be lost until they are flushed. */
  readonly isVolatile: boolean;
  /** The most versions the volatile cache holds before it writes the oldest back. */
  readonly cacheBlockCountMax: number;
  readonly crashPolicy: CrashPolicy;
}

/** The contents of one device. */
export class Store {
  readonly faults: MediaFaults;
  readonly #spec: StoreSpec;
  readonly #pending: PendingVersions;
  #content: Content;
  /** Blocks that answer no read until they are written again. */
  #unreadable: ReadonlySet<number> = new Set();
  /** Blocks that show what no flush will ever make durable: a flush that failed gave them up. */
  #givenUp: ReadonlySet<number> = new Set();

  constructor(
    spec: StoreSpec,
    parts = {
      content: new Content(spec.blockCount, spec.isVolatile),
      pending: new PendingVersions(),
      faults: new MediaFaults(),
    },
  ) {
    this.#spec = spec;
    this.#content = parts.content;
    this.#pending = parts.pending;
    this.faults = parts.faults;
  }

  /** How many cached versions a power loss could take. */
  get dirtyCount(): number {
    return this.#pending.dirtyCount;
  }

  get blockCount(): number {
    return this.#spec.blockCount;
  }

  isInRange({ block, blockCount }: IoRequest): boolean {
    return block + blockCount <= this.#spec.blockCount;
  }

  /** A command that was submitted at `submittedAtNs` takes effect now. */
  apply(request: IoRequest, submittedAtNs: Ns, nowNs: Ns): Answer {
    if (!this.isInRange(request)) return answer(request, 'out-of-range');
    switch (request.op) {
      case 'read':
        return this.#read(request, nowNs);
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

  /** The power goes while commands are in service, given in the order of submission. */
  crash(cutOff: readonly CutOff[], choices: ChoiceSource, key: string): CrashOutcome {
    for (const one of cutOff) this.#endPreflush(one);
    const versions = this.#pending.versions();
    for (const one of cutOff) this.#addInFlight(one, versions);
    for (const block of this.#givenUp) this.#content.revert(block);
    this.#givenUp = new Set();
    const outcome = decideCrash(versions, this.#spec.crashPolicy, this.#content, choices, key);
    this.#pending.clear();
    return outcome;
  }

  /**
   * Commands are aborted while the power stays: each block of a write in service is written (1) or
   * not (0) by choice, and the cache goes on holding what it held.
   */
  abort(cutOff: readonly CutOff[], nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome {
    for (const one of cutOff) this.#endPreflush(one);
    const versions: BlockVersion[] = [];
    for (const one of cutOff) this.#addInFlight(one, versions);
    let kept = '';
    for (const { block, stamp, payload } of versions) {
      const isKept = choices.choose('disk.abort', 2, key) === 1;
      if (isKept) this.#store(block, stamp, payload, nowNs);
      kept += isKept ? '1' : '0';
    }
    return { kept, lostCount: 0 };
  }

  /** Another device is in its place, an empty one. */
  wipe(): void {
    this.#content = new Content(this.#spec.blockCount, this.#spec.isVolatile);
    this.#pending.clear();
    this.#unreadable = new Set();
    this.#givenUp = new Set();
    this.faults.forgetPast();
  }

  image(): Image {
    return this.#content.copy();
  }

  rot(where: Omit<MediaFault, 'kind'>): void {
    const content = this.#content;
    // What still waits in the cache is in memory, not on the medium.
    const cached = new Set(this.#pending.versions().map(({ block }) => block));
    for (const block of content.stampedBlocks()) {
      if (cached.has(block) || !isBadBlock(where, block)) continue;
      const stamp = rottenStamp(content.stampAt(block));
      content.write(block, stamp, undefined);
      content.writeDurable(block, stamp, undefined);
    }
  }

  /** Stored blocks go bad, in runs of `runCount` neighbours that share their fate. */
  decay(where: Omit<MediaFault, 'kind'>, runCount: number): void {
    const unreadable = new Set(this.#unreadable);
    for (const block of this.#content.storedBlocks()) {
      if (isBadBlock(where, Math.floor(block / runCount))) unreadable.add(block);
    }
    this.#unreadable = unreadable;
  }

  copy(): Store {
    const twin = new Store(this.#spec, {
      content: this.#content.copy(),
      pending: this.#pending.copy(),
      faults: this.faults.copy(),
    });
    twin.#unreadable = this.#unreadable;
    twin.#givenUp = this.#givenUp;
    return twin;
  }

  #flush(submittedAtNs: Ns): IoStatus {
    const { faults } = this;
    if (faults.isReadOnly) return 'io-error';
    const dropping = faults.flushDropping(submittedAtNs);
    if (dropping === null) {
      if (!faults.isLying) this.#pending.retireThrough(submittedAtNs, this.#content);
      return 'ok';
    }
    const dropped = this.#pending.dropThrough(submittedAtNs, this.#content);
    if (dropping.isReadable === true) this.#giveUp(dropped);
    else for (const { block } of dropped) this.#content.revert(block);
    // What came later is visible still.
    for (const { block, stamp, payload } of this.#pending.versions()) {
      this.#content.write(block, stamp, payload);
    }
    return 'io-error';
  }

  #giveUp(dropped: readonly BlockVersion[]): void {
    const givenUp = new Set(this.#givenUp);
    for (const { block } of dropped) givenUp.add(block);
    this.#givenUp = givenUp;
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
      this.#store(this.#landing(block + index), stamp, payload, nowNs, isForced);
    }
  }

  #store(block: number, stamp: number, payload: unknown, nowNs: Ns, isForced = false): void {
    this.faults.onWrite(block);
    if (this.#unreadable.size > 0 && this.#unreadable.has(block)) {
      const unreadable = new Set(this.#unreadable);
      unreadable.delete(block);
      this.#unreadable = unreadable;
    }
    this.#content.write(block, stamp, payload);
    if (!this.#spec.isVolatile) return;
    if (isForced && this.#pending.count === 0) {
      this.#content.writeDurable(block, stamp, payload);
      return;
    }
    this.#pending.push(block, stamp, payload, nowNs, isForced);
    if (this.#pending.count > this.#spec.cacheBlockCountMax) {
      this.#pending.retireOldest(this.#content);
    }
  }

  #read(request: IoRequest, nowNs: Ns): Answer {
    const { block, blockCount, op, tag } = request;
    if (this.#isUnreadable(block, blockCount, nowNs)) return answer(request, 'io-error');
    const stamps: number[] = [];
    let hasPayload = false;
    for (let index = block; index < block + blockCount; index += 1) {
      const source = this.#departure(index);
      const image = this.faults.pastOf(index) ?? this.#content;
      stamps.push(image.stampAt(source));
      if (image.payloadAt(source) !== undefined) hasPayload = true;
    }
    if (!hasPayload) return { tag, op, block, blockCount, status: 'ok', stamps };
    const payloads = stamps.map((_, index) => {
      const image = this.faults.pastOf(block + index) ?? this.#content;
      return image.payloadAt(this.#departure(block + index));
    });
    return { tag, op, block, blockCount, status: 'ok', stamps, payloads };
  }

  #isUnreadable(block: number, blockCount: number, nowNs: Ns): boolean {
    const { faults } = this;
    if (faults.isDead || faults.isBad('read-error', block, blockCount)) return true;
    if (faults.isBadNow(block, blockCount, nowNs)) return true;
    if (this.#unreadable.size === 0 && !faults.hasDeadDie) return false;
    for (let index = block; index < block + blockCount; index += 1) {
      if (this.#unreadable.has(index) || faults.isOnDeadDie(index)) return true;
    }
    return false;
  }

  #landing(block: number): number {
    return this.faults.landing(block, this.#spec.blockCount);
  }

  #departure(block: number): number {
    return this.faults.departure(block, this.#spec.blockCount);
  }

  /** A write with preflush that has reached its data has flushed: its cover is durable already. */
  #endPreflush({ request, submittedAtNs, isAtData }: CutOff): void {
    if (request.preflush === true && isAtData) this.#flush(submittedAtNs);
  }

  /** Adds what a write in service may leave; with preflush nothing before its flush is over. */
  #addInFlight({ request, submittedAtNs, isAtData }: CutOff, versions: BlockVersion[]): void {
    if (request.op !== 'write' || !this.isInRange(request)) return;
    if (request.preflush === true) {
      if (!isAtData || this.faults.flushDropping(submittedAtNs) !== null) return;
    }
    if (this.#writeStatus(request) !== 'ok') return;
    for (let index = 0; index < request.blockCount; index += 1) {
      if (this.faults.isBad('phantom-write', request.block + index, 1)) continue;
      versions.push({
        block: this.#landing(request.block + index),
        stamp: request.stamps === undefined ? 0 : (request.stamps[index] as number),
        payload: request.payloads?.[index],
        state: 'inFlight',
      });
    }
  }
}

/** An answer without contents. */
export function answer(request: IoRequest, status: IoStatus): Answer {
  const { tag, op, block, blockCount } = request;
  return { tag, op, block, blockCount, status };
}

/** Refuses a request that no host would send. */
export function assertWellFormed(request: IoRequest): void {
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
