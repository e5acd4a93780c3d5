// Response times of many requests: kept as they come, summed up when all are there.

const capacityFirst = 1024;
/** A gigabyte of them. */
const sampleCountMax = 134_217_728;

/** More response times than are kept; the run has to be shorter. */
export class TooManySamples extends Error {
  override readonly name = 'TooManySamples';

  constructor() {
    super(`more than ${sampleCountMax} requests in one run; make it shorter`);
  }
}

/** A list of numbers that grows. */
export class Samples {
  #values = new Float64Array(capacityFirst);
  count = 0;

  add(value: number): void {
    if (this.count === this.#values.length) this.#grow();
    this.#values[this.count] = value;
    this.count += 1;
  }

  /** Those there are, in the order they came. */
  values(): Float64Array {
    return this.#values.slice(0, this.count);
  }

  #grow(): void {
    const capacity = this.#values.length * 2;
    if (capacity > sampleCountMax) throw new TooManySamples();
    const values = new Float64Array(capacity);
    values.set(this.#values);
    this.#values = values;
  }
}

/** How response times are spread. */
export interface Spread {
  readonly count: number;
  readonly minNs: number;
  readonly meanNs: number;
  readonly maxNs: number;
  /** Of the sample. */
  readonly deviationNs: number;
  /** The smallest time that a share of all, 0 to 1, is not above. */
  quantileNs(share: number): number;
}

/** The spread of at least one time, in any order. */
export function spreadOf(timesNs: Float64Array): Spread {
  const sorted = timesNs.slice().sort();
  const count = sorted.length;
  let sum = 0;
  for (const time of sorted) sum += time;
  const meanNs = sum / count;
  let squareSum = 0;
  for (const time of sorted) squareSum += (time - meanNs) * (time - meanNs);
  return {
    count,
    minNs: sorted[0]!,
    meanNs,
    maxNs: sorted[count - 1]!,
    deviationNs: count < 2 ? 0 : Math.sqrt(squareSum / (count - 1)),
    // Shares have six digits, so that the product is exact where it is whole.
    quantileNs: (share) =>
      sorted[Math.max(0, Math.ceil((Math.round(share * 1e6) * count) / 1e6) - 1)]!,
  };
}
