import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { changed, readSample, sampleScenario, sampleText } from './sample.ts';

/** All problems of a text, a line each. */
function problemsOf(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  const reading = readSample(text, files);
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

describe('what a right file means', () => {
  test('spreads hosts over zones in turn and deals them to cells zone by zone', () => {
    const { hosts } = sampleScenario().cluster;
    expect(hosts.map(({ id, zone, cell }) => `${id} ${zone} ${cell}`)).toEqual([
      'host-1 az-a cell-1',
      'host-2 az-b cell-1',
      'host-3 az-c cell-1',
      'host-4 az-a cell-2',
      'host-5 az-b cell-2',
      'host-6 az-c cell-2',
    ]);
  });

  test('reads every unit to what the kernel counts in', () => {
    const scenario = sampleScenario();
    expect(scenario.durationNs).toBe(30_000_000_000);
    expect(scenario.network).toEqual({
      sameZone: { kind: 'uniform', minNs: 100_000, maxNs: 250_000 },
      crossZone: { kind: 'lognormal', p50Ns: 400_000, p99Ns: 1_000_000 },
      bandwidthBitsPerSec: 10_000_000_000,
      dropShare: 0.0001,
      duplicateShare: 0,
      reorderShare: 0,
    });
    expect(scenario.cluster.clients[0]!.workload).toEqual({
      kind: 'pattern',
      readShare: 0.7,
      blocksMin: 1,
      blocksMax: 4,
      ratePerSec: 800,
      keys: { kind: 'zipf', exponent: 0.99 },
      flushEvery: 0,
    });
  });

  test('orders faults by time, fills in defaults and remembers where each is declared', () => {
    expect(sampleScenario().faults).toEqual([
      {
        kind: 'crash',
        atNs: 8_000_000_000,
        forNs: 6_000_000_000,
        target: 'zone=az-b role=host',
        params: {},
        source: { file: 'scenarios/sample.yaml', line: 29, column: 7 },
      },
      {
        kind: 'partition',
        atNs: 20_000_000_000,
        forNs: 5_000_000_000,
        params: { groups: [['az-c'], ['az-a', 'az-b']], oneWay: false },
        source: { file: 'scenarios/sample.yaml', line: 28, column: 7 },
      },
    ]);
  });

  test('remembers where each expectation stands', () => {
    expect(sampleScenario().expect.always).toEqual([
      {
        property: 'no-lost-acked-write',
        source: { file: 'scenarios/sample.yaml', line: 31, column: 12 },
      },
    ]);
  });

  test('takes a seed as a number, as text and as a commit', () => {
    const seedOf = (seed: string) => sampleScenario(changed('seed: 1', `seed: ${seed}`)).seed;
    expect(seedOf('1')).toBe('1');
    expect(seedOf("'1'")).toBe('1');
    expect(seedOf('4f1c2ab9c0d3e5f67890a1b2c3d4e5f6a7b8c9d0')).toBe(
      '4f1c2ab9c0d3e5f67890a1b2c3d4e5f6a7b8c9d0',
    );
  });

  test('does without a seed, a network, clocks, cells and faults', () => {
    const text = sampleText
      .replace('seed: 1\n', '')
      .replace(/network:[\s\S]*?clients:/, 'clients:')
      .replace('  cells: [cell-1, cell-2]\n', '')
      .replace(/faults:[\s\S]*?expect:/, 'expect:');
    const scenario = sampleScenario(text);
    expect(scenario.seed).toBeUndefined();
    expect(scenario.cluster.cells).toEqual(['cell-1']);
    expect(scenario.clockSkewPpm).toBe(0);
    expect(scenario.faults).toEqual([]);
    expect(scenario.network.crossZone).toEqual({
      kind: 'uniform',
      minNs: 400_000,
      maxNs: 1_000_000,
    });
  });
});

const f = 'scenarios/sample.yaml';

describe('traces', () => {
  const traced = sampleText.replace(
    /workload: .*/,
    'workload: { trace: traces/t.iolog, format: iolog, repeat: true }',
  );
  const trace =
    'fio version 3 iolog\n0 f add\n0 f open\n' +
    '10 f write 0 4096\n2000 f read 4096 8192\n9000 f close\n';

  test('finds a trace beside the scenario and keeps its path and hash', () => {
    const scenario = sampleScenario(traced, { 'scenarios/traces/t.iolog': trace });
    const { workload } = scenario.cluster.clients[0]!;
    expect(workload.kind === 'trace' && workload.requests.map((request) => request.op)).toEqual([
      'write',
      'read',
    ]);
    expect(scenario.traces['client-1']).toMatchObject({
      path: 'scenarios/traces/t.iolog',
      format: 'iolog',
    });
  });

  test('finds a trace from the working directory when it is not beside the scenario', () => {
    const scenario = sampleScenario(traced, { 'traces/t.iolog': trace });
    expect(scenario.traces['client-1']!.path).toBe('traces/t.iolog');
  });

  test('says where it looked for a trace that is not there', () => {
    expect(problemsOf(traced)).toEqual([
      `${f}:25:24: cannot read trace 'traces/t.iolog': no such file; ` +
        'looked at scenarios/traces/t.iolog, traces/t.iolog',
    ]);
  });

  test("reports a broken line of a trace at the trace's own position", () => {
    const broken = trace.replace('write 0', 'wriet 0');
    expect(problemsOf(traced, { 'scenarios/traces/t.iolog': broken })[0]).toMatch(
      /^scenarios\/traces\/t\.iolog:4:6: .*wriet/,
    );
  });

  test('refuses a trace that was changed since its hash was written down', () => {
    const pinned = traced.replace('format: iolog', `format: iolog, sha256: ${'0f'.repeat(32)}`);
    expect(problemsOf(pinned, { 'scenarios/traces/t.iolog': trace })[0]).toContain(
      `${f}:25:24: trace 'traces/t.iolog' has sha256 `,
    );
  });

  test('refuses a trace that touches more than the volume has', () => {
    const wide = trace.replace('write 0 4096', `write ${1 << 30} 4096`);
    expect(problemsOf(traced, { 'scenarios/traces/t.iolog': wide })).toEqual([
      `${f}:25:24: the trace touches 1048580KiB, volume 'vol-1' has 64MiB; make the volume larger`,
    ]);
  });

  test('refuses an unknown format, and a key of the other kind of workload', () => {
    expect(problemsOf(traced.replace('format: iolog', 'format: blktrace, rate: 3/s'))).toEqual([
      `${f}:25:48: unknown trace format 'blktrace', expected one of iolog`,
      `${f}:25:58: unknown key of a workload 'rate', expected one of trace, format, sha256, ` +
        `speed, repeat`,
    ]);
  });
});

describe('overrides', () => {
  test('puts a value in before anything is checked', async () => {
    const { readScenarioText } = await import('../../../scenarios/runner/read-scenario.ts');
    const { sampleNames, sampleFile } = await import('./sample.ts');
    const read = (path: string, text: string) =>
      readScenarioText(sampleText, sampleFile, {
        names: sampleNames,
        overrides: [{ path: path.split('.'), text }],
      });
    const longer = read('clients.0.timeout', '9s');
    expect(longer.ok && longer.value.cluster.clients[0]!.timeoutNs).toBe(9_000_000_000);
    const wrong = read('clients.0.timeout', '9');
    expect(!wrong.ok && wrong.problems.map(problemText)).toEqual([
      `${f}:23:14: expected a duration with a unit, found 9; write '9s'`,
    ]);
    const lost = read('clients.7.timeout', '9s');
    expect(!lost.ok && lost.problems.map(problemText)).toEqual([
      `${f}:1:1: --set clients.7.timeout=9s: the scenario has no 'clients.7'; ` +
        'a path names keys and list indexes, such as clients.0.timeout',
    ]);
  });
});
