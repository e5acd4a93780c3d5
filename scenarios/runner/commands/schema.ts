import { readFileSync, writeFileSync } from 'node:fs';
import { reasonOf } from '../files.ts';
import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import type { Command, OptionValues } from './command.ts';

/** Where the committed schemas are, seen from the root of the repository. */
const scenarioFile = 'schema/scenario.v1.json';
const profileFile = 'schema/device-profile.v1.json';

/** `stormcell schema`: the JSON Schemas of scenario files and device profiles. */
export const schemaCommand: Command = {
  name: 'schema',
  argument: '',
  summary: 'print the JSON Schema of scenario files, or of device profiles',
  options: [
    { flags: '--profiles', summary: 'print that of device profiles' },
    { flags: '--check', summary: 'compare with the files in schema/; exit 1 when one is stale' },
    { flags: '--write', summary: `write ${scenarioFile} and ${profileFile}` },
  ],
  run,
};

async function run(
  _args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { scenarioJsonSchema } = await import('../schema.ts');
  const { profileJsonSchema } = await import('../device/profile-schema.ts');
  const engine = await shell.loadEngine();
  const texts = [
    [scenarioFile, textOf(scenarioJsonSchema(engine.names))],
    [profileFile, textOf(profileJsonSchema())],
  ] as const;
  if (options.write === true) {
    for (const [file, text] of texts) {
      writeFileSync(file, text);
      shell.err(`wrote ${file}\n`);
    }
    return 0;
  }
  if (options.check !== true) {
    shell.out(texts[options.profiles === true ? 1 : 0][1]);
    return 0;
  }
  const stale = texts.filter(([file, text]) => committed(file) !== text);
  for (const [file] of stale) shell.err(`${file} is stale; run: npx stormcell schema --write\n`);
  return stale.length === 0 ? 0 : 1;
}

function textOf(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function committed(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read ${file}: ${reasonOf(error)}; run: npx stormcell schema --write`,
    );
  }
}
