import { existsSync } from 'node:fs';
import type { MeasuredFile } from '../device/fit/measured.ts';
import { problemText } from '../problems.ts';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.ts';
import type { Command, OptionValues } from './command.ts';
import { writeText } from './device-options.ts';
import { textOption } from './reading.ts';

/** Of a drive whose size nobody said. */
const capacityDefault = '1t';
/** Enough for a percent, and a few seconds. */
const effort = { requestCount: 8_000, sweepCountMax: 60 } as const;

/** `stormcell device fit`: a profile from what was measured, or from DiskSim's parameters. */
export const deviceFitCommand: Command = {
  name: 'fit',
  argument: '[fio-json...]',
  summary: "write a profile from fio's JSON reports, or from DiskSim's parameter files",
  options: [
    { flags: '--out <file>', summary: 'write the profile there; without, it is printed' },
    { flags: '--id <id>', summary: 'name of the device in the profile', default: 'fitted-drive' },
    {
      flags: '--capacity <size>',
      summary: "the size of the drive, in fio's units; fio does not report it",
      default: capacityDefault,
    },
    { flags: '--calibrated', summary: 'keep the sweeps themselves instead of fitting a drive' },
    {
      flags: '--disksim <dir-and-name...>',
      summary: 'DIR NAME: read NAME.diskspecs, NAME.model and NAME.seek of DIR instead',
    },
  ],
  run,
};

async function run(args: readonly string[], values: OptionValues, shell: Shell): Promise<ExitCode> {
  const { disksim } = values;
  if (Array.isArray(disksim)) return fitDisksim([...disksim, ...args], values, shell);
  if (args.length === 0) throw new UsageError('expected reports of fio, or --disksim DIR NAME');
  const { lintFiles, measuredPoints } = await import('../device/fit/measured.ts');
  const files = await reportsOf(args, shell);
  if (files === null) return exitCodes.usage;
  for (const line of lintFiles(files)) shell.err(`${line}\n`);
  const points = measuredPoints(files);
  const settings = { id: await checkedId(values), capacityBytes: await capacityOf(values) };
  if (values.calibrated === true) {
    const { calibratedProfile } = await import('../device/fit/calibrated-sweep.ts');
    const calibration = calibratedProfile(points, settings);
    if (!calibration.ok) throw new UsageError(calibration.message);
    write(calibration.text, values, shell);
    return exitCodes.held;
  }
  const { fitDrive } = await import('../device/fit/fit-drive.ts');
  const { driveProfile } = await import('../device/fit/drive-profile.ts');
  const { fitText } = await import('../device/fit/fit-text.ts');
  const fitting = fitDrive(points, { ...settings, effort });
  if (!fitting.ok) throw new UsageError(fitting.message);
  tell(fitText(fitting.fit), values, shell);
  write(driveProfile(fitting.fit, points), values, shell);
  return exitCodes.held;
}

async function reportsOf(
  args: readonly string[],
  shell: Shell,
): Promise<readonly MeasuredFile[] | null> {
  const { readFioJson } = await import('../device/fio-json-reader.ts');
  const { textOf } = await import('../device/find-device.ts');
  const files: MeasuredFile[] = [];
  for (const file of args) {
    const text = textOf(file);
    const reading = readFioJson(text);
    if (reading.kind === 'ok') {
      files.push({ file, text, report: reading.report });
      continue;
    }
    for (const { line, column, message } of reading.problems) {
      shell.err(`${file}:${line}:${column}: ${message}\n`);
    }
  }
  return files.length === args.length ? files : null;
}

async function fitDisksim(
  words: readonly string[],
  values: OptionValues,
  shell: Shell,
): Promise<ExitCode> {
  const { disksimProfile } = await import('../device/fit/disksim-profile.ts');
  const { textOf } = await import('../device/find-device.ts');
  const [folder, name, ...more] = words;
  if (folder === undefined || name === undefined || more.length > 0) {
    throw new UsageError(`expected --disksim DIR NAME, found '${words.join(' ')}'`);
  }
  const named = (suffix: string) => {
    const file = `${folder}/${name}.${suffix}`;
    return { file, text: textOf(file) };
  };
  const hasSeek = existsSync(`${folder}/${name}.seek`);
  const reading = disksimProfile(name, {
    specs: named('diskspecs'),
    model: named('model'),
    ...(hasSeek && { seek: named('seek') }),
  });
  if (!reading.ok) {
    for (const problem of reading.problems) shell.err(`${problemText(problem)}\n`);
    return exitCodes.usage;
  }
  write(reading.value, values, shell);
  return exitCodes.held;
}

async function checkedId(values: OptionValues): Promise<string> {
  const { idOf } = await import('../device/fit/sourced.ts');
  const id = textOption(values, 'id') ?? '';
  if (idOf(id) === id) return id;
  throw new UsageError(
    `--id: expected lower case letters, digits and single hyphens, found '${id}'`,
  );
}

async function capacityOf(values: OptionValues): Promise<number> {
  const { fioSize } = await import('../device/fio-values.ts');
  const size = fioSize(textOption(values, 'capacity') ?? capacityDefault, 1024);
  if (!size.ok) throw new UsageError(`--capacity: expected ${size.expected}`);
  if (size.value >= 1024 ** 3) return size.value;
  throw new UsageError(`--capacity: expected 1g or more, found ${size.value} bytes`);
}

/** Results go where the profile does not. */
function tell(text: string, values: OptionValues, shell: Shell): void {
  if (textOption(values, 'out') === undefined) shell.err(text);
  else shell.out(text);
}

function write(text: string, values: OptionValues, shell: Shell): void {
  const file = textOption(values, 'out');
  if (file === undefined) shell.out(text);
  else {
    writeText(file, text);
    shell.out(`${file}\n`);
  }
}
