import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../scenarios/runner/canonical-json.ts';
import { firstDifference } from '../../../scenarios/runner/first-difference.ts';
import { readRecord, recordBytes } from '../../../scenarios/runner/record-file.ts';
import {
  expectedFingerprint,
  readRunDirectory,
  reproText,
  writeRunDirectory,
} from '../../../scenarios/runner/run-directory.ts';
import { readSample, sampleScenario } from './sample.ts';
import { fakeEngine, violatedVerdict } from './sample-run.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'stormcell-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const engine = fakeEngine(() => violatedVerdict);
const result = engine.runScenario(sampleScenario(), { seed: '1', level: 'full' });
const scenarioText = 'version: 1\n';

async function write(startedAt: string): Promise<string> {
  const { header, verdict, entries } = result;
  const report = await engine.renderReport({ header, verdict, entries, scenarioText });
  const meta = { startedAt, durationMs: startedAt.length, node: 'v20', platform: 'test' };
  return writeRunDirectory(root, { result, scenarioText, report, meta });
}

function bytesOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path.join(directory, file)).isFile())
    .sort();
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(path.join(directory, file)).toString('hex')]),
  );
}

describe('a run directory', () => {
  test('has the same bytes every time, but for meta.json', async () => {
    const first = bytesOf(await write('2001-01-01T00:00:00.000Z'));
    const second = bytesOf(await write('2002-02-02'));
    expect(Object.keys(first)).toEqual([
      'charts/latency.png',
      'charts/latency.svg',
      'charts/latency.vl.json',
      'meta.json',
      'record.ndjson.gz',
      'report.html',
      'repro.yaml',
      'scenario.resolved.yaml',
      'verdict.json',
    ]);
    expect(second['meta.json']).not.toBe(first['meta.json']);
    expect({ ...second, 'meta.json': '' }).toEqual({ ...first, 'meta.json': '' });
  });

  test('is read back as it was written', async () => {
    const saved = readRunDirectory(await write('now'));
    expect(saved.verdict).toEqual(result.verdict);
    expect(saved.record).toEqual({ header: result.header, entries: result.entries });
  });

  test('replaces an older one and leaves nothing half written', async () => {
    const directory = await write('then');
    await write('now');
    expect(readdirSync(path.dirname(directory))).toEqual([path.basename(directory)]);
    expect(readlinkSync(path.join(root, 'latest'))).toBe(`sample/${path.basename(directory)}`);
  });

  test('holds a repro that is a scenario file and says what to expect', () => {
    const text = reproText(scenarioText, violatedVerdict);
    expect(text).toBe(
      '# Run it again, exactly: npx stormcell replay <this file>\n' +
        '# version: 0.1.0\n' +
        '# verdict: violated no-lost-acked-write\n' +
        '# fingerprint: 00112233445566ff\n' +
        'version: 1\n',
    );
    expect(expectedFingerprint(text)).toBe('00112233445566ff');
    expect(expectedFingerprint(scenarioText)).toBeNull();
    expect(readSample(text).ok).toBe(false);
  });
});

describe('a record file', () => {
  test('names no time and no system in its gzip header', () => {
    const bytes = recordBytes({ header: result.header, entries: result.entries });
    expect([...bytes.slice(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    expect(gunzipSync(bytes).toString().split('\n')).toHaveLength(5);
  });

  test('survives more entries than one piece holds', () => {
    const entries = Array.from({ length: 45_000 }, (_, index) => ({
      ...result.entries[0]!,
      index,
    }));
    const saved = readRecord(recordBytes({ header: result.header, entries }));
    expect(saved.entries).toHaveLength(45_000);
    expect(saved.entries[44_999]!.index).toBe(44_999);
  });

  test('is refused when it is something else', () => {
    const other = recordBytes({ header: { ...result.header, schema: 'x' as never }, entries: [] });
    expect(() => readRecord(other)).toThrow('expected a record of schema stormcell-record/1');
  });
});

test('canonical JSON depends on values, not on the order keys were set in', () => {
  const left = canonicalJson({
    b: 1,
    a: [{ d: null, c: 'x' }],
    10: true,
    9: {},
    e: [],
    u: undefined,
  });
  const right = canonicalJson({ 9: {}, 10: true, e: [], a: [{ c: 'x', d: null }], b: 1 });
  expect(left).toBe(right);
  expect(Object.keys(JSON.parse(left))).toHaveLength(5);
  expect(left.indexOf('"10"')).toBeLessThan(left.indexOf('"9"'));
  expect(() => canonicalJson({ x: Number.NaN })).toThrow('expected a finite number');
});

test('finds the first entry in which two records part', () => {
  const [a, b, c] = result.entries;
  expect(firstDifference([a!, b!], [a!, b!])).toBeNull();
  expect(firstDifference([a!, b!], [a!, c!])).toEqual({ index: 1, left: b, right: c });
  expect(firstDifference([a!], [a!, b!])).toEqual({ index: 1, left: null, right: b });
});
