import { describe, expect, test } from 'vitest';
import { defaultFioJob, type FioJob } from '../../../../../scenarios/runner/device/fio-job.ts';
import { readFioJson } from '../../../../../scenarios/runner/device/fio-json-reader.ts';
import { calibratedProfile } from '../../../../../scenarios/runner/device/fit/calibrated-sweep.ts';
import { driveProfile } from '../../../../../scenarios/runner/device/fit/drive-profile.ts';
import {
  adviceOf,
  fitDrive,
  sorted,
} from '../../../../../scenarios/runner/device/fit/fit-drive.ts';
import { fitText } from '../../../../../scenarios/runner/device/fit/fit-text.ts';
import {
  lintFiles,
  type MeasuredPoint,
  measuredPoints,
} from '../../../../../scenarios/runner/device/fit/measured.ts';
import { simulatedRate } from '../../../../../scenarios/runner/device/fit/read-model.ts';
import {
  plainDevice,
  plainDrive,
} from '../../../../../scenarios/runner/device/gates/plain-devices.ts';
import { fioReportOf } from '../../../../../scenarios/runner/device/job-report.ts';
import { runDeviceJob } from '../../../../../scenarios/runner/device/job-run.ts';
import { readDeviceProfile } from '../../../../../scenarios/runner/device/profile.ts';

const spec = plainDevice({ kind: 'ssd', drive: plainDrive, isFull: false });

function report(jobs: readonly Partial<FioJob>[]) {
  const results = jobs.map((change) => {
    const job = { ...defaultFioJob('run'), isRandom: true, loops: 1_000, ...change };
    return runDeviceJob(spec, job, { countMax: 3_000 });
  });
  const text = JSON.stringify(fioReportOf(results));
  const reading = readFioJson(text);
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  return { file: 'dir/sweep.json', text, report: reading.report };
}

const sweep = (direction: 'read' | 'write'): Partial<FioJob>[] =>
  [1, 8, 64].map((iodepth) => ({ name: `${direction} ${iodepth}`, direction, iodepth }));
const flushed = { name: 'flushed', direction: 'write', fsyncEvery: 1 } as const;
const mixed = { name: 'mixed', direction: 'mixed', readPercent: 70, iodepth: 8 } as const;
const file = report([...sweep('read'), ...sweep('write'), flushed, mixed]);
const points = measuredPoints([file]);
const settings = {
  id: 'my-drive',
  capacityBytes: 1_073_741_824,
  effort: { requestCount: 1_000, sweepCountMax: 4 },
};

function fitted() {
  const fitting = fitDrive(points, settings);
  if (!fitting.ok) throw new Error(fitting.message);
  return fitting.fit;
}

function profileOf(text: string) {
  const reading = readDeviceProfile(text, 'fitted.json');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.value;
}

describe('a fit', () => {
  const fit = fitted();

  test('sorts the runs by what they tell', () => {
    const runs = sorted(points);
    expect(runs.reads.map(({ iodepth }) => iodepth)).toEqual([1, 8, 64]);
    expect(runs.writes.map(({ iodepth }) => iodepth)).toEqual([1, 8, 64]);
    expect(runs.flushed?.name).toBe('flushed');
  });

  test('comes close to every run of the sweeps it was fitted to (10 %)', () => {
    for (const { point, error, isFitted } of fit.residuals) {
      if (isFitted) expect(Math.abs(error), point.name).toBeLessThan(0.1);
    }
  });

  test('leaves each depth out in turn, and mixes altogether', () => {
    const leftOut = fit.residuals.filter(({ leftOutError }) => leftOutError !== null);
    expect(leftOut.map(({ point }) => point.name)).toEqual(['read 8', 'read 64']);
    expect(fit.residuals.filter(({ isFitted }) => !isFitted).length).toBe(2);
  });

  test('finds a flush that moves nothing, and says so', () => {
    expect(fit.drive.writes.isProtected).toBe(true);
    expect(adviceOf(fit).join('\n')).toContain('plp?');
  });

  test('writes a profile that reads back as the drive, with its sources', () => {
    const text = driveProfile(fit, points);
    const profile = profileOf(text);
    expect(profile.spec.medium.kind).toBe('ssd');
    expect(profile.sources.fit).toBeGreaterThan(5);
    expect(profile.validation.length).toBe(points.length - 1);
    expect(text).toMatch(/sweep\.json sha256 [0-9a-f]{16}, fio-3\.33/);
    const single = points[0]!;
    expect(simulatedRate(profile.spec, single, 500) / single.iops).toBeCloseTo(1, 1);
  });

  test('is told run by run', () => {
    const text = fitText(fit);
    expect(text).toMatch(/read 64 randread 4k QD64 .*[+-]\d+\.\d %/);
    expect(text).toContain('advice: ');
  });
});

describe('what is missing is said', () => {
  test('a run of one read at a time', () => {
    const fitting = fitDrive(
      points.filter(({ op, iodepth }) => op === 'write' || iodepth > 1),
      settings,
    );
    expect(fitting).toEqual({
      ok: false,
      message: expect.stringMatching(/randread at iodepth 1.*found iodepth 8, 64$/),
    });
  });

  test('writes, flushes and large requests, as advice', () => {
    const fitting = fitDrive(sorted(points).reads, settings);
    if (!fitting.ok) throw new Error(fitting.message);
    const advice = adviceOf(fitting.fit).join('\n');
    expect(advice).toContain('no randwrite at iodepth 1');
    expect(advice).toContain('no randwrite with fsync=1');
    expect(advice).toContain('64 KiB');
  });

  test('a model that fits, when none does (a rate that no drive has)', () => {
    const odd = points.map(
      (point): MeasuredPoint =>
        point.name === 'read 8' ? { ...point, iops: point.iops / 4 } : point,
    );
    const fitting = fitDrive(odd, settings);
    if (!fitting.ok) throw new Error(fitting.message);
    expect(adviceOf(fitting.fit)[0]).toContain('--calibrated');
  });
});

describe('runs are doubted', () => {
  test('when they are short, without ramp, through the page cache', () => {
    const text = lintFiles([file]).join('\n');
    expect(text).toContain('--runtime=30');
    expect(text).toContain('--ramp_time=5');
    expect(text).toContain('page cache');
  });

  test('when the depth was not reached, with errors, small, with an idle disk', () => {
    const [first] = file.report.results;
    const result = {
      ...first!,
      error: 5,
      depthPercents: { '1': 100 },
      job: { ...first!.job, iodepth: 32, size: { bytes: 1_073_741_824 } },
    };
    const disks = [{ name: 'sda', utilPercent: 40 }];
    const text = lintFiles([{ ...file, report: { ...file.report, results: [result], disks } }]);
    expect(text.join('\n')).toContain('iodepth 32 was not reached by 100 %');
    expect(text.join('\n')).toContain('error 5: this run is left out');
    const failed = { ...file, report: { ...file.report, results: [result] } };
    expect(measuredPoints([failed])).toEqual([]);
    expect(text.join('\n')).toContain('size 1.0 GiB');
    expect(text.join('\n')).toContain('disk sda was busy 40 %');
  });

  test('not when nothing is wrong', () => {
    const [first] = file.report.results;
    const job = { ...first!.job, rampNs: 5e9, isDirect: true };
    const result = { ...first!, runtimeMs: 60_000, job };
    expect(lintFiles([{ ...file, report: { ...file.report, results: [result] } }])).toEqual([]);
  });
});

describe('a calibrated profile', () => {
  test('gives the sweep back at every depth (2 %)', () => {
    const calibration = calibratedProfile(points, settings);
    if (!calibration.ok) throw new Error(calibration.message);
    const { spec: calibrated, kind } = profileOf(calibration.text);
    expect(kind).toBe('calibrated');
    for (const point of [...sorted(points).reads, ...sorted(points).writes]) {
      const ratio = simulatedRate(calibrated, point, 8_000) / point.iops;
      expect(Math.abs(ratio - 1), point.name).toBeLessThan(0.02);
    }
  });

  test('needs both directions', () => {
    const calibration = calibratedProfile(sorted(points).reads, settings);
    expect(calibration).toEqual({ ok: false, message: expect.stringContaining('run of a write') });
  });
});
