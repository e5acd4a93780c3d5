import type { Command } from './command.ts';
import { deviceCardCommand } from './device-card.ts';
import { deviceFitCommand } from './device-fit.ts';
import { deviceReplayCommand } from './device-replay.ts';
import { deviceRunCommand } from './device-run.ts';

/** `stormcell device`: one device by itself, without a scenario. */
export const deviceCommand: Command = {
  name: 'device',
  argument: '',
  summary: 'one device alone: fio jobs, traces, profiles from measurements, its accuracy',
  options: [],
  commands: [deviceRunCommand, deviceReplayCommand, deviceFitCommand, deviceCardCommand],
  run: async () => 2,
};
