// One scenario and one seed, from resolving to the run directory.
import { type Difference, firstDifference } from './first-difference.ts';
import { resolveScenario, scenarioText } from './resolve.ts';
import { type RunMeta, writeRunDirectory } from './run-directory.ts';
import type { RunResult } from './run-result.ts';
import type { Scenario } from './scenario.ts';
import { seedPattern } from './schema.ts';
import { type Engine, type ExitCode, exitCodes, type Shell, UsageError } from './shell.ts';

/** When the whole record is kept. */
export type TraceChoice = 'on-fail' | 'always' | 'never';

/** What is run and what is kept of it. */
export interface ExecuteOptions {
  readonly scenario: Scenario;
  /** Instead of the scenario's own. */
  readonly seed?: string | undefined;
  /** Where run directories go; null writes none. */
  readonly root: string | null;
  readonly trace: TraceChoice;
  /** Draws a report where a record was kept. */
  readonly report: boolean;
  /** Runs twice and compares. */
  readonly verify: boolean;
}

/** What came of it. */
export interface Executed {
  readonly result: RunResult;
  /** The scenario as it ran. */
  readonly resolved: Scenario;
  readonly exit: ExitCode;
  readonly directory: string | null;
  readonly hasReport: boolean;
  /** Where two runs parted, when they were compared and did. */
  readonly difference: Difference | 'unrecorded' | null;
  readonly wallMs: number;
}

/** Runs a scenario and writes its run directory. */
export async function execute(
  engine: Engine,
  shell: Shell,
  options: ExecuteOptions,
): Promise<Executed> {
  const seed = seedOf(options);
  const resolved = resolveScenario(options.scenario, { seed, choices: engine.choicesOf(seed) });
  const startedMs = shell.nowMs();
  const result = runRecorded(engine, resolved, seed, options.trace);
  const wallMs = shell.nowMs() - startedMs;
  const difference = options.verify ? verified(engine, resolved, seed, result) : null;
  const exit = difference === null ? result.verdict.exit : exitCodes.nondeterministic;
  const text = scenarioText(resolved, engine.names.faults);
  const draw = options.root !== null && options.report && result.entries.length > 0;
  const { header, verdict, entries } = result;
  const report = draw
    ? await engine.renderReport({ header, verdict, entries, scenarioText: text })
    : null;
  const meta: RunMeta = {
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.round(wallMs),
    ...shell.meta,
  };
  const directory =
    options.root === null
      ? null
      : writeRunDirectory(options.root, { result, scenarioText: text, report, meta });
  return { result, resolved, exit, directory, hasReport: report !== null, difference, wallMs };
}

/**
 * The seed a run takes: the given one, else the scenario's. A missing one is an error, never
 * chance.
 */
export function seedOf(options: {
  readonly scenario: Scenario;
  readonly seed?: string | undefined;
}): string {
  const seed = options.seed ?? options.scenario.seed;
  if (seed === undefined) {
    const { name } = options.scenario;
    throw new UsageError(`scenario '${name}' has no seed; write seed: 1 into it or give --seed 1`);
  }
  if (!seedPattern.test(seed)) {
    throw new UsageError(`expected a seed of up to 64 letters and digits, found '${seed}'`);
  }
  return seed;
}

function runRecorded(
  engine: Engine,
  scenario: Scenario,
  seed: string,
  trace: TraceChoice,
): RunResult {
  if (trace === 'always') return engine.runScenario(scenario, { seed, level: 'full' });
  const result = engine.runScenario(scenario, { seed, level: 'hash' });
  if (trace === 'never' || result.verdict.exit === 0) return result;
  return engine.runScenario(scenario, { seed, level: 'full' });
}

function verified(
  engine: Engine,
  scenario: Scenario,
  seed: string,
  result: RunResult,
): Difference | 'unrecorded' | null {
  const level = result.entries.length > 0 ? 'full' : 'hash';
  const again = engine.runScenario(scenario, { seed, level });
  if (again.verdict.fingerprint === result.verdict.fingerprint) return null;
  return firstDifference(result.entries, again.entries) ?? 'unrecorded';
}
