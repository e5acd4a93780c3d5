// One device of three copies does what devices do: nobody reads anything wrong, and all is as
// before in the end.
import { describe, expect, it } from 'vitest';
import { properties } from '../../model/index.ts';
import { readScenario, runScenario, type Scenario } from '../../scenarios/runner/index.ts';
import { deviceProperties, nsPerMs, type ScheduledFault } from '../../sim/index.ts';

const source = { file: 'test', line: 1, column: 1 };
const seeds = ['1', '2', '3'];
const durationNs = 8_000 * nsPerMs;

type Plan = Omit<ScheduledFault, 'atNs' | 'forNs'> & {
  readonly atMs: number;
  readonly forMs?: number;
};

function shipped(): Scenario {
  const reading = readScenario('scenarios/one-bad-disk.yaml');
  if (!reading.ok) throw new Error(reading.problems.map((one) => one.message).join('\n'));
  return reading.value;
}

function named(mode: 'always' | 'eventually') {
  // What a device promises, this one breaks on purpose: the store is judged, not its disk.
  const all = Object.values(properties).filter(
    ({ id, mode: known }) => known === mode && !Object.hasOwn(deviceProperties, id),
  );
  return all.map(({ id }) => ({ property: id, source }));
}

/** The shipped cluster, eight seconds long, with other faults and all properties. */
function scenarioOf(plans: readonly Plan[], mutants: readonly string[] = []): Scenario {
  const base = shipped();
  const faults = plans.map(({ atMs, forMs, ...fault }) => ({
    ...fault,
    source,
    atNs: atMs * nsPerMs,
    ...(forMs === undefined ? {} : { forNs: forMs * nsPerMs }),
  }));
  return {
    ...base,
    durationNs,
    cluster: { ...base.cluster, mutants, workloadUntilNs: durationNs },
    faults: [...faults].sort((a, b) => a.atNs - b.atNs),
    expect: {
      always: named('always'),
      eventually: named('eventually'),
      sometimes: [],
      violates: [],
      thresholds: [],
    },
  };
}

/** What was broken, and how often each mark was made. */
function run(scenario: Scenario, seed: string) {
  const marks = new Map<string, number>();
  const { verdict } = runScenario(scenario, {
    level: 'hash',
    seed,
    onEntry: (entry) => {
      if (entry.kind === 'mark') marks.set(entry.name, (marks.get(entry.name) ?? 0) + 1);
    },
  });
  const broken = verdict.properties
    .filter(({ status }) => status === 'violated' || status === 'stalled')
    .map(({ id, violation }) => `${id}: ${violation?.what ?? 'stalled'}`);
  const countOf = (name: string) => marks.get(name) ?? 0;
  return { broken, countOf };
}

const target = 'host-1';
const some = { share: 0.3 };
const powerLoss: Plan = { kind: 'power-loss', target, params: {}, atMs: 5_000, forMs: 200 };
const bad = (kind: string, params: Plan['params'] = {}): Plan => ({
  kind,
  target,
  params,
  atMs: 3_000,
  forMs: 4_000,
});

describe('one bad device of three copies', () => {
  const silent: readonly (readonly [string, readonly Plan[]])[] = [
    ['bit-rot', [{ kind: 'bit-rot', target, params: some, atMs: 3_000 }, powerLoss]],
    ['misdirected-write', [bad('misdirected-write', some)]],
    ['misdirected-read', [bad('misdirected-read', some)]],
    ['misdirected-read of all that is recovered', [bad('misdirected-read', some), powerLoss]],
    ['phantom-write', [bad('phantom-write', some)]],
    ['phantom-write and power-loss', [bad('phantom-write', some), powerLoss]],
    ['stale-read', [bad('stale-read', some)]],
    ['lying-flush and power-loss', [bad('lying-flush'), powerLoss]],
  ];
  it.each(silent)('is found out, passed over and mended (%s)', (_, plans) => {
    for (const seed of seeds) {
      const { broken, countOf } = run(scenarioOf(plans), seed);
      expect(broken, `seed ${seed}`).toEqual([]);
      expect(countOf('corruption.detected'), `seed ${seed}`).toBeGreaterThan(0);
      expect(countOf('corruption.repaired'), `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  const honest: readonly (readonly [string, readonly Plan[]])[] = [
    ['write-error', [bad('write-error', some)]],
    ['disk-death', [bad('disk-death')]],
    ['disk-full', [bad('disk-full')]],
    ['read-only', [bad('read-only')]],
    ['read-error from the recovery on', [bad('read-error', { share: 1 }), powerLoss]],
    ['wipe', [{ kind: 'wipe', target, params: {}, atMs: 3_000, forMs: 500 }]],
  ];
  it.each(honest)('is replaced by re-mirrors (%s)', (_, plans) => {
    for (const seed of seeds) {
      const { broken, countOf } = run(scenarioOf(plans), seed);
      expect(broken, `seed ${seed}`).toEqual([]);
      expect(countOf('re-mirror.finished'), `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  it.each([
    ['read-error', [bad('read-error', some)]],
    ['failed-flush', [bad('failed-flush', { share: 1 })]],
  ] as const)('does no harm (%s)', (_, plans) => {
    for (const seed of seeds)
      expect(run(scenarioOf(plans), seed).broken, `seed ${seed}`).toEqual([]);
  });
});

describe('a device of the map authority', () => {
  it('that loses or misplaces log writes is found out before a receipt is sent (10 s)', () => {
    const kinds = ['phantom-write', 'stale-read'];
    for (const kind of kinds) {
      const plans: readonly Plan[] = [
        { ...bad(kind, { share: 1 }), target: 'authority' },
        { ...powerLoss, atMs: 3_500, forMs: 1_500 },
        { ...powerLoss, atMs: 7_200, target: 'authority' },
      ];
      for (const seed of seeds) {
        const { broken, countOf } = run(scenarioOf(plans), seed);
        expect(broken, `${kind}, seed ${seed}`).toEqual([]);
        expect(countOf('log.write-lost') + countOf('log.damaged')).toBeGreaterThan(0);
      }
    }
  });

  it('that misreads its log is asked again, and nothing is built on what seemed its end', () => {
    const plans: readonly Plan[] = [
      { ...powerLoss, atMs: 2_000, forMs: 2_000 },
      { ...bad('misdirected-read', some), target: 'authority', atMs: 4_500, forMs: 2_000 },
      { ...powerLoss, atMs: 5_000, target: 'authority' },
    ];
    for (const seed of seeds) {
      const { broken, countOf } = run(scenarioOf(plans), seed);
      expect(broken, `seed ${seed}`).toEqual([]);
      expect(countOf('log.damaged'), `seed ${seed}`).toBeGreaterThan(0);
    }
  });
});

describe('the shipped scenario', () => {
  it.each([
    ['damage-served', 'corruption-never-served'],
    ['damage-left-alone', 'corruption-mended'],
    ['no-read-repair', 'no-data-lost'],
  ] as const)('fails with %s by %s', (mutant, property) => {
    const base = shipped();
    const wrong = { ...base, cluster: { ...base.cluster, mutants: [mutant] } };
    const faults = base.faults.filter(({ kind }) => kind === 'bit-rot' || kind === 'power-loss');
    const only = [{ property, source }];
    const none: typeof only = [];
    const expected =
      property === 'corruption-mended'
        ? { ...base.expect, always: none, eventually: only, sometimes: none }
        : { ...base.expect, always: only, sometimes: none };
    const { verdict } = runScenario({ ...wrong, faults, expect: expected }, { level: 'hash' });
    const judged = verdict.properties.find(({ id }) => id === property);
    expect(['violated', 'stalled']).toContain(judged?.status);
  });
});
