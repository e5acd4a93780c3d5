import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import { namesOf } from '../vocabulary.ts';
import type { Command, OptionValues } from './command.ts';

/** `stormcell machine`: one state machine, for whoever wants to look at it. */
export const machineCommand: Command = {
  name: 'machine',
  argument: '<name>',
  summary: 'print a state machine as a Mermaid diagram, or as what createMachine takes',
  options: [{ flags: '--json', summary: 'its definition as JSON, for a visualiser' }],
  run,
};

async function run(
  args: readonly string[],
  options: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const name = args[0]!;
  const { machines } = (await shell.loadEngine()).names;
  if (!Object.hasOwn(machines, name)) {
    throw new UsageError(unknownName('machine', name, namesOf(machines)));
  }
  const machine = machines[name]!;
  const text =
    options.json === true ? `${JSON.stringify(machine.config(), null, 2)}\n` : machine.diagram();
  shell.out(text);
  return 0;
}
