import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fioBinNs, fioBins } from '../../../../scenarios/runner/device/fio-bins.ts';
import {
  type FioLatency,
  type FioReport,
  readFioJson,
} from '../../../../scenarios/runner/device/fio-json-reader.ts';
import {
  type FioMeasurement,
  fioPercents,
  fioReport,
} from '../../../../scenarios/runner/device/fio-json-writer.ts';

/** Written by fio 3.33, two jobs of the sync engine. */
const recordedText = readFileSync(new URL('goldens/fio-3.33-plus.json', import.meta.url), 'utf8');

function reportOf(text: string): FioReport {
  const reading = readFioJson(text);
  expect(reading).toMatchObject({ kind: 'ok' });
  if (reading.kind !== 'ok') throw new Error('unreachable');
  return reading.report;
}

function refusals(text: string): string[] {
  const reading = readFioJson(text);
  return reading.kind === 'ok'
    ? []
    : reading.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const latencyNs = Float64Array.from({ length: 1000 }, (_, index) => 50_000 + index * 100);
const measurement: FioMeasurement = {
  name: 'reads',
  options: { rw: 'randread', bs: '4k', iodepth: '4' },
  iodepth: 4,
  runtimeNs: 2e9,
  read: { latencyNs, submissionNs: latencyNs.map(() => 2_000), bytes: 4_096_000 },
  syncNs: Float64Array.of(3_000_000, 1_000_000),
};

describe('bins', () => {
  test("are those of fio's own output", () => {
    const { jobs } = JSON.parse(recordedText) as {
      jobs: { read: { clat_ns: { bins: Record<string, number> } } }[];
    };
    const bins = jobs.flatMap(({ read }) => Object.keys(read.clat_ns.bins).map(Number));
    expect(bins.length).toBeGreaterThanOrEqual(40);
    for (const bin of bins) expect(fioBinNs(bin)).toBe(bin);
  });

  test('tell a value to one part in 128, and small ones by themselves', () => {
    for (let value = 0; value < 128; value += 1) expect(fioBinNs(value)).toBe(value);
    for (let value = 128; value < 1e10; value = Math.floor(value * 1.37)) {
      expect(Math.abs(fioBinNs(value) - value) / value).toBeLessThanOrEqual(1 / 128);
    }
    expect([128, 129, 130, 255, 256].map(fioBinNs)).toEqual([129, 129, 131, 255, 258]);
  });

  test('hold every sample, in rising order', () => {
    const bins = fioBins(latencyNs);
    expect([...bins.values()].reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect([...bins.keys()]).toEqual([...bins.keys()].sort((a, b) => a - b));
  });
});

describe('a report of fio 3.33 (json+)', () => {
  const report = reportOf(recordedText);
  const [reads, mixed] = report.results;

  test('names its jobs and what they did, global options included', () => {
    expect(report.version).toBe('fio-3.33');
    expect(reads!.job).toMatchObject({ direction: 'read', isRandom: true, requestCount: 40 });
    expect(reads!.job.size).toEqual({ bytes: 1_048_576 });
    expect(mixed!.job).toMatchObject({ sequentialCount: 2, readPercent: 70, fsyncEvery: 8 });
    expect(mixed!.job.blockSizes.write[0]!.sizeBytes).toBe(8192);
    expect([reads!.notes, mixed!.notes]).toEqual([[], []]);
  });

  test('has counts that agree with each other', () => {
    expect(reads!.read!.requestCount).toBe(40);
    expect(reads!.write).toBeUndefined();
    expect(mixed!.read!.requestCount + mixed!.write!.requestCount).toBe(60);
    const { completion } = reads!.read!;
    expect(completion!.bins.reduce((sum, { count }) => sum + count, 0)).toBe(completion!.count);
    expect(completion!.percentiles.map(({ percent }) => percent)).toEqual([...fioPercents]);
    expect(mixed!.sync!.requestCount).toBe(mixed!.sync!.latency.count);
  });

  test('is found between warnings', () => {
    const before = 'fio: this platform lacks {braces}\nnote: both iodepth >= 1\n';
    expect(reportOf(`${before}${recordedText}\ndone\n`)).toEqual(report);
  });
});

describe('the writer', () => {
  const written = JSON.stringify(fioReport([measurement], { hasBins: true }));
  const [job] = reportOf(written).results;
  const completion = job!.read!.completion as FioLatency;

  test('is read back: rate, bandwidth, latencies', () => {
    expect(job).toMatchObject({ name: 'reads', error: 0, runtimeMs: 2000 });
    expect(job!.job).toMatchObject({ iodepth: 4, isRandom: true });
    expect(job!.read).toMatchObject({ requestCount: 1000, iops: 500, bytesPerSec: 2_048_000 });
    expect(completion).toMatchObject({ count: 1000, minNs: 48_000, maxNs: 147_900 });
    expect(completion.meanNs).toBeCloseTo(97_950, 6);
    expect(completion.stddevNs).toBeCloseTo(Math.sqrt((1000 * 1001) / 12) * 100, 0);
    expect(job!.read!.submission).toMatchObject({ meanNs: 2000, stddevNs: 0 });
    expect(job!.read!.total!.meanNs).toBeCloseTo(99_950, 6);
    expect(job!.sync).toMatchObject({ requestCount: 2, latency: { meanNs: 2_000_000 } });
    expect(job!.depthPercents).toMatchObject({ 4: 100, 1: 0 });
    expect(job!.write).toBeUndefined();
  });

  test('gives percentiles of the samples: the smallest value that so many are not above', () => {
    const at = new Map(completion.percentiles.map(({ percent, ns }) => [percent, ns]));
    expect(at.get(1)).toBe(48_000 + 9 * 100);
    expect(at.get(50)).toBe(48_000 + 499 * 100);
    expect(at.get(99.9)).toBe(48_000 + 998 * 100);
    expect(at.get(99.95)).toBe(147_900);
    expect(at.get(99.99)).toBe(147_900);
  });

  test('puts each request into one class of latency', () => {
    const { jobs } = JSON.parse(written) as { jobs: Record<string, Record<string, number>>[] };
    const classes = jobs[0]!;
    expect(classes.latency_us).toMatchObject({ 50: 2, 100: 50, 250: 48 });
    const shares = ['latency_ns', 'latency_us', 'latency_ms'].flatMap((name) =>
      Object.values(classes[name]!),
    );
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
  });

  test('lists bins only when asked', () => {
    expect(JSON.stringify(fioReport([measurement]))).not.toContain('bins');
  });

  test("has fio's keys, in fio's order", () => {
    interface Keyed {
      readonly jobs: readonly Readonly<Record<string, object>>[];
    }
    const keysOf = (text: string) => {
      const report = JSON.parse(text) as Keyed;
      const first = report.jobs[0]!;
      const parts = ['sync', 'iodepth_level', 'latency_ns', 'latency_us', 'latency_ms'];
      return [report, first, ...parts.map((name) => first[name]!)].map((part) =>
        Object.keys(part).join(),
      );
    };
    expect(keysOf(written)).toEqual(keysOf(recordedText));
    const readKeys = (text: string) => Object.keys((JSON.parse(text) as Keyed).jobs[0]!.read!);
    expect(readKeys(written)).toEqual(readKeys(recordedText));
  });

  test('a job without requests is written and read', () => {
    const idle = { name: 'idle', options: {}, iodepth: 1, runtimeNs: 1e9 };
    const [result] = reportOf(JSON.stringify(fioReport([idle]))).results;
    expect(result!.read).toBeUndefined();
    expect(result!.sync).toBeUndefined();
  });

  test('samples that do not match are our mistake', () => {
    const read = { latencyNs, submissionNs: Float64Array.of(1), bytes: 0 };
    expect(() => fioReport([{ ...measurement, read }])).toThrow('1 submissions of 1000 requests');
  });
});

describe('a report of fio 2', () => {
  test('counts in microseconds, bandwidth in KiB', () => {
    const spread = { min: 10, max: 30, mean: 20, stddev: 2 };
    const clat = { ...spread, percentile: { '50.000000': 19, '99.000000': 29, '0.00': 0 } };
    const direction = { io_bytes: 1, bw: 4, iops: 1, runtime: 1000, total_ios: 1 };
    const job = {
      jobname: 'old',
      error: 0,
      read: { ...direction, slat: spread, clat, lat: spread },
      write: { ...direction, total_ios: 0 },
    };
    const text = JSON.stringify({ 'fio version': 'fio-2.21', jobs: [job] });
    const { read } = reportOf(text).results[0]!;
    expect(read!.bytesPerSec).toBe(4096);
    expect(read!.completion).toMatchObject({ minNs: 10_000, meanNs: 20_000 });
    expect(read!.completion!.percentiles).toEqual([
      { percent: 50, ns: 19_000 },
      { percent: 99, ns: 29_000 },
    ]);
  });
});

describe('refusals', () => {
  test('a text without a report', () => {
    expect(refusals('')).toEqual([
      "1:1 expected a report that begins with '{' in a line of its own; " +
        'run fio with --output-format=json or json+',
    ]);
    expect(refusals('reads: (g=0): rw=read\n')).toHaveLength(1);
  });

  test('a report that is cut off, or is broken, with the place', () => {
    expect(refusals(recordedText.slice(0, recordedText.length / 2))[0]).toMatch(
      /^\d+:\d+ not JSON/,
    );
    const lines = recordedText.split('\n');
    lines[9] = '"bs" 4k,';
    expect(refusals(`a warning\n${lines.join('\n')}`)[0]).toMatch(/^11:6 not JSON/);
  });

  test('fields that are missing or of another type, by their path', () => {
    const broken = (change: (report: { jobs: Record<string, unknown>[] }) => void) => {
      const report = JSON.parse(recordedText) as { jobs: Record<string, unknown>[] };
      change(report);
      return refusals(JSON.stringify(report));
    };
    expect(broken(({ jobs }) => (jobs[1]!.read = { iops: 'x' }))[0]).toContain('jobs[1].read.');
    expect(broken(({ jobs }) => delete jobs[0]!.jobname)[0]).toContain('jobs[0].jobname: ');
    expect(broken(({ jobs }) => jobs.splice(0))[0]).toContain('jobs: expected at least one job');
    expect(refusals('{"fio version": "4", "jobs": []}')).toHaveLength(2);
    expect(refusals('{}')[0]).toContain('fio version');
  });
});
