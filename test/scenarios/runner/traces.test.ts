import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isTraceFormatName, readIolog, traceFormats } from '../../../scenarios/runner/traces.ts';

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

const pgbenchText = textOf('../../../scenarios/traces/pgbench.iolog');
const readme = textOf('../../../scenarios/traces/README.md');
const twoFilesText = textOf('samples/fio-3.33-two-files.iolog');
const noTimesText = textOf('samples/version-2-no-times.iolog');

function totalsOf(ops: readonly { op: string; lengthBytes: number }[], op: string) {
  const chosen = ops.filter((each) => each.op === op);
  return { count: chosen.length, bytes: chosen.reduce((sum, each) => sum + each.lengthBytes, 0) };
}

/** A row of the README's table: `| read | 5,835 | 46,342,144 |`. */
function promised(name: string) {
  const row = new RegExp(`^\\| ${name}.* \\| ([\\d,]+) \\| ([\\d,]+) \\|$`, 'm').exec(readme);
  const [count, bytes] = row!.slice(1).map((text) => Number(text.replaceAll(',', '')));
  return { count: count!, bytes: bytes! };
}

test('holds what its README promises (pgbench.iolog)', () => {
  const { ops, problems, filenames, skipped, footprintBytes, isTimed } = readIolog(pgbenchText);
  expect(problems).toEqual([]);
  expect(filenames).toEqual(['pgdata']);
  expect(skipped).toEqual({});
  expect(isTimed).toBe(true);
  expect(totalsOf(ops, 'read')).toEqual(promised('read'));
  expect(totalsOf(ops, 'write')).toEqual(promised('write'));
  expect(totalsOf(ops, 'flush').count).toBe(promised('sync').count + promised('datasync').count);
  expect(readme.replaceAll(',', '')).toContain(`Footprint: ${footprintBytes} bytes`);
});

test('fits a 32 MiB volume in whole 4 KiB blocks, in the order of time (pgbench.iolog)', () => {
  const { ops, footprintBytes } = readIolog(pgbenchText);
  const badOps = ops.filter(
    (op, index) =>
      op.offsetBytes % 4096 !== 0 ||
      op.lengthBytes % 4096 !== 0 ||
      op.offsetBytes + op.lengthBytes > footprintBytes ||
      op.atNs < (ops[index - 1]?.atNs ?? 0),
  );
  expect(badOps).toEqual([]);
  expect(footprintBytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  expect(ops.at(-1)!.atNs).toBeGreaterThan(20e9);
  expect(ops.at(-1)!.atNs).toBeLessThan(30e9);
});

test('names no user, host or path (pgbench.iolog)', () => {
  const line =
    /^(fio version 3 iolog|\d+ pgdata (add|open|close|((read|write|(data)?sync) \d+ \d+)))$/;
  const odd = pgbenchText.split('\n').filter((text) => text !== '' && !line.test(text));
  expect(odd).toEqual([]);
});

test('reads what fio wrote and counts what fio counted (version 3, two files)', () => {
  const { ops, problems, filenames, footprintBytes } = readIolog(twoFilesText);
  expect(problems).toEqual([]);
  expect(filenames).toEqual(['alpha', 'beta']);
  expect(totalsOf(ops, 'read')).toEqual({ count: 134, bytes: 1316 * 1024 });
  expect(totalsOf(ops, 'write')).toEqual({ count: 126, bytes: 1184 * 1024 });
  expect(totalsOf(ops, 'flush').count).toBe(41);
  expect(footprintBytes).toBe(2 * 256 * 1024);
  // fio reported a run of 115 ms: timestamps are microseconds.
  expect(ops.at(-1)!.atNs).toBeGreaterThan(110e6);
  expect(ops.at(-1)!.atNs).toBeLessThan(116e6);
});

test('reads the same requests without times (version 2, no waits)', () => {
  const timed = readIolog(twoFilesText);
  const untimed = readIolog(noTimesText);
  expect(untimed.problems).toEqual([]);
  expect(untimed.isTimed).toBe(false);
  expect(untimed.ops).toEqual(timed.ops.map((op) => ({ ...op, atNs: 0 })));
});

test('reads the samples by the name of their format', () => {
  expect(isTraceFormatName('iolog')).toBe(true);
  expect(isTraceFormatName('toString')).toBe(false);
  expect(traceFormats.iolog.read(twoFilesText)).toEqual(readIolog(twoFilesText));
});
