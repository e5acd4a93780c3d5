import type { Entry, Ns, RecordHeader, RecordLevel, Verdict } from '../../sim/index.ts';
import type { Scenario } from './scenario.ts';

/** What one run of a scenario leaves behind. */
export interface RunResult {
  readonly header: RecordHeader;
  readonly verdict: Verdict;
  /** The whole record at level `full`; empty at level `hash`. */
  readonly entries: readonly Entry[];
}

/** How a scenario is run. */
export interface RunOptions {
  /** Instead of the scenario's own seed; one of the two is required. */
  readonly seed?: string;
  readonly level: RecordLevel;
  /** Told now and then how much of the run is done, 0 to 1; it cannot change the run. */
  readonly onProgress?: (doneShare: number) => void;
  /** Shown each entry as it happens, at every level; it cannot change the run. */
  readonly onEntry?: (entry: Entry) => void;
  /** Told after each event where the run stands; it cannot change the run. */
  readonly onEvent?: (moment: RunMoment) => void;
}

/** Where a run stands, read when it is asked. */
export interface RunMoment {
  /** How many events were carried out, this one included. */
  readonly eventCount: number;
  readonly nowNs: Ns;
  /** The hash of all that has happened so far. */
  readonly fingerprint: string;
  /** How many choices with two or more alternatives were made so far. */
  readonly choiceCount: number;
}

/** Runs a scenario. The same scenario and seed give the same result. */
export type RunScenario = (scenario: Scenario, options: RunOptions) => RunResult;
