// G4: what was measured and published of drives, held against their profiles.
import { blockBytes, sectorBytes } from '../driven-device.ts';
import { defaultFioJob, type FioJob } from '../fio-job.ts';
import { type JobResult, runDeviceJob } from '../job-run.ts';
import type { DeviceProfileFile } from '../profile.ts';
import { type Spread, spreadOf } from '../samples.ts';
import { type Quantity, ratioMax, type ValidationPoint } from '../validation.ts';
import type { GateRow } from './gate.ts';

/** Every point of a profile, measured; points of one load are measured once. */
export function publishedPoints(
  profile: DeviceProfileFile,
  options: { readonly countMax?: number } = {},
): readonly GateRow[] {
  const results = new Map<string, JobResult>();
  return profile.validation.flatMap((point) => {
    const key = JSON.stringify(point.load);
    let result = results.get(key);
    if (result === undefined) {
      result = measured(profile, point, options.countMax ?? Number.POSITIVE_INFINITY);
      results.set(key, result);
    }
    return rowsOf(profile, point, result);
  });
}

function measured(
  { spec, blockCount }: DeviceProfileFile,
  { load }: ValidationPoint,
  countMax: number,
): JobResult {
  const { bs, rw, iodepth, numjobs, rwmixread, fsync, size, ios, rampIos, submitNs } = load;
  const sizes = [{ sizeBytes: bs, percent: 100 }];
  const isMixed = rw === 'rw' || rw === 'randrw';
  const job: FioJob = {
    ...defaultFioJob(rw),
    direction: isMixed ? 'mixed' : rw.endsWith('write') ? 'write' : 'read',
    isRandom: rw.startsWith('rand'),
    readPercent: rwmixread,
    blockSizes: { read: sizes, write: sizes },
    iodepth,
    numjobs,
    fsyncEvery: fsync,
    size: { bytes: size ?? floorTo(blockCount * blockBytes, bs) },
    loops: 1_000_000,
  };
  const queueCount = Math.max(spec.host.queueCount, numjobs);
  const host = submitNs === 0 ? spec.host : { ...spec.host, queueCount, submitNs };
  return runDeviceJob({ ...spec, host }, job, {
    blockCount,
    rampCount: rampIos,
    countMax: Math.min(ios, countMax),
  });
}

function floorTo(value: number, unit: number): number {
  return value - (value % Math.max(unit, sectorBytes));
}

function rowsOf({ spec }: DeviceProfileFile, point: ValidationPoint, result: JobResult): GateRow[] {
  const { load, expect, role, note } = point;
  const times = new Float64Array(result.read.latencyNs.length + result.write.latencyNs.length);
  times.set(result.read.latencyNs);
  times.set(result.write.latencyNs, result.read.latencyNs.length);
  const spread = spreadOf(times.map((each) => each - result.submitNs));
  const perSec = (times.length / result.runtimeNs) * 1e9;
  const jobs = load.numjobs === 1 ? '' : ` x${load.numjobs}`;
  const flush = load.fsync === 0 ? '' : ` fsync ${load.fsync}`;
  const what = `${spec.id} ${load.rw} ${sizeText(load.bs)} QD${load.iodepth}${jobs}${flush}`;
  return (Object.entries(expect) as [Quantity, number | undefined][]).flatMap(
    ([quantity, expected]) => {
      if (expected === undefined) return [];
      const found = foundOf(quantity, spread, perSec, load.bs);
      const tolerance = ratioMax(quantity, point) - 1;
      const row: GateRow = {
        gate: 'G4',
        what: `${what} ${quantity}`,
        expected,
        found,
        // A misfit is known to be out of reach: it is shown, and judged by nothing.
        tolerance: role === 'misfit' ? Number.POSITIVE_INFINITY : tolerance,
        unit: unitOf(quantity),
        note: note === undefined ? role : `${role}: ${note}`,
      };
      return [row];
    },
  );
}

const quantiles: Readonly<Record<string, number>> = {
  p50: 0.5,
  p90: 0.9,
  p99: 0.99,
  p999: 0.999,
  p9999: 0.9999,
  p99999: 0.99999,
};

function foundOf(quantity: Quantity, spread: Spread, perSec: number, sizeBytes: number): number {
  if (quantity === 'iops') return perSec;
  if (quantity === 'bytesPerSec') return perSec * sizeBytes;
  if (quantity === 'meanNs') return spread.meanNs;
  const ns = spread.quantileNs(quantiles[quantity.replace(/(Ns|PerMean)$/, '')]!);
  return quantity.endsWith('PerMean') ? ns / spread.meanNs : ns;
}

function unitOf(quantity: Quantity): string {
  if (quantity === 'iops') return 'io/s';
  if (quantity === 'bytesPerSec') return 'B/s';
  return quantity.endsWith('Ns') ? 'ns' : 'of the mean';
}

function sizeText(bytes: number): string {
  return bytes >= 1_048_576 ? `${bytes / 1_048_576}M` : `${bytes / 1_024}k`;
}
