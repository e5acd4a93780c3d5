// Same scenario and seed, same bytes: in this process, in others, elsewhere on earth, after other
// runs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScenario, runScenario, type Scenario } from '../../scenarios/runner/index.ts';

const quickstart = 'scenarios/quickstart.yaml';
const cli = path.resolve('dist/scenarios/runner/cli.js');
let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'stormcell-'));
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run "npm run build" first`);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function scenario(): Scenario {
  const reading = readScenario(quickstart);
  if (!reading.ok) throw new Error(reading.problems.map((one) => one.message).join('\n'));
  return reading.value;
}

/** Runs the quickstart in a fresh process and answers the bytes of what it wrote. */
function runElsewhere(name: string, env: Record<string, string>): Map<string, Buffer> {
  const out = path.join(scratch, name);
  execFileSync(process.execPath, [cli, 'run', quickstart, '--out', out], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  return bytesBelow(path.join(out, 'latest'));
}

function bytesBelow(directory: string): Map<string, Buffer> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'meta.json')
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((file) => [path.relative(directory, file), readFileSync(file)]));
}

describe('the quickstart', () => {
  it('gives the same fingerprint twice in one process, at each level', () => {
    const first = runScenario(scenario(), { level: 'hash' }).verdict;
    const second = runScenario(scenario(), { level: 'full' }).verdict;
    expect(second.fingerprint).toBe(first.fingerprint);
    expect({ ...second, slice: [] }).toEqual({ ...first, slice: [] });
  });

  it('gives another fingerprint for another seed', () => {
    const first = runScenario(scenario(), { level: 'hash', seed: '1' }).verdict;
    const second = runScenario(scenario(), { level: 'hash', seed: '2' }).verdict;
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  it('writes the same bytes in fresh processes with other time zones and locales', () => {
    const here = runElsewhere('here', {});
    const fingerprint = runScenario(scenario(), { level: 'hash' }).verdict.fingerprint;
    expect(here.get('verdict.json')?.toString()).toContain(`"fingerprint": "${fingerprint}"`);
    expect([...here.keys()]).toContain('report.html');
    const tokyo = runElsewhere('tokyo', {
      TZ: 'Asia/Tokyo',
      LANG: 'ja_JP.UTF-8',
      LC_ALL: 'ja_JP.UTF-8',
    });
    const lima = runElsewhere('lima', {
      TZ: 'America/Lima',
      LANG: 'tr_TR.UTF-8',
      LC_ALL: 'tr_TR.UTF-8',
    });
    for (const other of [tokyo, lima]) {
      expect([...other.keys()]).toEqual([...here.keys()]);
      for (const [file, bytes] of here) {
        expect(other.get(file)?.equals(bytes), `${file} has other bytes`).toBe(true);
      }
    }
  });
});
