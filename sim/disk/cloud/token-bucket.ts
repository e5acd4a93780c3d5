// A token bucket in exact integers. It earns `rate` tokens a second, never keeps more than its
// capacity, begins full, and answers with the instant at which a command conforms: no event is
// needed to refill it.
//
//   tokens = whole + part / q          rate = p / q tokens a ns, in lowest terms
//   elapsed ns = a q + b               earned = a p + (b p + part) / q
//
// Neither product leaves the safe integers while p q is one, which the constructor checks; a rate
// that shares factors with 10^9 (any number of MiB a second, counted in sectors) may be far higher.
//
// In any window of t ns, which is t whole instants, the tokens taken are at most capacity + rate t.
// A command may conform within a ns and leaves at the end of it: what is earned in the rest of that
// ns is kept though the bucket was full, else a bucket of one token would lose a part of each.
// A command that costs more than the capacity is let through when that much would have been earned,
// as if it came in pieces.
import { AssertionError, assert } from '../../assert.ts';
import { type Ns, nsPerSec } from '../../units.ts';

/** Tokens that are earned at a fixed rate and spent by commands, in the order of their arrival. */
export class TokenBucket {
  readonly #ratePerSec: number;
  readonly #capacity: number;
  readonly #p: number;
  readonly #q: number;
  /** The most tokens a command may lack: their number times q is still a safe integer. */
  readonly #missingMax: number;
  #whole: number;
  #part = 0;
  #asOfNs: Ns = 0;

  /** Earns `ratePerSec` and keeps `capacity` tokens, both whole numbers from 1. Full at 0 ns. */
  constructor({ ratePerSec, capacity }: { ratePerSec: number; capacity: number }) {
    assert(
      isCount(ratePerSec) && ratePerSec < nsPerSec,
      `${ratePerSec} tokens a second, expected a whole number from 1, below one each ns`,
    );
    assert(isCount(capacity), `a capacity of ${capacity} tokens, expected a whole number from 1`);
    const divisor = commonDivisor(ratePerSec, nsPerSec);
    this.#p = ratePerSec / divisor;
    this.#q = nsPerSec / divisor;
    assert(
      Number.isSafeInteger(this.#p * this.#q + this.#p + this.#q),
      `${ratePerSec} tokens a second are not exact in ns, expected at most 9000000 or a multiple ` +
        'of 2^9 or 5^9',
    );
    this.#missingMax = Math.floor((Number.MAX_SAFE_INTEGER - this.#p) / this.#q);
    this.#ratePerSec = ratePerSec;
    this.#capacity = capacity;
    this.#whole = capacity;
  }

  /** The earliest instant, not before `nowNs` or the last `take`, at which `cost` can be taken. */
  conformsAtNs(cost: number, nowNs: Ns): Ns {
    this.#earn(nowNs, this.#capacity);
    const missing = cost - this.#whole;
    if (missing <= 0) return this.#asOfNs;
    if (missing > this.#missingMax) {
      throw new AssertionError(`${missing} tokens short, at most ${this.#missingMax} are exact`);
    }
    return this.#asOfNs + Math.floor((missing * this.#q - this.#part + this.#p - 1) / this.#p);
  }

  /** Takes `cost` at `atNs`, which is what `conformsAtNs` said or later. */
  take(cost: number, atNs: Ns): void {
    if (atNs < this.#asOfNs) {
      throw new AssertionError(`tokens taken at ${atNs} ns, after some at ${this.#asOfNs} ns`);
    }
    this.#earn(atNs, Math.max(this.#capacity, cost));
    if (this.#whole < cost) {
      throw new AssertionError(`${cost} tokens taken at ${atNs} ns, there are ${this.#whole}`);
    }
    this.#whole -= cost;
  }

  /** The whole tokens inside at `nowNs`, or at the last `take` if that is later. */
  levelAt(nowNs: Ns): number {
    this.#earn(nowNs, this.#capacity);
    return this.#whole;
  }

  /** What was promised for instants after `nowNs` will not be used; its tokens stay spent. */
  forgetAfter(nowNs: Ns): void {
    this.#asOfNs = Math.min(this.#asOfNs, nowNs);
  }

  copy(): TokenBucket {
    const twin = new TokenBucket({ ratePerSec: this.#ratePerSec, capacity: this.#capacity });
    twin.#whole = this.#whole;
    twin.#part = this.#part;
    twin.#asOfNs = this.#asOfNs;
    return twin;
  }

  #earn(nowNs: Ns, limit: number): void {
    const elapsedNs = nowNs - this.#asOfNs;
    if (elapsedNs <= 0) return;
    this.#asOfNs = nowNs;
    const periodCount = Math.floor(elapsedNs / this.#q);
    const parts = (elapsedNs - periodCount * this.#q) * this.#p + this.#part;
    const carried = Math.floor(parts / this.#q);
    this.#whole += periodCount * this.#p + carried;
    this.#part = parts - carried * this.#q;
    // Full within this last ns, or before it.
    if (this.#whole > limit || (this.#whole === limit && this.#part >= this.#p)) {
      this.#whole = limit;
      this.#part = 0;
    }
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
