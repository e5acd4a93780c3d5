// The part of the flash that takes writes first, with one bit a cell: fast, and small.
//
//   used  capacity  ------____           full: writes go to the slow flash, until it is emptied
//                        /    \          down to the resume share
//         resume    ----/------\----
//                      / in     \ fold
import type { Ns } from '../../units.ts';
import type { SlcSpec } from './spec.ts';

/** How full the fast part of a drive is. */
export class SlcRegion {
  readonly #spec: SlcSpec;
  #usedBytes = 0;
  #isFull = false;
  #touchedAtNs: Ns = 0;

  constructor(spec: SlcSpec) {
    this.#spec = spec;
  }

  /** How much of it holds data that is not folded yet. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes a program's worth at an instant (never falling); false when it has to go elsewhere. */
  take(sizeBytes: number, atNs: Ns): boolean {
    const { capacityBytes, resumeShare } = this.#spec;
    this.#fold(atNs);
    if (this.#isFull && this.#usedBytes <= capacityBytes * resumeShare) this.#isFull = false;
    if (!this.#isFull && this.#usedBytes + sizeBytes > capacityBytes) this.#isFull = true;
    if (this.#isFull) return false;
    this.#usedBytes += sizeBytes;
    return true;
  }

  copy(): SlcRegion {
    const twin = new SlcRegion(this.#spec);
    twin.#usedBytes = this.#usedBytes;
    twin.#isFull = this.#isFull;
    twin.#touchedAtNs = this.#touchedAtNs;
    return twin;
  }

  #fold(atNs: Ns): void {
    const { foldBytesPerSec, foldIdleNs } = this.#spec;
    const foldingNs = atNs - this.#touchedAtNs - foldIdleNs;
    this.#touchedAtNs = atNs;
    if (foldingNs <= 0) return;
    const foldedBytes = (foldingNs / 1e9) * foldBytesPerSec;
    this.#usedBytes = Math.max(0, this.#usedBytes - foldedBytes);
  }
}
