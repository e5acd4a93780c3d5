// Limits on what is measured, judged online: latencies from invoke to ok, the share of operations
// that did not end well, and the fewest operations in any second. An operation counts as `fault`
// when a fault was active at any instant of it, else as `no-fault`.
import type { Entry, Ns, OpEntry, ThresholdJudgement } from '../../sim/index.ts';
import { limitText, measuredText, type OperationMeasure } from './metrics.ts';
import type { Threshold } from './scenario.ts';

interface OpenOp {
  readonly atNs: Ns;
  /** How many faults had begun, and how many were active, when it was invoked. */
  readonly begunCount: number;
  readonly activeCount: number;
}

interface Sample {
  readonly name: string;
  readonly latencyNs: Ns;
  readonly ok: boolean;
  readonly faulty: boolean;
}

const nsPerSecond = 1_000_000_000;

/** Collects what thresholds need while a run goes on, and judges them at its end. */
export class ThresholdJudge {
  readonly #thresholds: readonly Threshold[];
  readonly #durationNs: Ns;
  readonly #open = new Map<string, OpenOp>();
  readonly #samples: Sample[] = [];
  readonly #okPerSecond: number[];
  readonly #faultySecond: boolean[];
  #begunCount = 0;
  #activeCount = 0;
  #activeSinceNs = 0;

  constructor(thresholds: readonly Threshold[], durationNs: Ns) {
    this.#thresholds = thresholds;
    this.#durationNs = durationNs;
    const secondCount = Math.floor(durationNs / nsPerSecond);
    this.#okPerSecond = new Array<number>(secondCount).fill(0);
    this.#faultySecond = new Array<boolean>(secondCount).fill(false);
  }

  /** Looks at the next entry of the record. */
  observe(entry: Entry): void {
    if (this.#thresholds.length === 0) return;
    if (entry.kind === 'op') this.#observeOp(entry);
    if (entry.kind !== 'fault') return;
    if (entry.phase === 'start') {
      this.#begunCount += 1;
      if (this.#activeCount === 0) this.#activeSinceNs = entry.atNs;
      this.#activeCount += 1;
    } else {
      this.#activeCount -= 1;
      if (this.#activeCount === 0) this.#markFaulty(this.#activeSinceNs, entry.atNs);
    }
  }

  /** The verdict on each threshold, in their order, with what was measured of the whole run. */
  end(measured: ReadonlyMap<string, number | null>): readonly ThresholdJudgement[] {
    if (this.#activeCount > 0) this.#markFaulty(this.#activeSinceNs, this.#durationNs);
    return this.#thresholds.map((threshold) => this.#judge(threshold, measured));
  }

  #observeOp(entry: OpEntry): void {
    const key = `${entry.actor} ${entry.opId}`;
    if (entry.phase === 'invoke') {
      const { atNs } = entry;
      this.#open.set(key, { atNs, begunCount: this.#begunCount, activeCount: this.#activeCount });
      return;
    }
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    const ok = entry.phase === 'ok';
    const faulty = open.activeCount > 0 || open.begunCount !== this.#begunCount;
    this.#samples.push({ name: entry.name, latencyNs: entry.atNs - open.atNs, ok, faulty });
    const second = Math.floor(entry.atNs / nsPerSecond);
    if (ok && second < this.#okPerSecond.length) this.#okPerSecond[second]! += 1;
  }

  #markFaulty(startNs: Ns, endNs: Ns): void {
    const last = Math.min(Math.floor(endNs / nsPerSecond), this.#faultySecond.length - 1);
    for (let second = Math.floor(startNs / nsPerSecond); second <= last; second += 1) {
      this.#faultySecond[second] = true;
    }
  }

  #judge(threshold: Threshold, measured: ReadonlyMap<string, number | null>): ThresholdJudgement {
    const { metric, unit, measure, comparison, limit, when } = threshold;
    const part = when === 'always' ? '' : ` (${when})`;
    const expected = `${comparison} ${limitText(unit, limit)}${part}`;
    const value =
      measure === null ? (measured.get(metric) ?? null) : this.#measured(threshold, measure);
    if (value === null) return { metric, expected, observed: 'no sample', status: 'not exercised' };
    const held = comparison === 'below' ? value < limit : value > limit;
    const observed = measuredText(unit, value);
    return { metric, expected, observed, status: held ? 'held' : 'broken' };
  }

  #measured({ op, when }: Threshold, measure: OperationMeasure): number | null {
    const wanted = (faulty: boolean) => when === 'always' || faulty === (when === 'fault');
    if (measure === 'iops.min') {
      const counts = this.#okPerSecond.filter((_, second) => wanted(this.#faultySecond[second]!));
      return counts.length === 0 ? null : counts.reduce((least, count) => Math.min(least, count));
    }
    const samples = this.#samples.filter((sample) => sample.name === op && wanted(sample.faulty));
    if (measure === 'errors.rate') {
      if (samples.length === 0) return null;
      return samples.filter((sample) => !sample.ok).length / samples.length;
    }
    const latencies = samples.filter((sample) => sample.ok).map((sample) => sample.latencyNs);
    return latencies.length === 0 ? null : quantile(latencies, shares[measure]);
  }
}

const shares = {
  'latency.p50': 500,
  'latency.p90': 900,
  'latency.p99': 990,
  'latency.p999': 999,
  'latency.max': 1000,
} as const satisfies Partial<Record<OperationMeasure, number>>;

/** The nearest-rank quantile: the smallest value that at least `perMille` of all are not above. */
function quantile(values: readonly number[], perMille: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil((sorted.length * perMille) / 1000));
  return sorted[rank - 1]!;
}
