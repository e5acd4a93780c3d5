import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../scenarios/runner/command-line.ts';
import type { RunScenario } from '../../../scenarios/runner/run-result.ts';
import type { Verdict } from '../../../sim/property.ts';
import type { Entry } from '../../../sim/record.ts';
import { sampleText } from './sample.ts';
import {
  fakeEngine,
  fakeShell,
  heldVerdict,
  inconclusiveVerdict,
  sampleEntries,
  violatedVerdict,
} from './sample-run.ts';

let directory = '';
let before = '';

beforeEach(() => {
  before = process.cwd();
  directory = mkdtempSync(path.join(os.tmpdir(), 'stormcell-'));
  process.chdir(directory);
  mkdirSync('scenarios');
  writeFileSync('scenarios/sample.yaml', sampleText);
});

afterEach(() => {
  process.chdir(before);
  rmSync(directory, { recursive: true });
});

type VerdictOf = (seed: string, call: number) => Verdict;

async function stormcell(words: string, verdictOf: VerdictOf = () => heldVerdict) {
  const shell = fakeShell(fakeEngine(verdictOf));
  const exit = await runCommandLine(words.split(' '), shell);
  return { exit, out: shell.outText(), err: shell.errText() };
}

describe('exit codes', () => {
  const withExit = (exit: 0 | 1 | 3 | 4): Verdict => ({ ...heldVerdict, exit });

  test.each([
    ['held', heldVerdict, 0],
    ['violated', violatedVerdict, 1],
    ['inconclusive', inconclusiveVerdict, 3],
    ['only thresholds broken', withExit(4), 4],
  ])('ends a run that is %s with its code', async (_name, verdict, exit) => {
    expect((await stormcell('run scenarios/sample.yaml', () => verdict)).exit).toBe(exit);
  });

  test('takes the worst of several scenarios: 1 over 4 over 3', async () => {
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(
        `scenarios/${name}.yaml`,
        sampleText.replace('scenario: sample', `scenario: ${name}`),
      );
    }
    const codes = [3, 4, 1, 0] as const;
    const all = await stormcell('run scenarios --trace never', (_seed, call) =>
      withExit(codes[call]!),
    );
    expect(all.exit).toBe(1);
    const milder = [3, 4, 0, 0] as const;
    const two = await stormcell('run scenarios --trace never', (_seed, call) =>
      withExit(milder[call]!),
    );
    expect(two.exit).toBe(4);
  });

  test.each([
    ['an unknown command', 'rnu x', "unknown command 'rnu'"],
    ['an unknown option', 'run scenarios --sed 3', "unknown option '--sed'"],
    ['no scenario', 'run', "missing required argument 'scenario'"],
    ['a file that is not there', 'run nowhere.yaml', "no such file or directory: 'nowhere.yaml'"],
    ['a pattern without files', 'run scenarios/x*.yaml', "no file matches 'scenarios/x*.yaml'"],
    ['a directory without scenarios', 'run .stormcell-none', 'no such file or directory'],
    [
      'an override without a value',
      'run scenarios --set seed',
      "expected --set path=value, found 'seed'",
    ],
    ['a seed that names no directory', 'run scenarios --seed a/b', "found 'a/b'"],
    ['a sweep without seeds', 'sweep scenarios', 'a sweep needs seeds'],
    [
      'a number of aimed faults without aim',
      'sweep scenarios --seeds 1..2 --aims 2',
      '--aims is how many --aim gives',
    ],
    [
      'a number of aimed faults that is none',
      'sweep scenarios --seeds 1..2 --aim --aims 0',
      "--aims: expected 1 to 64, found '0'",
    ],
    ['a sweep of no seed', 'sweep scenarios --seeds 9..3', 'no seed is in it'],
    ['an unknown machine', 'machine lmap', "unknown machine 'lmap', expected one of"],
    ['an unknown list', 'list fautls', "unknown list 'fautls', expected one of"],
    ['a replay of nothing to compare with', 'replay scenarios/sample.yaml', 'names no fingerprint'],
    ['a report of no run', 'report scenarios', 'is no run directory'],
  ])('refuses %s with 2 and a line on stderr', async (_name, words, message) => {
    const { exit, out, err } = await stormcell(words);
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  test('proposes the command and the option that were meant', async () => {
    expect((await stormcell('rnu scenarios')).err).toContain('(Did you mean run?)');
    expect((await stormcell('run scenarios --sede 1')).err).toContain('(Did you mean --seed?)');
    expect((await stormcell('list fautls')).err).toContain("did you mean 'faults'?");
  });

  test('refuses a scenario with problems with 2, a line each', async () => {
    writeFileSync('scenarios/sample.yaml', sampleText.replace('duration: 30s', 'duration: 30'));
    const { exit, err } = await stormcell('run scenarios/sample.yaml');
    expect(exit).toBe(2);
    expect(err).toBe(
      "scenarios/sample.yaml:5:11: expected a duration with a unit, found 30; write '30s'\n",
    );
  });

  test('refuses to run without a seed', async () => {
    writeFileSync('scenarios/sample.yaml', sampleText.replace('seed: 1\n', ''));
    const { exit, err } = await stormcell('run scenarios');
    expect(exit).toBe(2);
    expect(err).toBe(
      "stormcell: scenario 'sample' has no seed; write seed: 1 into it or give --seed 1\n",
    );
    expect((await stormcell('run scenarios --seed 5')).exit).toBe(0);
  });

  test('ends with 70 and a stack when something of ours breaks', async () => {
    const { exit, err } = await stormcell('run scenarios', () => {
      throw new Error('a broken promise');
    });
    expect(exit).toBe(70);
    expect(err).toContain('internal error');
    expect(err).toContain('Error: a broken promise\n    at ');
  });

  test('ends help and version with 0', async () => {
    const help = await stormcell('--help');
    expect(help.exit).toBe(0);
    expect(help.out).toContain('Usage: stormcell [options] [command]');
    expect((await stormcell('run --help')).out).toContain('--seed <seed>');
    expect(await stormcell('--version')).toEqual({ exit: 0, out: '0.1.0\n', err: '' });
  });
});

describe('run', () => {
  test('writes a run directory and points latest at it', async () => {
    const { out } = await stormcell('run scenarios/sample.yaml');
    const latest = readlinkSync('.stormcell/latest');
    expect(latest).toMatch(/^sample\/1-[0-9a-f]{8}$/);
    expect(out).toContain(`REPLAY   npx stormcell replay .stormcell/${latest}/repro.yaml`);
    expect(out).toContain(`REPORT   .stormcell/${latest}/report.html`);
    expect(existsSync(`.stormcell/${latest}/charts/latency.png`)).toBe(true);
  });

  test('keeps stdout to results: the same bytes in every run', async () => {
    const first = await stormcell('run scenarios/sample.yaml');
    const second = await stormcell('run scenarios/sample.yaml');
    expect(second.out).toBe(first.out);
    expect(first.err).toContain('simulated seconds a second');
  });

  test('takes the seed and values of the command line over those of the file', async () => {
    await stormcell('run scenarios --seed 42 --set duration=40s --out runs');
    const text = readFileSync(`runs/${readlinkSync('runs/latest')}/scenario.resolved.yaml`, 'utf8');
    expect(text).toContain('seed: "42"\nduration: 40s\n');
  });

  test('keeps a record only of failures (trace on-fail)', async () => {
    await stormcell('run scenarios --trace on-fail --out held');
    await stormcell('run scenarios --trace on-fail --out broken', () => violatedVerdict);
    expect(existsSync('held/latest/record.ndjson.gz')).toBe(false);
    expect(existsSync('broken/latest/record.ndjson.gz')).toBe(true);
  });

  test('ends with 5 and names where two runs part (verify)', async () => {
    const differing: VerdictOf = (_seed, call) => ({ ...heldVerdict, fingerprint: `f${call}` });
    const { exit, out } = await stormcell('run scenarios --verify', differing);
    expect(exit).toBe(5);
    expect(out).toContain('DIFFERENT two runs of seed 1 have different fingerprints');
    const same = await stormcell('run scenarios --verify');
    expect(same.exit).toBe(0);
    expect(same.out).toContain('VERIFIED twice the fingerprint 00112233445566ff');
  });

  test('says nothing of what held (quiet)', async () => {
    expect(await stormcell('run scenarios -q')).toEqual({ exit: 0, out: '', err: '' });
  });
});

describe('replay', () => {
  test('runs a repro again and finds the same', async () => {
    await stormcell('run scenarios', () => violatedVerdict);
    for (const what of ['.stormcell/latest/repro.yaml', '.stormcell/latest']) {
      const { exit, out } = await stormcell(`replay ${what}`, () => violatedVerdict);
      expect(exit).toBe(1);
      expect(out).toContain('SAME      fingerprint 00112233445566ff, as before');
    }
  });

  test('ends with 5 when the fingerprint differs', async () => {
    await stormcell('run scenarios');
    const other: VerdictOf = () => ({ ...heldVerdict, fingerprint: 'ffff' });
    const { exit, out } = await stormcell('replay .stormcell/latest', other);
    expect(exit).toBe(5);
    expect(out).toContain('DIFFERENT fingerprint ffff, expected 00112233445566ff');
  });

  test('replays a repro that was carried elsewhere', async () => {
    await stormcell('run scenarios');
    writeFileSync('carried.yaml', readFileSync('.stormcell/latest/repro.yaml'));
    expect((await stormcell('replay carried.yaml')).exit).toBe(0);
  });
});

describe('sweep', () => {
  const third: VerdictOf = (seed) => (seed === '3' ? violatedVerdict : heldVerdict);

  test('lists failed seeds with what broke and how to replay them', async () => {
    const { exit, out, err } = await stormcell('sweep scenarios --seeds 1..10', third);
    expect(exit).toBe(1);
    expect(out).toContain('sample  10 seeds, 9 passed, 1 failed');
    expect(out).toContain('   no-lost-acked-write  1 seeds\n');
    expect(out).toMatch(/seed 3 {2}npx stormcell replay \.stormcell\/sample\/3-[0-9a-f]{8}\/repro/);
    expect(err.split('\n').filter((line) => line.includes(' seeds a second'))).toHaveLength(10);
  });

  test('stops at the first failure (fail fast)', async () => {
    const { exit, out } = await stormcell('sweep scenarios --seeds 1..10 --fail-fast', third);
    expect(exit).toBe(1);
    expect(out).toContain('sample  3 seeds, 2 passed, 1 failed');
  });

  test('needs a sometimes from one seed, not from each', async () => {
    const once: VerdictOf = (seed) => (seed === '4' ? heldVerdict : inconclusiveVerdict);
    expect((await stormcell('sweep scenarios --seeds 1..5', once)).exit).toBe(0);
    const never = await stormcell('sweep scenarios --seeds 1..5', () => inconclusiveVerdict);
    expect(never.exit).toBe(3);
    expect(never.out).toContain("'re-mirrored' was reached by no seed");
  });

  test('writes down what it aimed: a schedule of its own for each failed seed', async () => {
    const bad: VerdictOf = () => violatedVerdict;
    const aims = async (words: string) => {
      const { out } = await stormcell(`sweep scenarios --seeds 1..2${words}`, bad);
      const files = [...out.matchAll(/replay (\S+)/g)].map(([, file]) =>
        readFileSync(file!, 'utf8'),
      );
      expect(files).toHaveLength(2);
      return files.map((text) => text.match(/target: there/g)?.length ?? 0);
    };
    expect(await aims('')).toEqual([0, 0]);
    expect(await aims(' --aim')).toEqual([3, 3]);
    expect(await aims(' --aim --aims 5')).toEqual([5, 5]);
  });

  test('draws the rules that routers decided by in all runs', async () => {
    const engine = fakeEngine(() => heldVerdict);
    const runScenario: RunScenario = (scenario, options) => {
      const mark = { ...sampleEntries[0]!, name: 'rule.applied', facts: { rule: 'active/sealed' } };
      options.onEntry?.(mark as Entry);
      return engine.runScenario(scenario, options);
    };
    const shell = fakeShell({ ...engine, runScenario });
    expect(await runCommandLine(['sweep', 'scenarios', '--seeds', '1..3'], shell)).toBe(0);
    expect(shell.outText()).toContain('1 of 49 pairs of observations met in 3 decisions');
    expect(shell.outText()).toContain('PICTURE    .stormcell/rule-table.svg\n');
    expect(readFileSync('.stormcell/rule-table.svg', 'utf8')).toBe('<svg/>');
  });

  test('ends with 130 and what it has when it is interrupted', async () => {
    const shell = fakeShell(
      fakeEngine(() => heldVerdict),
      [null, null, 130],
    );
    const words = ['sweep', 'scenarios', '--seeds', '1..10'];
    expect(await runCommandLine(words, shell)).toBe(130);
    expect(shell.outText()).toContain('sample  2 seeds, 2 passed, 0 failed');
    expect(shell.errText()).toContain('interrupted after 2 of 10 seeds');
  });
});

describe('other commands', () => {
  test('checks without running', async () => {
    const explode: VerdictOf = () => {
      throw new Error('ran');
    };
    const { exit, out } = await stormcell('check scenarios', explode);
    expect({ exit, out }).toEqual({
      exit: 0,
      out: 'sample: 6 hosts, 1 clients, 2 faults, 0 random faults\n',
    });
    expect((await stormcell('check scenarios --resolved', explode)).out).toContain('seed: "1"\n');
  });

  test('lists faults with what they take', async () => {
    const { out } = await stormcell('list faults');
    expect(out).toContain('crash         a process dies (target)\n');
    expect(out).toContain('partition     a cut (groups: groups, oneWay: boolean = false)\n');
    for (const what of ['devices', 'properties', 'workloads', 'mutants', 'charts', 'commands']) {
      expect((await stormcell(`list ${what}`)).out).not.toBe('');
    }
  });

  test('draws a machine, and prints what it is made from', async () => {
    expect((await stormcell('machine lamp')).out).toBe('stateDiagram-v2\n');
    expect((await stormcell('machine lamp --json')).out).toBe('{\n  "id": "lamp"\n}\n');
  });

  test('writes the schema, and finds it stale when a name is added', async () => {
    mkdirSync('schema');
    expect((await stormcell('schema --write')).exit).toBe(0);
    expect((await stormcell('schema --check')).exit).toBe(0);
    const stale = readFileSync('schema/scenario.v1.json', 'utf8').replace('hdd-7200', 'hdd-5400');
    writeFileSync('schema/scenario.v1.json', stale);
    const { exit, err } = await stormcell('schema --check');
    expect(exit).toBe(1);
    expect(err).toBe('schema/scenario.v1.json is stale; run: npx stormcell schema --write\n');
  });

  test('rebuilds a report from a saved record', async () => {
    await stormcell('run scenarios --no-report');
    expect(existsSync('.stormcell/latest/report.html')).toBe(false);
    expect((await stormcell('report .stormcell/latest')).out).toBe(
      '.stormcell/latest/report.html\n',
    );
    expect(readFileSync('.stormcell/latest/report.html', 'utf8')).toBe('<p>report</p>\n');
  });

  test('writes files to begin with, and never over others', async () => {
    expect((await stormcell('init fresh')).exit).toBe(0);
    expect((await stormcell('check fresh/first.yaml')).err).not.toContain('expected a duration');
    const again = await stormcell('init fresh');
    expect(again.exit).toBe(2);
    expect(again.err).toContain("'fresh/first.yaml' exists already; nothing was written");
  });
});
