import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { DriveOptions } from '../device/driven-device.ts';
import type { ReplayResult } from '../device/trace-replay.ts';
import type { DeviceTrace } from '../device/trace-store.ts';
import { reasonOf } from '../files.ts';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import type { Command, OptionValues } from './command.ts';
import { commonOptions } from './command.ts';
import { seedOf, seedOption } from './device-options.ts';
import { textOption } from './reading.ts';

/** So much of a file tells its format. */
const headBytes = 65_536;

/** `stormcell device replay`: a recorded workload on a simulated device. */
export const deviceReplayCommand: Command = {
  name: 'replay',
  argument: '<profile> <trace>',
  summary: 'replay a block trace on a device: response times, and how far from the measured ones',
  options: [
    {
      flags: '--format <format>',
      summary:
        'disksim, mqsim, spc, msr, alibaba, blkparse or iolog; told from the file if missing',
    },
    { flags: '--out <file>', summary: 'write each request with its times there, a line of JSON' },
    commonOptions.ascii,
    seedOption,
  ],
  run,
};

async function run(args: readonly string[], values: OptionValues, shell: Shell): Promise<ExitCode> {
  const { findDevice } = await import('../device/find-device.ts');
  const { JobRefusal } = await import('../device/job-run.ts');
  const { replayTrace } = await import('../device/trace-replay.ts');
  const [name, file] = args as readonly [string, string];
  const profile = findDevice(name, shell);
  if (profile === null) return exitCodes.usage;
  const trace = await traceOf(file, values, shell);
  if (trace === null) return exitCodes.usage;
  const { spec, blockCount } = profile;
  const options: DriveOptions = { seed: seedOf(values), blockCount };
  try {
    const result = replayTrace(spec, trace, options);
    shell.out(await resultText(spec.id, file, result, values.ascii === true));
    const out = textOption(values, 'out');
    if (out !== undefined) writeOps(out, result);
  } catch (error) {
    if (error instanceof JobRefusal) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  return exitCodes.held;
}

async function traceOf(
  file: string,
  values: OptionValues,
  shell: Shell,
): Promise<DeviceTrace | null> {
  const { detectTraceFormat, deviceTraceFormatNames, isDeviceTraceFormatName, readDeviceTrace } =
    await import('../device/trace-formats.ts');
  const { textChunks } = await import('../device/trace-file.ts');
  const asked = textOption(values, 'format');
  if (asked !== undefined && !isDeviceTraceFormatName(asked)) {
    throw new UsageError(unknownName('trace format', asked, deviceTraceFormatNames));
  }
  const head = headOf(file);
  const format = asked ?? detectTraceFormat(head);
  if (format === undefined || !isDeviceTraceFormatName(format)) {
    const known = deviceTraceFormatNames.join(', ');
    throw new UsageError(`cannot tell the format of '${file}'; give --format, one of ${known}`);
  }
  const reading = readDeviceTrace(format, textChunks(file));
  if (reading.kind === 'ok') {
    for (const note of reading.trace.notes) shell.err(`${file}: ${note}\n`);
    for (const [what, count] of Object.entries(reading.trace.skipped)) {
      shell.err(`${file}: ${count} records left out: ${what}\n`);
    }
    return reading.trace;
  }
  for (const { line, column, message } of reading.problems) {
    shell.err(`${file}:${line}:${column}: ${message}\n`);
  }
  return null;
}

function headOf(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(headBytes);
      return buffer.subarray(0, readSync(handle, buffer, 0, headBytes, 0)).toString('utf8');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new UsageError(`cannot read '${file}': ${reasonOf(error)}`);
  }
}

async function resultText(
  name: string,
  file: string,
  result: ReplayResult,
  ascii: boolean,
): Promise<string> {
  const { histogramLine, spreadTable, timeText } = await import('../device/spread-text.ts');
  const { replayDemerit } = await import('../device/trace-replay.ts');
  const { trace, loop, latencyNs, foldedCount, errorCount, endNs } = result;
  const ofOps = (ops: readonly number[]) =>
    latencyNs.filter((_, index) => ops.includes(trace.op[index]!));
  const how = loop === 'closed' ? 'one at a time' : 'at their instants';
  const lines = [`${file} on ${name}: ${trace.opCount} requests ${how}, ${timeText(endNs)}\n`];
  if (foldedCount > 0) {
    lines.push(`${foldedCount} requests beyond the end of the device are folded back\n`);
  }
  if (errorCount > 0) lines.push(`${errorCount} requests failed\n`);
  lines.push(
    spreadTable([
      { name: 'read', timesNs: ofOps([0]) },
      { name: 'write', timesNs: ofOps([1, 3]) },
      { name: 'flush', timesNs: ofOps([2]) },
      { name: 'all', timesNs: latencyNs },
      { name: 'measured', timesNs: trace.measuredNs.filter((time) => time >= 0) },
    ]),
    `histogram ${histogramLine(latencyNs, { ascii })}\n`,
  );
  const demerit = replayDemerit(result);
  if (demerit !== null) {
    const { demeritNs, meanNs, count } = demerit;
    if (count < trace.opCount) lines.push(`measured for ${count} of ${trace.opCount} requests\n`);
    const percent = ((100 * demeritNs) / meanNs).toFixed(1);
    lines.push(`demerit ${(demeritNs / 1e6).toFixed(3)} ms (${percent} % of the mean)\n`);
  }
  return lines.join('');
}

const opNames = ['read', 'write', 'flush', 'forced-write'] as const;
const linesPerWrite = 4_096;

function writeOps(file: string, { trace, submittedAtNs, sector, latencyNs }: ReplayResult): void {
  let handle: number;
  try {
    handle = openSync(file, 'w');
  } catch (error) {
    throw new UsageError(`cannot write '${file}': ${reasonOf(error)}`);
  }
  try {
    let text = '';
    for (let index = 0; index < trace.opCount; index += 1) {
      const measuredNs = trace.measuredNs[index]!;
      const line = {
        submittedAtNs: submittedAtNs[index],
        op: opNames[trace.op[index]!],
        sector: sector[index],
        sectorCount: trace.sectorCount[index],
        latencyNs: latencyNs[index],
        ...(measuredNs >= 0 && { measuredNs }),
      };
      text += `${JSON.stringify(line)}\n`;
      if (index % linesPerWrite === linesPerWrite - 1) {
        writeSync(handle, text);
        text = '';
      }
    }
    writeSync(handle, text);
  } finally {
    closeSync(handle);
  }
}
