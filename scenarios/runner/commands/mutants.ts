import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.ts';
import { type Engine, type ExitCode, exitCodes, type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import { type NamedMutant, namesOf } from '../vocabulary.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell mutants`: a check that lets a known wrong variant live checks nothing. */
export const mutantsCommand: Command = {
  name: 'mutants',
  argument: '[scenario...]',
  summary:
    'run known wrong variants until each of their properties notices; exit 1 if one does not',
  options: [
    { flags: '--seeds <range>', summary: 'which seeds to try, in this order', default: '1..200' },
    {
      flags: '--mutant <name>',
      summary: 'only this one, on its own shipped scenario unless scenarios are given',
      repeatable: true,
    },
    commonOptions.quiet,
  ],
  run,
};

interface Hunt {
  readonly engine: Engine;
  readonly shell: Shell;
  readonly seeds: readonly string[];
  readonly quiet: boolean;
}

/** A variant that was caught: where, and by which of the seeds, counted from 1. */
interface Kill {
  readonly scenario: string;
  readonly runCount: number;
}

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { readScenarios } = await import('./reading.ts');
  const { readSeeds } = await import('../seeds.ts');
  const seeds = readSeeds(String(options.seeds ?? '1..200'));
  if (!seeds.ok) throw new UsageError(`--seeds: ${seeds.message}`);
  const engine = await shell.loadEngine();
  const { mutants } = engine.names;
  const chosen = chosenMutants(options, mutants);
  const given = args.length === 0 ? [] : readScenarios(args, {}, engine, shell);
  if (given === null) return exitCodes.usage;
  const hunt: Hunt = { engine, shell, seeds: seeds.seeds, quiet: options.quiet === true };
  const width = Math.max(...chosen.map((name) => name.length));
  let livingCount = 0;
  for (const name of chosen) {
    const mutant = mutants[name]!;
    const scenarios = args.length > 0 ? given : readScenarios([shownBy(mutant)], {}, engine, shell);
    if (scenarios === null) return exitCodes.usage;
    let lives = false;
    for (const property of mutant.killedBy) {
      const kill = await hunted(name, property, scenarios, hunt);
      if (kill === 'interrupted') return exitCodes.interrupted;
      if (kill === null) lives = true;
      tell({ label: `${name.padEnd(width)}  ${property}`, kill, scenarios }, hunt);
    }
    if (lives) livingCount += 1;
  }
  shell.out(`${chosen.length - livingCount} of ${chosen.length} known wrong variants caught\n`);
  return livingCount === 0 ? exitCodes.held : exitCodes.violated;
}

function tell(
  {
    label,
    kill,
    scenarios,
  }: {
    readonly label: string;
    readonly kill: Kill | null;
    readonly scenarios: readonly Scenario[];
  },
  { shell, seeds, quiet }: Hunt,
): void {
  const where = scenarios.map((scenario) => scenario.name).join(', ');
  if (kill === null) shell.out(`LIVES   ${label}: ${seeds.length} seeds of ${where}\n`);
  else if (!quiet) {
    const runs = kill.runCount === 1 ? '1 run' : `${kill.runCount} runs`;
    shell.out(`killed  ${label}: ${runs} of ${kill.scenario}\n`);
  }
}

function chosenMutants(
  options: OptionValues,
  mutants: Readonly<Record<string, NamedMutant>>,
): readonly string[] {
  const known = namesOf(mutants);
  const named = Array.isArray(options.mutant) ? (options.mutant as readonly string[]) : [];
  for (const name of named) {
    if (!known.includes(name)) throw new UsageError(unknownName('mutant', name, known));
  }
  return named.length === 0 ? known : named;
}

/** The shipped scenario that shows a variant: these lie beside the program. */
function shownBy(mutant: NamedMutant): string {
  const base = import.meta.url.includes('/dist/') ? '../../../../scenarios/' : '../../';
  return fileURLToPath(new URL(`${base}${mutant.shownBy}.yaml`, import.meta.url));
}

/** Runs seed after seed on each scenario until a property notices; null when it never did. */
async function hunted(
  name: string,
  property: string,
  scenarios: readonly Scenario[],
  { engine, shell, seeds }: Hunt,
): Promise<Kill | 'interrupted' | null> {
  for (const scenario of scenarios) {
    const wrong = withMutant(scenario, name, property);
    for (const [index, seed] of seeds.entries()) {
      if ((await shell.interrupted()) !== null) return 'interrupted';
      const { verdict } = engine.runScenario(wrong, { seed, level: 'hash' });
      const judged = verdict.properties.find(({ id }) => id === property);
      if (judged?.status === 'violated' || judged?.status === 'stalled') {
        return { scenario: scenario.name, runCount: index + 1 };
      }
    }
  }
  return null;
}

/**
 * The scenario with one wrong variant, judged by one property that must notice it. What must come
 * true stays, so that the world is given the time for it.
 */
export function withMutant(scenario: Scenario, name: string, property: string): Scenario {
  const { eventually } = scenario.expect;
  const source = { file: '', line: 1, column: 1 };
  const violates = [{ property, source }];
  return {
    ...scenario,
    cluster: { ...scenario.cluster, mutants: [name] },
    expect: { always: [], eventually, sometimes: [], violates, thresholds: [] },
  };
}
