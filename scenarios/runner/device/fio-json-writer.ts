// Measured latencies as fio 3 would report them, for whatever reads fio's JSON.
//
// What differs from fio: percentiles are those of the samples, not of bins (fio is off by up to one
// part in 128); nothing takes processor time; the clock stands at 0, so that equal runs give equal
// files. Keys and their order are those of fio 3.33.
import { assert } from '../../../sim/index.ts';
import { fioBins } from './fio-bins.ts';

/** The requests of one direction of a job. */
export interface FioSamples {
  /** From submission to completion, in whole ns; in any order. */
  readonly latencyNs: Float64Array;
  /** What of it passed before the device had the request; none when missing. */
  readonly submissionNs?: Float64Array;
  /** Moved in all. */
  readonly bytes: number;
}

/** What one job measured. */
export interface FioMeasurement {
  readonly name: string;
  /** The job's options, as fio writes them: `{ rw: 'randread', bs: '4k' }`. */
  readonly options: Readonly<Record<string, string>>;
  /** Requests in flight, as asked for. */
  readonly iodepth: number;
  /** How long was measured. */
  readonly runtimeNs: number;
  readonly read?: FioSamples;
  readonly write?: FioSamples;
  readonly trim?: FioSamples;
  /** Latencies of flushes. */
  readonly syncNs?: Float64Array;
}

/** How the report is written. */
export interface FioReportOptions {
  /** Options that all jobs share. */
  readonly globalOptions?: Readonly<Record<string, string>>;
  /** Lists the bins as well, as `--output-format=json+` does. */
  readonly hasBins?: boolean;
}

/** fio's default percentiles. */
export const fioPercents = [
  1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99,
] as const;

const noSamples: FioSamples = { latencyNs: new Float64Array(0), bytes: 0 };
const depthNames = ['1', '2', '4', '8', '16', '32', '>=64'] as const;
/** Upper ends of the classes of latencies, each without its end. */
const latencyClasses = {
  latency_ns: { unitNs: 1, ends: [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000] },
  latency_us: { unitNs: 1e3, ends: [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000] },
  latency_ms: { unitNs: 1e6, ends: [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000, 2000] },
} as const;

/** The report as a value for `JSON.stringify`. */
export function fioReport(
  measurements: readonly FioMeasurement[],
  options: FioReportOptions = {},
): Readonly<Record<string, unknown>> {
  const hasBins = options.hasBins ?? false;
  return {
    'fio version': 'fio-3.33-stormcell',
    timestamp: 0,
    timestamp_ms: 0,
    time: 'Thu Jan  1 00:00:00 1970',
    'global options': options.globalOptions ?? {},
    jobs: measurements.map((measurement, index) => jobOf(measurement, index, hasBins)),
    disk_util: [],
  };
}

function jobOf(measurement: FioMeasurement, index: number, hasBins: boolean) {
  const { name, options, iodepth, runtimeNs, syncNs } = measurement;
  assert(runtimeNs > 0, `job '${name}' ran for ${runtimeNs} ns, expected more`);
  const runtimeMs = Math.max(1, Math.round(runtimeNs / 1e6));
  const { read = noSamples, write = noSamples, trim = noSamples } = measurement;
  const completions = [read, write, trim].map(completionsOf);
  const direction = (samples: FioSamples) => directionOf(samples, runtimeNs, hasBins);
  return {
    jobname: name,
    groupid: index,
    error: 0,
    eta: 0,
    elapsed: Math.ceil(runtimeMs / 1000),
    'job options': options,
    read: direction(read),
    write: direction(write),
    trim: direction(trim),
    sync: {
      total_ios: syncNs?.length ?? 0,
      lat_ns: spread(sorted(syncNs ?? noSamples.latencyNs), { hasPercentiles: true, hasBins }),
    },
    job_runtime: runtimeMs,
    usr_cpu: 0,
    sys_cpu: 0,
    ctx: 0,
    majf: 0,
    minf: 0,
    iodepth_level: depthLevels(iodepth),
    iodepth_submit: submitLevels(),
    iodepth_complete: submitLevels(),
    ...latencyShares(completions),
    latency_depth: iodepth,
    latency_target: 0,
    latency_percentile: 100,
    latency_window: 0,
  };
}

function directionOf(samples: FioSamples, runtimeNs: number, hasBins: boolean) {
  const { latencyNs, submissionNs, bytes } = samples;
  const count = latencyNs.length;
  const bytesPerSec = (bytes / runtimeNs) * 1e9;
  const runtimeMs = count === 0 ? 0 : Math.max(1, Math.round(runtimeNs / 1e6));
  const plain = { hasPercentiles: false, hasBins: false };
  return {
    io_bytes: bytes,
    io_kbytes: Math.floor(bytes / 1024),
    bw_bytes: Math.floor(bytesPerSec),
    bw: Math.floor(bytesPerSec / 1024),
    iops: rounded((count / runtimeNs) * 1e9),
    runtime: runtimeMs,
    total_ios: count,
    short_ios: 0,
    drop_ios: 0,
    slat_ns: spread(sorted(submissionNs ?? noSamples.latencyNs), plain),
    clat_ns: spread(completionsOf(samples), { hasPercentiles: true, hasBins }),
    lat_ns: spread(sorted(latencyNs), plain),
    ...steadyRates('bw', 'bw_dev', Math.floor(bytesPerSec / 1024)),
    ...steadyRates('iops', 'iops_stddev', rounded((count / runtimeNs) * 1e9)),
  };
}

/** fio's samples of a rate over time: one, over the whole run. */
function steadyRates(name: 'bw' | 'iops', deviation: string, mean: number) {
  return {
    [`${name}_min`]: Math.floor(mean),
    [`${name}_max`]: Math.floor(mean),
    ...(name === 'bw' && { bw_agg: mean === 0 ? 0 : 100 }),
    [`${name}_mean`]: mean,
    [deviation]: 0,
    [`${name}_samples`]: mean === 0 ? 0 : 1,
  };
}

/** Latencies from when the device had the request, sorted. */
function completionsOf({ latencyNs, submissionNs }: FioSamples): Float64Array {
  if (submissionNs === undefined) return sorted(latencyNs);
  const [count, submissionCount] = [latencyNs.length, submissionNs.length];
  assert(count === submissionCount, `${submissionCount} submissions of ${count} requests`);
  return sorted(latencyNs.map((each, index) => each - submissionNs[index]!));
}

function sorted(values: Float64Array): Float64Array {
  return values.slice().sort();
}

interface SpreadOptions {
  readonly hasPercentiles: boolean;
  readonly hasBins: boolean;
}

function spread(values: Float64Array, { hasPercentiles, hasBins }: SpreadOptions) {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = count === 0 ? 0 : sum / count;
  let squareSum = 0;
  for (const value of values) squareSum += (value - mean) ** 2;
  const base = {
    min: count === 0 ? 0 : values[0]!,
    max: count === 0 ? 0 : values[count - 1]!,
    mean: rounded(mean),
    stddev: rounded(count < 2 ? 0 : Math.sqrt(squareSum / (count - 1))),
    N: count,
  };
  if (count === 0 || !hasPercentiles) return base;
  const percentile = Object.fromEntries(
    fioPercents.map((percent) => [percent.toFixed(6), percentileOf(values, percent)]),
  );
  return hasBins
    ? { ...base, percentile, bins: Object.fromEntries(fioBins(values)) }
    : { ...base, percentile };
}

/** The smallest value that so many percent are not above. */
function percentileOf(sortedNs: Float64Array, percent: number): number {
  // Percents have two digits, so that the product is exact where it is whole.
  const rank = Math.ceil((Math.round(percent * 100) * sortedNs.length) / 10_000);
  return Math.round(sortedNs[Math.max(0, rank - 1)]!);
}

function depthLevels(iodepth: number): Record<string, number> {
  const level = Math.min(31 - Math.clz32(iodepth), depthNames.length - 1);
  return Object.fromEntries(depthNames.map((name, index) => [name, index === level ? 100 : 0]));
}

/** One request at a time is handed over, and comes back: the class of 1 to 4. */
function submitLevels(): Record<string, number> {
  const names = ['0', '4', '8', '16', '32', '64', '>=64'];
  return Object.fromEntries(names.map((name) => [name, name === '4' ? 100 : 0]));
}

/** Percent of the requests in each class of latency. */
function latencyShares(directions: readonly Float64Array[]) {
  const all = new Float64Array(directions.reduce((sum, { length }) => sum + length, 0));
  let filledCount = 0;
  for (const values of directions) {
    all.set(values, filledCount);
    filledCount += values.length;
  }
  all.sort();
  const below = (endNs: number) => lowerBound(all, endNs);
  let doneCount = 0;
  const shares: Record<string, Record<string, number>> = {};
  for (const [name, { unitNs, ends }] of Object.entries(latencyClasses)) {
    const classes: Record<string, number> = {};
    for (const end of ends) {
      const count = below(end * unitNs);
      classes[String(end)] = percentOf(count - doneCount, all.length);
      doneCount = count;
    }
    if (name === 'latency_ms') {
      classes['>=2000'] = percentOf(all.length - doneCount, all.length);
    }
    shares[name] = classes;
  }
  return shares;
}

function percentOf(count: number, total: number): number {
  return total === 0 ? 0 : rounded((count / total) * 100);
}

/** How many values lie below a limit. */
function lowerBound(sortedNs: Float64Array, limitNs: number): number {
  let [low, high] = [0, sortedNs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sortedNs[middle]! < limitNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Six digits after the point, as fio prints. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
