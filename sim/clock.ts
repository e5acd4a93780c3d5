// A node's clock: local = anchorLocal + (true - anchorTrue) * (1 + skew). Integers throughout; a
// million parts of skew per million (ppm) doubles the rate, -1,000,000 would stop it.
import { assert, fail } from './assert.ts';
import type { Ns } from './units.ts';

const million = 1_000_000;
/**
 * Rates stay above a thousandth of true time, so that a timer always has an instant at which it
 * fires.
 */
export const skewPpmMin = -999_000;
/** A hundred times true time: beyond it timers lose precision. */
export const skewPpmMax = 100 * million;

/** How a node's clock is wrong from the start. */
export interface ClockSetting {
  /** Local reading minus true time at the start, ns. */
  readonly offsetNs?: Ns;
  /** Rate error in parts per million; 2,000,000 runs three times as fast as true time. */
  readonly skewPpm?: number;
}

/** Reads local time from true time and turns local delays into true ones. */
export class NodeClock {
  #anchorTrueNs = 0;
  #anchorLocalNs: Ns = 0;
  #skewPpm = 0;

  constructor(setting: ClockSetting = {}) {
    this.step(setting.offsetNs ?? 0);
    if (setting.skewPpm !== undefined) this.setSkew(setting.skewPpm, 0);
  }

  get skewPpm(): number {
    return this.#skewPpm;
  }

  /** The local reading at a true instant. */
  read(trueNs: Ns): Ns {
    const spanNs = this.#localSpan(trueNs - this.#anchorTrueNs);
    const localNs = this.#anchorLocalNs + spanNs;
    if (!(Number.isSafeInteger(spanNs) && Number.isSafeInteger(localNs))) {
      fail(`clock reads ${localNs} ns at ${trueNs} ns, beyond 2^53; skew ${this.#skewPpm} ppm`);
    }
    return localNs;
  }

  /** The true time a local delay takes, rounded up: a timer never fires early on its own clock. */
  trueDelay(localDelayNs: Ns): Ns {
    if (this.#skewPpm === 0) return localDelayNs;
    const rate = million + this.#skewPpm;
    const whole = Math.floor(localDelayNs / rate);
    const rest = localDelayNs - whole * rate;
    const trueNs = whole * million + Math.ceil((rest * million) / rate);
    if (!Number.isSafeInteger(trueNs)) {
      fail(`a delay of ${localDelayNs} ns takes ${trueNs} ns at ${this.#skewPpm} ppm, beyond 2^53`);
    }
    return trueNs;
  }

  /** Changes the rate from this instant on; the reading does not jump. */
  setSkew(skewPpm: number, nowNs: Ns): void {
    assert(
      Number.isInteger(skewPpm) && skewPpm >= skewPpmMin && skewPpm <= skewPpmMax,
      `clock skew ${skewPpm} ppm, expected an integer from ${skewPpmMin} to ${skewPpmMax}`,
    );
    this.#anchorLocalNs = this.read(nowNs);
    this.#anchorTrueNs = nowNs;
    this.#skewPpm = skewPpm;
  }

  /** Steps the reading by `byNs` at once. Timers measure spans and are not moved. */
  step(byNs: Ns): void {
    const steppedNs = this.#anchorLocalNs + byNs;
    assert(Number.isSafeInteger(steppedNs), `clock stepped by ${byNs} ns to ${steppedNs} ns`);
    this.#anchorLocalNs = steppedNs;
  }

  copy(): NodeClock {
    const other = new NodeClock();
    other.#anchorTrueNs = this.#anchorTrueNs;
    other.#anchorLocalNs = this.#anchorLocalNs;
    other.#skewPpm = this.#skewPpm;
    return other;
  }

  #localSpan(trueSpanNs: Ns): Ns {
    if (this.#skewPpm === 0) return trueSpanNs;
    const whole = Math.floor(trueSpanNs / million);
    const rest = trueSpanNs - whole * million;
    return trueSpanNs + whole * this.#skewPpm + Math.floor((rest * this.#skewPpm) / million);
  }
}
