import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import type { Command, OptionValues } from './command.ts';

/** `stormcell report`: draws a saved run again. */
export const reportCommand: Command = {
  name: 'report',
  argument: '<run-dir...>',
  summary: 'rebuild report.html and charts of run directories',
  options: [],
  run,
};

async function run(
  args: readonly string[],
  _options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { isRunDirectory, readRunDirectory, writeReport } = await import('../run-directory.ts');
  for (const directory of args) {
    if (isRunDirectory(directory)) continue;
    throw new UsageError(`'${directory}' is no run directory, expected verdict.json in it`);
  }
  const engine = await shell.loadEngine();
  for (const directory of args) {
    const { verdict, scenarioText, record } = readRunDirectory(directory);
    if (record === null) {
      throw new UsageError(`'${directory}' has no record; run it again with --trace always`);
    }
    const { header, entries } = record;
    writeReport(directory, await engine.renderReport({ header, verdict, entries, scenarioText }));
    shell.out(`${directory}/report.html\n`);
  }
  return 0;
}
