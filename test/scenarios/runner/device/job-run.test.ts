// What a job does on a device of fixed times: every number follows from what fio's options mean.
import { describe, expect, test } from 'vitest';
import { readFioJobFile } from '../../../../scenarios/runner/device/fio-job-file.ts';
import {
  plainDevice,
  stationDevice,
} from '../../../../scenarios/runner/device/gates/plain-devices.ts';
import {
  JobRefusal,
  type JobResult,
  runDeviceJobs,
} from '../../../../scenarios/runner/device/job-run.ts';
import { deviceProfiles } from '../../../../sim/disk/profiles.ts';

const serviceNs = 100_000;
/** Four stations of 100 us: 10 k requests a second each. */
const device = stationDevice(4, serviceNs);

function run(text: string, spec = device, seed = 1): readonly JobResult[] {
  const reading = readFioJobFile(text);
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  return runDeviceJobs(spec, reading.jobs, { seed });
}

const one = (options: string, spec = device, seed = 1): JobResult =>
  run(`[job]\n${options}`, spec, seed)[0]!;

const rateOf = ({ read, write, runtimeNs }: JobResult): number =>
  ((read.latencyNs.length + write.latencyNs.length) / runtimeNs) * 1e9;

describe('a closed loop', () => {
  test('does one request a service time (iodepth 1)', () => {
    const result = one('rw=randread\nruntime=100ms\ntime_based');
    expect(result.read.latencyNs.length).toBe(1_000);
    expect(new Set(result.read.latencyNs)).toEqual(new Set([serviceNs]));
    expect(result.runtimeNs).toBe(100e6);
  });

  test('keeps its depth under way, in each of its copies', () => {
    const sequential = 'rw=read\nruntime=100ms\ntime_based\n';
    expect(rateOf(one(`${sequential}iodepth=4`))).toBeCloseTo(40_000, -2);
    expect(rateOf(one(`${sequential}iodepth=2\nnumjobs=2`))).toBeLessThanOrEqual(40_000);
    // Copies of a sequential job go to the same places, one behind the other after the first.
    expect(rateOf(one(`${sequential}numjobs=2`))).toBeCloseTo(20_000, -2);
  });

  test('counts nothing of the ramp, and nothing that is done after the end', () => {
    const ramped = one('rw=randread\nruntime=10ms\nramp_time=10ms\ntime_based');
    expect(ramped.read.latencyNs.length).toBe(100);
    expect(ramped.startNs).toBe(10e6);
    const short = one('rw=randread\nruntime=250us\ntime_based');
    expect(short.read.latencyNs.length).toBe(2);
    expect(short.runtimeNs).toBe(250_000);
  });

  test('ends when all is done, if that is before the runtime', () => {
    const result = one('rw=read\nsize=40k\nruntime=1s');
    expect(result.read.latencyNs.length).toBe(10);
    expect(result.runtimeNs).toBe(10 * serviceNs);
    expect(one('rw=read\nsize=40k\nloops=3').read.latencyNs.length).toBe(30);
    expect(one('rw=read\nio_size=80k\nsize=40k').read.latencyNs.length).toBe(20);
    expect(one('rw=randread\nnumber_ios=7').read.latencyNs.length).toBe(7);
  });
});

describe('flushes', () => {
  test.each(['fsync', 'fdatasync'])(
    'come after every fourth write, the last one too (%s)',
    (name) => {
      const result = one(`rw=randwrite\nnumber_ios=40\n${name}=4`);
      expect(result.write.latencyNs.length).toBe(40);
      expect(result.syncNs.length).toBe(10);
    },
  );

  test('take their time beside the writes (table of a volatile drive)', () => {
    const spec = plainDevice({ kind: 'table', profile: deviceProfiles['nvme-consumer'] });
    const without = one('rw=randwrite\nnumber_ios=200', spec);
    const flushed = one('rw=randwrite\nnumber_ios=200\nfsync=1', spec);
    const flushNs = flushed.syncNs.reduce((sum, each) => sum + each, 0);
    expect(flushNs).toBeGreaterThan(0);
    expect(flushed.runtimeNs).toBeGreaterThanOrEqual(without.runtimeNs + flushNs - 1);
  });
});

describe('loads', () => {
  test('mix reads and writes in the share that was asked for (70 %)', () => {
    const { read, write } = one('rw=randrw\nrwmixread=70\nnumber_ios=20000\niodepth=4');
    const share = read.latencyNs.length / (read.latencyNs.length + write.latencyNs.length);
    expect(share).toBeGreaterThan(0.69);
    expect(share).toBeLessThan(0.71);
  });

  test('are paced by rate_iops, each direction by its own', () => {
    const { read, write } = one(
      'rw=randrw\nrate_iops=2000,500\nruntime=100ms\ntime_based\niodepth=16\nrwmixread=80',
    );
    expect(read.latencyNs.length).toBeGreaterThan(190);
    expect(read.latencyNs.length).toBeLessThanOrEqual(200);
    expect(write.latencyNs.length).toBeLessThanOrEqual(50);
  });

  test('pause after so many requests, once all are back (thinktime)', () => {
    const result = one(
      'rw=read\niodepth=4\nthinktime=1ms\nthinktime_blocks=4\nruntime=11ms\ntime_based',
    );
    expect(result.read.latencyNs.length).toBe(40);
  });

  test('trim, and write what was trimmed (trimwrite)', () => {
    const { trim, write } = one('rw=randtrimwrite\nnumber_ios=20');
    expect([trim.latencyNs.length, write.latencyNs.length]).toEqual([10, 10]);
  });

  test('use the sizes of a split in their shares', () => {
    const { read } = one('rw=randread\nbssplit=4k/75:8k/25\nnumber_ios=4000');
    expect(read.bytes / read.latencyNs.length).toBeGreaterThan(1.2 * 4_096);
    expect(read.bytes / read.latencyNs.length).toBeLessThan(1.3 * 4_096);
  });

  test.each(['zipf:1.2', 'pareto:0.2', 'normal:1'])('crowd few places (%s)', (distribution) => {
    // Requests to one place wait for one another: fewer places, longer times.
    const meanOf = (options: string) => {
      const { latencyNs } = one(`rw=randread\niodepth=8\nnumber_ios=4000\n${options}`).read;
      return latencyNs.reduce((sum, each) => sum + each, 0) / latencyNs.length;
    };
    const spread = meanOf('size=64k');
    const crowded = meanOf(`size=64k\nrandom_distribution=${distribution}`);
    expect(crowded).toBeGreaterThan(1.1 * spread);
  });
});

describe('jobs of one file', () => {
  const text = '[global]\nrw=read\nsize=40k\n[first]\n[second]\n';

  test('run at once', () => {
    const [first, second] = run(`${text}offset=40k\n`);
    expect([first!.startNs, second!.startNs]).toEqual([0, 0]);
  });

  test('wait for those before them (stonewall)', () => {
    const [first, second] = run(`${text}stonewall\n`);
    expect(second!.startNs).toBe(first!.runtimeNs);
  });
});

describe('the same seed', () => {
  const load = 'rw=randrw\niodepth=8\nnumber_ios=500';

  test('gives the same times, another one others', () => {
    const times = (seed: number) => one(load, device, seed).read.latencyNs;
    expect(times(1)).toEqual(times(1));
    expect(times(1)).not.toEqual(times(2));
  });

  test('counts less than the one the job names (randseed)', () => {
    const first = one(`${load}\nrandseed=9`).read.latencyNs;
    expect(one(`${load}\nrandseed=9`).read.latencyNs).toEqual(first);
    expect(one(`${load}\nrandseed=10`).read.latencyNs).not.toEqual(first);
  });
});

describe('a job that the device cannot do is refused', () => {
  test.each([
    ['bs=1000', 'bs: expected a multiple of 512 bytes, found 1000'],
    ['size=2g', 'size: 2147483648 bytes from offset 0 on a device of 1073741824 bytes'],
    ['bs=1m\nsize=512k', 'size: 0 bytes, expected room for a request of 1048576'],
    ['time_based', 'time_based without runtime; give runtime=10s'],
  ])('%s', (options, message) => {
    expect(() => one(`rw=randread\n${options}`)).toThrow(JobRefusal);
    expect(() => one(`rw=randread\n${options}`)).toThrow(message);
  });
});
