// `stormcell device`: through the command line, as a person types it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../../scenarios/runner/command-line.ts';
import { readFioJson } from '../../../../scenarios/runner/device/fio-json-reader.ts';
import { readDeviceProfile } from '../../../../scenarios/runner/device/profile.ts';
import { fakeEngine, fakeShell, heldVerdict } from '../sample-run.ts';

let directory = '';
let before = '';

beforeEach(() => {
  before = process.cwd();
  directory = mkdtempSync(path.join(os.tmpdir(), 'stormcell-'));
  process.chdir(directory);
});

afterEach(() => {
  process.chdir(before);
  rmSync(directory, { recursive: true });
});

async function device(words: string) {
  const shell = fakeShell(fakeEngine(() => heldVerdict));
  const exit = await runCommandLine(['device', ...words.split(' ')], shell);
  return { exit, out: shell.outText(), err: shell.errText() };
}

const load = '--rw randread --bs 4k --iodepth 32 --runtime 5ms --time_based';

function reportOf(text: string) {
  const reading = readFioJson(text);
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  return reading.report;
}

describe('device run', () => {
  test('prints rates and percentiles as fio lays them out', async () => {
    const { exit, out, err } = await device(`run nvme-plp ${load}`);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toMatch(/^job: rw=randread, bs=4096,4096, iodepth=32/);
    expect(out).toMatch(/ {2}read: IOPS=[\d.]+k, BW=[\d.]+MiB\/s, \d+ requests in 5 ms\n/);
    expect(out).toMatch(/clat \(usec\): min=\d+, max=\d+, avg=[\d.]+, stdev=[\d.]+\n/);
    expect(out).toContain('99.99th=[');
  });

  test('emits the JSON of fio, with its bins for json+', async () => {
    const { out } = await device(`run nvme-plp ${load} --output-format json+`);
    const [result] = reportOf(out).results;
    expect(result!.read!.iops).toBeGreaterThan(100_000);
    expect(result!.job).toMatchObject({ direction: 'read', isRandom: true, iodepth: 32 });
    expect(result!.read!.completion!.bins.length).toBeGreaterThan(10);
    const plain = await device(`run nvme-plp ${load} --output-format=json`);
    expect(reportOf(plain.out).results[0]!.read!.completion!.bins).toEqual([]);
  });

  test('gives the same bytes for the same seed, others for another', async () => {
    const words = `run nvme-plp ${load} --output-format json+ --seed`;
    const first = await device(`${words} 7`);
    expect((await device(`${words} 7`)).out).toBe(first.out);
    expect((await device(`${words} 8`)).out).not.toBe(first.out);
  });

  test('counts flushes of a mixed job (rwmixread, fsync)', async () => {
    const words = 'run nvme-consumer --rw randrw --rwmixread 50 --fsync 10 --number_ios 400';
    const [result] = reportOf((await device(`${words} --output-format json`)).out).results;
    const writeCount = result!.write!.requestCount;
    expect(result!.read!.requestCount + writeCount).toBe(400);
    expect(result!.sync!.requestCount).toBe(Math.floor(writeCount / 10));
  });

  test('runs a job file; options beside it hold where the file says nothing', async () => {
    writeFileSync(
      'two.fio',
      '[global]\nrw=randread\nnumber_ios=100\nioengine=libaio\n[shallow]\n[deep]\niodepth=8\n',
    );
    const { exit, out, err } = await device('run null two.fio --bs 8k --output-format json');
    expect(exit).toBe(0);
    expect(err).toBe('two.fio:4:1: ioengine has no meaning for a simulated device\n');
    const { results } = reportOf(out);
    expect(results.map(({ name }) => name)).toEqual(['shallow', 'deep']);
    expect(results.map(({ job }) => job.iodepth)).toEqual([1, 8]);
    expect(results.map(({ job }) => job.blockSizes.read[0]!.sizeBytes)).toEqual([8_192, 8_192]);
  });

  test('runs for a second when nothing says how long, and says so', async () => {
    const { exit, out, err } = await device('run hdd-7200 --rw randread');
    expect(exit).toBe(0);
    expect(err).toContain('runs for 1s');
    expect(out).toMatch(/ {2}read: IOPS=\d+.* requests in 1000 ms/);
  });

  test('writes the results to a file (--output)', async () => {
    const { out } = await device(`run null ${load} --output result.txt`);
    expect(out).toBe('');
    expect(readFileSync('result.txt', 'utf8')).toContain('IOPS=');
  });

  test.each([
    ['run nvme-pl --rw read', "unknown device 'nvme-pl'"],
    ['run nvme-pl --rw read', "did you mean 'nvme-plp'?"],
    ['run nope.json --rw read', "cannot read 'nope.json': no such file"],
    ['run null --rww randread', "unknown option '--rww'"],
    ['run null --rww randread', 'Did you mean --rw?'],
    ['run null --rw randreed', 'stormcell: --rw: expected one of read, write'],
    ['run null --bs 1000 --size 1m', 'bs: expected a multiple of 512 bytes, found 1000'],
    ['run nvme-plp --size 9t', 'on a device of'],
    [
      'run null --seed x --size 4k',
      "--seed: expected a whole number from 0 to 4294967295, found 'x'",
    ],
    ['run null missing.fio', "cannot read 'missing.fio': no such file"],
    ['run null --output-format xml', 'Allowed choices are normal, json, json+'],
    ['run null --size 4k --output no/such', "cannot write 'no/such': no such file"],
    ['runn null', "unknown command 'runn'"],
  ])('refuses "%s" with exit 2: %s', async (words, message) => {
    const { exit, err } = await device(words);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });

  test('says where a job file is wrong', async () => {
    writeFileSync('bad.fio', '[job]\nrw=randread\niodepht=4\n');
    const { exit, err } = await device('run null bad.fio');
    expect(exit).toBe(2);
    expect(err).toContain("bad.fio:3:1: unknown fio option 'iodepht'");
    expect(err).toContain("did you mean 'iodepth'?");
  });

  test('says where a profile is wrong', async () => {
    writeFileSync('mine.json', '{ "schema": "blockdev-profile/1",\n  "blockCount": 7 }\n');
    const { exit, err } = await device('run mine.json --rw read');
    expect(exit).toBe(2);
    expect(err).toContain('mine.json:2:');
  });
});

const data = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const isAtHand = existsSync(data);
const title = isAtHand ? 'real disks' : 'real disks (left out: no recordings beside the project)';

describe('device replay', () => {
  const trace = 'R Hit 0 8 90.0 50.0\nW Hit 8 8 90.0 50.0\nR Hit 999999999990 8 90.0 50.0\n';

  test('prints the distribution, the histogram and the demerit figure', async () => {
    writeFileSync('some.trace', trace);
    const { exit, out } = await device('replay nvme-plp some.trace --format disksim --ascii');
    expect(exit).toBe(0);
    expect(out).toMatch(/^some\.trace on samsung-pm9a3: 3 requests one at a time/);
    expect(out).toContain('1 requests beyond the end of the device are folded back');
    expect(out).toMatch(/\n +count +mean +p50 +p90 +p95 +p99 +p99\.9 +p99\.99 +max\n/);
    expect(out).toMatch(/\nread +2 .*\nwrite +1 .*\nall +3 .*\nmeasured +3 +90\.00 us/);
    expect(out).toMatch(/\nhistogram \d.*\|.*\| .*\n/);
    expect(out).toMatch(/\ndemerit 0\.\d{3} ms \(\d+\.\d % of the mean\)\n$/);
  });

  test('tells the format from the file; prints no demerit where nothing was measured', async () => {
    writeFileSync('some.trace', '0 0 0 8 1\n1000 0 8 8 0\n');
    const { exit, out } = await device('replay null some.trace');
    expect(exit).toBe(0);
    expect(out).toContain('2 requests at their instants');
    expect(out).not.toContain('demerit');
  });

  test('writes each request with its times (--out)', async () => {
    writeFileSync('some.trace', trace);
    await device('replay null some.trace --out ops.ndjson');
    const lines = readFileSync('ops.ndjson', 'utf8').trim().split('\n');
    const ops = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(ops.map(({ op, sectorCount }) => [op, sectorCount])).toEqual([
      ['read', 8],
      ['write', 8],
      ['read', 8],
    ]);
    expect(ops[0]).toMatchObject({ submittedAtNs: 50_000, measuredNs: 90_000 });
  });

  test.each([
    ['replay null absent.trace', "cannot read 'absent.trace': no such file"],
    ['replay null odd.txt', "cannot tell the format of 'odd.txt'; give --format, one of disksim"],
    ['replay null odd.txt --format diskism', "did you mean 'disksim'?"],
    ['replay null odd.txt --format spc', 'odd.txt:1:'],
    ['replay nul odd.txt', "did you mean 'null'?"],
  ])('refuses "%s" with exit 2: %s', async (words, message) => {
    writeFileSync('odd.txt', 'what is this\n');
    const { exit, err } = await device(words);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });
});

describe.skipIf(!isAtHand)(title, () => {
  test.each(['barracuda', 'cheetah9LP'])(
    'become profiles from their parameters alone, as close as the gate says (%s)',
    async (name) => {
      const fit = await device(`fit --disksim ${data}disksim ${name} --out disk.json`);
      expect([fit.exit, fit.out, fit.err]).toEqual([0, 'disk.json\n', '']);
      const { exit, out, err } = await device(`replay disk.json ${data}disksim/${name}.trace`);
      expect([exit, err]).toEqual([0, '']);
      const found = /\ndemerit 0\.\d{3} ms \((\d+\.\d) % of the mean\)\n$/.exec(out);
      expect(Number(found?.[1])).toBeLessThan(10);
    },
  );
});

describe('device fit', () => {
  async function sweep() {
    for (const iodepth of [1, 8, 32]) {
      const { out } = await device(
        `run nvme-plp --rw randread --iodepth ${iodepth} --number_ios 2000 --output-format json`,
      );
      writeFileSync(`read-${iodepth}.json`, out);
    }
    const { out } = await device(
      'run nvme-plp --rw randwrite --number_ios 500 --output-format json',
    );
    writeFileSync('write.json', out);
    return 'read-1.json read-8.json read-32.json write.json';
  }

  test('writes a profile, residuals and advice; the profile runs', async () => {
    const files = await sweep();
    const { exit, out, err } = await device(`fit ${files} --out mine.json --id my-drive`);
    expect(exit).toBe(0);
    expect(err).toContain('--runtime=30');
    expect(out).toMatch(/run +measured +simulated +error +left out\n/);
    expect(out).toContain('advice: ');
    expect(out).toMatch(/\nmine\.json\n$/);
    const reading = readDeviceProfile(readFileSync('mine.json', 'utf8'), 'mine.json');
    expect(reading.ok && reading.value.spec.id).toBe('my-drive');
    const rerun = await device('run mine.json --rw randread --number_ios 500');
    expect(rerun.exit).toBe(0);
  }, 120_000);

  test('keeps the sweeps themselves when asked to', async () => {
    const files = await sweep();
    const { exit, out } = await device(`fit ${files} --calibrated`);
    expect(exit).toBe(0);
    const reading = readDeviceProfile(out, 'fitted.json');
    expect(reading.ok && reading.value.kind).toBe('calibrated');
  });

  test.each([
    ['fit', 'expected reports of fio, or --disksim DIR NAME'],
    ['fit --disksim nowhere', 'expected --disksim DIR NAME'],
    ['fit --disksim nowhere disk', "cannot read 'nowhere/disk.diskspecs': no such file"],
    ['fit odd.json', 'odd.json:1:1: '],
    ['fit absent.json', "cannot read 'absent.json': no such file"],
    ['fit deep.json', 'expected a run of randread at iodepth 1'],
    ['fit deep.json --id My_Drive', '--id: expected lower case letters'],
    ['fit deep.json --capacity big', '--capacity: expected a size such as'],
    ['fit deep.json --capacity 4k', '--capacity: expected 1g or more'],
    ['fit deep.json --calibrated', 'expected at least one run of a write'],
  ])('refuses "%s" with exit 2: %s', async (words, message) => {
    writeFileSync('odd.json', '{ "jobs": 3 }\n');
    const deep = await device(
      'run null --rw randread --iodepth 4 --number_ios 50 --output-format json',
    );
    writeFileSync('deep.json', deep.out);
    const { exit, err } = await device(words);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });
});

describe('device card', () => {
  test('prints the gates that were asked for, expected and found', async () => {
    const { exit, out, err } = await device('card G2 g6 --effort 0.05');
    expect(exit).toBe(0);
    expect(err).toBe('G2 ...\nG6 ...\n');
    expect(out).toMatch(/^G2 {2}held {2}cloud volumes/);
    expect(out).toMatch(/\nG6 {2}held {2}crash images/);
    expect(out).toContain('and 10 more that hold; -v shows them');
    expect((await device('card G2 -v --effort 0.05')).out).toContain('gp2 750 GiB refill');
  });

  test('leaves out what there are no recordings for', async () => {
    const { exit, out } = await device('card G3 --data nowhere');
    expect([exit, out]).toEqual([
      0,
      'G3  not measured: data absent  real disks: demerit figure of response times\n',
    ]);
  });

  test('ends with exit 4 when a gate is missed (too few requests for its law)', async () => {
    const { exit, out } = await device('card G1 --effort 0.0005');
    expect(exit).toBe(4);
    expect(out).toMatch(/^G1 {2}missed/);
  });

  test('draws a page (--out)', async () => {
    const { exit, out } = await device('card G2 G6 --effort 0.05 --out card.html');
    expect(exit).toBe(0);
    expect(out).toMatch(/card\.html\n$/);
    const page = readFileSync('card.html', 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('gp2 750 GiB refill');
  });

  test.each([
    ['card G9', "unknown gate 'G9', expected one of G1, G2"],
    ['card --effort 2', "--effort: expected a share above 0, at most 1, found '2'"],
  ])('refuses "%s" with exit 2: %s', async (words, message) => {
    const { exit, err } = await device(words);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });
});

test('device alone shows its commands (exit 2), with --help as a result (exit 0)', async () => {
  const shell = fakeShell(fakeEngine(() => heldVerdict));
  expect(await runCommandLine(['device', '--help'], shell)).toBe(0);
  expect(shell.outText()).toMatch(/run .*\n[\s\S]*replay .*\n[\s\S]*fit .*\n[\s\S]*card /);
  const bare = fakeShell(fakeEngine(() => heldVerdict));
  expect(await runCommandLine(['device'], bare)).toBe(2);
});
