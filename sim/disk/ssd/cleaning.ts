// Making room: flash is erased in blocks, so what is still valid in one is moved before. How much,
// a closed form says here; the times it costs are booked on the dies like any other.
//
//   free programs   high ----------\         /\         with each program of the host while
//                                   \       /  \        cleaning, `catchUp` are freed at a cost of
//                   low  ------------\_____/____\__     (WA - 1) moves each
//
// Idle time cleans as well, up to the high mark, without a trace on the dies.
import type { Ns } from '../../units.ts';
import { MappedPages } from './mapped-pages.ts';
import { mapPageBytes, programBytesOf, type SsdSpec } from './spec.ts';
import { writeAmplification } from './write-amplification.ts';

/** What makes room for writes. Counts in programs; a program is of all planes of a die. */
export interface Cleaner {
  /** Pages (4 KiB) that the host writes. */
  write(firstPage: number, pageCount: number): void;
  /** Pages whose contents nobody needs. */
  trim(firstPage: number, pageCount: number): void;
  /** One program of the host was started. */
  programmed(): void;
  /** Whole moves (a read and a program each) that were caused since it was asked last. */
  takeMoves(): number;
  /** Whole erases, one die each, that were caused since it was asked last. */
  takeErases(): number;
  /** Nobody wrote for `idleNs`, while `dieCount` dies could clean. */
  idle(idleNs: Ns, dieCount: number): void;
  /** Flash beyond what holds data, as a share of what holds data. */
  readonly spareShare: number;
  copy(): Cleaner;
}

/** The amplification is computed anew when the spare share has changed by this. */
const spareShareStep = 0.002;

interface ScalarCosts {
  readonly pageCount: number;
  readonly flashPageCount: number;
  readonly pagesPerProgram: number;
  readonly programsPerErase: number;
  readonly freeLow: number;
  readonly freeHigh: number;
  readonly catchUp: number;
  readonly moveNs: Ns;
  readonly eraseNs: Ns;
}

/** Cleaning by the closed form for random writes. */
export class ScalarCleaner implements Cleaner {
  readonly #costs: ScalarCosts;
  readonly #mapped: MappedPages;
  #freeCount: number;
  #isCleaning = false;
  #moveDebt = 0;
  #eraseDebt = 0;
  #knownSpareShare = -1;
  #amplification = 1;

  private constructor(costs: ScalarCosts, mapped: MappedPages, freeCount: number) {
    this.#costs = costs;
    this.#mapped = mapped;
    this.#freeCount = freeCount;
  }

  /** `isFull`: every page was written before and the free flash is used up. */
  static of(spec: SsdSpec, isFull: boolean): ScalarCleaner {
    const { flash, cleaning } = spec;
    const pageCount = Math.floor(spec.capacityBytes / mapPageBytes);
    const flashPageCount = Math.floor(pageCount * (1 + cleaning.spareShare));
    const pagesPerProgram = programBytesOf(flash) / mapPageBytes;
    const programCount = flashPageCount / pagesPerProgram;
    const costs: ScalarCosts = {
      pageCount,
      flashPageCount,
      pagesPerProgram,
      programsPerErase: flash.pagesPerBlock,
      freeLow: programCount * cleaning.freeLowShare,
      freeHigh: programCount * cleaning.freeHighShare,
      catchUp: cleaning.catchUp,
      moveNs: flash.readNs + flash.programNs,
      eraseNs: flash.eraseNs,
    };
    const freeCount = isFull ? costs.freeLow : programCount;
    return new ScalarCleaner(costs, new MappedPages(pageCount, isFull), freeCount);
  }

  get spareShare(): number {
    const mappedCount = this.#mapped.count;
    return mappedCount === 0 ? 1e9 : this.#costs.flashPageCount / mappedCount - 1;
  }

  write(firstPage: number, pageCount: number): void {
    this.#mapped.add(firstPage, pageCount);
  }

  trim(firstPage: number, pageCount: number): void {
    this.#mapped.remove(firstPage, pageCount);
  }

  programmed(): void {
    const { freeLow, freeHigh, catchUp, programsPerErase } = this.#costs;
    this.#freeCount -= 1;
    if (this.#freeCount < freeLow) this.#isCleaning = true;
    if (!this.#isCleaning) return;
    const amplification = this.#amplified();
    this.#freeCount += catchUp;
    this.#moveDebt += catchUp * (amplification - 1);
    this.#eraseDebt += (catchUp * amplification) / programsPerErase;
    if (this.#freeCount >= freeHigh) this.#isCleaning = false;
  }

  takeMoves(): number {
    const count = Math.floor(this.#moveDebt);
    this.#moveDebt -= count;
    return count;
  }

  takeErases(): number {
    const count = Math.floor(this.#eraseDebt);
    this.#eraseDebt -= count;
    return count;
  }

  idle(idleNs: Ns, dieCount: number): void {
    const { freeHigh, moveNs, eraseNs, programsPerErase } = this.#costs;
    if (this.#freeCount >= freeHigh) return;
    const amplification = this.#amplified();
    const perFreedNs = (amplification - 1) * moveNs + (amplification * eraseNs) / programsPerErase;
    const freedCount = (idleNs * dieCount) / perFreedNs;
    this.#freeCount = Math.min(freeHigh, this.#freeCount + freedCount);
    if (this.#freeCount >= freeHigh) this.#isCleaning = false;
  }

  copy(): ScalarCleaner {
    const twin = new ScalarCleaner(this.#costs, this.#mapped.copy(), this.#freeCount);
    twin.#isCleaning = this.#isCleaning;
    twin.#moveDebt = this.#moveDebt;
    twin.#eraseDebt = this.#eraseDebt;
    twin.#knownSpareShare = this.#knownSpareShare;
    twin.#amplification = this.#amplification;
    return twin;
  }

  #amplified(): number {
    const { spareShare } = this;
    const change = spareShare - this.#knownSpareShare;
    if (change > spareShareStep || change < -spareShareStep) {
      this.#knownSpareShare = spareShare;
      this.#amplification = writeAmplification(spareShare);
    }
    return this.#amplification;
  }
}
