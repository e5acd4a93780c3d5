// One run of a scenario, in two acts: faults come and go until its duration is over; then all is
// healed and the world must come to rest. Properties judge while it goes on, and a violation ends
// it.
//
//   scenario + seed --> resolved --> world --> act 1 --> heal --> act 2 --> verdict
//                                       \____ every entry: judge, thresholds, tally
import { buildCluster, properties } from '../../model/index.ts';
import {
  causalSlice,
  createWorld,
  type Entry,
  faults as faultTable,
  Judge,
  type Judgement,
  LivelockError,
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
import { kernelNetwork } from './network.ts';
import { resolveScenario, scenarioHash } from './resolve.ts';
import { runName } from './run-directory.ts';
import type { RunOptions, RunResult } from './run-result.ts';
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
  const tally = new Tally();
  world.watch((entry: Entry) => {
    judge.observe(entry);
    thresholds.observe(entry);
    tally.observe(entry);
  });
  const livelock = play(world, resolved, judge, options);
  const judgements = [...judge.end(world.now, judge.firstViolation !== null || livelock !== null)];
  if (livelock !== null) judgements.push(livelock);
  const header: RecordHeader = {
    schema: 'stormcell-record/1',
    scenario: scenario.name,
    scenarioHash: scenarioHash(resolved, faultTable),
    seed,
    version,
  };
  const verdict = verdictOf({ header, world, judge, judgements, thresholds, tally });
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
  const { always, eventually, sometimes } = scenario.expect;
  const table: Readonly<Record<string, Property>> = properties;
  return [...always, ...eventually, ...sometimes].map(({ property }) => table[property]);
}

/**
 * Both acts. Answers the livelock that ended the run, as the broken property that it is, or null.
 */
function play(
  world: World,
  scenario: Scenario,
  judge: Judge,
  options: RunOptions,
): Judgement | null {
  const { durationNs, settleNs } = scenario;
  const violated = () => judge.firstViolation !== null;
  try {
    for (let part = 1; part <= progressPartCount; part++) {
      const untilNs = Math.floor((durationNs * part) / progressPartCount);
      if (!world.runUntil(untilNs, violated)) return null;
      options.onProgress?.((part / progressPartCount) * 0.9);
    }
    world.heal();
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

interface Outcome {
  readonly header: RecordHeader;
  readonly world: World;
  readonly judge: Judge;
  readonly judgements: readonly Judgement[];
  readonly thresholds: ThresholdJudge;
  readonly tally: Tally;
}

function verdictOf({ header, world, judge, judgements, thresholds, tally }: Outcome): Verdict {
  const limits = thresholds.end();
  const has = (status: Judgement['status']) => judgements.some((one) => one.status === status);
  const broken = limits.some((limit) => limit.status === 'broken');
  const idle = has('not exercised') || limits.some((limit) => limit.status === 'not exercised');
  const exit = has('violated') || has('stalled') ? 1 : broken ? 4 : idle ? 3 : 0;
  const status =
    has('violated') || (broken && !has('stalled'))
      ? 'violated'
      : has('stalled')
        ? 'stalled'
        : idle
          ? 'inconclusive'
          : 'held';
  const { scenario, scenarioHash: hash, seed } = header;
  const blamed = judge.firstViolation?.event ?? null;
  return {
    schema: 'stormcell-verdict/1',
    status,
    exit,
    scenario,
    scenarioHash: hash,
    seed,
    version: header.version,
    fingerprint: world.fingerprint,
    simulatedNs: world.now,
    eventCount: world.eventCount,
    properties: judgements,
    thresholds: limits,
    faults: tally.faults(),
    exercised: tally.exercised(),
    reasons: reasonsOf(judge, judgements, status),
    slice: blamed === null ? [] : causalSlice(world.entries, blamed),
    replay: `npx stormcell replay .stormcell/${runName({ scenario, seed, scenarioHash: hash })}`,
  };
}

/** Why a run stalled or is inconclusive. */
function reasonsOf(
  judge: Judge,
  judgements: readonly Judgement[],
  status: Verdict['status'],
): readonly string[] {
  if (status === 'stalled') return judge.pending();
  if (status !== 'inconclusive') return [];
  return judgements
    .filter((one) => one.status === 'not exercised')
    .map(({ id, mode }) =>
      mode === 'sometimes' ? `${id}: never reached` : `${id}: never evaluated in this run`,
    );
}
