import type { FioJob } from '../device/fio-job.ts';
import type { JobResult } from '../device/job-run.ts';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.ts';
import type { Command, CommandOption, OptionValues } from './command.ts';
import { seedOf, seedOption, writeText } from './device-options.ts';
import { textOption } from './reading.ts';

/** Options that shape a load, in fio's names; the part behind a name says what it takes. */
const fioNames = {
  rw: '<kind>',
  bs: '<size>',
  bssplit: '<sizes>',
  iodepth: '<count>',
  numjobs: '<count>',
  loops: '<count>',
  runtime: '<time>',
  time_based: '[0|1]',
  ramp_time: '<time>',
  size: '<size>',
  offset: '<size>',
  io_size: '<size>',
  number_ios: '<count>',
  rwmixread: '<percent>',
  rwmixwrite: '<percent>',
  fsync: '<writes>',
  fdatasync: '<writes>',
  sync: '[0|1]',
  rate_iops: '<rate>',
  thinktime: '<time>',
  thinktime_blocks: '<count>',
  random_distribution: '<kind>',
  randseed: '<number>',
} as const;

/** Simulated time of a job that says nowhere when to end; a whole device would take hours. */
const runtimeDefault = '1s';
const runtimeDefaultNs = 1e9;

const formats = ['normal', 'json', 'json+'] as const;

const options: readonly CommandOption[] = [
  ...Object.entries(fioNames).map(([name, takes]) => ({
    flags: `--${name} ${takes}`,
    summary: `as fio's ${name}`,
  })),
  {
    flags: '--output-format <format>',
    summary: 'as fio prints it, for people or as JSON',
    choices: formats,
    default: 'normal',
  },
  { flags: '--output <file>', summary: 'write the results there instead' },
  seedOption,
];

/** `stormcell device run`: fio, with a simulated device below it. */
export const deviceRunCommand: Command = {
  name: 'run',
  argument: '<profile> [job-file]',
  summary: "run fio jobs on a device: fio's options, job files and JSON",
  options,
  run,
};

async function run(args: readonly string[], values: OptionValues, shell: Shell): Promise<ExitCode> {
  const { findDevice } = await import('../device/find-device.ts');
  const { JobRefusal, runDeviceJobs } = await import('../device/job-run.ts');
  const { TooManySamples } = await import('../device/samples.ts');
  const [name, jobFile] = args as readonly [string, string | undefined];
  const profile = findDevice(name, shell);
  if (profile === null) return exitCodes.usage;
  const jobs = await jobsOf(values, jobFile, shell);
  if (jobs === null) return exitCodes.usage;
  const { spec, blockCount } = profile;
  try {
    const results = runDeviceJobs(spec, jobs, { seed: seedOf(values), blockCount });
    const text = await resultText(results, textOption(values, 'outputFormat') ?? 'normal');
    const file = textOption(values, 'output');
    if (file === undefined) shell.out(text);
    else writeText(file, text);
  } catch (error) {
    if (!(error instanceof JobRefusal || error instanceof TooManySamples)) throw error;
    throw new UsageError(error.message);
  }
  return exitCodes.held;
}

async function jobsOf(
  values: OptionValues,
  jobFile: string | undefined,
  shell: Shell,
): Promise<readonly FioJob[] | null> {
  const { readFioJobFile } = await import('../device/fio-job-file.ts');
  const { textOf } = await import('../device/find-device.ts');
  const given = Object.keys(fioNames).flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    return [value === true ? name : `${name}=${String(value)}`];
  });
  // What the command line says holds for every job of the file that does not say it itself.
  const own = [jobFile === undefined ? `[job]` : '[global]', ...given];
  const text = jobFile === undefined ? own : [...own, textOf(jobFile)];
  const reading = readFioJobFile(text.join('\n'));
  const where = (line: number, column: number): string =>
    line > own.length && jobFile !== undefined
      ? `${jobFile}:${line - own.length}:${column}: `
      : 'stormcell: --';
  const told = reading.kind === 'ok' ? reading.notes : reading.problems;
  for (const { line, column, message } of told) shell.err(`${where(line, column)}${message}\n`);
  if (reading.kind !== 'ok') return null;
  if (reading.jobs.some(isEndless)) {
    shell.err(`no runtime, size, io_size or number_ios: runs for ${runtimeDefault}\n`);
  }
  return reading.jobs.map((job) =>
    isEndless(job) ? { ...job, runtimeNs: runtimeDefaultNs, isTimeBased: true } : job,
  );
}

function isEndless({ runtimeNs, size, ioSize, requestCount }: FioJob): boolean {
  return (
    runtimeNs === undefined &&
    size === undefined &&
    ioSize === undefined &&
    requestCount === undefined
  );
}

async function resultText(results: readonly JobResult[], format: string): Promise<string> {
  if (format === 'normal') {
    const { fioText } = await import('../device/fio-text.ts');
    return results.map(fioText).join('');
  }
  const { fioReportOf } = await import('../device/job-report.ts');
  const report = fioReportOf(results, { hasBins: format === 'json+' });
  return `${JSON.stringify(report, null, 2)}\n`;
}
