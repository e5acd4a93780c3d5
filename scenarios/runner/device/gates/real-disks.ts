// G3: two real disks and the time that each of their requests took. The parameters are the
// published ones; nothing is fitted to the recordings.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { hddSpecFromDisksim } from '../disksim.ts';
import { readDeviceTrace } from '../trace-formats.ts';
import { replayDemerit, replayTrace } from '../trace-replay.ts';
import type { GateRow, MeasuredCurve } from './gate.ts';
import { plainDevice } from './plain-devices.ts';

const disks = ['barracuda', 'cheetah9LP'] as const;
/** At most so large a share of the mean response time. */
const demeritShareMax = 0.1;

/** Rows and curves, or null without the recordings. */
export function realDisks(
  dataFolder: string,
): { readonly rows: readonly GateRow[]; readonly curves: readonly MeasuredCurve[] } | null {
  const folder = path.join(dataFolder, 'disksim');
  if (!disks.every((name) => existsSync(path.join(folder, `${name}.trace`)))) return null;
  const all = disks.map((name) => realDisk(folder, name));
  return { rows: all.map(({ row }) => row), curves: all.map(({ curve }) => curve) };
}

function realDisk(folder: string, name: string) {
  const textOf = (suffix: string) => {
    const file = path.join(folder, `${name}.${suffix}`);
    return { file, text: readFileSync(file, 'utf8') };
  };
  const disk = hddSpecFromDisksim({
    specs: textOf('diskspecs'),
    model: textOf('model'),
    seek: textOf('seek'),
  });
  const trace = readDeviceTrace('disksim', textOf('trace').text);
  if (disk.kind !== 'ok' || trace.kind !== 'ok') {
    throw new Error(`the recordings of ${name} in ${folder} cannot be read`);
  }
  const result = replayTrace(plainDevice({ kind: 'hdd', disk: disk.spec }), trace.trace);
  const { demeritNs, meanNs } = replayDemerit(result)!;
  const row: GateRow = {
    gate: 'G3',
    what: `${name}: demerit over the mean`,
    expected: demeritShareMax,
    found: demeritNs / meanNs,
    tolerance: 0,
    bound: 'below',
    unit: 'of the mean',
    note: `${(demeritNs / 1e6).toFixed(3)} ms of ${(meanNs / 1e6).toFixed(3)} ms`,
  };
  const { measuredNs } = trace.trace;
  const curve: MeasuredCurve = { name, measuredNs, simulatedNs: result.latencyNs };
  return { row, curve };
}
