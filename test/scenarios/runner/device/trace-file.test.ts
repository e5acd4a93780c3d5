import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { textChunks } from '../../../../scenarios/runner/device/trace-file.ts';
import { readDeviceTrace } from '../../../../scenarios/runner/device/trace-formats.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'trace-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = path.join(folder, 'requests.trace');
  writeFileSync(file, text);
  return file;
}

test('a file comes in chunks, characters of several bytes in one piece', () => {
  const text = 'aä€😀z\n'.repeat(20);
  const file = written(text);
  for (const bytesMax of [1, 2, 3, 5, 7, 1000]) {
    expect([...textChunks(file, bytesMax)].join('')).toBe(text);
  }
  expect([...textChunks(file, 10)].length).toBeGreaterThan(20);
});

test('a trace is read from a file without having its text as a whole', () => {
  const lines = Array.from({ length: 3000 }, (_, index) => `${index} 0 ${index * 8} 8 1\n`);
  const reading = readDeviceTrace('mqsim', textChunks(written(lines.join('')), 64));
  expect(reading).toMatchObject({ kind: 'ok', trace: { opCount: 3000, sectorEnds: [24_000] } });
});

test('a file that is not there is what the system says', () => {
  expect(() => [...textChunks(path.join(folder, 'none'))]).toThrow('ENOENT');
});
