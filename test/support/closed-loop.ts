// Drives a medium alone: hosts that keep a fixed number of commands under way, each host issuing
// one after the other.
//
//   host (submitNs a command) --> medium --> done: the host has one more to issue
import { EventHeap } from '../../scenarios/runner/device/event-heap.ts';
import type { Medium, MediumCommand, MediumEvents, MediumOp } from '../../sim/disk/medium.ts';
import { Noise, noiseLane } from '../../sim/disk/noise.ts';

export interface ClosedLoopOptions {
  /** Commands under way, of each host. */
  readonly depth: number;
  readonly op: MediumOp;
  readonly sizeSectors: number;
  /** Commands measured, of all hosts; as many as `warmUpCount` run before. */
  readonly count: number;
  readonly warmUpCount?: number;
  /** Share of the commands that read instead. */
  readonly readShare?: number;
  /** Addresses below this; drawn, unless `isSequential`. */
  readonly spanSectors?: number;
  readonly isSequential?: boolean;
  readonly hostCount?: number;
  /** What a host is busy for with each command before it issues it. */
  readonly submitNs?: number;
  /** A flush after each command, counted with it. */
  readonly isFlushed?: boolean;
  readonly seed?: number;
  readonly startAtNs?: number;
  /** Called when a measured command is done: how many are, and when. */
  readonly onDone?: (doneCount: number, atNs: number, latencyNs: number) => void;
}

export interface ClosedLoopResult {
  readonly iops: number;
  /** From issue to completion. */
  readonly meanNs: number;
  readonly elapsedNs: number;
  readonly endAtNs: number;
  /** Ascending. */
  readonly latenciesNs: Float64Array;
  quantileNs(share: number): number;
}

const healthyFlush = { dirtyCount: 1, slowFactor: 1 };

/** Runs until `count` commands are done, and measures them. */
export function closedLoop(medium: Medium, options: ClosedLoopOptions): ClosedLoopResult {
  const loop = new Loop(medium, options);
  return loop.run();
}

class Loop implements MediumEvents {
  readonly #medium: Medium;
  readonly #options: ClosedLoopOptions;
  readonly #heap = new EventHeap();
  readonly #noise: Noise;
  readonly #command: MediumCommand;
  readonly #issuedAtNs: Float64Array;
  readonly #isFlushing: Uint8Array;
  readonly #hostFreeAtNs: Float64Array;
  readonly #slotCount: number;
  #next = 0;

  constructor(medium: Medium, options: ClosedLoopOptions) {
    const { depth, hostCount = 1, seed = 1, op, sizeSectors, startAtNs = 0 } = options;
    this.#medium = medium;
    this.#options = options;
    this.#noise = new Noise(noiseLane(seed, 'closed loop'));
    this.#slotCount = depth * hostCount;
    this.#issuedAtNs = new Float64Array(this.#slotCount);
    this.#isFlushing = new Uint8Array(this.#slotCount);
    this.#hostFreeAtNs = new Float64Array(hostCount).fill(startAtNs);
    const sectorCount = sizeSectors;
    this.#command = { slot: 0, op, sector: 0, sectorCount, readyAtNs: 0, slowFactor: 1 };
  }

  done(slot: number, atNs: number): void {
    this.#heap.push(atNs, slot);
  }

  wake(atNs: number): void {
    this.#heap.push(atNs, -1);
  }

  destaged(): void {
    // Contents are not followed here.
  }

  run(): ClosedLoopResult {
    const { count, warmUpCount = 0, startAtNs = 0, onDone, isFlushed = false } = this.#options;
    const latenciesNs = new Float64Array(count);
    let [doneCount, fromNs, nowNs] = [-warmUpCount, startAtNs, startAtNs];
    for (let slot = 0; slot < this.#slotCount; slot += 1) this.#askHost(slot, startAtNs);
    while (doneCount < count) {
      nowNs = this.#heap.topAtNs;
      const event = this.#heap.pop();
      if (event === -1) {
        this.#medium.wake(nowNs, this);
        continue;
      }
      if (event >= this.#slotCount) {
        this.#issue(event - this.#slotCount, nowNs);
        continue;
      }
      if (isFlushed && this.#isFlushing[event] === 0) {
        this.#isFlushing[event] = 1;
        this.#medium.flush(event, nowNs, this, healthyFlush);
        continue;
      }
      this.#isFlushing[event] = 0;
      const latencyNs = nowNs - this.#issuedAtNs[event]!;
      if (doneCount >= 0) {
        latenciesNs[doneCount] = latencyNs;
        onDone?.(doneCount, nowNs, latencyNs);
      }
      doneCount += 1;
      if (doneCount === 0) fromNs = nowNs;
      this.#askHost(event, nowNs);
    }
    return resultOf(latenciesNs, fromNs, nowNs);
  }

  /** The host of a slot has one more command to issue when it gets to it. */
  #askHost(slot: number, nowNs: number): void {
    const { hostCount = 1, submitNs = 0 } = this.#options;
    const host = slot % hostCount;
    const atNs = Math.max(nowNs, this.#hostFreeAtNs[host]!) + submitNs;
    this.#hostFreeAtNs[host] = atNs;
    if (atNs === nowNs) this.#issue(slot, nowNs);
    else this.#heap.push(atNs, this.#slotCount + slot);
  }

  #issue(slot: number, nowNs: number): void {
    const { op, sizeSectors, isSequential = false, readShare = 0 } = this.#options;
    const { spanSectors = 2_147_483_648 } = this.#options;
    const places = Math.floor(spanSectors / sizeSectors);
    const command = this.#command;
    const place = isSequential ? this.#next++ % places : this.#noise.below(places);
    command.slot = slot;
    command.sector = place * sizeSectors;
    command.readyAtNs = nowNs;
    command.op = readShare > 0 && this.#noise.share() < readShare ? 'read' : op;
    this.#issuedAtNs[slot] = nowNs;
    this.#medium.begin(command, this);
  }
}

function resultOf(latenciesNs: Float64Array, fromNs: number, endAtNs: number): ClosedLoopResult {
  let sumNs = 0;
  for (const latencyNs of latenciesNs) sumNs += latencyNs;
  latenciesNs.sort();
  const count = latenciesNs.length;
  const elapsedNs = endAtNs - fromNs;
  return {
    iops: (count / elapsedNs) * 1e9,
    meanNs: sumNs / count,
    elapsedNs,
    endAtNs,
    latenciesNs,
    quantileNs: (share) => latenciesNs[Math.min(count - 1, Math.ceil(share * count) - 1)]!,
  };
}
