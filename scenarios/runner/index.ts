// What programs use of the scenarios: read or define one, run it, judge it, write it down.
import { stringify } from 'yaml';
import { seededChoices } from '../../sim/index.ts';
import { knownNames } from './known-names.ts';
import { type Reading, ScenarioRefusal } from './problems.ts';
import { readScenarioText, readScenario as readWith } from './read-scenario.ts';
import {
  scenarioHash as hashOf,
  resolveScenario as resolveWith,
  scenarioText as textOf,
} from './resolve.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioInput } from './schema.ts';

export type { DriveOptions } from './device/driven-device.ts';
export { defaultFioJob, type FioJob } from './device/fio-job.ts';
export { fioReportOf } from './device/job-report.ts';
export {
  type DirectionResult,
  JobRefusal,
  type JobResult,
  runDeviceJob,
  runDeviceJobs,
} from './device/job-run.ts';
export { type ReplayResult, replayDemerit, replayTrace } from './device/trace-replay.ts';
export { kernelNetwork } from './network.ts';
export {
  type Problem,
  problemText,
  type Reading,
  ScenarioRefusal,
  type SourcePosition,
} from './problems.ts';
export { runScenario } from './run.ts';
export { type RunFiles, writeRunDirectory } from './run-directory.ts';
export type { RunOptions, RunResult, RunScenario } from './run-result.ts';
export type {
  DeclaredFault,
  Expectation,
  LatencySpec,
  RandomFault,
  Scenario,
  ScenarioNetwork,
  Threshold,
  TraceReference,
} from './scenario.ts';
export { type ScenarioInput, scenarioJsonSchema } from './schema.ts';
export { ThresholdJudge } from './thresholds.ts';
export { readIolog, type TraceOp, traceFormats, writeIolog } from './traces.ts';
export { version } from './version.ts';

/**
 * Reads a scenario file and the traces it names: the scenario, or everything that is wrong with it.
 */
export function readScenario(file: string): Reading<Scenario> {
  return readWith(file, { names: knownNames });
}

/**
 * A scenario written in TypeScript; throws a `ScenarioRefusal` that lists everything wrong with it.
 */
export function defineScenario(input: ScenarioInput): Scenario {
  const reading = readScenarioText(stringify(input), `scenario '${input.scenario}'`, {
    names: knownNames,
  });
  if (!reading.ok) throw new ScenarioRefusal(reading.problems);
  return reading.value;
}

/** The scenario of this seed, with every declared chance drawn. Resolving again changes nothing. */
export function resolveScenario(scenario: Scenario, seed: string): Scenario {
  return resolveWith(scenario, { seed, choices: seededChoices(seed) });
}

/** The canonical text of a resolved scenario: a scenario file that gives the same run. */
export function scenarioText(scenario: Scenario): string {
  return textOf(scenario, knownNames.faults);
}

/** What names a resolved scenario: 64 hex digits. */
export function scenarioHash(scenario: Scenario): string {
  return hashOf(scenario, knownNames.faults);
}
