import type { RuleRow } from '../../../reports/index.ts';
import type { Aim } from '../aim.ts';
import type { Palette } from '../reporters/palette.ts';
import type { RuleTally } from '../reporters/rule-tally.ts';
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
    {
      flags: '--aim',
      summary: 'each seed also gets faults at states that met no such fault in the seeds before it',
    },
    { flags: '--aims <count>', summary: 'with --aim, how many a seed gets; else 3' },
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
  /** How many faults are aimed in a run; 0 without --aim. */
  readonly aimCount: number;
  /** Rules that routers decided by in all runs so far. */
  readonly rules: RuleTally;
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
  const aimCount = await aimCountOf(options);
  const exits: ExitCode[] = [];
  const { RuleTally } = await import('../reporters/rule-tally.ts');
  const rules = new RuleTally();
  for (const scenario of scenarios) {
    const sweep = { engine, shell, seeds: seeds.seeds, options, colors, aimCount, rules };
    exits.push(...(await sweepOne(scenario, sweep)));
    const worst = worstExit(exits);
    if (worst === 130 || worst === 143) break;
    if (options.failFast === true && worst !== 0 && worst !== 3) break;
  }
  await drawRules(rules.rows(), { engine, shell, options });
  return worstExit(exits);
}

/** One picture of the rules that were decided by in all runs of all scenarios. */
async function drawRules(
  rules: readonly RuleRow[],
  { engine, shell, options }: Pick<Sweep, 'engine' | 'shell' | 'options'>,
): Promise<void> {
  const chart = options.report === false ? null : await engine.renderRuleTable(rules);
  if (chart === null) return;
  const { rulesText } = await import('../reporters/sweep.ts');
  const { writeChart } = await import('../run-directory.ts');
  shell.out(rulesText(rules, writeChart(String(options.out), chart)));
}

async function sweepOne(scenario: Scenario, sweep: Sweep): Promise<readonly ExitCode[]> {
  const { execute } = await import('../execute.ts');
  const { failureOf, SweepTally } = await import('../sweep-tally.ts');
  const { sweepText } = await import('../reporters/sweep.ts');
  const { engine, shell, seeds, options, colors } = sweep;
  const aim = await aimOf(scenario, sweep);
  const trace = options.trace as 'on-fail' | 'always' | 'never';
  const tally = new SweepTally();
  const startedMs = shell.nowMs();
  let signal: 130 | 143 | null = null;
  for (const [index, seed] of seeds.entries()) {
    signal = await shell.interrupted();
    if (signal !== null) break;
    const planned = aim === null ? scenario : await aimed(scenario, { seed, engine, aim });
    const quick = engine.runScenario(planned, {
      seed,
      level: 'hash',
      onEntry(entry) {
        aim?.observe(entry);
        tally.rules.observe(entry);
      },
    }).verdict;
    aim?.add(quick.coverage);
    const failure = failureOf(quick);
    const keep = trace === 'always' || (failure !== null && tally.failed.length < writtenCountMax);
    const executed = keep
      ? await execute(engine, shell, {
          scenario: planned,
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
  sweep.rules.merge(tally.rules);
  const exit = tally.exit();
  if (options.quiet !== true || exit !== 0) {
    shell.out(sweepText({ name: scenario.name, tally, ascii: options.ascii === true }, colors));
  }
  if (signal === null) return [exit];
  shell.err(`interrupted after ${tally.seedCount} of ${seeds.length} seeds\n`);
  return tally.seedCount === 0 ? [signal] : [exit, signal];
}

const aimCountMax = 64;

async function aimCountOf(options: OptionValues): Promise<number> {
  const { textOption } = await import('./reading.ts');
  const written = textOption(options, 'aims');
  if (options.aim !== true) {
    if (written !== undefined) throw new UsageError('--aims is how many --aim gives; give --aim');
    return 0;
  }
  if (written === undefined) return (await import('../aim.ts')).aimCountDefault;
  const count = /^[0-9]{1,3}$/.test(written) ? Number(written) : 0;
  if (count < 1 || count > aimCountMax)
    throw new UsageError(`--aims: expected 1 to ${aimCountMax}, found '${written}'`);
  return count;
}

async function aimOf(scenario: Scenario, { engine, aimCount }: Sweep): Promise<Aim | null> {
  if (aimCount === 0) return null;
  const { Aim } = await import('../aim.ts');
  return new Aim(scenario, engine.names, aimCount);
}

/** The scenario of a seed with faults aimed at what the seeds before it have not reached. */
async function aimed(
  scenario: Scenario,
  run: { readonly seed: string; readonly engine: Engine; readonly aim: Aim },
): Promise<Scenario> {
  const { resolveScenario } = await import('../resolve.ts');
  const choices = run.engine.choicesOf(run.seed);
  return resolveScenario(scenario, {
    seed: run.seed,
    choices,
    aim: (fixed) => run.aim.plan(fixed, choices),
  });
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
