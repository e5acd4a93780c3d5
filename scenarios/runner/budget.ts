// Holds faults against what the scenario claims to survive: those of a schedule before the run,
// and those of the record while it goes on.
import {
  type BudgetExcess,
  type BudgetJudgement,
  type Entry,
  type FaultParams,
  thereWord,
} from '../../sim/index.ts';
import {
  type Budget,
  type BudgetGround,
  type BudgetLine,
  type BudgetLineName,
  budgetLineNames,
  budgetLines,
  limitOf,
  linesOf,
  lineText,
  type Strike,
} from './budget-lines.ts';
import type { DeclaredFault, Scenario } from './scenario.ts';
import { selectNodes } from './selection.ts';
import { clusterNodes } from './topology.ts';
import type { SelectableNode } from './vocabulary.ts';

/** A fault of a schedule that steps outside of the budget when it begins. */
export interface ScheduleExcess {
  readonly fault: DeclaredFault;
  readonly excess: BudgetExcess;
}

/** Counts the faults in force against a budget. */
export class BudgetMeter {
  readonly outside: BudgetExcess[] = [];
  readonly #budget: Budget;
  readonly #nodes: readonly SelectableNode[];
  readonly #ground: BudgetGround;
  readonly #active = new Map<number, Strike[]>();
  readonly #all: Strike[] = [];
  readonly #peak = new Map<BudgetLineName, number>();

  constructor(budget: Budget, scenario: Scenario) {
    this.#budget = budget;
    this.#nodes = clusterNodes(scenario.cluster);
    this.#ground = {
      zoneOf: new Map(this.#nodes.map(({ id, labels }) => [id, labels.zone ?? ''])),
      skewPpm: scenario.clockSkewPpm,
      dropShare: scenario.network.dropShare,
    };
  }

  /** Looks at faults that begin and end. */
  observe(entry: Entry): void {
    if (entry.kind !== 'fault') return;
    if (entry.phase === 'end') this.end(entry.faultId);
    // A fault that found nobody to strike did nothing.
    else if (entry.targets.length > 0) this.#begin(entry.faultId, entry.atNs, entryStrike(entry));
  }

  /** A fault begins. Answers the lines on which it steps outside. */
  start(faultId: number, fault: DeclaredFault): readonly BudgetExcess[] {
    const targets = fault.target === undefined ? [] : whom(fault, this.#nodes);
    const { kind, params, atNs } = fault;
    return this.#begin(faultId, atNs, { kind, targets, params });
  }

  /** A fault is over. */
  end(faultId: number): void {
    this.#active.get(faultId)?.pop();
  }

  /** The most that was used of a line at any instant so far. */
  peakOf(name: BudgetLineName): number {
    return this.#peak.get(name) ?? this.#used(name);
  }

  /** What was declared, what was used and who stepped outside. */
  judgement(): BudgetJudgement {
    const named = budgetLineNames.filter(
      (name) => this.#budget[name] !== undefined || this.peakOf(name) > limitOf(this.#budget, name),
    );
    return {
      lines: named.map((line) => ({
        line,
        declared: lineText(line, limitOf(this.#budget, line)),
        used: lineText(line, this.peakOf(line)),
      })),
      outside: this.outside,
    };
  }

  #begin(faultId: number, atNs: number, begun: Begun): readonly BudgetExcess[] {
    const { kind, params } = begun;
    const strike: Strike = { kind, nodes: sufferers(begun, this.#nodes), params };
    this.#all.push(strike);
    const strikes = this.#active.get(faultId);
    if (strikes === undefined) this.#active.set(faultId, [strike]);
    else strikes.push(strike);
    const found: BudgetExcess[] = [];
    for (const line of linesOf(kind, params)) {
      const used = this.#used(line);
      this.#peak.set(line, Math.max(used, this.#peak.get(line) ?? 0));
      const limit = limitOf(this.#budget, line);
      if (used <= limit) continue;
      const declared = lineText(line, limit);
      found.push({ faultId, fault: kind, line, atNs, declared, used: lineText(line, used) });
    }
    this.outside.push(...found);
    return found;
  }

  #used(name: BudgetLineName): number {
    const line: BudgetLine = budgetLines[name];
    const strikes = line.lasting ? this.#all : [...this.#active.values()].flat();
    return line.used(
      strikes.filter(({ kind, params }) => linesOf(kind, params).includes(name)),
      this.#ground,
    );
  }
}

/** Puts the faults of a schedule, at their times, before a fresh meter. */
export function measureSchedule(
  budget: Budget,
  scenario: Scenario,
  faults: readonly DeclaredFault[],
): { readonly meter: BudgetMeter; readonly excesses: readonly ScheduleExcess[] } {
  const meter = new BudgetMeter(budget, scenario);
  const excesses: ScheduleExcess[] = [];
  // At one instant what begins comes before what ends: the worse order is the one to count by.
  const events = faults
    .flatMap((fault, faultId) => [
      { atNs: fault.atNs, fault, faultId, isEnd: 0 },
      { atNs: endNsOf(fault, scenario), fault, faultId, isEnd: 1 },
    ])
    .sort((a, b) => a.atNs - b.atNs || a.isEnd - b.isEnd || a.faultId - b.faultId);
  for (const { fault, faultId, isEnd } of events) {
    if (isEnd === 1) meter.end(faultId);
    else for (const excess of meter.start(faultId, fault)) excesses.push({ fault, excess });
  }
  return { meter, excesses };
}

/**
 * When a fault of a schedule is over at the latest. One that comes again, or waits for an event
 * without an end to its waiting, counts until the world is healed: nobody knows when it strikes.
 */
export function endNsOf(fault: DeclaredFault, scenario: Scenario): number {
  const { atNs, forNs, trigger, period } = fault;
  const { durationNs } = scenario;
  if (forNs === undefined || period !== undefined) return durationNs;
  if (trigger === undefined) return atNs + forNs;
  if (trigger.untilNs === undefined) return durationNs;
  return Math.min(durationNs, trigger.untilNs + trigger.delayNs + forNs);
}

/** An excess in a line. */
export function excessText({ fault, line, used, declared }: BudgetExcess): string {
  return `fault '${fault}' steps outside the declared budget: ${line} ${used} of ${declared}`;
}

/** What of a schedule steps outside of the scenario's own budget: a line each, with positions. */
export function budgetWarnings(scenario: Scenario): readonly string[] {
  const { survives, faults } = scenario;
  if (survives === undefined) return [];
  return measureSchedule(survives, scenario, faults).excesses.map(({ fault, excess }) => {
    const { file, line, column } = fault.source;
    return `${file}:${line}:${column}: warning: ${excessText(excess)}`;
  });
}

interface Begun {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly params: FaultParams;
}

function entryStrike(entry: Entry & { kind: 'fault' }): Begun {
  // The record's parameters are those of the fault, which are of these types.
  const { fault: kind, targets } = entry;
  return { kind, targets, params: entry.params as FaultParams };
}

/** Who may be meant, before the run: `there` is any node where the last event may happen. */
function whom({ target, trigger }: DeclaredFault, nodes: readonly SelectableNode[]) {
  if (target !== thereWord) return selectNodes(target ?? '', nodes);
  const actor = trigger?.steps.at(-1)?.actor;
  const named = actor === undefined ? [] : selectNodes(actor, nodes);
  // An actor that is started by another is no node: it may live on any.
  return named.length === 0 ? nodes.map(({ id }) => id) : named;
}

/**
 * Who suffers: the targets; of a cut between groups, everybody outside the largest group.
 */
function sufferers(begun: Begun, nodes: readonly SelectableNode[]): readonly string[] {
  const { groups } = begun.params;
  if (!Array.isArray(groups)) return begun.targets;
  const sides = (groups as readonly (readonly string[])[]).map((texts) => [
    ...new Set(texts.flatMap((text) => selectNodes(text, nodes))),
  ]);
  const [, ...cutOff] = sides.sort((a, b) => b.length - a.length);
  return cutOff.flat();
}
