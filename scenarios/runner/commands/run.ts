import { type ExitCode, type Shell, worstExit } from '../shell.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell run`: one seed of each scenario. */
export const runCommand: Command = {
  name: 'run',
  argument: '<scenario...>',
  summary: 'run scenarios with one seed each; prints verdicts, writes run directories',
  options: [
    { flags: '--seed <seed>', summary: "instead of the file's own" },
    commonOptions.out,
    { flags: '--verify', summary: 'run twice and compare; exit 5 when the runs differ' },
    commonOptions.set,
    {
      flags: '--trace <when>',
      summary: 'keep the whole record, and draw a report of it',
      choices: ['on-fail', 'always', 'never'],
      default: 'always',
    },
    commonOptions.noReport,
    commonOptions.ascii,
    commonOptions.color,
    commonOptions.quiet,
    commonOptions.verbose,
  ],
  run,
};

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { paletteOf, readAll, textOption } = await import('./reading.ts');
  const { exploreFile } = await import('../explore/explore-file.ts');
  const { execute, seedOf } = await import('../execute.ts');
  const { differenceText } = await import('../first-difference.ts');
  const { runText } = await import('../reporters/spec.ts');
  const engine = await shell.loadEngine();
  const read = readAll(args, options, engine, shell);
  if (read === null) return 2;
  const { scenarios, explorations } = read;
  const seed = textOption(options, 'seed');
  const fileCount = scenarios.length + explorations.length;
  for (const scenario of scenarios) seedOf({ scenario, seed });
  const root = textOption(options, 'out') ?? '.stormcell';
  const how = { root, quiet: options.quiet === true, colors: paletteOf(options, shell) };
  const exits: ExitCode[] = explorations.map((one) => exploreFile(one, shell, how));
  for (const scenario of scenarios) {
    // Only between runs: a single run keeps the usual effect of Ctrl-C.
    const signal = fileCount > 1 ? await shell.interrupted() : null;
    if (signal !== null) {
      shell.err(`interrupted after ${exits.length} of ${fileCount} scenarios\n`);
      exits.push(signal);
      break;
    }
    const executed = await execute(engine, shell, {
      scenario,
      seed,
      root,
      trace: (textOption(options, 'trace') ?? 'always') as 'on-fail' | 'always' | 'never',
      report: options.report !== false,
      verify: options.verify === true,
    });
    exits.push(executed.exit);
    const { verdict } = executed.result;
    const { directory, hasReport, difference } = executed;
    if (options.quiet !== true || executed.exit !== 0) {
      const story = { verdict, scenario, directory, hasReport };
      const verbose = options.verbose === true;
      const ascii = options.ascii === true;
      shell.out(runText({ ...story, verbose, ascii }, paletteOf(options, shell)));
    }
    if (difference !== null) {
      shell.out(`   DIFFERENT two runs of seed ${verdict.seed} have different fingerprints\n`);
      shell.out(difference === 'unrecorded' ? '' : `${differenceText(difference)}\n`);
    } else if (options.verify === true && options.quiet !== true) {
      shell.out(`   VERIFIED twice the fingerprint ${verdict.fingerprint}\n`);
    }
    const rate = verdict.simulatedNs / 1e6 / Math.max(1, executed.wallMs);
    if (options.quiet !== true) {
      shell.err(
        `${(executed.wallMs / 1000).toFixed(1)} s, ${rate.toFixed(1)} simulated seconds a second\n`,
      );
    }
  }
  return worstExit(exits);
}
