// Which states and transitions of each machine met which kinds of faults: a fold over the record,
// and over the states that machines are known to have, so that one never entered shows as such.
//
//   fault begins --> each actor that lives on one of its targets meets it in the state it is in
//   state        --> its actor enters the state, by a transition, under all faults active just then
//
// A machine is a behavior: actors of behaviors with one name are counted together. A fault touches
// an actor when its targets hold the actor's node. While a node is down its actors take no step, so
// a crash or a power loss meets the state that it strikes, and no transition.
import type { ActorId, AnyBehavior, NodeId } from './actor.ts';
import type { Entry } from './record.ts';

/** How often something met faults, by the kind of the fault. */
export interface FaultMeetings {
  /** Meetings with faults that touched the actor's node; a kind that was never met is absent. */
  readonly byFault: Readonly<Record<string, number>>;
  /** Entered or taken while faults were active, all of them on other nodes. */
  readonly elsewhere: number;
  /** Entered or taken while no fault was active. */
  readonly none: number;
}

/** A state of a machine that some actor entered, or that the machine is known to have. */
export interface StateCoverage extends FaultMeetings {
  readonly state: string;
}

/** A transition that some actor took. The first state after a start is entered by none. */
export interface TransitionCoverage extends FaultMeetings {
  readonly from: string;
  readonly to: string;
}

/** One machine; states and transitions in name order. */
export interface MachineCoverage {
  /** The name of the behavior. */
  readonly machine: string;
  readonly states: readonly StateCoverage[];
  readonly transitions: readonly TransitionCoverage[];
}

/** The fault coverage of a run, or of several: plain data in name order. */
export interface FaultCoverage {
  /** Kinds of faults that were planned or began. */
  readonly faults: readonly string[];
  readonly machines: readonly MachineCoverage[];
}

/** A state that never met a kind of fault: where to aim next. */
export interface UntriedFault {
  readonly machine: string;
  readonly state: string;
  readonly fault: string;
}

/** How many states are told apart in one machine; names made at run time have no end. */
export const statesMax = 256;
/** How many transitions are told apart in one machine. */
export const transitionsMax = 1024;
/** What states beyond `statesMax` are counted as, and both ends of transitions beyond theirs. */
export const otherState = 'other states';

/** The states that machines are known to have, by the name of the behavior. */
export type KnownModes = ReadonlyMap<string, readonly string[]>;

interface LiveActor {
  readonly node: NodeId;
  readonly machine: string;
  state: string | null;
}

interface ActiveFault {
  readonly fault: string;
  readonly targets: ReadonlySet<string>;
}

interface MutableMeetings {
  readonly byFault: Map<string, number>;
  elsewhere: number;
  none: number;
}

interface MachineCounts {
  readonly states: Map<string, MutableMeetings>;
  /** From, then to. */
  readonly transitions: Map<string, Map<string, MutableMeetings>>;
  transitionCount: number;
}

/** Counts while a run goes on; takes in the coverage of other runs to sum them up. */
export class FaultCoverageFold {
  readonly #faults: Set<string>;
  readonly #machines = new Map<string, MachineCounts>();
  readonly #actors = new Map<ActorId, LiveActor>();
  readonly #active = new Map<number, ActiveFault>();

  /**
   * `planned` are kinds of faults that count as not met when they never begin, `modes` those states
   * of machines that count as not entered.
   */
  constructor(planned: readonly string[] = [], modes: KnownModes = new Map()) {
    this.#faults = new Set(planned);
    for (const [machine, states] of modes) {
      const counts = this.#machine(machine);
      for (const state of states) stateOf(counts, state);
    }
  }

  /** Looks at the next entry of a run. */
  observe(entry: Entry): void {
    switch (entry.kind) {
      case 'start':
        this.#actors.set(entry.actor, { node: entry.node, machine: entry.behavior, state: null });
        break;
      case 'stop':
        this.#actors.delete(entry.actor);
        break;
      case 'state':
        this.#entered(entry.actor, entry.state);
        break;
      case 'fault':
        if (entry.phase === 'end') this.#active.delete(entry.faultId);
        else this.#begun(entry.faultId, { fault: entry.fault, targets: new Set(entry.targets) });
        break;
      default:
        break;
    }
  }

  /** Adds what another run met. */
  add(coverage: FaultCoverage): void {
    for (const fault of coverage.faults) this.#faults.add(fault);
    for (const { machine, states, transitions } of coverage.machines) {
      const counts = this.#machine(machine);
      for (const one of states) addMeetings(stateOf(counts, one.state), one);
      for (const one of transitions) addMeetings(transitionOf(counts, one.from, one.to), one);
    }
  }

  /** All that was met so far. */
  coverage(): FaultCoverage {
    return {
      faults: [...this.#faults].sort(byText),
      machines: sorted(this.#machines).map(([machine, { states, transitions }]) => ({
        machine,
        states: sorted(states).map(([state, met]) => ({ state, ...meetings(met) })),
        transitions: sorted(transitions).flatMap(([from, targets]) =>
          sorted(targets).map(([to, met]) => ({ from, to, ...meetings(met) })),
        ),
      })),
    };
  }

  #begun(faultId: number, active: ActiveFault): void {
    this.#faults.add(active.fault);
    this.#active.set(faultId, active);
    for (const { node, machine, state } of this.#actors.values()) {
      if (state === null || !active.targets.has(node)) continue;
      increment(stateOf(this.#machine(machine), state).byFault, active.fault, 1);
    }
  }

  #entered(actorId: ActorId, state: string): void {
    const actor = this.#actors.get(actorId);
    // A record that kept only its last entries tells of actors whose start it has forgotten.
    if (actor === undefined) return;
    const from = actor.state;
    actor.state = state;
    const counts = this.#machine(actor.machine);
    this.#meet(stateOf(counts, state), actor.node);
    if (from !== null) this.#meet(transitionOf(counts, from, state), actor.node);
  }

  /** One meeting for each kind that touches the node now, however many faults of it there are. */
  #meet(met: MutableMeetings, node: NodeId): void {
    if (this.#active.size === 0) {
      met.none += 1;
      return;
    }
    const kinds = new Set<string>();
    for (const { fault, targets } of this.#active.values()) if (targets.has(node)) kinds.add(fault);
    if (kinds.size === 0) met.elsewhere += 1;
    for (const kind of kinds) increment(met.byFault, kind, 1);
  }

  #machine(name: string): MachineCounts {
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const counts = { states: new Map(), transitions: new Map(), transitionCount: 0 };
    this.#machines.set(name, counts);
    return counts;
  }
}

/** What behaviors say of the modes they can be in; one that does not say is not known. */
export function knownModes(behaviors: Iterable<Pick<AnyBehavior, 'name' | 'modes'>>): KnownModes {
  const known = new Map<string, readonly string[]>();
  for (const { name, modes } of behaviors) {
    if (modes === undefined) continue;
    known.set(name, [...new Set([...(known.get(name) ?? []), ...modes])]);
  }
  return known;
}

/** Whether any actor entered the state. */
export function wasEntered({ byFault, elsewhere, none }: FaultMeetings): boolean {
  return elsewhere > 0 || none > 0 || Object.keys(byFault).length > 0;
}

/** The pairs of a state, entered or not, and a kind of fault that it never met, in name order. */
export function neverTried(
  coverage: FaultCoverage,
  kinds: readonly string[] = coverage.faults,
): readonly UntriedFault[] {
  return coverage.machines.flatMap(({ machine, states }) =>
    states.flatMap(({ state, byFault }) =>
      kinds
        .filter((fault) => !Object.hasOwn(byFault, fault))
        .map((fault) => ({ machine, state, fault })),
    ),
  );
}

/** How many pairs of a state and a kind of fault met, of all pairs of states that are known. */
export function coverageCounts(
  coverage: FaultCoverage,
  kinds: readonly string[] = coverage.faults,
): { readonly reachedCount: number; readonly possibleCount: number } {
  let stateCount = 0;
  for (const { states } of coverage.machines) stateCount += states.length;
  const possibleCount = stateCount * kinds.length;
  return { reachedCount: possibleCount - neverTried(coverage, kinds).length, possibleCount };
}

function stateOf({ states }: MachineCounts, name: string): MutableMeetings {
  const state = states.has(name) || states.size < statesMax ? name : otherState;
  let met = states.get(state);
  if (met === undefined) {
    met = noMeetings();
    states.set(state, met);
  }
  return met;
}

function transitionOf(counts: MachineCounts, from: string, to: string): MutableMeetings {
  const { transitions } = counts;
  const known = transitions.get(from)?.get(to);
  if (known !== undefined) return known;
  const full = counts.transitionCount >= transitionsMax;
  if (full && (from !== otherState || to !== otherState)) {
    return transitionOf(counts, otherState, otherState);
  }
  const met = noMeetings();
  const targets = transitions.get(from) ?? new Map<string, MutableMeetings>();
  transitions.set(from, targets.set(to, met));
  counts.transitionCount += 1;
  return met;
}

function noMeetings(): MutableMeetings {
  return { byFault: new Map(), elsewhere: 0, none: 0 };
}

function addMeetings(met: MutableMeetings, more: FaultMeetings): void {
  for (const [kind, count] of Object.entries(more.byFault)) increment(met.byFault, kind, count);
  met.elsewhere += more.elsewhere;
  met.none += more.none;
}

function increment(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function meetings({ byFault, elsewhere, none }: MutableMeetings): FaultMeetings {
  return { byFault: Object.fromEntries(sorted(byFault)), elsewhere, none };
}

function sorted<V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  return [...map].sort(([a], [b]) => byText(a, b));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
