// What every command that takes scenarios does first: find the files and read them all, or say what
// is wrong.
import type { Override } from '../document.ts';
import { problemText } from '../problems.ts';
import { readScenario } from '../read-scenario.ts';
import { type ColorChoice, type Palette, palette } from '../reporters/palette.ts';
import type { Scenario } from '../scenario.ts';
import { scenarioFiles } from '../scenario-files.ts';
import { type Engine, type Shell, UsageError } from '../shell.ts';
import type { OptionValues } from './command.ts';

/** Every scenario that the arguments name; null after its problems were printed. */
export function readScenarios(
  args: readonly string[],
  options: OptionValues,
  engine: Engine,
  shell: Shell,
): readonly Scenario[] | null {
  const named = scenarioFiles(args);
  if (!named.ok) throw new UsageError(named.message);
  const overrides = overridesOf(options);
  const scenarios: Scenario[] = [];
  for (const file of named.files) {
    const reading = readScenario(file, { names: engine.names, overrides });
    if (reading.ok) scenarios.push(reading.value);
    else for (const problem of reading.problems) shell.err(`${problemText(problem)}\n`);
  }
  return scenarios.length === named.files.length ? scenarios : null;
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
