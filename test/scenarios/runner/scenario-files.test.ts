import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scenarioFiles } from '../../../scenarios/runner/scenario-files.ts';
import { readSeeds } from '../../../scenarios/runner/seeds.ts';

let directory = '';
const before = process.cwd();
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'stormcell-'));
  process.chdir(directory);
  for (const file of ['s/b.yaml', 's/a.yml', 's/deep/c.yaml', 's/notes.md', 's/.hidden/d.yaml']) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
  }
});
afterEach(() => {
  process.chdir(before);
  rmSync(directory, { recursive: true });
});

describe('scenario arguments', () => {
  test.each([
    [['s/b.yaml'], ['s/b.yaml']],
    [['s'], ['s/a.yml', 's/b.yaml', 's/deep/c.yaml']],
    [['s/*.yaml'], ['s/b.yaml']],
    [['s/**/*.yaml'], ['s/b.yaml', 's/deep/c.yaml']],
    [['s/?.y*ml'], ['s/a.yml', 's/b.yaml']],
    [
      ['./s/b.yaml', 's/b.yaml', 's'],
      ['s/b.yaml', 's/a.yml', 's/deep/c.yaml'],
    ],
  ])('%j name %j', (named, files) => {
    expect(scenarioFiles(named)).toEqual({ ok: true, files });
  });

  test.each([
    ['t', "no such file or directory: 't'"],
    ['s/x*', "no file matches 's/x*'"],
    ['s/.hidden/e*', "no file matches 's/.hidden/e*'"],
  ])('%s is refused', (named, message) => {
    expect(scenarioFiles(['s', named])).toEqual({ ok: false, message });
  });

  test('a directory without scenarios is refused', () => {
    mkdirSync('empty');
    expect(scenarioFiles(['empty'])).toEqual({
      ok: false,
      message: "no scenario in directory 'empty', expected *.yaml files",
    });
  });
});

describe('seeds', () => {
  test.each([
    ['1..4', ['1', '2', '3', '4']],
    ['7', ['7']],
    ['1..2,9,1,4f1c2ab', ['1', '2', '9', '4f1c2ab']],
  ])('%s names %j', (text, seeds) => {
    expect(readSeeds(text)).toEqual({ ok: true, seeds });
  });

  test.each(['', '4..1', '1..', 'a..b', '1..2..3', '1 2', '0..9999999', '../x'])(
    '%s is refused',
    (text) => {
      expect(readSeeds(text).ok).toBe(false);
    },
  );
});
