// The preset that other projects extend bans what this project bans for its own simulated code.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = process.cwd();
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
let project = '';

/** A project with the package installed, as its users see it: simulated code, and other code. */
beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'stormcell-'));
  mkdirSync(path.join(project, 'node_modules'));
  symlinkSync(root, path.join(project, 'node_modules/stormcell'), 'dir');
  write('package.json', {});
  write('biome.json', {});
  write('simulated/biome.json', {
    root: false,
    extends: ['stormcell/lint/determinism.json'],
    plugins: ['../node_modules/stormcell/lint/determinism.grit'],
  });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, contents: object | string): void {
  const target = path.join(project, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, typeof contents === 'string' ? contents : JSON.stringify(contents));
}

/** The problems of a file's text where it stands, by line and name of the rule. */
function problemsOf(file: string, text: string): readonly string[] {
  write(file, text);
  const words = ['lint', '--reporter=github', file];
  const { stdout } = spawnSync(process.execPath, [biome, ...words], {
    cwd: project,
    encoding: 'utf8',
  });
  return [...stdout.matchAll(/title=([^,]+),.*?line=(\d+)/g)].map((found) => {
    return `${found[2]} ${found[1]}`;
  });
}

const cheats = [
  'export const a = Date.now();',
  'export const b = Math.random();',
  "export const c = 'a'.localeCompare('b');",
  'export const d = setTimeout(String, 1);',
  'export const e = 2 ** 0.5;',
  'export const f = new WeakRef({});',
  'export const g = process.hrtime();',
  'export const h = async () => await c;',
].join('\n');

describe('the lint preset', () => {
  it('holds the rules that biome.json has for sim and model', () => {
    const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
    const own = read('biome.json').overrides.find((one: { plugins?: unknown }) => one.plugins);
    expect(read('lint/determinism.json').linter).toEqual(own.linter);
  });

  it('refuses in a project that extends it what a run could not repeat', () => {
    const lines = problemsOf('simulated/a.ts', cheats).map((problem) => problem.split(' ')[0]);
    expect([...new Set(lines)].sort()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('leaves the other folders of that project alone', () => {
    expect(problemsOf('server/a.ts', cheats)).toEqual([]);
  });

  it('is part of the package', () => {
    const { files, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(files).toContain('lint/determinism.*');
    expect(exports).toHaveProperty(['./lint/determinism.json'], './lint/determinism.json');
  });
});
