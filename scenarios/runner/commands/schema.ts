import { readFileSync, writeFileSync } from 'node:fs';
import { reasonOf } from '../files.ts';
import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import type { Command, OptionValues } from './command.ts';

/** Where the committed schema is, seen from the root of the repository. */
const schemaFile = 'schema/scenario.v1.json';

/** `stormcell schema`: the JSON Schema of scenario files. */
export const schemaCommand: Command = {
  name: 'schema',
  argument: '',
  summary: 'print the JSON Schema of scenario files',
  options: [
    { flags: '--check', summary: `compare with ${schemaFile}; exit 1 when it is stale` },
    { flags: '--write', summary: `write ${schemaFile}` },
  ],
  run,
};

async function run(
  _args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { scenarioJsonSchema } = await import('../schema.ts');
  const engine = await shell.loadEngine();
  const text = `${JSON.stringify(scenarioJsonSchema(engine.names), null, 2)}\n`;
  if (options.write === true) {
    writeFileSync(schemaFile, text);
    shell.err(`wrote ${schemaFile}\n`);
    return 0;
  }
  if (options.check !== true) {
    shell.out(text);
    return 0;
  }
  if (committed() === text) return 0;
  shell.err(`${schemaFile} is stale; run: npx stormcell schema --write\n`);
  return 1;
}

function committed(): string {
  try {
    return readFileSync(schemaFile, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read ${schemaFile}: ${reasonOf(error)}; run: npx stormcell schema --write`,
    );
  }
}
