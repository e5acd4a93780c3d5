import type { Palette } from '../reporters/palette.ts';
import type { Scenario } from '../scenario.ts';
import { type Engine, type ExitCode, type Shell, UsageError, worstExit } from '../shell.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell sweep`: many seeds of each scenario. */
export const sweepCommand: Command = {
  name: 'sweep',
  argument: '<scenario...>',
  summary: 'run scenarios with many seeds; lists the seeds that failed and how to replay them',
  options: [
    { flags: '--seeds <range>', summary: 'which seeds: 1..2000, or 1..10,42' },
    commonOptions.out,
    { flags: '--fail-fast', summary: 'stop at the first seed that fails' },
    commonOptions.set,
    {
      flags: '--trace <when>',
      summary: 'keep the whole record, and draw a report of it',
      choices: ['on-fail', 'always', 'never'],
      default: 'on-fail',
    },
    commonOptions.noReport,
    commonOptions.ascii,
    commonOptions.color,
    commonOptions.quiet,
  ],
  run,
};

/**
 * Run directories are written for so many failed seeds of a scenario; the others are only listed.
 */
const writtenCountMax = 20;

interface Sweep {
  readonly engine: Engine;
  readonly shell: Shell;
  readonly seeds: readonly string[];
  readonly options: OptionValues;
  readonly colors: Palette;
}

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { paletteOf, readScenarios, textOption } = await import('./reading.ts');
  const { readSeeds } = await import('../seeds.ts');
  const written = textOption(options, 'seeds');
  if (written === undefined)
    throw new UsageError('a sweep needs seeds, found none; give --seeds 1..100');
  const seeds = readSeeds(written);
  if (!seeds.ok) throw new UsageError(`--seeds: ${seeds.message}`);
  const engine = await shell.loadEngine();
  const scenarios = readScenarios(args, options, engine, shell);
  if (scenarios === null) return 2;
  const colors = paletteOf(options, shell);
  const exits: ExitCode[] = [];
  for (const scenario of scenarios) {
    exits.push(
      ...(await sweepOne(scenario, { engine, shell, seeds: seeds.seeds, options, colors })),
    );
    const worst = worstExit(exits);
    if (worst === 130 || worst === 143) break;
    if (options.failFast === true && worst !== 0 && worst !== 3) break;
  }
  return worstExit(exits);
}

async function sweepOne(scenario: Scenario, sweep: Sweep): Promise<readonly ExitCode[]> {
  const { execute } = await import('../execute.ts');
  const { failureOf, SweepTally } = await import('../sweep-tally.ts');
  const { sweepText } = await import('../reporters/sweep.ts');
  const { engine, shell, seeds, options, colors } = sweep;
  const trace = options.trace as 'on-fail' | 'always' | 'never';
  const tally = new SweepTally();
  const startedMs = shell.nowMs();
  let signal: 130 | 143 | null = null;
  for (const [index, seed] of seeds.entries()) {
    signal = await shell.interrupted();
    if (signal !== null) break;
    const quick = engine.runScenario(scenario, { seed, level: 'hash' }).verdict;
    const failure = failureOf(quick);
    const keep = trace === 'always' || (failure !== null && tally.failed.length < writtenCountMax);
    const executed = keep
      ? await execute(engine, shell, {
          scenario,
          seed,
          root: String(options.out),
          trace: trace === 'never' ? 'never' : 'always',
          report: options.report !== false,
          verify: false,
        })
      : null;
    tally.add(quick, executed?.directory ?? null);
    if (failure !== null) shell.err(`${scenario.name}: seed ${seed} failed by ${failure}\n`);
    progress(scenario, sweep, {
      doneCount: index + 1,
      failedCount: tally.failed.length,
      startedMs,
    });
    if (failure !== null && options.failFast === true) break;
  }
  const exit = tally.exit();
  if (options.quiet !== true || exit !== 0) {
    shell.out(sweepText({ name: scenario.name, tally, ascii: options.ascii === true }, colors));
  }
  if (signal === null) return [exit];
  shell.err(`interrupted after ${tally.seedCount} of ${seeds.length} seeds\n`);
  return tally.seedCount === 0 ? [signal] : [exit, signal];
}

/** A line at each tenth of the seeds. */
function progress(
  scenario: Scenario,
  { shell, seeds, options }: Sweep,
  state: { readonly doneCount: number; readonly failedCount: number; readonly startedMs: number },
): void {
  const { doneCount, failedCount, startedMs } = state;
  const tenth = Math.floor((doneCount * 10) / seeds.length);
  if (options.quiet === true || tenth === Math.floor(((doneCount - 1) * 10) / seeds.length)) return;
  const elapsedSec = Math.max(0.001, (shell.nowMs() - startedMs) / 1000);
  const rate = (doneCount / elapsedSec).toFixed(1);
  shell.err(
    `${scenario.name}: ${doneCount}/${seeds.length} seeds, ` +
      `${failedCount} failed, ${rate} seeds a second\n`,
  );
}
