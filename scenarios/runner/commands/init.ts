import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import type { Command, OptionValues } from './command.ts';
import { firstProperty, firstScenario } from './init-files.ts';

/** `stormcell init`: a scenario and a property test to begin with. */
export const initCommand: Command = {
  name: 'init',
  argument: '[dir]',
  summary: 'write a small working scenario and an example property test',
  options: [],
  run,
};

const files: Readonly<Record<string, string>> = {
  'first.yaml': firstScenario,
  'first.test.mjs': firstProperty,
};

async function run(
  args: readonly string[],
  _options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const directory = args[0] ?? '.';
  for (const file of Object.keys(files)) {
    const there = path.join(directory, file);
    if (existsSync(there)) throw new UsageError(`'${there}' exists already; nothing was written`);
  }
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(path.join(directory, file), text);
    shell.out(`wrote ${path.join(directory, file)}\n`);
  }
  shell.out(`next: npx stormcell run ${path.join(directory, 'first.yaml')}\n`);
  return 0;
}
