// What every command that takes scenarios does first: find the files and read them all, or say what
// is wrong.
import type { Override } from '../document.ts';
import { type Exploration, readExploration } from '../explore/exploration.ts';
import { problemText } from '../problems.ts';
import { readScenario } from '../read-scenario.ts';
import { type ColorChoice, type Palette, palette } from '../reporters/palette.ts';
import type { Scenario } from '../scenario.ts';
import { scenarioFiles } from '../scenario-files.ts';
import { type Engine, type Shell, UsageError } from '../shell.ts';
import type { OptionValues } from './command.ts';

/** What files hold: scenarios of clusters, and explorations of protocols. */
export interface ReadFiles {
  readonly scenarios: readonly Scenario[];
  readonly explorations: readonly Exploration[];
}

/** Every scenario that the arguments name; null after its problems were printed. */
export function readScenarios(
  args: readonly string[],
  options: OptionValues,
  engine: Engine,
  shell: Shell,
): readonly Scenario[] | null {
  const read = readAll(args, options, engine, shell);
  if (read === null) return null;
  for (const { name } of read.explorations) {
    shell.err(`${name}: left out, an exploration has no seeds; see 'stormcell explore'\n`);
  }
  return read.scenarios;
}

/** Everything that the arguments name; null after its problems were printed. */
export function readAll(
  args: readonly string[],
  options: OptionValues,
  engine: Engine,
  shell: Shell,
): ReadFiles | null {
  const named = scenarioFiles(args);
  if (!named.ok) throw new UsageError(named.message);
  const overrides = overridesOf(options);
  const scenarios: Scenario[] = [];
  const explorations: Exploration[] = [];
  for (const file of named.files) {
    const exploration = readExploration(file, { overrides });
    const reading = exploration ?? readScenario(file, { names: engine.names, overrides });
    if (!reading.ok) {
      for (const problem of reading.problems) shell.err(`${problemText(problem)}\n`);
    } else if ('cluster' in reading.value) scenarios.push(reading.value);
    else explorations.push(reading.value);
  }
  const readCount = scenarios.length + explorations.length;
  return readCount === named.files.length ? { scenarios, explorations } : null;
}

/** The values of `--set`. */
export function overridesOf(options: OptionValues): readonly Override[] {
  const written = Array.isArray(options.set) ? (options.set as readonly string[]) : [];
  return written.map((text) => {
    const cut = text.indexOf('=');
    if (cut < 1) throw new UsageError(`expected --set path=value, found '${text}'`);
    return { path: text.slice(0, cut).split('.'), text: text.slice(cut + 1) };
  });
}

/** An option's text, or undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** How this command writes its results. */
export function paletteOf(options: OptionValues, shell: Shell): Palette {
  return palette({
    color: (textOption(options, 'color') ?? 'auto') as ColorChoice,
    ascii: options.ascii === true,
    isTty: shell.isTty,
    plain: shell.plain,
  });
}
