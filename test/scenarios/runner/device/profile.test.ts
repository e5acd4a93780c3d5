import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDeviceProfile } from '../../../../scenarios/runner/device/profile.ts';
import { profileJsonSchema } from '../../../../scenarios/runner/device/profile-schema.ts';
import { assumedShare } from '../../../../scenarios/runner/device/sources.ts';
import { problemText } from '../../../../scenarios/runner/problems.ts';
import { makeDevice } from '../../../../sim/index.ts';
import { deviceLoop } from '../../../support/device-loop.ts';

const folder = new URL('../../../../scenarios/devices/', import.meta.url);
const files = readdirSync(folder);
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

const fixed = (v: unknown) => ({ v, src: 'assumed', note: 'a sample' });
const cost = fixed({ baseNs: 1_000, perBlockNs: 0 });
const op = { link: cost, service: cost, busy: cost };

/** A device of fixed times, small enough to be seen at once. */
const table = {
  schema: 'blockdev-profile/1',
  id: 'sample',
  summary: 'a sample',
  kind: 'table',
  blockCount: fixed(1_000),
  front: {
    hwDepth: { v: 32, src: 'spec', ref: 'page 7' },
    commandNs: { v: 100, src: 'fit' },
    linkBytesPerSec: null,
    metadataNs: { v: 10_000, src: 'default' },
  },
  guarantees: { isVolatile: false, cacheBlockCountMax: fixed(0), crashPolicy: 'all' },
  medium: { channelCount: fixed(4), ops: { read: op, write: op, forcedWrite: op }, flush: cost },
};
const tableText = JSON.stringify(table, null, 2);

function problemsOf(text: string): string[] {
  const reading = readDeviceProfile(text, 'my.json');
  return reading.ok ? [] : reading.problems.map(problemText);
}

/** The sample with one text replaced. */
function changed(from: string, to: string, text = tableText): string {
  if (!text.includes(from)) throw new Error(`the sample has no '${from}'`);
  return text.replace(from, () => to);
}

describe('a device profile', () => {
  test('is read: its numbers without their sources, and how many are from where', () => {
    const reading = readDeviceProfile(tableText, 'my.json');
    if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
    const { spec, sources, blockCount, aliases, validation } = reading.value;
    expect(spec.front).toEqual({
      hwDepth: 32,
      commandNs: 100,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 10_000,
    });
    // Each cost has two numbers: three costs for each of three operations, and the flush.
    expect(sources).toEqual({ spec: 1, measured: 0, fit: 1, assumed: 3 + 20, default: 1 });
    expect(assumedShare(sources)).toBeCloseTo(24 / 26);
    expect({ blockCount, aliases, validation }).toEqual({
      blockCount: 1_000,
      aliases: [],
      validation: [],
    });
  });

  test.each<[string, string, string]>([
    [
      'a number without a source',
      changed(
        '"hwDepth": {\n      "v": 32,\n      "src": "spec",\n      "ref": "page 7"\n    }',
        '"hwDepth": 32',
      ),
      'my.json:12:16: expected a number with its source, found 32; write { "v": 32, "src": ',
    ],
    [
      'a misspelled source',
      changed('"src": "spec"', '"src": "spek"'),
      "my.json:14:14: unknown source 'spek', expected one of spec, measured, fit, ",
    ],
    [
      'no source at all',
      changed('"v": 100,\n      "src": "fit"', '"v": 100'),
      "my.json:17:18: expected one of spec, measured, fit, assumed, default as 'src', found ",
    ],
    [
      'a specified number that nobody can look up',
      changed(',\n      "ref": "page 7"', ''),
      "my.json:12:16: expected a 'ref' that says where a spec number can be read, found none",
    ],
    [
      'an assumption without a reason',
      changed(
        '"v": 1000,\n    "src": "assumed",\n    "note": "a sample"',
        '"v": 1000, "src": "assumed"',
      ),
      "my.json:6:17: expected a 'note' that says why this is assumed, found none",
    ],
    [
      'an unknown key of a sourced number',
      changed('"ref": "page 7"', '"ref": "page 7", "notes": "x"'),
      "my.json:15:24: unknown key of a sourced number 'notes', expected one of v, src",
    ],
    [
      'an unknown key',
      changed('"crashPolicy": "all"', '"crashPolicy": "all", "isVolatil": true'),
      "my.json:34:27: unknown key of the guarantees 'isVolatil', expected one of isVolatile, ",
    ],
    [
      'a missing key',
      changed('"commandNs"', '"comandNs"'),
      "expected the key 'commandNs' in 'front', found nothing",
    ],
    [
      'an unknown kind',
      changed('"kind": "table"', '"kind": "tabel"'),
      "my.json:5:11: unknown kind of device 'tabel', expected one of hdd, ssd, ",
    ],
    ['no kind', changed('  "kind": "table",\n', ''), "expected the key 'kind', found nothing"],
    [
      'another format',
      changed('blockdev-profile/1', 'blockdev-profile/2'),
      "my.json:2:13: expected the schema 'blockdev-profile/1'",
    ],
    [
      'a value of the wrong type, where it stands',
      changed('"v": 32', '"v": "32"'),
      "my.json:12:16: expected a whole number from 1 to 65535, found '32'",
    ],
    [
      'a number out of range, inside of what shares a source',
      changed('"baseNs": 1000', '"baseNs": -1'),
      'expected a whole number from 0 to 3600000000000, found -1',
    ],
    ['no JSON', '{ "schema": ', 'my.json:'],
  ])('refuses %s', (_, text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message);
  });

  test('refuses a duplicate key, as a scenario does', () => {
    expect(problemsOf(changed('"kind": "table"', '"kind": "table", "kind": "hdd"'))[0]).toMatch(
      /my\.json:5:\d+: yaml: map keys must be unique/,
    );
  });

  test('names every problem at once', () => {
    const text = changed('"v": 32', '"v": 0', changed('"v": 1000', '"v": -7'));
    expect(problemsOf(text)).toHaveLength(2);
  });
});

describe('numbers that do not agree', () => {
  test.each<[string, string, string, string, string]>([
    [
      'cloud-gp2.json',
      '"v": 500,',
      '"v": 20000,',
      'sizeGiB',
      'size of gp2 from 1 to 16384, found 20000',
    ],
    ['cloud-gp3.json', '"v": 3000', '"v": 100', 'iops', 'from 3000 to 80000, found 100'],
    ['cloud-gp3.json', '"v": 125', '"v": 1000', 'mibPerSec', 'from 125 to 750, found 1000'],
    ['cloud-io1.json', '"v": 20000', '"v": 30000', 'iops', 'from 100 to 25000, found 30000'],
    ['cloud-st1.json', '"v": 2048', '"v": 2', 'sizeGiB', 'size of st1 from 128 to 16384, found 2'],
    [
      'cloud-sc1.json',
      '"sizeGiB"',
      '"iops": { "v": 9, "src": "default" }, "sizeGiB"',
      'iops',
      "sc1 takes no 'iops'",
    ],
    [
      'cloud-gp3.json',
      '131072000,',
      '131072001,',
      'blockCount',
      'at most the 131072000 of the medium',
    ],
    ['samsung-pm9a3.json', '"v": 64', '"v": 4', 'channelCount', 'no more channels than dies'],
    [
      'samsung-pm9a3.json',
      '"v": 8388608',
      '"v": 65535',
      'buffer',
      'at least two programs, 65536 bytes',
    ],
    [
      'samsung-pm9a3.json',
      '"v": 0.015',
      '"v": 0.2',
      'cleaning',
      'the spare share of all flash, found 0.2',
    ],
    ['samsung-pm9a3.json', '"scalar"', '"pageMap"', 'model', 'too large for a page map'],
    [
      'samsung-pm9a3.json',
      '"share": 0.5',
      '"share": 0.995',
      'readShape',
      'expected a share above 0.995',
    ],
    [
      'samsung-pm9a3.json',
      '"factor": 1.38',
      '"factor": 9',
      'readShape',
      'expected a factor from 9',
    ],
    ['intel-p4800x.json', '"v": 4096', '"v": 4000', 'stripeBytes', 'a multiple of 512, found 4000'],
    [
      'wd-hc310.json',
      '"v": 7814037168',
      '"v": 9814037168',
      'sectorCount',
      'at most the 8070000000',
    ],
    [
      'wd-hc310.json',
      '"firstCylinder": 20000',
      '"firstCylinder": 20001',
      'zones',
      'expected 20000, the next',
    ],
    ['wd-hc310.json', '"v": 230000', '"v": 9000000', 'seek', 'a single track to take least'],
  ])('are refused (%s, %s to %s)', (file, from, to, key, message) => {
    const text = textOf(file);
    expect(problemsOf(text)).toEqual([]);
    const broken = changed(from, to, text);
    const found = problemsOf(broken);
    expect(found.join('\n')).toContain(message);
    // The problem is where the number stands, or close to it.
    const line = Number(/^my\.json:(\d+):/.exec(found[0]!)?.[1]);
    const around = broken
      .split('\n')
      .slice(Math.max(0, line - 12), line + 1)
      .join('\n');
    expect(around).toContain(key);
  });

  test('never reach the kernel: what is read makes a device that serves, however changed', () => {
    const job = { rw: 'randrw', rwmixread: 50, bs: 4_096, iodepth: 4, numjobs: 1 } as const;
    const load = { ...job, fsync: 8, ios: 40, rampIos: 0, submitNs: 0 };
    const numbers = fc.constantFrom(0, 1, 2, 7, 0.5, 4_096, 70_000, 5_000_000, 1e10, 1e13, -1);
    const mutation = fc.record({
      file: fc.constantFrom(...files),
      place: fc.nat(),
      value: fc.oneof(numbers, fc.integer({ min: 0, max: 100_000 })),
    });
    let madeCount = 0;
    fc.assert(
      fc.property(mutation, ({ file, place, value }) => {
        const body = textOf(file).split('"validation"')[0]!;
        const found = [...body.matchAll(/(?<=: )-?\d[\d.]*(?=[,\s}])/g)];
        const { index, 0: old } = found[place % found.length]!;
        const text = textOf(file);
        const reading = readDeviceProfile(
          `${text.slice(0, index)}${value}${text.slice(index + old.length)}`,
          file,
        );
        if (!reading.ok) return;
        madeCount += 1;
        const { spec, blockCount } = reading.value;
        const spanBlocks = Math.min(blockCount, 1_000);
        const device = makeDevice(spec, { blockCount: spanBlocks, seed: 1 });
        deviceLoop(device, { ...load, spanBlocks });
      }),
      { numRuns: 400, seed: 8 },
    );
    expect(madeCount).toBeGreaterThan(100);
  });
});

describe('the JSON Schema of profiles', () => {
  const accepts = new Ajv({ strict: false }).compile(profileJsonSchema());

  test.each(files)('accepts %s', (file) => {
    expect(accepts(JSON.parse(textOf(file))), JSON.stringify(accepts.errors)).toBe(true);
  });

  test.each([
    ['a bare number', changed('"v": 32,', '"v": "many",')],
    ['an unknown source', changed('"src": "spec"', '"src": "hearsay"')],
    ['an unknown key', changed('"crashPolicy": "all"', '"crashPolicy": "all", "more": 1')],
    ['an unknown kind', changed('"kind": "table"', '"kind": "drum"')],
  ])('accepts the sample, and refuses it with %s', (_, text) => {
    expect(accepts(JSON.parse(tableText))).toBe(true);
    expect(accepts(JSON.parse(text))).toBe(false);
  });
});

describe('validation points', () => {
  const point = {
    load: { rw: 'randread', bs: 4_096, iodepth: 1 },
    expect: { iops: 1_000 },
    role: 'fit',
    ref: 'page 8',
  };
  const withPoint = (more: object) =>
    problemsOf(JSON.stringify({ ...table, validation: [{ ...point, ...more }] })).join('\n');

  test.each<[string, object, string]>([
    ['nothing wrong', {}, ''],
    ['no expectation', { expect: {} }, 'expected at least one number, found none'],
    ['an unknown role', { role: 'fitted' }, "unknown role 'fitted'"],
    ['a misfit without a reason', { role: 'misfit' }, "expected a 'note' that says why"],
    ['an unknown word of fio', { load: { ...point.load, rw: 'trim' } }, "unknown pattern 'trim'"],
    ['a place that cannot be read', { ref: '' }, 'expected text of 1 to 300 characters'],
  ])('are read, and refused with %s', (_, more, message) => {
    if (message === '') expect(withPoint(more)).toBe('');
    else expect(withPoint(more)).toContain(message);
  });
});
