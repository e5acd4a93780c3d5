// What depends on its surroundings is found, down to the event that parted.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyCommand } from '../../../../scenarios/runner/commands/verify.ts';
import type { Watcher } from '../../../../scenarios/runner/probe.ts';
import type { RunResult } from '../../../../scenarios/runner/run-result.ts';
import { type Engine, UsageError } from '../../../../scenarios/runner/shell.ts';
import { variants } from '../../../../scenarios/runner/torture.ts';
import { defaultNetwork } from '../../../../sim/network.ts';
import { createWorld } from '../../../../sim/world.ts';
import { sampleText } from '../sample.ts';
import { fakeEngine, fakeShell, heldVerdict } from '../sample-run.ts';

type ZonedRun = (of: {
  createWorld: unknown;
  watcher: Partial<Watcher>;
  oddTick: number;
  odd?: () => number;
}) => RunResult['verdict'];

const child = path.resolve('test/support/zoned-child.mjs');
const home = process.cwd();
let zonedRun: ZonedRun;
let directory = '';

beforeAll(async () => {
  const built = path.resolve('dist/scenarios/runner/probe-child.js');
  if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build" first`);
  const file = path.resolve('test/support/zoned-run.mjs');
  ({ zonedRun } = (await import(file)) as { zonedRun: ZonedRun });
});

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'stormcell-'));
  process.chdir(directory);
  mkdirSync('scenarios');
  writeFileSync('scenarios/sample.yaml', sampleText);
});

afterEach(() => {
  process.chdir(home);
  rmSync(directory, { recursive: true });
});

/** An engine whose runs are all `zonedRun`, with the seed as the odd tick. */
function zonedEngine(odd?: () => number): Engine {
  const fake = fakeEngine(() => heldVerdict);
  return {
    ...fake,
    runScenario(scenario, options) {
      const { onEntry, onEvent } = options;
      const watcher = onEntry === undefined || onEvent === undefined ? {} : { onEntry, onEvent };
      const oddTick = Number(options.seed);
      const verdict = zonedRun({ createWorld, watcher, oddTick, ...(odd ? { odd } : {}) });
      return { ...fake.runScenario(scenario, options), verdict };
    },
  };
}

async function verify(
  options: Readonly<Record<string, string | boolean | readonly string[]>>,
  engine = zonedEngine(),
) {
  const shell = fakeShell(engine);
  const exit = await verifyCommand(child).run(['scenarios/sample.yaml'], options, shell);
  return { exit, out: shell.outText() };
}

/** Two starts; then each tick is an event, as is the arrival of what the tick before it sent. */
function eventOf(tick: number): number {
  return 2 + tick + arrivedBefore(tick);
}

function arrivedBefore(tick: number): number {
  return tick - Math.ceil(defaultNetwork.localNs / tickNs);
}

const tickNs = 1000;

describe('verify', () => {
  it('passes what comes out the same twice, with its fingerprint', async () => {
    const { exit, out } = await verify({ seed: '40' });
    expect(exit).toBe(0);
    expect(out).toMatch(/^sample {2}seed 40\n {3}VERIFIED twice the fingerprint [0-9a-f]{16}\n$/);
  });

  it('answers the exit code of a run that is violated each time', async () => {
    const violated = fakeEngine(() => ({ ...heldVerdict, exit: 1 }));
    expect((await verify({ seed: '40' }, violated)).exit).toBe(1);
  });

  it('finds another verdict of the same events', async () => {
    const shifting = fakeEngine((_seed, call) => ({ ...heldVerdict, simulatedNs: call }));
    const { exit, out } = await verify({ seed: '40' }, shifting);
    expect(exit).toBe(5);
    expect(out).toContain(
      'DIFFERENT the second from the first run: the same events, another verdict\n' +
        '  before  "simulatedNs": 0,\n  now     "simulatedNs": 1,\n',
    );
  });

  it('names the event at which the second run in one process parts from the first', async () => {
    let runCount = 0;
    const { exit, out } = await verify(
      { seed: '2500' },
      zonedEngine(() => runCount++),
    );
    expect(exit).toBe(5);
    expect(out).toContain('DIFFERENT the second from the first run\n');
    expect(out).toContain(
      `event #${eventOf(2500)} at 2500000 ns: mark 'hour.read' at actor 'clock'\n`,
    );
    expect(out).toMatch(/before {2}.*"facts":\{"hour":0\}/);
    expect(out).toMatch(/now {5}.*"facts":\{"hour":1\}/);
  });
});

describe('verify --torture', () => {
  it('finds a dependence on the time zone, and exactly the event that parted', async () => {
    const { exit, out } = await verify({ seed: '3001', torture: true });
    expect(exit).toBe(5);
    expect(out).toMatch(
      / {3}this process +([0-9a-f]{16}) {2}same\n {3}fresh process +\1 {2}same\n/,
    );
    expect(out).toMatch(/ {3}time zone Pacific\/Chatham +[0-9a-f]{16} {2}differs\n/);
    expect(out).toContain("DIFFERENT 'time zone Pacific/Chatham' from 'this process'\n");
    expect(out).toContain(
      `event #${eventOf(3001)} at 3001000 ns: mark 'hour.read' at actor 'clock'\n`,
    );
    expect(out).toMatch(/before {2}.*"facts":\{"hour":0\}/);
    expect(out).toMatch(/now {5}.*"facts":\{"hour":12\}/);
    expect(out).not.toContain('locale');
  });

  it('passes a run that never looks around, in every variant', async () => {
    const { exit, out } = await verify({ seed: '9999', torture: true });
    expect(exit).toBe(0);
    for (const { name } of variants) expect(out).toContain(`   ${name} `);
    expect(out).toMatch(/ {3}VERIFIED \d+ times the fingerprint [0-9a-f]{16}\n$/);
  });

  it('says why a child failed, and ends with 70', async () => {
    const { exit, out } = await verify({ seed: '13', torture: true });
    expect(exit).toBe(70);
    expect(out).toMatch(/fresh process +-{16} {2}failed\n/);
    expect(out).toContain('Error: this child has no luck');
  });

  it('refuses a --node that is none', async () => {
    const wrong = verify({ seed: '40', torture: true, node: ['/nowhere/node'] });
    await expect(wrong).rejects.toThrow(UsageError);
  });
});
