// Aims faults at what no run of a sweep has reached: a machine, a state of it and a kind of fault.
//
//   coverage so far --least reached--> pair --place, window--> inside the budget? --> a fault that
//        ^                                                          \-- no: the next pair
//        |                                             waits: when a host enters `serving`, crash
//        +---------------- what the run reached <----- the node where that happened
//
// All that a run gets is in its schedule, so that it runs and replays without the sweep. Which pair
// comes first is a total order; which of those that are equally far behind, the seed draws.
import { behaviorsOf } from '../../model/index.ts';
import {
  type ChoiceSource,
  deviceSpeedFaults,
  draw,
  type Entry,
  type FaultCoverage,
  FaultCoverageFold,
  type FaultTrigger,
  knownModes,
  lognormalTable,
  type Ns,
  nsPerMs,
  type StateCoverage,
  storageFaults,
  thereWord,
  wasEntered,
} from '../../sim/index.ts';
import { AimPlaces, type Place, windowsOf } from './aim-places.ts';
import { drawParams } from './draw.ts';
import type { DeclaredFault, Scenario, WeatherKind } from './scenario.ts';
import { clusterNodes } from './topology.ts';
import type { Vocabulary } from './vocabulary.ts';
import { isInside, type Room } from './weather.ts';
import { allKinds, lastingNsDefault, weatherKind } from './weather-kinds.ts';

/** How many faults are aimed in a run unless it is said. */
export const aimCountDefault = 3;
/** A pair that was not reached by so many attempts waits until others are as often tried. */
const attemptsMax = 3;
const deviceFaults = { ...storageFaults, ...deviceSpeedFaults };
/** How many pairs are looked at for one fault; those without room in the budget wait, too. */
const pairsTriedMax = 12;

/** What a sweep knows of what its runs reached, and what it aims at next. */
export class Aim {
  readonly #scenario: Scenario;
  readonly #count: number;
  readonly #kinds: ReadonlyMap<string, WeatherKind>;
  readonly #coverage: FaultCoverageFold;
  readonly #places: AimPlaces;
  /** By pair, and by state for states that were never entered. */
  readonly #attempts = new Map<string, number>();

  constructor(scenario: Scenario, names: Vocabulary, count: number) {
    this.#scenario = scenario;
    this.#count = count;
    const kinds = aimedKinds(scenario, names);
    this.#kinds = new Map(kinds.map((kind) => [kind.kind, kind]));
    this.#coverage = new FaultCoverageFold(
      [...this.#kinds.keys()],
      knownModes(behaviorsOf(scenario.cluster)),
    );
    this.#places = new AimPlaces(clusterNodes(scenario.cluster));
  }

  /** The kinds of faults that are aimed, in name order. */
  get kinds(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  /** Looks at the next entry of a run: where states are entered. */
  observe(entry: Entry): void {
    this.#places.observe(entry);
  }

  /** Adds what a run reached. */
  add(coverage: FaultCoverage): void {
    this.#coverage.add(coverage);
  }

  /** Faults for the next run, beside those that it has anyway. */
  plan(fixed: readonly DeclaredFault[], choices: ChoiceSource): readonly DeclaredFault[] {
    const room: Room = { scenario: this.#scenario, budget: this.#scenario.survives ?? {}, fixed };
    const aimed: DeclaredFault[] = [];
    let tries = this.#count * pairsTriedMax;
    const pairs = [...this.#inOrder()];
    while (aimed.length < this.#count && pairs.length > 0 && tries > 0) {
      tries -= 1;
      const key = `aim ${this.#count * pairsTriedMax - tries}`;
      const pair = takeOne(pairs, choices, key);
      this.#note(pair);
      const fault = this.#aimedAt(pair, { room, aimed, choices, key });
      if (fault !== null) aimed.push(fault);
    }
    return aimed;
  }

  /** Every pair, those that are furthest behind first. */
  #inOrder(): readonly Pair[] {
    return this.#coverage
      .coverage()
      .machines.flatMap(({ machine, states }) =>
        states.flatMap((state) =>
          this.#kindsFor(machine).map((fault) => this.#pairOf(machine, state, fault)),
        ),
      )
      .sort((a, b) => a.turn - b.turn);
  }

  #kindsFor(machine: string): readonly string[] {
    if (this.#places.hasDevice(machine)) return this.kinds;
    return this.kinds.filter((kind) => !Object.hasOwn(deviceFaults, kind));
  }

  #pairOf(machine: string, coverage: StateCoverage, fault: string): Pair {
    const { state, byFault } = coverage;
    const isEntered = wasEntered(coverage);
    const attemptCount = this.#attempts.get(keyOf({ machine, state, fault })) ?? 0;
    const stateKey = isEntered ? '' : `${machine} ${state}`;
    const vainCount = isEntered ? attemptCount : (this.#attempts.get(stateKey) ?? 0);
    const metCount = byFault[fault] ?? 0;
    const isLate = metCount > 0 || vainCount >= attemptsMax;
    // What was never reached comes before the rest, until it was tried in vain too often.
    const turn = isLate ? attemptsMax + metCount + vainCount : vainCount;
    return { machine, state, fault, stateKey, attemptCount, turn };
  }

  #note(pair: Pair): void {
    for (const key of [keyOf(pair), pair.stateKey]) {
      if (key !== '') this.#attempts.set(key, (this.#attempts.get(key) ?? 0) + 1);
    }
  }

  /** A fault at this pair, or null when the budget has no room for it anywhere. */
  #aimedAt(pair: Pair, { room, aimed, choices, key }: Aiming): DeclaredFault | null {
    const { machine, state, fault } = pair;
    const kind = this.#kinds.get(fault)!;
    const { p50Ns, p99Ns } = this.#scenario.weather?.lastingNs ?? lastingNsDefault;
    const lengthsMs = lognormalTable({ p50Ns: msOf(p50Ns), p99Ns: msOf(p99Ns) });
    const forNs = Math.max(1, draw(lengthsMs, choices, 'aim.time', `${key} lasting`)) * nsPerMs;
    // A pair that was missed at one entry of its state is tried at another.
    const nthMax = Math.min(attemptsMax, pair.attemptCount + 1);
    const nth = 1 + choices.choose('aim.nth', nthMax, `${key} nth`);
    const base = {
      kind: fault,
      forNs,
      target: thereWord,
      params: drawParams(kind.params, choices, key),
      source: this.#scenario.weather?.source ?? { file: 'aim', line: 1, column: 1 },
    };
    const { durationNs } = this.#scenario;
    const places = this.#places.of(pair, (count) => choices.choose('aim.place', count, key));
    const windows = windowsOf([...room.fixed, ...aimed], this.#scenario, forNs);
    for (const place of places) {
      for (const { fromNs, untilNs } of windows) {
        const trigger = triggerOf({ machine, state, nth }, place, { untilNs, durationNs });
        const candidate: DeclaredFault = { ...base, atNs: fromNs, trigger };
        if (isInside(room, aimed, candidate)) return candidate;
      }
    }
    return null;
  }
}

/** A machine, a state and a kind of fault. */
interface Pair {
  readonly machine: string;
  readonly state: string;
  readonly fault: string;
  /** Names the state when it was never entered; else empty. */
  readonly stateKey: string;
  readonly attemptCount: number;
  /** The smaller, the earlier it is tried. */
  readonly turn: number;
}

interface Aiming {
  readonly room: Room;
  readonly aimed: readonly DeclaredFault[];
  readonly choices: ChoiceSource;
  readonly key: string;
}

/** The kinds that strike nodes and that the budget has room for. */
function aimedKinds(scenario: Scenario, names: Vocabulary): readonly WeatherKind[] {
  const budget = scenario.survives ?? {};
  const nodes = clusterNodes(scenario.cluster);
  return allKinds(names, budget)
    .filter((kind) => names.faults[kind]!.needsTarget)
    .map((kind) =>
      weatherKind({ kind, weight: 1 }, names, { nodes, targets: [thereWord], budget }),
    );
}

function keyOf({ machine, state, fault }: Pick<Pair, 'machine' | 'state' | 'fault'>): string {
  return `${machine} ${state} ${fault}`;
}

/** Draws one of the pairs whose turn it is, and takes it out. */
function takeOne(pairs: Pair[], choices: ChoiceSource, key: string): Pair {
  const { turn } = pairs[0]!;
  const count = pairs.filter((pair) => pair.turn === turn).length;
  return pairs.splice(choices.choose('aim.pair', count, key), 1)[0]!;
}

function triggerOf(
  step: { readonly machine: string; readonly state: string; readonly nth: number },
  { actor }: Place,
  { untilNs, durationNs }: { readonly untilNs: Ns; readonly durationNs: Ns },
): FaultTrigger {
  const { machine, state, nth } = step;
  const where = actor === undefined ? {} : { actor };
  return {
    steps: [{ on: 'state', name: state, machine, ...where, nth }],
    delayNs: 0,
    times: 1,
    ...(untilNs < durationNs ? { untilNs } : {}),
    optional: true,
  };
}

function msOf(ns: Ns): number {
  return Math.max(1, Math.round(ns / nsPerMs));
}
