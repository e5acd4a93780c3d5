import { readFileSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../files.ts';
import { type ExitCode, type Shell, UsageError, worstExit } from '../shell.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell replay`: runs a repro again and compares the fingerprint. */
export const replayCommand: Command = {
  name: 'replay',
  argument: '<repro>',
  summary: 'run a repro.yaml or run directory again, exactly; exit 5 when it came out differently',
  options: [commonOptions.ascii, commonOptions.color, commonOptions.verbose],
  run,
};

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { paletteOf } = await import('./reading.ts');
  const { execute } = await import('../execute.ts');
  const { differenceText, firstDifference } = await import('../first-difference.ts');
  const { expectedFingerprint, isRunDirectory, readRunDirectory } = await import(
    '../run-directory.ts'
  );
  const { readScenario } = await import('../read-scenario.ts');
  const { problemText } = await import('../problems.ts');
  const { runText } = await import('../reporters/spec.ts');
  const argument = args[0]!;
  const isDirectory = isRunDirectory(argument);
  const file = isDirectory ? path.join(argument, 'scenario.resolved.yaml') : argument;
  const directory = isDirectory ? argument : path.dirname(argument);
  const saved = isRunDirectory(directory) ? readRunDirectory(directory) : null;
  const expected = isDirectory ? saved!.verdict.fingerprint : expectedFingerprint(textOf(file));
  if (expected === null) {
    throw new UsageError(
      `'${file}' names no fingerprint to compare with; to just run it: stormcell run`,
    );
  }
  const engine = await shell.loadEngine();
  const reading = readScenario(file, { names: engine.names });
  if (!reading.ok) {
    for (const problem of reading.problems) shell.err(`${problemText(problem)}\n`);
    return 2;
  }
  const { value: scenario } = reading;
  const executed = await execute(engine, shell, {
    scenario,
    root: null,
    trace: 'always',
    report: false,
    verify: false,
  });
  const { verdict, entries } = executed.result;
  // It is being replayed: how to replay it needs no line.
  const story = {
    verdict: { ...verdict, replay: '' },
    scenario,
    directory: null,
    hasReport: false,
  };
  const verbose = options.verbose === true;
  shell.out(
    runText({ ...story, verbose, ascii: options.ascii === true }, paletteOf(options, shell)),
  );
  if (verdict.fingerprint === expected) {
    shell.out(`   SAME      fingerprint ${expected}, as before\n`);
    return verdict.exit;
  }
  shell.out(`   DIFFERENT fingerprint ${verdict.fingerprint}, expected ${expected}\n`);
  const was = saved?.verdict;
  if (was !== undefined && was.version !== verdict.version) {
    shell.out(`   the repro was made by version ${was.version}, this is ${verdict.version}\n`);
  }
  const record = saved?.verdict.fingerprint === expected ? saved.record : null;
  const difference = record === null ? null : firstDifference(record.entries, entries);
  shell.out(
    difference === null
      ? '   no record to compare entry by entry\n'
      : `${differenceText(difference)}\n`,
  );
  return worstExit([5, verdict.exit]);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read '${file}': ${reasonOf(error)}`);
  }
}
