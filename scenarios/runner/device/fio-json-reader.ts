// What fio reports as JSON (fio 3, `--output-format=json` or `json+`), for `device fit`.
//
// fio writes its warnings to the same file, before and after: the report is what stands between the
// first line that begins with a brace and the last. Latencies of fio 2 are in us under other names
// (`clat`), and are taken as well.
import * as z from 'zod';
import type { TraceProblem } from '../trace-op.ts';
import { TraceProblems } from '../trace-problems.ts';
import type { FioJob } from './fio-job.ts';
import { fioJobOfOptions } from './fio-job-file.ts';

/** How latencies of one kind are spread. */
export interface FioLatency {
  readonly count: number;
  readonly minNs: number;
  readonly maxNs: number;
  readonly meanNs: number;
  readonly stddevNs: number;
  /** In rising order of percent; empty where fio was told to give none. */
  readonly percentiles: readonly { readonly percent: number; readonly ns: number }[];
  /** JSON+ only: middles of bins and how many latencies fall into each, in rising order. */
  readonly bins: readonly { readonly ns: number; readonly count: number }[];
}

/** What one direction of a job did. */
export interface FioDirectionResult {
  readonly requestCount: number;
  readonly iops: number;
  readonly bytesPerSec: number;
  readonly runtimeMs: number;
  /** From the call to the kernel until it has the request. */
  readonly submission: FioLatency | undefined;
  /** From then until the completion. */
  readonly completion: FioLatency | undefined;
  /** Both. */
  readonly total: FioLatency | undefined;
}

/** One job, or one group of copies of a job, as fio reports it. */
export interface FioResult {
  readonly name: string;
  /** fio's error number; 0 is none. */
  readonly error: number;
  /** What the options of the report say that it did. */
  readonly job: FioJob;
  readonly runtimeMs: number;
  /** Missing where nothing was done in that direction. */
  readonly read?: FioDirectionResult;
  readonly write?: FioDirectionResult;
  readonly trim?: FioDirectionResult;
  /** Flushes; missing where there were none. */
  readonly sync?: { readonly requestCount: number; readonly latency: FioLatency };
  readonly userCpuPercent: number;
  readonly systemCpuPercent: number;
  /** Percent of the requests that were submitted at each depth: `{ '1': 100, '2': 0 }`. */
  readonly depthPercents: Readonly<Record<string, number>>;
  /** Options of the report that say what is not imitated. */
  readonly notes: readonly string[];
}

/** A report of fio. */
export interface FioReport {
  readonly version: string;
  readonly results: readonly FioResult[];
  readonly disks: readonly { readonly name: string; readonly utilPercent: number }[];
}

/** A report, or why the text is none. */
export type FioReportReading =
  | { readonly kind: 'ok'; readonly report: FioReport }
  | { readonly kind: 'problems'; readonly problems: readonly TraceProblem[] };

const amount = z.number().min(0);
const options = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));
const counts = z.record(z.string().regex(/^\d+(\.\d+)?$/, 'expected a number as the key'), amount);

const latency = z.object({
  min: amount,
  max: amount,
  mean: amount,
  stddev: amount,
  N: amount.optional(),
  percentile: counts.optional(),
  bins: counts.optional(),
});
type LatencyText = z.infer<typeof latency>;

const direction = z.object({
  io_bytes: amount.optional(),
  bw_bytes: amount.optional(),
  bw: amount,
  iops: amount,
  runtime: amount,
  total_ios: amount,
  slat_ns: latency.optional(),
  clat_ns: latency.optional(),
  lat_ns: latency.optional(),
  slat: latency.optional(),
  clat: latency.optional(),
  lat: latency.optional(),
});
type DirectionText = z.infer<typeof direction>;

const job = z.object({
  jobname: z.string(),
  error: z.number().int().optional(),
  'job options': options.optional(),
  read: direction,
  write: direction,
  trim: direction.optional(),
  sync: z.object({ total_ios: amount, lat_ns: latency.optional() }).optional(),
  job_runtime: amount.optional(),
  usr_cpu: amount.optional(),
  sys_cpu: amount.optional(),
  iodepth_level: z.record(z.string(), amount).optional(),
});

const report = z.object({
  'fio version': z.string().regex(/^fio-/, 'expected a version such as fio-3.33'),
  'global options': options.optional(),
  jobs: z.array(job).min(1, 'expected at least one job'),
  disk_util: z.array(z.object({ name: z.string(), util: amount.optional() })).optional(),
});

/** Reads a report; never throws on bad input. */
export function readFioJson(text: string): FioReportReading {
  const problems = new TraceProblems();
  const start = text.search(/^\{/m);
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) {
    const hint = 'run fio with --output-format=json or json+';
    problems.add(1, 1, `expected a report that begins with '{' in a line of its own; ${hint}`);
    return { kind: 'problems', problems: problems.list() };
  }
  const firstLine = text.slice(0, start).split('\n').length;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end + 1));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = Number(/position (\d+)/.exec(error.message)?.[1] ?? 0);
    const before = text.slice(start, start + position).split('\n');
    const message = `not JSON: ${error.message}; is the file cut off?`;
    problems.add(firstLine + before.length - 1, before.at(-1)!.length + 1, message);
    return { kind: 'problems', problems: problems.list() };
  }
  const parsed = report.safeParse(value);
  if (parsed.success) return { kind: 'ok', report: reportOf(parsed.data) };
  for (const { path, message } of parsed.error.issues) {
    problems.add(firstLine, 1, `${pathText(path)}: ${lowered(message)}`);
  }
  return { kind: 'problems', problems: problems.list() };
}

function reportOf(text: z.infer<typeof report>): FioReport {
  const globals = Object.entries(text['global options'] ?? {});
  const disks = text.disk_util ?? [];
  return {
    version: text['fio version'],
    results: text.jobs.map((each) => resultOf(each, globals)),
    disks: disks.map(({ name, util = 0 }) => ({ name, utilPercent: util })),
  };
}

function resultOf(
  text: z.infer<typeof job>,
  globals: readonly (readonly [string, string])[],
): FioResult {
  const own = Object.entries(text['job options'] ?? {});
  const { job: options, notes } = fioJobOfOptions(text.jobname, [...globals, ...own]);
  const [read, write] = [directionOf(text.read), directionOf(text.write)];
  const trim = text.trim === undefined ? undefined : directionOf(text.trim);
  const syncText = text.sync?.lat_ns;
  const sync =
    syncText === undefined || text.sync!.total_ios === 0
      ? undefined
      : { requestCount: text.sync!.total_ios, latency: latencyOf(syncText, 1) };
  return {
    name: text.jobname,
    error: text.error ?? 0,
    job: options,
    runtimeMs: text.job_runtime ?? Math.max(text.read.runtime, text.write.runtime),
    ...(read && { read }),
    ...(write && { write }),
    ...(trim && { trim }),
    ...(sync && { sync }),
    userCpuPercent: text.usr_cpu ?? 0,
    systemCpuPercent: text.sys_cpu ?? 0,
    depthPercents: text.iodepth_level ?? {},
    notes,
  };
}

function directionOf(text: DirectionText): FioDirectionResult | undefined {
  if (text.total_ios === 0) return undefined;
  const either = (ns: LatencyText | undefined, us: LatencyText | undefined) => {
    if (ns !== undefined) return latencyOf(ns, 1);
    return us === undefined ? undefined : latencyOf(us, 1000);
  };
  return {
    requestCount: text.total_ios,
    iops: text.iops,
    // fio counts bw in KiB.
    bytesPerSec: text.bw_bytes ?? text.bw * 1024,
    runtimeMs: text.runtime,
    submission: either(text.slat_ns, text.slat),
    completion: either(text.clat_ns, text.clat),
    total: either(text.lat_ns, text.lat),
  };
}

function latencyOf(text: LatencyText, unitNs: number): FioLatency {
  const pairs = (record: Readonly<Record<string, number>> | undefined) =>
    Object.entries(record ?? {})
      .map(([key, value]) => [Number(key), value] as const)
      .sort(([a], [b]) => a - b);
  const bins = pairs(text.bins).map(([bin, count]) => ({ ns: bin * unitNs, count }));
  // fio 2 fills its list up with zeros.
  const percentiles = pairs(text.percentile)
    .filter(([percent]) => percent > 0)
    .map(([percent, value]) => ({ percent, ns: value * unitNs }));
  return {
    count: text.N ?? bins.reduce((sum, { count }) => sum + count, 0),
    minNs: text.min * unitNs,
    maxNs: text.max * unitNs,
    meanNs: text.mean * unitNs,
    stddevNs: text.stddev * unitNs,
    percentiles,
    bins,
  };
}

/** `jobs[0].read.iops`. */
function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the report';
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function lowered(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}
