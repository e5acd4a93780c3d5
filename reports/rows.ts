// From the record to rows: what the charts draw, still in nanoseconds, with nothing bucketed yet.
//
//   entries --fold--> operations, state spans, spans of nodes being down, gauge samples
//   verdict --------> fault spans, instants of violations, fault coverage

import type { Entry, FaultCoverage, FaultMeetings, OpEntry, Verdict } from '../sim/index.ts';
import { type LineageRows, noLineage, printableLineage } from './lineage-rows.ts';
import { compareNames, formatParams, printable } from './text.ts';

/**
 * A fault over time. `label` is short and unique in a report: `F1`, counted from 1 in order of
 * start.
 */
export interface FaultRow {
  readonly label: string;
  readonly fault: string;
  readonly targets: string;
  readonly params: string;
  readonly startNs: number;
  readonly endNs: number;
  /** False when the run ended with the fault still in place. */
  readonly undone: boolean;
}

/** A client operation from its intended start. `pending`: the record ends before it did. */
export interface OpRow {
  readonly actor: string;
  readonly name: string;
  readonly startNs: number;
  endNs: number;
  outcome: 'ok' | 'fail' | 'info' | 'pending';
}

/** How long an actor stayed in a mode, or a node (with its actors) was down. */
export interface SpanRow {
  readonly lane: string;
  readonly state: string;
  readonly startNs: number;
  readonly endNs: number;
}

export interface GaugeRow {
  readonly name: string;
  readonly actor: string;
  readonly atNs: number;
  readonly value: number;
}

export interface ViolationRow {
  readonly property: string;
  readonly atNs: number;
}

/** A state of a machine and how often it met faults. */
export interface CoverageRow {
  readonly machine: string;
  readonly state: string;
  /** One for each of `coveredFaults`, in its order; 0 where they never met. */
  readonly counts: readonly number[];
  /** Entered while all active faults were on other nodes. */
  readonly elsewhereCount: number;
  /** Entered while no fault was active. */
  readonly noFaultCount: number;
}

/** A transition of a machine and how often it was taken under faults. */
export interface TransitionRow extends Omit<CoverageRow, 'state'> {
  readonly from: string;
  readonly to: string;
}

/** Everything the charts may draw. */
export interface ReportRows {
  /** The end of the time axis; at least 1. */
  readonly endNs: number;
  readonly faults: readonly FaultRow[];
  readonly violations: readonly ViolationRow[];
  /** In order of invocation. */
  readonly ops: readonly OpRow[];
  /** Names of operations in name order: their index picks the colour in every chart. */
  readonly opNames: readonly string[];
  /** Modes of actors, in order of start; a crashed actor is in `downState`. */
  readonly states: readonly SpanRow[];
  /** Nodes that crashed, until their first actor lives again. */
  readonly downs: readonly SpanRow[];
  readonly gauges: readonly GaugeRow[];
  /** Kinds of faults that were planned or began, in name order. */
  readonly coveredFaults: readonly string[];
  /** In order of machine, then state; a known state that was never entered has only zeros. */
  readonly coverage: readonly CoverageRow[];
  /** In order of machine, then of the states before and after. */
  readonly transitions: readonly TransitionRow[];
  readonly lineage: LineageRows;
}

/** The lane colour of an actor whose node has crashed. */
export const downState = 'down';

/** Folds a record and its verdict into rows. All text in them is printable. */
export function reportRows(
  entries: readonly Entry[],
  verdict: Verdict,
  lineage: LineageRows = noLineage,
): ReportRows {
  const endNs = Math.max(1, verdict.simulatedNs, entries.at(-1)?.atNs ?? 0);
  const ops = opRows(entries, endNs);
  return {
    endNs,
    faults: faultRows(verdict, endNs),
    violations: violationRows(verdict),
    ops,
    opNames: [...new Set(ops.map((op) => op.name))].sort(compareNames),
    states: stateRows(entries, endNs),
    downs: downRows(entries, endNs),
    gauges: gaugeRows(entries),
    coveredFaults: verdict.coverage.faults.map(printable),
    coverage: coverageRows(verdict.coverage),
    transitions: transitionRows(verdict.coverage),
    lineage: printableLineage(lineage),
  };
}

function faultRows(verdict: Verdict, endNs: number): readonly FaultRow[] {
  const inOrder = [...verdict.faults].sort(
    (a, b) => a.startNs - b.startNs || a.faultId - b.faultId,
  );
  return inOrder.map((fault, index) => ({
    label: `F${index + 1}`,
    fault: printable(fault.fault),
    targets: printable(fault.targets.join(', ')),
    params: printable(formatParams(fault.params)),
    startNs: fault.startNs,
    endNs: Math.max(fault.startNs, fault.endNs ?? endNs),
    undone: fault.endNs !== null,
  }));
}

function violationRows(verdict: Verdict): readonly ViolationRow[] {
  const rows: ViolationRow[] = [];
  for (const { violation } of verdict.properties) {
    if (violation) rows.push({ property: printable(violation.property), atNs: violation.atNs });
  }
  return rows.sort((a, b) => a.atNs - b.atNs || compareNames(a.property, b.property));
}

function opRows(entries: readonly Entry[], endNs: number): readonly OpRow[] {
  const rows: OpRow[] = [];
  const openByActor = new Map<string, Map<number, OpRow>>();
  for (const entry of entries) {
    if (entry.kind !== 'op') continue;
    const open = openByActor.get(entry.actor) ?? new Map<number, OpRow>();
    openByActor.set(entry.actor, open);
    if (entry.phase === 'invoke') {
      const row = invokedRow(entry, endNs);
      open.set(entry.opId, row);
      rows.push(row);
      continue;
    }
    // A record that kept only its last entries holds ends without a beginning: they have no
    // latency.
    const row = open.get(entry.opId);
    if (!row) continue;
    row.endNs = entry.atNs;
    row.outcome = entry.phase;
    open.delete(entry.opId);
  }
  return rows;
}

function invokedRow(entry: OpEntry, endNs: number): OpRow {
  return {
    actor: printable(entry.actor),
    name: printable(entry.name),
    startNs: entry.atNs,
    endNs,
    outcome: 'pending',
  };
}

function stateRows(entries: readonly Entry[], endNs: number): readonly SpanRow[] {
  const rows: SpanRow[] = [];
  const openByActor = new Map<string, { state: string; startNs: number }>();
  const close = (actor: string, atNs: number): void => {
    const open = openByActor.get(actor);
    openByActor.delete(actor);
    if (!open || atNs <= open.startNs) return;
    rows.push({ lane: printable(actor), state: open.state, startNs: open.startNs, endNs: atNs });
  };
  const staged = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'state') {
      if (openByActor.get(entry.actor)?.state === printable(entry.state)) continue;
      close(entry.actor, entry.atNs);
      staged.add(entry.actor);
      openByActor.set(entry.actor, { state: printable(entry.state), startNs: entry.atNs });
    } else if (entry.kind === 'stop' && staged.has(entry.actor)) {
      close(entry.actor, entry.atNs);
      if (entry.reason !== 'crash') continue;
      openByActor.set(entry.actor, { state: downState, startNs: entry.atNs });
    } else if (entry.kind === 'start') {
      close(entry.actor, entry.atNs);
    }
  }
  for (const actor of [...openByActor.keys()]) close(actor, endNs);
  return rows.sort((a, b) => a.startNs - b.startNs || compareNames(a.lane, b.lane));
}

function downRows(entries: readonly Entry[], endNs: number): readonly SpanRow[] {
  const rows: SpanRow[] = [];
  const nodeByActor = new Map<string, string>();
  const downSince = new Map<string, number>();
  const close = (node: string, atNs: number): void => {
    const startNs = downSince.get(node);
    if (startNs === undefined) return;
    downSince.delete(node);
    rows.push({ lane: printable(node), state: downState, startNs, endNs: atNs });
  };
  for (const entry of entries) {
    if (entry.kind === 'start') {
      nodeByActor.set(entry.actor, entry.node);
      close(entry.node, entry.atNs);
    } else if (entry.kind === 'stop' && entry.reason === 'crash') {
      const node = nodeByActor.get(entry.actor) ?? entry.actor;
      if (!downSince.has(node)) downSince.set(node, entry.atNs);
    }
  }
  for (const node of [...downSince.keys()]) close(node, endNs);
  return rows.sort((a, b) => a.startNs - b.startNs || compareNames(a.lane, b.lane));
}

function gaugeRows(entries: readonly Entry[]): readonly GaugeRow[] {
  const rows: GaugeRow[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'gauge' || !Number.isFinite(entry.value)) continue;
    const { atNs, value } = entry;
    rows.push({ name: printable(entry.name), actor: printable(entry.actor), atNs, value });
  }
  return rows;
}

function coverageRows({ faults, machines }: FaultCoverage): readonly CoverageRow[] {
  return machines.flatMap(({ machine, states }) =>
    states.map((met) => ({
      machine: printable(machine),
      state: printable(met.state),
      ...meetings(met, faults),
    })),
  );
}

function transitionRows({ faults, machines }: FaultCoverage): readonly TransitionRow[] {
  return machines.flatMap(({ machine, transitions }) =>
    transitions.map((met) => ({
      machine: printable(machine),
      from: printable(met.from),
      to: printable(met.to),
      ...meetings(met, faults),
    })),
  );
}

function meetings({ byFault, elsewhere, none }: FaultMeetings, faults: readonly string[]) {
  const counts = faults.map((fault) => byFault[fault] ?? 0);
  return { counts, elsewhereCount: elsewhere, noFaultCount: none };
}

/** Says whether the span [startNs, endNs] meets a fault. Faults may overlap each other. */
export function faultOverlap(
  faults: readonly FaultRow[],
): (startNs: number, endNs: number) => boolean {
  const merged: { startNs: number; endNs: number }[] = [];
  for (const { startNs, endNs } of [...faults].sort((a, b) => a.startNs - b.startNs)) {
    const last = merged.at(-1);
    if (last && startNs <= last.endNs) last.endNs = Math.max(last.endNs, endNs);
    else merged.push({ startNs, endNs });
  }
  return (startNs, endNs) => {
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (merged[middle]!.endNs < startNs) low = middle + 1;
      else high = middle;
    }
    return low < merged.length && merged[low]!.startNs <= endNs;
  };
}
