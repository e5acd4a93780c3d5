import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { deviceCommand } from './device.ts';
import { exploreCommand } from './explore.ts';
import { initCommand } from './init.ts';
import { listCommand } from './list.ts';
import { machineCommand } from './machine.ts';
import { mutantsCommand } from './mutants.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { sweepCommand } from './sweep.ts';
import { verifyCommand } from './verify.ts';

/** Every command, in the order of help: to add one, add its file and a line here. */
export const commands: readonly Command[] = [
  runCommand,
  sweepCommand,
  replayCommand,
  verifyCommand(),
  mutantsCommand,
  exploreCommand,
  checkCommand,
  reportCommand,
  deviceCommand,
  listCommand(() => commands),
  machineCommand,
  schemaCommand,
  initCommand,
];
