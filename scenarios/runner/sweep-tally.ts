// What many seeds of one scenario came to, together. A `sometimes` has to be reached by one of
// them, not by each.
import {
  coverageCounts,
  FaultCoverageFold,
  type Judgement,
  type ThresholdJudgement,
  type Verdict,
} from '../../sim/index.ts';
import { RuleTally } from './reporters/rule-tally.ts';
import { type ExitCode, exitCodes, worstExit } from './shell.ts';

/** One judged thing over all seeds. */
export interface Count {
  readonly name: string;
  readonly mode: Judgement['mode'] | 'threshold';
  heldCount: number;
  failedCount: number;
  /** In how many seeds it was evaluated or reached at all. */
  exercisedCount: number;
}

/** A seed that failed. */
export interface FailedSeed {
  readonly seed: string;
  readonly exit: ExitCode;
  /** What it failed by: the property, the threshold, or `stalled`. */
  readonly failure: string;
  /** Null when nothing was written for it. */
  readonly directory: string | null;
}

/** The sums of a sweep. */
export class SweepTally {
  readonly counts = new Map<string, Count>();
  readonly failed: FailedSeed[] = [];
  /** Which states met which faults in any seed. */
  readonly coverage = new FaultCoverageFold();
  /** Pairs of a state and a kind of fault that were reached after each seed, in their order. */
  readonly reachedCounts: number[] = [];
  /** Which rules routers decided by in any seed. */
  readonly rules = new RuleTally();
  seedCount = 0;
  /** Seeds of a known wrong variant that violated what it names. */
  expectedCount = 0;
  /** Seeds of a known wrong variant that violated nothing. */
  readonly unviolated: string[] = [];
  /** Seeds that ended inconclusive for another reason than something not exercised. */
  undecidedCount = 0;
  simulatedNs = 0;
  eventCount = 0;

  /** Counts a seed; a failed one is noted with where it was written. */
  add(verdict: Verdict, directory: string | null): void {
    this.seedCount += 1;
    this.simulatedNs += verdict.simulatedNs;
    this.eventCount += verdict.eventCount;
    this.coverage.add(verdict.coverage);
    this.reachedCounts.push(coverageCounts(this.coverage.coverage()).reachedCount);
    for (const property of verdict.properties)
      this.#count(property.id, property.mode, property.status);
    for (const threshold of verdict.thresholds)
      this.#count(threshold.metric, 'threshold', threshold.status);
    if (verdict.status === 'violated as expected') this.expectedCount += 1;
    if (verdict.status === 'not violated') this.unviolated.push(verdict.seed);
    const failure = failureOf(verdict);
    if (failure !== null)
      this.failed.push({ seed: verdict.seed, exit: verdict.exit, failure, directory });
    else if (verdict.exit === 3 && !hasUnexercised(verdict)) this.undecidedCount += 1;
  }

  /** What no seed exercised: a sweep that never did it has tested nothing of it. */
  unexercised(): readonly Count[] {
    return [...this.counts.values()].filter((count) => count.exercisedCount === 0);
  }

  /** Whether the scenario names what it violates: one seed that does so is enough. */
  isOfWrongVariant(): boolean {
    return this.expectedCount + this.unviolated.length > 0;
  }

  /** The exit code of the sweep. */
  exit(): ExitCode {
    if (this.seedCount === 0) return 2;
    const codes: ExitCode[] = this.failed.map((seed) => seed.exit);
    if (this.isOfWrongVariant()) {
      return worstExit([...codes, this.expectedCount > 0 ? exitCodes.held : exitCodes.violated]);
    }
    if (this.undecidedCount > 0 || this.unexercised().length > 0) codes.push(3);
    return worstExit([...codes, 0]);
  }

  #count(
    name: string,
    mode: Count['mode'],
    status: Judgement['status'] | ThresholdJudgement['status'],
  ): void {
    let count = this.counts.get(name);
    if (count === undefined) {
      count = { name, mode, heldCount: 0, failedCount: 0, exercisedCount: 0 };
      this.counts.set(name, count);
    }
    if (status === 'not exercised') return;
    count.exercisedCount += 1;
    if (status === 'held') count.heldCount += 1;
    else count.failedCount += 1;
  }
}

/** What a verdict fails by; null when it held, or only left something unexercised. */
export function failureOf(verdict: Verdict): string | null {
  if (verdict.status === 'violated as expected' || verdict.status === 'not violated') return null;
  const violated = verdict.properties.find((property) => property.status === 'violated');
  if (violated !== undefined) return violated.id;
  if (verdict.status === 'stalled') {
    const pending = verdict.properties.find((property) => property.status === 'stalled');
    return pending === undefined ? 'stalled' : `stalled ${pending.id}`;
  }
  const broken = verdict.thresholds.find((threshold) => threshold.status === 'broken');
  return broken === undefined ? null : broken.metric;
}

function hasUnexercised(verdict: Verdict): boolean {
  return [...verdict.properties, ...verdict.thresholds].some(
    (one) => one.status === 'not exercised',
  );
}
