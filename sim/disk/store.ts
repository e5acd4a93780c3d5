// What is on a medium, what its cache has not made durable, and how both can be wrong. When a
// command takes effect is the device's business; here it takes effect.
//
//   write --> visible contents ---pending versions---flush, forced write, write-back---> durable
//                  ^                                                                        |
//                  '------------------------------ power loss ------------------------------'
//
// What can happen: completed writes are lost until flushed, each unit of the medium on its own;
// in-flight writes survive in part, unit by unit, and may leave a unit damaged, see atomicity.ts
// and crash.ts. A write of a part of a block changes that part. Flushes that lie or fail, errors,
// contents lost, old or astray happen only while a fault says so, see media-faults.ts; sectors
// that are unreadable stay so until they are written again.
import type { ChoiceSource } from '../choice.ts';
import type { Ns } from '../units.ts';
import { type Atomicity, atomicityRules } from './atomicity.ts';
import { Content } from './content.ts';
import { decideCrash } from './crash.ts';
import type { BlockVersion, CrashPolicy } from './crash-rules.ts';
import type { CrashOutcome, CutOff, IoDone, IoRequest, IoStatus } from './device.ts';
import { GivenUp } from './given-up.ts';
import { addInFlight, isWholeByPromise, landed, maskAt, type WritePath } from './in-flight.ts';
import { type Image, isBadBlock, type MediaFault, MediaFaults } from './media-faults.ts';
import { type Contents, sectorsPerBlock, wholeBlock } from './odd-block.ts';
import { joinedBit, PendingVersions, promisedBit } from './pending.ts';
import { firstSectorOf, sectorCountOf } from './request-shape.ts';
import { rotBlocks } from './rot.ts';
import { SectorMasks } from './sector-masks.ts';
import { type ReadSources, readBlocks } from './store-read.ts';

/** What a device promises of what it stores. */
export interface StoreGuarantees extends Atomicity {
  /** Completed writes can be lost until they are flushed. */
  readonly isVolatile: boolean;
  /** The most versions the volatile cache holds before it writes the oldest back. */
  readonly cacheBlockCountMax: number;
  readonly crashPolicy: CrashPolicy;
}

interface StoreSpec extends StoreGuarantees {
  readonly blockCount: number;
}

interface StoreParts {
  readonly content: Content;
  readonly pending: PendingVersions;
  readonly faults: MediaFaults;
  readonly unreadable: SectorMasks;
  readonly stale: SectorMasks;
  readonly givenUp: GivenUp;
}

/** The contents of one device. */
export class Store {
  readonly faults: MediaFaults;
  /** What came of the last command that was applied. */
  readonly done: IoDone = {
    owner: 0,
    request: nothingAsked,
    status: 'ok',
    stamps: new Uint32Array(1),
    payloads: null,
    sectors: null,
    marks: null,
  };
  readonly #spec: StoreSpec;
  readonly #path: WritePath;
  /** Whether it matters to a cached version that its command is whole by promise. */
  readonly #countsPromises: boolean;
  readonly #pending: PendingVersions;
  #content: Content;
  /** What a read sees; its contents are those of the device. */
  #sources: ReadSources;
  /** Sectors that answer no read until they are written again. */
  readonly #unreadable: SectorMasks;
  /** Sectors whose last write was reported done and is not where a read looks. */
  readonly #stale: SectorMasks;
  readonly #givenUp: GivenUp;
  /** When flushes that made nothing durable were asked for: barriers all the same. */
  #barriersNs: readonly Ns[] = [];

  constructor(spec: StoreSpec, parts: StoreParts = emptyParts(spec)) {
    this.#spec = spec;
    this.#pending = parts.pending;
    this.faults = parts.faults;
    this.#unreadable = parts.unreadable;
    this.#stale = parts.stale;
    this.#givenUp = parts.givenUp;
    const { faults } = parts;
    const { blockCount } = spec;
    this.#content = parts.content;
    this.#sources = { content: parts.content, faults, stale: parts.stale, blockCount };
    const rules = atomicityRules(spec);
    this.#path = { faults, rules, blockCount };
    const isLarge = rules.promisedSectorMax > rules.unitSectorCount;
    this.#countsPromises = spec.isVolatile && (isLarge || rules.interrupted !== 'whole');
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

  /** A command that was submitted at `submittedAtNs` takes effect; `done` has what came of it. */
  apply(request: IoRequest, submittedAtNs: Ns, nowNs: Ns): void {
    const { done } = this;
    if (!this.isInRange(request)) done.status = 'out-of-range';
    else if (request.op === 'flush') done.status = this.flush(submittedAtNs);
    else if (request.op === 'read' || request.op === 'verify') this.#read(request, nowNs);
    else {
      done.status = this.#writeStatus(request);
      if (done.status === 'ok') this.#write(request, nowNs);
    }
  }

  /** The power goes while commands are in service, given in the order of submission. */
  crash(cutOff: readonly CutOff[], choices: ChoiceSource, key: string): CrashOutcome {
    const versions = this.#pending.versions();
    const barriersNs = new Set(this.#barriersNs);
    for (const one of cutOff) {
      if (one.isFlushing || one.request.op === 'flush') barriersNs.add(one.submittedAtNs);
      if (!one.isFlushing) this.#addInFlight(one.request, versions);
    }
    this.#givenUp.revealAll(this.#content);
    const rules = {
      ...this.#path.rules,
      policy: this.#spec.crashPolicy,
      barriersNs: [...barriersNs].sort((a, b) => a - b),
    };
    const remains = { content: this.#content, unreadable: this.#unreadable };
    const outcome = decideCrash(versions, rules, remains, choices, key);
    this.#pending.clear();
    this.#barriersNs = [];
    return outcome;
  }

  /**
   * Commands are aborted while the power stays: each block of a write in service is written (1) or
   * not (0) by choice, a command that is whole by promise as one; the cache goes on holding what it
   * held.
   */
  abort(cutOff: readonly CutOff[], nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome {
    const versions: BlockVersion[] = [];
    for (const { request, isFlushing } of cutOff) {
      if (!isFlushing) this.#addInFlight(request, versions);
    }
    let kept = '';
    let isKept = false;
    for (const [
      index,
      { block, stamp, payload, mask, isPromised, command },
    ] of versions.entries()) {
      const isJoined = isPromised && versions[index - 1]?.command === command;
      if (!isJoined) {
        isKept = choices.choose('disk.abort', 2, key) === 1;
        kept += isKept ? '1' : '0';
      }
      const word = mask | (isPromised ? promisedBit : 0) | (isJoined ? joinedBit : 0);
      if (isKept) this.#store(block, stamp, payload, nowNs, word, false);
    }
    return { kept, lostCount: 0 };
  }

  /** The medium has written cached sectors back: what completed of them is durable. */
  destaged(sector: number, sectorCount: number): void {
    // A drive that lies keeps all of it where the power reaches it.
    if (this.#pending.dirtyCount === 0 || this.faults.isLying) return;
    const end = sector + sectorCount;
    const last = Math.floor((end - 1) / sectorsPerBlock);
    for (let block = Math.floor(sector / sectorsPerBlock); block <= last; block += 1) {
      const start = block * sectorsPerBlock;
      const from = sector > start ? sector - start : 0;
      const until = end < start + sectorsPerBlock ? end - start : sectorsPerBlock;
      const mask = (wholeBlock << from) & wholeBlock & ((1 << until) - 1);
      this.#pending.retireBlock(block, mask, this.#content);
    }
  }

  /** Another device is in its place, an empty one. */
  wipe(): void {
    this.#content = new Content(this.#spec.blockCount, this.#spec.isVolatile);
    this.#sources = { ...this.#sources, content: this.#content };
    this.#pending.clear();
    this.#unreadable.clear();
    this.#stale.clear();
    this.#givenUp.clear();
    this.#barriersNs = [];
    this.faults.forgetPast();
  }

  image(): Image {
    return this.#content.copy();
  }

  rot(where: Omit<MediaFault, 'kind'>): void {
    // What still waits in the cache is in memory, not on the medium.
    const cached = new Set(this.#pending.versions().map(({ block }) => block));
    rotBlocks(this.#content, where, cached);
  }

  /** Stored blocks go bad, in runs of `runCount` neighbours that share their fate. */
  decay(where: Omit<MediaFault, 'kind'>, runCount: number): void {
    for (const block of this.#content.storedBlocks()) {
      if (isBadBlock(where, Math.floor(block / runCount))) this.#unreadable.add(block, wholeBlock);
    }
  }

  copy(): Store {
    const twin = new Store(this.#spec, {
      content: this.#content.copy(),
      pending: this.#pending.copy(),
      faults: this.faults.copy(),
      unreadable: this.#unreadable.copy(),
      stale: this.#stale.copy(),
      givenUp: this.#givenUp.copy(),
    });
    twin.#barriersNs = this.#barriersNs;
    return twin;
  }

  /** A flush that was submitted at `submittedAtNs` ends. */
  flush(submittedAtNs: Ns): IoStatus {
    const { faults } = this;
    if (faults.isReadOnly) return 'io-error';
    const dropping = faults.flushDropping(submittedAtNs);
    if (dropping === null) {
      if (faults.isLying) this.#noteBarrier(submittedAtNs);
      else this.#pending.retireThrough(submittedAtNs, this.#content);
      return 'ok';
    }
    const isShown = dropping.isReadable === true;
    this.#givenUp.drop(this.#pending, submittedAtNs, this.#content, isShown);
    return 'io-error';
  }

  /** Between two barriers something has completed, so there are no more of them than versions. */
  #noteBarrier(atNs: Ns): void {
    if (this.#spec.crashPolicy !== 'epoch') return;
    const oldestNs = this.#pending.oldestCompletedAtNs;
    const others = this.#barriersNs.filter((otherNs) => otherNs >= oldestNs);
    const beforeNs = others.findLast((otherNs) => otherNs <= atNs) ?? -1;
    const isNeeded = this.#pending
      .versions()
      .some(({ completedAtNs }) => completedAtNs > beforeNs && completedAtNs <= atNs);
    this.#barriersNs = isNeeded ? [...others, atNs].sort((a, b) => a - b) : others;
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
    if (this.#isSpecial(request)) {
      this.#writeSpecial(request, nowNs, isForced);
      return;
    }
    for (let index = 0; index < blockCount; index += 1) {
      const stamp = stamps === undefined ? 0 : (stamps[index] as number);
      const payload = payloads === undefined ? undefined : payloads[index];
      this.#store(block + index, stamp, payload, nowNs, wholeBlock, isForced);
    }
  }

  /** Whether more is to be seen to than whole blocks that land where they should. */
  #isSpecial({ startSector, endSector }: IoRequest): boolean {
    if (startSector !== undefined || endSector !== undefined || this.#countsPromises) return true;
    return this.faults.activeCount > 0 || this.#stale.size > 0;
  }

  #writeSpecial(request: IoRequest, nowNs: Ns, isForced: boolean): void {
    const { block, blockCount } = request;
    const isPromised = this.#countsPromises && isWholeByPromise(this.#path.rules, request);
    let marks = isPromised ? promisedBit : 0;
    for (let index = 0; index < blockCount; index += 1) {
      const mask = maskAt(request, index);
      if (this.faults.isBad('phantom-write', block + index, 1)) {
        this.#stale.add(block + index, mask);
        continue;
      }
      const contents = { stamp: request.stamps?.[index] ?? 0, payload: request.payloads?.[index] };
      this.#storeAstray(block + index, contents, nowNs, mask | marks, isForced);
      if (isPromised) marks = promisedBit | joinedBit;
    }
  }

  /** A write to a device of which something may be wrong. */
  #storeAstray(
    block: number,
    contents: Contents,
    nowNs: Ns,
    word: number,
    isForced: boolean,
  ): void {
    const mask = word & wholeBlock;
    const { blockCount } = this.#spec;
    const landing = this.faults.landing(block, blockCount);
    // On a device that is smaller than it says, reads look where writes go.
    if (this.faults.departure(block, blockCount) === landing) this.#stale.remove(block, mask);
    else this.#stale.add(block, mask);
    const { stamp, payload } = landed(contents, block, landing);
    this.#store(landing, stamp, payload, nowNs, word, isForced);
  }

  #store(
    block: number,
    stamp: number,
    payload: unknown,
    nowNs: Ns,
    word: number,
    isForced: boolean,
  ): void {
    const mask = word & wholeBlock;
    if (this.faults.hasDeadDie) this.faults.onWrite(block);
    if (this.#unreadable.size > 0) this.#unreadable.remove(block, mask);
    const content = this.#content;
    if (mask === wholeBlock) content.write(block, stamp, payload);
    else content.writeSectors(block, { stamp, payload }, mask);
    if (!this.#spec.isVolatile) return;
    if (isForced) {
      if (this.#pending.dirtyCount > 0) this.#pending.supersede(block, mask);
      if (mask === wholeBlock) content.writeDurable(block, stamp, payload);
      else content.writeDurableSectors(block, { stamp, payload }, mask);
      return;
    }
    this.#pending.push(block, stamp, payload, nowNs, word);
    if (this.#pending.dirtyCount > this.#spec.cacheBlockCountMax) {
      this.#pending.retireOldest(content);
    }
  }

  #read(request: IoRequest, nowNs: Ns): void {
    const { done, faults } = this;
    done.payloads = null;
    done.sectors = null;
    done.marks = null;
    const isFailing = faults.isDead || faults.isBadNow(request.block, request.blockCount, nowNs);
    if (isFailing || this.isUnreadable(firstSectorOf(request), sectorCountOf(request))) {
      done.status = 'io-error';
      return;
    }
    done.status = 'ok';
    if (request.op === 'verify') return;
    if (request.fua === true) this.#bypassCache(request);
    readBlocks(request, this.#sources, done);
  }

  /** What waits in the cache is written first, then the medium itself is read. */
  #bypassCache({ block, blockCount }: IoRequest): void {
    this.destaged(block * sectorsPerBlock, blockCount * sectorsPerBlock);
    this.#givenUp.reveal(block, blockCount, this.#content, this.#pending);
  }

  /** Whether a read of these sectors fails however often it is tried. */
  isUnreadable(sector: number, sectorCount: number): boolean {
    if (this.#unreadable.hasAnyOf(sector, sectorCount)) return true;
    const { faults } = this;
    if (faults.activeCount === 0) return false;
    const block = Math.floor(sector / sectorsPerBlock);
    const blockCount = Math.ceil((sector + sectorCount) / sectorsPerBlock) - block;
    return faults.isUnreadable(block, blockCount);
  }

  /** Adds what a write in service may leave. */
  #addInFlight(request: IoRequest, versions: BlockVersion[]): void {
    if (!this.isInRange(request) || this.#writeStatus(request) !== 'ok') return;
    addInFlight(request, this.#path, versions);
  }
}

function emptyParts({ blockCount, isVolatile }: StoreSpec): StoreParts {
  return {
    content: new Content(blockCount, isVolatile),
    pending: new PendingVersions(),
    faults: new MediaFaults(),
    unreadable: new SectorMasks(),
    stale: new SectorMasks(),
    givenUp: new GivenUp(),
  };
}

const nothingAsked: IoRequest = { op: 'flush', block: 0, blockCount: 0, tag: null };
