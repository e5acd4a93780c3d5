import type { FaultCoverage } from './fault-coverage.ts';
import type { MeasuredValue } from './measure.ts';
import type { Entry, EventId } from './record.ts';
import type { Ns } from './units.ts';

/** A broken property, as data: it goes into the verdict, it is not thrown. */
export interface Violation {
  readonly property: string;
  readonly atNs: Ns;
  /** The entry that broke it, or null when it was judged at the end. */
  readonly event: EventId | null;
  readonly eventIndex: number | null;
  /** One sentence: what happened, ids quoted. */
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
}

/** What a monitor says at the end of a run. */
export interface Judgement {
  readonly id: string;
  readonly mode: Property['mode'];
  /** `stalled`: an `eventually` that was still pending when the time to settle ran out. */
  readonly status: 'held' | 'violated' | 'stalled' | 'not exercised';
  /** How often the property was really evaluated. */
  readonly evaluatedCount: number;
  readonly violation: Violation | null;
}

/** What a monitor reports of one entry: nothing, or what was expected and observed instead. */
export interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
  /** The entry to blame, where it is not the one being looked at: for what is found at the end. */
  readonly blame?: { readonly id: EventId; readonly index: number; readonly atNs: Ns };
}

/**
 * A running judge of one property: a fold over the entries of one run. Draws nothing, changes
 * nothing.
 */
export interface Monitor {
  /** Looks at the next entry. */
  observe(entry: Entry): Finding | null;
  /** The run is over, everything healed and settled (or the time to settle ran out). */
  end(nowNs: Ns): Finding | null;
  /** How often it was really evaluated so far; 0 is *not exercised*. */
  readonly evaluatedCount: number;
  /**
   * For `eventually`: what is still missing right now, or null. Lets a healed world settle early.
   */
  pending?(): string | null;
}

/**
 * `always`: may not be broken by any entry. `eventually`: true at the end, after healing.
 * `sometimes`: reached at least once; never reached is *not exercised*.
 */
export interface Property {
  readonly id: string;
  readonly mode: 'always' | 'eventually' | 'sometimes';
  /** One sentence for `list properties` and the report. */
  readonly summary: string;
  /** Kinds of entries its monitors look at; others need not be made for it. */
  readonly kinds: readonly Entry['kind'][];
  monitor(): Monitor;
}

/** One line of a causal slice: an ancestor of the violation. */
export interface SliceLine {
  readonly index: number;
  readonly atNs: Ns;
  readonly actor: string;
  /** What happened, in one line: `client-1 -> host-3  write`, `crash host-3`. */
  readonly text: string;
  /** True where a message was lost or a fault took part: the places to look at first. */
  readonly suspicious: boolean;
}

/** A kind of device that a run had. */
export interface DeviceUse {
  /** The name the scenario knows it by. */
  readonly name: string;
  /** The profile behind the name. */
  readonly profile: string;
  readonly summary: string;
  /** Machines that have one. */
  readonly machineCount: number;
  /** The share of its numbers that are assumed, 0 to 1; absent when nobody counted. */
  readonly assumedShare?: number;
}

/** A fault as it was injected, with its selector resolved. */
export interface InjectedFault {
  readonly faultId: number;
  readonly fault: string;
  readonly targets: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly startNs: Ns;
  /** Null when it was never undone. */
  readonly endNs: Ns | null;
}

/** How a limit on something measured came out. */
export interface ThresholdJudgement {
  readonly metric: string;
  readonly expected: string;
  readonly observed: string;
  readonly status: 'held' | 'broken' | 'not exercised';
}

/** What was declared of one line of a budget, and the most that was used of it at once. */
export interface BudgetLineUse {
  readonly line: string;
  readonly declared: string;
  readonly used: string;
}

/** A fault that, when it began, used more of a line than was declared. */
export interface BudgetExcess extends BudgetLineUse {
  readonly faultId: number;
  readonly fault: string;
  readonly atNs: Ns;
}

/**
 * The faults of a run against what the system claims to survive. Outside of it, only `always`
 * properties are held against the system: what must come true, and thresholds, are excused.
 */
export interface BudgetJudgement {
  readonly lines: readonly BudgetLineUse[];
  /** Empty when the run stayed inside. */
  readonly outside: readonly BudgetExcess[];
}

/** Whether the system got anything done while faults came and went. */
export interface Progress {
  /** Operations that completed in the first act. */
  readonly completedCount: number;
  /** Faults that ended early because nothing completed, by id, in the order of their ends. */
  readonly calmedFaultIds: readonly number[];
}

/**
 * The outcome of a run. `stalled`: healed, but the world did not settle in time. `inconclusive`: a
 * property was never evaluated or a `sometimes` never reached. A scenario that shows a known wrong
 * variant names what it violates: then a run is `violated as expected`, or `not violated`. Names no
 * environment: same bytes everywhere.
 */
export interface Verdict {
  readonly schema: 'stormcell-verdict/1';
  readonly status:
    | 'held'
    | 'violated'
    | 'violated as expected'
    | 'not violated'
    | 'stalled'
    | 'inconclusive';
  /** The exit code this verdict alone leads to: 0, 1, 3 or 4. */
  readonly exit: 0 | 1 | 3 | 4;
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly seed: string;
  readonly version: string;
  readonly fingerprint: string;
  readonly simulatedNs: Ns;
  readonly eventCount: number;
  readonly properties: readonly Judgement[];
  readonly thresholds: readonly ThresholdJudgement[];
  /** What there was to measure, in the order of the meters; absent when nobody measured. */
  readonly measures?: readonly MeasuredValue[];
  readonly faults: readonly InjectedFault[];
  /** The devices under the machines; absent when nobody said. */
  readonly devices?: readonly DeviceUse[];
  /** Absent when the scenario declares no budget. */
  readonly budget?: BudgetJudgement;
  readonly progress?: Progress;
  /**
   * What was really exercised, by name: `write.ok`, `message.dropped`, `map.applied`; sorted by
   * name.
   */
  readonly exercised: Readonly<Record<string, number>>;
  /** Which states and transitions of each machine met which faults, by count. */
  readonly coverage: FaultCoverage;
  /** Why it stalled or is inconclusive; empty otherwise. */
  readonly reasons: readonly string[];
  /** The causal slice of the first violation, oldest first; empty when nothing was violated. */
  readonly slice: readonly SliceLine[];
  /** The command that replays this run exactly. */
  readonly replay: string;
}
