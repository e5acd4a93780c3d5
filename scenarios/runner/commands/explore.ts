import type { VariedPart } from '../explore/explore-each.ts';
import { type ExitCode, type Shell, UsageError, worstExit } from '../shell.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell explore`: every state of a protocol core. */
export const exploreCommand: Command = {
  name: 'explore',
  argument: '<scenario...>',
  summary: 'search a protocol in every state; prints the shortest way to what is wrong',
  options: [
    {
      flags: '--each <part>',
      summary: 'with each known mutant, or without each rule of the table, one at a time',
      choices: ['mutants', 'rules'],
    },
    {
      ...commonOptions.set,
      summary: 'replace a value, such as explore.mutants=[activate-on-seal]',
    },
    commonOptions.out,
    commonOptions.ascii,
    commonOptions.color,
    commonOptions.quiet,
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
  const engine = await shell.loadEngine();
  const read = readAll(args, options, engine, shell);
  if (read === null) return 2;
  if (read.explorations.length === 0) {
    throw new UsageError("expected a file with 'explore:', found none; 'run' takes scenarios");
  }
  const colors = paletteOf(options, shell);
  const root = textOption(options, 'out') ?? '.stormcell';
  const each = textOption(options, 'each') as VariedPart | undefined;
  if (each !== undefined) {
    const { exploreEach } = await import('../explore/explore-each.ts');
    const where = { root, colors };
    return worstExit(read.explorations.map((one) => exploreEach(one, each, shell, where)));
  }
  const how = { root, quiet: options.quiet === true, colors };
  return worstExit(read.explorations.map((one) => exploreFile(one, shell, how)));
}
