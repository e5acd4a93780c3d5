import { describe, expect, test } from 'vitest';
import type { FioJob } from '../../../../scenarios/runner/device/fio-job.ts';
import {
  fioJobOfOptions,
  readFioJobFile,
} from '../../../../scenarios/runner/device/fio-job-file.ts';
import { fioOptions, fioOptionsOf } from '../../../../scenarios/runner/device/fio-options.ts';
import {
  fioIgnoredOptions,
  fioUnreadOptions,
} from '../../../../scenarios/runner/device/fio-other-options.ts';

function jobsOf(text: string): readonly FioJob[] {
  const reading = readFioJobFile(text);
  expect(reading).toMatchObject({ kind: 'ok' });
  return reading.kind === 'ok' ? reading.jobs : [];
}

/** The job that these lines of options make. */
function jobWith(...lines: string[]): FioJob {
  return jobsOf(['[j]', ...lines].join('\n'))[0]!;
}

/** `line:column message` of the only problem. */
function refusal(...lines: string[]): string {
  const reading = readFioJobFile(lines.join('\n'));
  const problems = reading.kind === 'ok' ? [] : reading.problems;
  expect(problems).toHaveLength(1);
  return `${problems[0]!.line}:${problems[0]!.column} ${problems[0]!.message}`;
}

describe('sections', () => {
  test('jobs start from [global], own options win, comments and blank lines are nothing', () => {
    const [reads, mixed] = jobsOf(`; a comment
[global]
bs=8k   # the block size
iodepth = 4

[reads]
rw=randread
[mixed]
  rw=randrw
bs=4k
stonewall
`);
    expect(reads).toMatchObject({ name: 'reads', direction: 'read', isRandom: true, iodepth: 4 });
    expect(reads!.blockSizes.read).toEqual([{ sizeBytes: 8192, percent: 100 }]);
    expect(mixed).toMatchObject({ direction: 'mixed', iodepth: 4, isStonewall: true });
    expect(mixed!.blockSizes.write).toEqual([{ sizeBytes: 4096, percent: 100 }]);
  });

  test("a job that says nothing has fio's defaults", () => {
    expect(jobWith()).toMatchObject({
      direction: 'read',
      isRandom: false,
      iodepth: 1,
      numjobs: 1,
      readPercent: 50,
      fsyncEvery: 0,
      distribution: { kind: 'uniform' },
    });
    expect(jobWith().size).toBeUndefined();
  });

  test('a later [global] holds for the jobs below it', () => {
    const jobs = jobsOf('[global]\niodepth=2\n[a]\n[global]\nnumjobs=3\n[b]\n');
    expect(jobs.map(({ iodepth, numjobs }) => [iodepth, numjobs])).toEqual([
      [2, 1],
      [2, 3],
    ]);
  });
});

// Each was tried with fio 3.33.
describe('values', () => {
  test.each([
    ['4k', 4096],
    ['4kb', 4096],
    ['4K', 4096],
    ['4KiB', 4000],
    ['4ki', 4096],
    ['4Mi', 4_194_304],
    ['0x1000', 4096],
    ['4096b', 4096],
    ['1m', 1_048_576],
  ])('bs=%s is %d bytes', (text, sizeBytes) => {
    expect(jobWith(`bs=${text}`).blockSizes.read).toEqual([{ sizeBytes, percent: 100 }]);
  });

  test('kb_base=1000 turns k and KiB round', () => {
    const sizeOf = (text: string) => jobWith('kb_base=1000', `bs=${text}`).blockSizes.read[0];
    expect([sizeOf('4k'), sizeOf('4kib')].map((each) => each!.sizeBytes)).toEqual([4000, 4096]);
  });

  test('KiB is noted, because fio takes it for 1000', () => {
    const reading = readFioJobFile('[j]\nbs=4KiB\n');
    expect(reading).toMatchObject({ notes: [{ line: 2, column: 1 }] });
    expect(JSON.stringify(reading)).toContain('fio takes KiB for 1000 bytes');
  });

  test.each([
    ['4k,8k', 4096, 8192],
    ['4k,8k,16k', 4096, 8192],
    [',8k', 4096, 8192],
    ['16k', 16_384, 16_384],
  ])('bs=%s reads %d bytes and writes %d', (text, readBytes, writeBytes) => {
    const { read, write } = jobWith(`bs=${text}`).blockSizes;
    expect([read[0]!.sizeBytes, write[0]!.sizeBytes]).toEqual([readBytes, writeBytes]);
  });

  test('times: seconds for runtime, microseconds for thinktime, or their unit', () => {
    expect(jobWith('runtime=30').runtimeNs).toBe(30e9);
    expect(jobWith('runtime=500ms').runtimeNs).toBe(500e6);
    expect(jobWith('timeout=2m').runtimeNs).toBe(120e9);
    expect(jobWith('ramp_time=1h').rampNs).toBe(3600e9);
    expect(jobWith('thinktime=10').thinktimeNs).toBe(10e3);
    expect(jobWith('thinktime=10ms').thinktimeNs).toBe(10e6);
  });

  test('flags alone are set', () => {
    expect(jobWith('time_based').isTimeBased).toBe(true);
    expect(jobWith('time_based=0').isTimeBased).toBe(false);
    expect(jobWith('buffered=0').isDirect).toBe(true);
  });

  test.each([
    ['read', 'read', false, 1],
    ['randwrite', 'write', true, 1],
    ['readwrite', 'mixed', false, 1],
    ['randrw:8', 'mixed', true, 8],
    ['trimwrite', 'trimwrite', false, 1],
  ])('rw=%s', (text, direction, isRandom, sequentialCount) => {
    expect(jobWith(`rw=${text}`)).toMatchObject({ direction, isRandom, sequentialCount });
  });

  test('extents are bytes or percents', () => {
    const job = jobWith('size=10%', 'offset=1g', 'io_limit=64m');
    expect(job.size).toEqual({ percent: 10 });
    expect(job.offset).toEqual({ bytes: 1_073_741_824 });
    expect(job.ioSize).toEqual({ bytes: 67_108_864 });
  });

  test('bssplit: percents, and an even share of what is left', () => {
    expect(jobWith('bssplit=4k/60:64k/40').blockSizes.write).toEqual([
      { sizeBytes: 4096, percent: 60 },
      { sizeBytes: 65_536, percent: 40 },
    ]);
    const open = jobWith('bssplit=4k/50:8k:16k,64k').blockSizes;
    expect(open.read.map(({ percent }) => percent)).toEqual([50, 25, 25]);
    expect(open.write).toEqual([{ sizeBytes: 65_536, percent: 100 }]);
  });

  test.each([
    ['random', { kind: 'uniform' }],
    ['zipf', { kind: 'zipf', theta: 1.1 }],
    ['zipf:0.8', { kind: 'zipf', theta: 0.8 }],
    ['pareto:0.2', { kind: 'pareto', h: 0.2 }],
    ['normal:10', { kind: 'normal', deviationPercent: 10 }],
  ])('random_distribution=%s', (text, distribution) => {
    expect(jobWith(`random_distribution=${text}`).distribution).toEqual(distribution);
  });

  test('the rest of what shapes a load', () => {
    const job = jobWith(
      'rwmixwrite=30',
      'fsync=16',
      'fdatasync=1',
      'sync=dsync',
      'rate_iops=100,200',
      'thinktime_blocks=4',
      'randseed=12345678901234567890',
      'loops=2',
      'number_ios=10',
    );
    expect(job).toMatchObject({
      readPercent: 70,
      fsyncEvery: 16,
      fdatasyncEvery: 1,
      isSync: true,
      rateIops: { read: 100, write: 200 },
      thinktimeBlocks: 4,
      randseed: '12345678901234567890',
      loops: 2,
      requestCount: 10,
    });
  });
});

describe('refusals', () => {
  test.each([
    ['', '1:1 no job'],
    ['[global]\nbs=4k', '1:1 no job'],
    ['rw=read\n[j]', "1:1 expected a section such as '[reads]' first, found 'rw=read'"],
    ['[j', "1:1 expected a section such as '[reads]', found '[j'"],
    ['[j]\n  iodepht=3', "2:3 unknown fio option 'iodepht'"],
    ['[j]\niodepht=3', "did you mean 'iodepth'?"],
    ['[j]\nrw=randred', '2:1 rw: expected one of read, write, rw'],
    ['[j]\nrw=randrw,50', '2:1 rw: expected one of'],
    ['[j]\nbs=4x', "2:1 bs: expected a size such as '64k' or '1g', found '4x'"],
    ['[j]\nbs=1.5k', "found '1.5k'"],
    ['[j]\nbs=0', 'expected a block size above 0'],
    ['[j]\nbs=1k,2k,3k,4k', 'expected at most three values'],
    ['[j]\nbssplit=4k/60:8k/50', 'expected percents that add up to 100, found 110'],
    ['[j]\nbssplit=4k/60:8k/30', 'found 90'],
    ['[j]\nruntime=1.5', "runtime: expected a time such as '30s' or '500ms', found '1.5'"],
    ['[j]\nruntime=5ns', "found '5ns'"],
    ['[j]\nruntime=5constructor', "found '5constructor'"],
    ['[j]\nrwmixread=101', 'rwmixread: expected an integer from 0 to 100'],
    ['[j]\niodepth=0', 'iodepth: expected an integer from 1'],
    ['[j]\ndirect=yes', "direct: expected 0 or 1, found 'yes'"],
    ['[j]\nsize=120%', 'size: expected at most 100%'],
    ['[j]\nrandom_distribution=zipf:1', 'expected random, zipf:THETA (not 1)'],
    ['[j]\nkb_base=7', "kb_base: expected 1000 or 1024, found '7'"],
    ['[j]\nrate=10m', 'rate changes the load and is not imitated; remove it'],
    ['[j]\ninclude other.fio', '2:1 include is not read'],
    ['[j]\ntoString=1', "unknown fio option 'toString'"],
    ['[j]\n=4', "expected 'option=value', found '=4'"],
  ])('%j', (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  test('an option that changes the load is no trouble when it is off', () => {
    expect(readFioJobFile('[j]\nverify=0\nrate=0\n')).toMatchObject({ kind: 'ok' });
  });
});

describe('options without meaning here', () => {
  test('are noted once, where they first stand', () => {
    const reading = readFioJobFile('[a]\nioengine=libaio\n[b]\nioengine=sync\nfilename=f\n');
    expect(reading).toMatchObject({
      kind: 'ok',
      notes: [
        { line: 2, column: 1, message: 'ioengine has no meaning for a simulated device' },
        { line: 5, column: 1, message: 'filename has no meaning for a simulated device' },
      ],
    });
  });

  test('no name is in two tables', () => {
    const read = Object.keys(fioOptions);
    expect(
      read.filter((name) => fioIgnoredOptions.has(name) || fioUnreadOptions.has(name)),
    ).toEqual([]);
    expect([...fioUnreadOptions].filter((name) => fioIgnoredOptions.has(name))).toEqual([]);
    expect(fioIgnoredOptions.size).toBeGreaterThan(100);
  });
});

test('options that a report repeats are told and not refused', () => {
  const { job, notes } = fioJobOfOptions('j', [
    ['rw', 'randread'],
    ['ioengine', 'libaio'],
    ['rate', '10m'],
    ['bs', 'x'],
  ]);
  expect(job).toMatchObject({ name: 'j', direction: 'read', isRandom: true });
  expect(notes).toEqual([
    'rate changes the load and is not imitated; remove it',
    "bs: expected a size such as '64k' or '1g', found 'x'",
  ]);
});

test.each([
  [[]],
  [['rw=randrw:8', 'bs=4k,8k', 'iodepth=32', 'rwmixread=70', 'size=10%', 'direct=1']],
  [['rw=randtrimwrite', 'bssplit=4k/60:64k/40,8k', 'numjobs=4', 'offset=1g', 'io_size=64m']],
  [['runtime=500ms', 'time_based', 'ramp_time=2', 'thinktime=7', 'thinktime_blocks=3']],
  [['rw=write', 'fsync=1', 'fdatasync=8', 'sync=1', 'rate_iops=10,20', 'stonewall', 'loops=2']],
  [['rw=randread', 'random_distribution=zipf:0.9', 'randseed=7', 'number_ios=100']],
  [['rw=randread', 'random_distribution=pareto:0.3']],
  [['rw=readwrite', 'random_distribution=normal:20']],
])('a job is made again of the options that it is told by (%j)', (lines) => {
  const job = jobWith(...lines);
  const told = Object.entries(fioOptionsOf(job));
  expect(fioJobOfOptions('j', told)).toEqual({ job, notes: [] });
  expect(jobWith(...told.map(([name, value]) => `${name}=${value}`))).toEqual(job);
});
