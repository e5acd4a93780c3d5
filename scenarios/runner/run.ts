// One run of a scenario, in two acts: faults come and go until its duration is over; then all is
// healed and the world must come to rest. Properties judge while it goes on, and a violation ends
// it.
//
//   scenario + seed --> resolved --> world --> act 1 --> heal --> act 2 --> verdict
//                                       \____ every entry: judge, thresholds, tally, coverage
import { behaviorsOf, buildCluster, measures, meters, properties } from '../../model/index.ts';
import {
  causalSlice,
  createWorld,
  type Entry,
  FaultCoverageFold,
  faults as faultTable,
  Judge,
  type Judgement,
  knownModes,
  LivelockError,
  type MeasuredValue,
  MeterPanel,
  type MissedFault,
  type Ns,
  normalizeSeed,
  nsPerMs,
  type Property,
  type RecordHeader,
  seededChoices,
  type Verdict,
  type Violation,
  type World,
} from '../../sim/index.ts';
import { BudgetMeter } from './budget.ts';
import { Calm } from './calm.ts';
import { devicesOf } from './device/device-uses.ts';
import { healWorld } from './heal.ts';
import { measuredText } from './metrics.ts';
import { kernelNetwork } from './network.ts';
import { outcomeOf } from './outcome.ts';
import { resolveScenario, scenarioHash } from './resolve.ts';
import { runName } from './run-directory.ts';
import type { RunMoment, RunOptions, RunResult } from './run-result.ts';
import type { Scenario } from './scenario.ts';
import { Tally } from './tally.ts';
import { ThresholdJudge } from './thresholds.ts';
import { version } from './version.ts';

/** How often, in simulated time, a run looks whether it has settled. */
const settleCheckNs: Ns = 100 * nsPerMs;
/** How often an act is cut for a word of progress. */
const progressPartCount = 20;

/** Runs a scenario. The same scenario and seed give the same result, at every level. */
export function runScenario(scenario: Scenario, options: RunOptions): RunResult {
  const seed = normalizeSeed(options.seed ?? scenario.seed ?? '');
  const resolved = resolveScenario(scenario, { seed, choices: seededChoices(seed) });
  const world = worldOf(resolved, seed, options);
  const judge = new Judge(expectedProperties(resolved));
  const thresholds = new ThresholdJudge(resolved.expect.thresholds, resolved.durationNs);
  const panel = new MeterPanel(meters);
  const tally = new Tally();
  const kinds = resolved.faults.map(({ kind }) => kind);
  const coverage = new FaultCoverageFold(kinds, knownModes(behaviorsOf(scenario.cluster)));
  const budget = new BudgetMeter(resolved.survives ?? {}, resolved);
  const calm = new Calm();
  world.watch((entry: Entry) => {
    judge.observe(entry);
    thresholds.observe(entry);
    panel.observe(entry);
    tally.observe(entry);
    coverage.observe(entry);
    budget.observe(entry);
    if (entry.atNs <= resolved.durationNs) calm.observe(entry);
    options.onEntry?.(entry);
  });
  const livelock = play(world, resolved, { judge, calm }, options);
  const judgements = [...judge.end(world.now, judge.firstViolation !== null || livelock !== null)];
  if (livelock !== null) judgements.push(livelock);
  const header: RecordHeader = {
    schema: 'stormcell-record/1',
    scenario: scenario.name,
    scenarioHash: scenarioHash(resolved, faultTable),
    seed,
    version,
  };
  const parts = { judge, judgements, thresholds, panel, tally, coverage, calm };
  const declared = resolved.survives === undefined ? null : budget;
  const missed = missedOf(world, resolved);
  const verdict = verdictOf({
    header,
    scenario: resolved,
    world,
    budget: declared,
    missed,
    ...parts,
  });
  return { header, verdict, entries: world.entries };
}

/** A world with the scenario's cluster in it and its faults planned. */
export function worldOf(
  scenario: Scenario,
  seed: string,
  options: Pick<RunOptions, 'level'>,
): World {
  const network = kernelNetwork(scenario.network);
  const world = createWorld({ seed, level: options.level, network });
  buildCluster(world, scenario.cluster);
  const skew = scenario.clockSkewPpm;
  const choices = seededChoices(seed);
  for (const id of world.nodes.keys()) {
    const drawn = choices.choose('clock.skew', 2 * skew + 1, `clock ${id}`) - skew;
    if (drawn !== 0) world.setClockSkew(id, drawn);
  }
  for (const fault of scenario.faults) {
    const { source: _, ...planned } = fault;
    world.scheduleFault(planned);
  }
  return world;
}

function expectedProperties(scenario: Scenario): readonly Property[] {
  const { always, eventually, sometimes, violates } = scenario.expect;
  const table: Readonly<Record<string, Property>> = properties;
  const named = [...always, ...eventually, ...sometimes, ...violates];
  return [...new Set(named.map(({ property }) => property))].map((id) => table[id]!);
}

/**
 * Both acts. Answers the livelock that ended the run, as the broken property that it is, or null.
 */
function play(
  world: World,
  scenario: Scenario,
  { judge, calm }: { readonly judge: Judge; readonly calm: Calm },
  options: RunOptions,
): Judgement | null {
  const { durationNs, settleNs } = scenario;
  const { onEvent } = options;
  const moment = momentOf(world);
  const violated = () => {
    onEvent?.(moment);
    return judge.firstViolation !== null;
  };
  try {
    for (const untilNs of cutsOf(scenario)) {
      if (!world.runUntil(untilNs, violated)) return null;
      if (isLook(scenario, untilNs)) calm.look(world);
      options.onProgress?.((untilNs / durationNs) * 0.9);
    }
    healWorld(world, scenario);
    for (let atNs = durationNs; atNs < durationNs + settleNs; ) {
      atNs = Math.min(atNs + settleCheckNs, durationNs + settleNs);
      if (!world.runUntil(atNs, violated)) return null;
      if (judge.pending().length === 0) break;
    }
    options.onProgress?.(1);
    return null;
  } catch (error) {
    if (!(error instanceof LivelockError)) throw error;
    return livelockJudgement(world, error);
  }
}

/** The instants at which the first act is cut, in order; the last is its end. */
function cutsOf({ durationNs, calmNs }: Scenario): readonly Ns[] {
  const cuts = new Set<Ns>();
  for (let part = 1; part <= progressPartCount; part++) {
    cuts.add(Math.floor((durationNs * part) / progressPartCount));
  }
  for (let atNs = calmNs ?? durationNs; atNs < durationNs; atNs += calmNs ?? 0) cuts.add(atNs);
  return [...cuts].sort((a, b) => a - b);
}

function isLook({ durationNs, calmNs }: Scenario, atNs: Ns): boolean {
  return calmNs !== undefined && atNs < durationNs && atNs % calmNs === 0;
}

function momentOf(world: World): RunMoment {
  return {
    get eventCount() {
      return world.eventCount;
    },
    get nowNs() {
      return world.now;
    },
    get fingerprint() {
      return world.fingerprint;
    },
    get choiceCount() {
      return world.parts.choices.madeCount;
    },
  };
}

function livelockJudgement(world: World, error: LivelockError): Judgement {
  const violation: Violation = {
    property: 'no-livelock',
    atNs: world.now,
    event: null,
    eventIndex: null,
    what: error.message,
    expected: 'virtual time goes on',
    observed: 'events without end at one instant',
  };
  return { id: 'no-livelock', mode: 'always', status: 'violated', evaluatedCount: 1, violation };
}

/** Faults that never struck, but for those that the scenario says may not. */
function missedOf(world: World, { faults }: Scenario): readonly MissedFault[] {
  return world.faults.missed.filter(({ faultId }) => faults[faultId]?.trigger?.optional !== true);
}

interface Run {
  readonly header: RecordHeader;
  readonly scenario: Scenario;
  readonly world: World;
  readonly judge: Judge;
  readonly judgements: readonly Judgement[];
  readonly thresholds: ThresholdJudge;
  readonly panel: MeterPanel;
  readonly tally: Tally;
  readonly coverage: FaultCoverageFold;
  readonly calm: Calm;
  readonly missed: readonly MissedFault[];
  /** Null when the scenario declares none. */
  readonly budget: BudgetMeter | null;
}

function verdictOf(run: Run): Verdict {
  const { header, world, judge, judgements, thresholds, tally, coverage, calm, missed } = run;
  const measured = run.panel.read(world.now);
  const limits = thresholds.end(measured);
  const budget = run.budget?.judgement() ?? null;
  const progress = calm.progress();
  const pending = judge.pending();
  const violates = run.scenario.expect.violates.map(({ property }) => property);
  const outcome = outcomeOf({ violates, judgements, limits, pending, budget, progress, missed });
  const { scenario, scenarioHash: hash, seed } = header;
  const blamed = judge.firstViolation?.event ?? null;
  return {
    schema: 'stormcell-verdict/1',
    status: outcome.status,
    exit: outcome.exit,
    scenario,
    scenarioHash: hash,
    seed,
    version: header.version,
    fingerprint: world.fingerprint,
    simulatedNs: world.now,
    eventCount: world.eventCount,
    properties: judgements,
    thresholds: limits,
    measures: measuredValues(measured),
    faults: tally.faults(),
    devices: devicesOf(run.scenario.cluster),
    ...(budget === null ? {} : { budget }),
    progress,
    exercised: tally.exercised(),
    coverage: coverage.coverage(),
    reasons: outcome.reasons,
    slice: blamed === null ? [] : causalSlice(world.entries, blamed),
    replay: `npx stormcell replay .stormcell/${runName({ scenario, seed, scenarioHash: hash })}`,
  };
}

/** What there was to measure, with its unit and words. */
function measuredValues(measured: ReadonlyMap<string, number | null>): readonly MeasuredValue[] {
  return [...measured].flatMap(([measure, value]) => {
    if (value === null) return [];
    const { unit, summary } = measures[measure]!;
    return [{ measure, unit, summary, value, text: measuredText(unit, value) }];
  });
}
