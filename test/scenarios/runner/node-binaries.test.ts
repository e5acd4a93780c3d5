import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeBinaries } from '../../../scenarios/runner/node-binaries.ts';
import { UsageError } from '../../../scenarios/runner/shell.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'stormcell-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function program(name: string, prints: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, `#!/bin/sh\necho ${prints}\n`);
  chmodSync(file, 0o755);
  return file;
}

it('finds Nodes with a version in their name on the path, in order, and nothing else', () => {
  const newer = program('node24', 'v24.1.0');
  const older = program('node22', 'v22.4.1');
  program('node', 'v21.0.0');
  program('nodemon22', 'v1.0.0');
  program('node18', 'hello');
  expect(nodeBinaries([], `/nowhere${path.delimiter}${directory}`)).toEqual([
    { file: older, version: 'v22.4.1' },
    { file: newer, version: 'v24.1.0' },
  ]);
});

it('takes each once, the named ones first, and not the one that runs this', () => {
  const named = program('node22', 'v22.4.1');
  symlinkSync(named, path.join(directory, 'node23'));
  symlinkSync(process.execPath, path.join(directory, 'node20'));
  expect(nodeBinaries([named], directory)).toEqual([{ file: named, version: 'v22.4.1' }]);
  expect(nodeBinaries([process.execPath], directory)).toHaveLength(1);
});

it('refuses a named one that is not there or is no Node', () => {
  const wrong = program('wrong', 'hello');
  expect(() => nodeBinaries([wrong], '')).toThrow(UsageError);
  expect(() => nodeBinaries(['/nowhere/node'], '')).toThrow(/found '\/nowhere\/node'/);
});
