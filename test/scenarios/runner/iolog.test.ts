import { describe, expect, test } from 'vitest';
import { type IologOptions, readIolog } from '../../../scenarios/runner/iolog.ts';
import { problemCountMax } from '../../../scenarios/runner/problems.ts';

function log(version: number, ...lines: string[]): string {
  return [`fio version ${version} iolog`, ...lines, ''].join('\n');
}

function v3(...lines: string[]): string {
  return log(3, '0 f add', '0 f open', ...lines);
}

/** `line:column message` of the only problem. */
function refusal(text: string): string {
  const { problems } = readIolog(text);
  expect(problems).toHaveLength(1);
  return `${problems[0]!.line}:${problems[0]!.column} ${problems[0]!.message}`;
}

describe('time', () => {
  test('takes a timestamp for microseconds since the start (version 3)', () => {
    const { ops } = readIolog(v3('1500 f write 4096 8192'));
    expect(ops).toEqual([{ atNs: 1_500_000, op: 'write', offsetBytes: 4096, lengthBytes: 8192 }]);
  });

  const waits = log(
    2,
    'f add',
    'f open',
    'f wait 800 0',
    'f read 0 512',
    'f wait 1000 0',
    'f sync 0 0',
  );
  const timesMs = (text: string, options?: IologOptions) =>
    readIolog(text, options).ops.map((op) => op.atNs / 1e6);

  test('waits until so many milliseconds after the start, as fio 3.33 does (version 2)', () => {
    expect(timesMs(waits)).toEqual([800, 1000]);
    expect(readIolog(waits).isTimed).toBe(true);
  });

  test('does not go back for a wait that is over already (version 2)', () => {
    const late = log(2, 'f add', 'f open', 'f wait 9 0', 'f wait 5 0', 'f read 0 1');
    expect(timesMs(late)).toEqual([9]);
  });

  test('adds up microseconds and drops those below 100, as the HOWTO says (us-after-last)', () => {
    const options = { waitMeaning: 'us-after-last' } as const;
    expect(timesMs(waits, options)).toEqual([0.8, 1.8]);
    const short = log(2, 'f add', 'f open', 'f wait 99 0', 'f read 0 1');
    expect(timesMs(short, options)).toEqual([0]);
  });
});

describe('requests', () => {
  test('makes a flush of sync and datasync, whatever offset they carry', () => {
    const flush = { op: 'flush', offsetBytes: 0, lengthBytes: 0 };
    expect(readIolog(v3('7 f sync 8192 0', '8 f datasync 4096 0')).ops).toEqual([
      { atNs: 7000, ...flush },
      { atNs: 8000, ...flush },
    ]);
  });

  test('counts trim and sync_file_range as skipped', () => {
    const lines = [
      '1 f trim 0 4096',
      '2 f read 0 4096',
      '3 f trim 4096 4096',
      '4 f sync_file_range 0 0',
    ];
    const { skipped, ops, problems } = readIolog(v3(...lines));
    expect(problems).toEqual([]);
    expect(skipped).toEqual({ trim: 2, sync_file_range: 1 });
    expect(ops).toHaveLength(1);
  });

  test('lays files out one after another, 4 KiB aligned, in the order of add', () => {
    const text = log(
      2,
      'a add',
      'b add',
      'idle add',
      'b open',
      'a open',
      'b write 512 100',
      'a read 8000 1000',
      'b read 0 5000',
      'a sync 0 0',
    );
    const { ops, filenames, footprintBytes, problems } = readIolog(text);
    expect(problems).toEqual([]);
    expect(filenames).toEqual(['a', 'b', 'idle']);
    expect(ops.map((op) => op.offsetBytes)).toEqual([12288 + 512, 8000, 12288, 0]);
    expect(footprintBytes).toBe(12288 + 8192);
  });

  test('reads carriage returns, tabs, blank lines and a missing last newline', () => {
    const text = 'fio version 3 iolog\r\n0 f add\r\n\r\n0\tf\topen\r\n5  f read 0 4096';
    expect(readIolog(text)).toMatchObject({ problems: [], ops: [{ atNs: 5000, op: 'read' }] });
  });
});

describe('refusals', () => {
  test('an empty text, another file, a version 1 log, an unknown version', () => {
    const expected =
      "1:1 expected 'fio version 2 iolog' or 'fio version 3 iolog' in the first line";
    expect(refusal('')).toBe(`${expected}, found nothing; was the recording job started?`);
    expect(refusal('PK\n')).toBe(`${expected}, found 'PK'; record with fio --write_iolog=FILE`);
    expect(refusal('0, 4096, 512\n')).toContain(
      "found a version 1 line '0, 4096, 512'; record again",
    );
    expect(refusal(log(4, 'f add'))).toContain("found 'fio version 4 iolog'");
    expect(refusal('toString\n')).toContain("found 'toString'");
  });

  test('a log without any request', () => {
    expect(refusal(v3('9 f close'))).toContain('1:1 no read, write or sync in the log');
  });

  test('a line that is cut off, at its end', () => {
    expect(refusal(v3('1 f sync 0 0', '2 f read 0'))).toBe(
      "5:11 expected 'timestamp filename action' or 'timestamp filename action offset length', " +
        'found 4 words; is it cut off?',
    );
  });

  test('a filename with white space, at the first word too many', () => {
    const message = refusal(log(2, 'f add', 'f open', 'f sync 0 0', 'my file read 0 4096'));
    expect(message).toBe(
      "5:16 expected 'filename action' or 'filename action offset length', found 5 words; " +
        'a filename cannot hold white space',
    );
  });

  test('a misspelled action, with the likely one', () => {
    expect(refusal(v3('1 f sync 0 0', '2 f raed 0 4096'))).toMatch(
      /^5:5 unknown action 'raed', expected one of add, .*did you mean 'read'\?$/,
    );
  });

  test('an action in the wrong shape', () => {
    expect(refusal(v3('1 f sync 0 0', '  2 f read'))).toBe(
      "5:7 'read' goes with 'timestamp filename action offset length', found '2 f read'",
    );
    expect(refusal(v3('1 f sync 0 0', '2 f close 0 0'))).toContain(
      "5:5 'close' goes with 'timestamp filename action'",
    );
  });

  test.each([
    [
      'x f read 0 1',
      "5:1 expected timestamp in us as an integer from 0 to 9007199254740, found 'x'",
    ],
    ['9007199254741 f read 0 1', '5:1 expected timestamp in us'],
    ['2 f read -1 1', "5:10 expected offset as an integer from 0 to 9007199254740991, found '-1'"],
    [
      '2 f read 1e3 1',
      "5:10 expected offset as an integer from 0 to 9007199254740991, found '1e3'",
    ],
    ['2 f read 9007199254740992 1', '5:10 expected offset'],
    ['2 f read 9007199254740991 1', '5:10 read ends beyond 2^53 bytes'],
    [
      '2 f write 0 4k',
      "5:13 expected length in bytes as an integer from 0 to 4294967295, found '4k'",
    ],
    ['2 f write 0 4294967296', '5:13 expected length in bytes'],
    ['2 f write 0 0', '5:13 expected a write of at least 1 byte, found 0'],
  ])('a number out of its range: %s', (line, message) => {
    expect(refusal(v3('1 f sync 0 0', line))).toContain(message);
  });

  test('a timestamp below the last one', () => {
    expect(refusal(v3('9 f sync 0 0', '8 f read 0 1'))).toBe(
      '5:1 timestamp 8 us is below 9 us of the line before; sort the log by its first column',
    );
  });

  test('a wait in version 3, and one that ends after all time', () => {
    expect(refusal(v3('1 f sync 0 0', '2 f wait 100 0'))).toContain("5:5 'wait' is not part of");
    const late = log(2, 'f add', 'f open', 'f sync 0 0', 'f wait 9007199255 0');
    expect(refusal(late)).toContain('5:8 wait ends at 9007199255000000 ns, expected at most');
  });

  test('a file that is not added or not open, once for each', () => {
    const text = log(2, 'f add', 'f read 0 1', 'f read 1 1', 'g read 0 1', 'g read 1 1', 'h close');
    expect(readIolog(text).problems).toEqual([
      {
        line: 3,
        column: 1,
        message: "file 'f' is not open; expected an 'open' line before its first I/O",
      },
      {
        line: 5,
        column: 1,
        message: "file 'g' is not open; expected 'add' and 'open' lines before its first I/O",
      },
      {
        line: 7,
        column: 1,
        message: "file 'h' is not added; expected an 'add' line before 'close'",
      },
    ]);
  });

  test('files that together are larger than 2^53 bytes', () => {
    const big = (name: string) => [
      `${name} add`,
      `${name} open`,
      `${name} read 9007199254700000 1`,
    ];
    expect(refusal(log(2, ...big('a'), ...big('b')))).toContain('1:1 the files take');
  });

  test('lists the first problems and counts the rest', () => {
    const lines = Array.from({ length: problemCountMax + 7 }, () => 'nonsense');
    const { problems } = readIolog(v3(...lines));
    expect(problems).toHaveLength(problemCountMax + 1);
    expect(problems.at(-1)).toEqual({
      line: 3 + lines.length,
      column: 1,
      message: '7 more problems, the last one here; is this the right file?',
    });
  });
});
