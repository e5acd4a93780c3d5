// From words to a command, and from whatever happens to an exit code.
import { CommanderError, Option, Command as Program } from 'commander';
import type { Command, CommandOption, OptionValues } from './commands/command.ts';
import { commands } from './commands/table.ts';
import { type ExitCode, exitCodes, type Shell, UsageError } from './shell.ts';
import { version } from './version.ts';

/** Runs the command that `words` spell; answers the exit code and never throws. */
export async function runCommandLine(words: readonly string[], shell: Shell): Promise<ExitCode> {
  let exit: ExitCode = exitCodes.held;
  const program = new Program('stormcell')
    .description('Deterministic simulation and fault injection.')
    .version(version)
    .showHelpAfterError("(see 'stormcell --help')")
    .addHelpText(
      'after',
      '\nExit codes: 0 held, 1 violated, 2 usage, 3 inconclusive, 4 thresholds only, ' +
        '5 nondeterminism, 70 internal error, 130 interrupted',
    );
  for (const command of commands) {
    add(program, command, shell, {
      path: `stormcell ${command.name}`,
      ended: (code) => {
        exit = code;
      },
    });
  }
  configure(program, shell);
  try {
    await program.parseAsync(words, { from: 'user' });
    return exit;
  } catch (error) {
    return exitOf(error, shell);
  }
}

interface Place {
  /** How the command is spelled: `stormcell device run`. */
  readonly path: string;
  ended(code: ExitCode): void;
}

function add(program: Program, command: Command, shell: Shell, { path, ended }: Place): void {
  const sub = program.command(command.name).description(command.summary);
  sub.showHelpAfterError(`(see '${path} --help')`);
  if (command.argument !== '') sub.arguments(command.argument);
  for (const option of command.options) sub.addOption(optionOf(option));
  configure(sub, shell);
  if (command.commands !== undefined) {
    for (const below of command.commands) {
      add(sub, below, shell, { path: `${path} ${below.name}`, ended });
    }
    return;
  }
  sub.action(async (...received: readonly unknown[]) => {
    // The library hands over the arguments, then the options, then itself.
    const words = received
      .slice(0, -2)
      .flat()
      .filter((word) => typeof word === 'string');
    ended(await command.run(words, received.at(-2) as OptionValues, shell));
  });
}

function optionOf(option: CommandOption): Option {
  const made = new Option(option.flags, option.summary);
  if (option.choices !== undefined) made.choices(option.choices);
  if (option.default !== undefined) made.default(option.default);
  if (option.repeatable === true) {
    made.argParser((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      value,
    ]);
  }
  return made;
}

function configure(program: Program, shell: Shell): void {
  program.exitOverride();
  program.configureOutput({
    writeOut: (text) => shell.out(text),
    writeErr: (text) => shell.err(text),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function exitOf(error: unknown, shell: Shell): ExitCode {
  // Help and version are thrown, too; their code is 0.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.held : exitCodes.usage;
  if (error instanceof UsageError) {
    shell.err(`stormcell: ${error.message}\n`);
    return exitCodes.usage;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  shell.err(
    `stormcell: internal error, this is a bug of stormcell or of an actor it ran\n${stack}\n`,
  );
  return exitCodes.internal;
}
