import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readIolog } from '../../../scenarios/runner/traces.ts';

const converter = fileURLToPath(
  new URL('../../../scenarios/traces/strace-to-iolog.mjs', import.meta.url),
);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strace-to-iolog-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The log of these strace lines, for the window from 100 s to 110 s and files below /db. */
function converted(...straceLines: string[]): string {
  const [input, output] = [join(folder, 'strace.out'), join(folder, 'out.iolog')];
  writeFileSync(input, `${straceLines.join('\n')}\n`);
  const window = ['--root', '/db', '--start', '100.000000', '--seconds', '10'];
  execFileSync(process.execPath, [converter, ...window, input, output], { stdio: 'pipe' });
  return readFileSync(output, 'utf8');
}

test('keeps the reads, writes and syncs of the window, widened to 4 KiB', () => {
  const text = converted(
    '7  99.999999 pread64(5</db/a>, ""..., 8192, 0) = 8192',
    '7  100.000250 pread64(5</db/a>, ""..., 8192, 8192) = 8192',
    '7  100.000300 pread64(3</lib/libc.so>, ""..., 784, 64) = 784',
    '7  101.500000 pwrite64(5</db/a>, ""..., 100, 5000) = 100',
    '7  101.500100 pwrite64(5</db/a>, ""..., 100, 5000) = -1 ENOSPC (No space left on device)',
    '7  101.500200 pread64(5</db/a>, ""..., 100, 50000) = 0',
    '7  102.000000 fdatasync(5</db/a>)       = 0',
    '7  102.000001 sync_file_range(5</db/a>, 0, 8192, SYNC_FILE_RANGE_WRITE) = 0',
    '7  103.000000 fsync(6</db/>)            = 0',
    '7  110.000000 fsync(5</db/a>)           = 0',
  );
  expect(text.split('\n')).toEqual([
    'fio version 3 iolog',
    '0 data add',
    '0 data open',
    '250 data read 8192 8192',
    '1500000 data write 4096 4096',
    '2000000 data datasync 0 0',
    '3000000 data sync 0 0',
    '3000000 data close',
    '',
  ]);
  expect(readIolog(text).problems).toEqual([]);
});

test('joins a call that another process interrupted, at the time it began', () => {
  const text = converted(
    '7  100.000001 pread64(5</db/a>,  <unfinished ...>',
    '8  100.000002 pwrite64(9</db/a>, ""..., 4096, 4096) = 4096',
    '7  100.000009 <... pread64 resumed>""..., 8192, 16384) = 8192',
  );
  expect(text).toContain('\n1 data read 16384 8192\n2 data write 4096 4096\n');
});

test('follows the position of plain reads and writes', () => {
  const text = converted(
    '7  100.000001 openat(AT_FDCWD</db>, "control", O_RDWR) = 4</db/control>',
    '7  100.000002 write(4</db/control>, ""..., 4096) = 4096',
    '7  100.000003 write(4</db/control>, ""..., 4096) = 4096',
    '7  100.000004 lseek(4</db/control>, 0, SEEK_SET) = 0',
    '7  100.000005 read(4</db/control>, ""..., 512) = 512',
  );
  expect(text).toContain('2 data write 0 4096\n3 data write 4096 4096\n5 data read 0 4096\n');
});

test('keeps the extent of a renamed file and gives a new file under its name a new one', () => {
  const write = (atSec: string, path: string) =>
    `7  ${atSec} pwrite64(5<${path}>, ""..., 4096, 0) = 4096`;
  const text = converted(
    write('100.000001', '/db/log/1'),
    '7  100.000002 rename("log/1", "log/2") = 0',
    write('100.000003', '/db/log/2'),
    write('100.000004', '/db/log/1'),
    '7  100.000005 unlink("/db/log/2") = 0',
    write('100.000006', '/db/log/2'),
  );
  const { ops } = readIolog(text);
  expect(ops.map((op) => op.offsetBytes)).toEqual([0, 0, 4096, 8192]);
});
