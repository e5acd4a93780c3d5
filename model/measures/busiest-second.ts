import { type Ns, nsPerSec } from '../../sim/index.ts';

/** Counts what happens in each whole second; instants come in order. */
export class BusiestSecond {
  #second = -1;
  #count = 0;
  /** The most in any second so far. */
  most = 0;

  add(atNs: Ns): void {
    const second = Math.floor(atNs / nsPerSec);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count > this.most) this.most = this.#count;
  }
}
