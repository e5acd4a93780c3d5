import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell check`: validates and runs nothing. */
export const checkCommand: Command = {
  name: 'check',
  argument: '<scenario...>',
  summary: 'validate scenarios without running them',
  options: [
    { flags: '--resolved', summary: 'print what would run, everything drawn written out' },
    { flags: '--seed <seed>', summary: 'the seed that --resolved draws from' },
    commonOptions.set,
    commonOptions.quiet,
  ],
  run,
};

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { readScenarios, textOption } = await import('./reading.ts');
  const { resolveScenario, scenarioText } = await import('../resolve.ts');
  const { seedOf } = await import('../execute.ts');
  const { budgetWarnings } = await import('../budget.ts');
  const engine = await shell.loadEngine();
  const scenarios = readScenarios(args, options, engine, shell);
  if (scenarios === null) return 2;
  for (const scenario of scenarios) {
    for (const line of budgetWarnings(scenario)) shell.err(`${line}\n`);
  }
  if (options.resolved === true) {
    if (scenarios.length > 1) {
      throw new UsageError(
        `--resolved prints one scenario, found ${scenarios.length}; name one file`,
      );
    }
    for (const scenario of scenarios) {
      const seed = seedOf({ scenario, seed: textOption(options, 'seed') });
      const resolved = resolveScenario(scenario, { seed, choices: engine.choicesOf(seed) });
      shell.out(scenarioText(resolved, engine.names.faults));
    }
    return 0;
  }
  if (options.quiet === true) return 0;
  for (const { name, faults, randomFaults, cluster } of scenarios) {
    const parts = `${cluster.hosts.length} hosts, ${cluster.clients.length} clients`;
    shell.out(`${name}: ${parts}, ${faults.length} faults, ${randomFaults.length} random faults\n`);
  }
  return 0;
}
