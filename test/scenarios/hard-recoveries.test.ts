// Small cases that once never came to an end, each with the cause that was mended.
import { describe, expect, it } from 'vitest';
import { properties } from '../../model/index.ts';
import { readScenario, runScenario, type Scenario } from '../../scenarios/runner/index.ts';
import { deviceProperties, nsPerMs, nsPerSec, type ScheduledFault } from '../../sim/index.ts';
import { readShipped } from '../support/shipped.ts';

const source = { file: 'test', line: 1, column: 1 };
const seeds = ['1', '2', '3'];
const durationNs = 3 * nsPerSec;

type Plan = readonly [
  kind: string,
  target: string,
  times: readonly [atMs: number, forMs?: number | undefined],
];

/**
 * Three hosts and a volume of some copies, three seconds long, judged by all properties of the
 * store: what their devices promise, some of them break on purpose.
 */
function scenarioOf(
  replicas: number,
  plans: readonly Plan[],
  params: Readonly<Record<string, ScheduledFault['params']>>,
): Scenario {
  const reading = readScenario('scenarios/one-bad-disk.yaml');
  if (!reading.ok) throw new Error(reading.problems.map((one) => one.message).join('\n'));
  const base = reading.value;
  const { cluster } = base;
  const faults = plans.map(([kind, target, [atMs, forMs]]) => ({
    kind,
    target,
    source,
    params: params[kind] ?? {},
    atNs: atMs * nsPerMs,
    ...(forMs === undefined ? {} : { forNs: forMs * nsPerMs }),
  }));
  const named = (mode: string) =>
    Object.values(properties)
      .filter(({ id, mode: known }) => known === mode && !Object.hasOwn(deviceProperties, id))
      .map(({ id }) => ({ property: id, source }));
  return {
    ...base,
    durationNs,
    cluster: {
      ...cluster,
      hosts: cluster.hosts.slice(0, 3).map((host) => ({ ...host, device: 'nvme-plp' })),
      volumes: cluster.volumes.map((volume) => ({ ...volume, replicas })),
      workloadUntilNs: durationNs,
    },
    faults,
    expect: {
      always: named('always'),
      eventually: named('eventually'),
      sometimes: [],
      violates: [],
      thresholds: [],
    },
  };
}

function brokenIn(scenario: Scenario, seed: string) {
  const { verdict } = runScenario(scenario, { level: 'hash', seed });
  const broken = verdict.properties.filter(
    ({ status }) => status === 'violated' || status === 'stalled',
  );
  return broken.map(({ id, violation }) => `${id}: ${violation?.what ?? 'stalled'}`);
}

function expectHeld(scenario: Scenario): void {
  for (const seed of seeds) expect(brokenIn(scenario, seed), `seed ${seed}`).toEqual([]);
}

const all = { share: 1 };
const most = { share: 0.3 };

describe.each([1, 2, 3])('with %i copies', (replicas) => {
  // The first format was cut short, and the restarted host took its device for a replacement.
  it('a host comes back that could not read its device from the first moment on', () => {
    const plans: readonly Plan[] = [
      ['read-error', 'host-1', [0]],
      ['crash', 'host-1', [1, 1]],
    ];
    expectHeld(scenarioOf(replicas, plans, { 'read-error': all }));
  });

  it('the map authority comes back that could not read its log from the first moment on', () => {
    const plans: readonly Plan[] = [
      ['read-error', 'authority', [0, 2_000]],
      ['crash', 'authority', [1, 1]],
    ];
    expectHeld(scenarioOf(replicas, plans, { 'read-error': all }));
  });

  // Its clock went back after it had read everything, and it wrote once more.
  it('a client reads back all it wrote, whatever its clock does', () => {
    const plans: readonly Plan[] = [
      ['clock-skew', 'zone=az-a', [0]],
      ['clock-strobe', 'client-1', [500]],
    ];
    const strobe = { by: -2 * nsPerSec, every: 5 * nsPerMs };
    expectHeld(
      scenarioOf(replicas, plans, { 'clock-skew': { by: 2_000_000 }, 'clock-strobe': strobe }),
    );
  });

  // Headers of neighbours were taken for its own, and so were contents.
  it('a host recovers while its device answers with what the next block holds', () => {
    const plans: readonly Plan[] = [
      ['misdirected-read', 'host-1', [500, 1_500]],
      ['power-loss', 'host-1', [1_000, 300]],
    ];
    expectHeld(scenarioOf(replicas, plans, { 'misdirected-read': most }));
  });
});

// One copy, and a device that misreads while its host comes back, each as it once went wrong.
describe('the only copy on a device that answers with what the next block holds', () => {
  const plans: readonly Plan[] = [
    ['misdirected-read', 'host-1', [500, 1_500]],
    ['power-loss', 'host-1', [1_000, 300]],
  ];
  const scenario = scenarioOf(1, plans, { 'misdirected-read': most });

  // A write that had been overtaken was taken for the repair of the block that was misread.
  it.each(['1', '17', '30'])('is not overwritten by a write that came late (seed %s)', (seed) => {
    expect(brokenIn(scenario, seed)).toEqual([]);
  });

  // The ledger said "0 or 41", the read went to where nothing was ever written, and so it was 0.
  it.each(['3', '12', '21', '28'])(
    'is not taken for empty where it was misread (seed %s)',
    (seed) => {
      expect(brokenIn(scenario, seed)).toEqual([]);
    },
  );

  // The same, read before the medium was right again: an answered write was gone for a while.
  it.each(['129', '291'])('is not read as it was before an answered write (seed %s)', (seed) => {
    expect(brokenIn(scenario, seed)).toEqual([]);
  });

  // Nothing was written to the slot; what a neighbour held was, so the ledger was not believed.
  it('is not given up for contents that belong to a neighbour (seed 264)', () => {
    expect(brokenIn(scenario, '264')).toEqual([]);
  });
});

describe('a head whose device went back to what it had flushed', () => {
  // A later write came while the members were asked, and what the head had read was taken for the
  // contents before it: they were older than that, and looked whole.
  it('does not answer a read with that (lying flush, seed 7)', () => {
    expect(brokenIn(readShipped('lying-fsync'), '7')).toEqual([]);
  });
});

describe('a wiped host', () => {
  // A live head that waited for the wiped member was dropped in its place; and a copy that was
  // gone was never dropped, because reading the map again forgot that it was.
  it.each([
    [2, 500],
    [3, 500],
    [2, undefined],
    [3, undefined],
  ])('is replaced by re-mirrors (%i copies, for %s ms)', (replicas, forMs) => {
    expectHeld(scenarioOf(replicas, [['wipe', 'host-1', [1_000, forMs]]], {}));
  });

  it('takes the only copy with it: operations fail, nothing hangs, the loss is told', () => {
    for (const seed of seeds) {
      const scenario = scenarioOf(1, [['wipe', 'host-1', [1_000, 500]]], {});
      const broken = brokenIn(scenario, seed);
      expect(broken, `seed ${seed}`).toEqual([
        "no-data-lost: 'client-1' cannot get back what it wrote: data-lost",
      ]);
      const honest = {
        ...scenario,
        expect: {
          ...scenario.expect,
          always: scenario.expect.always.filter(({ property }) => property !== 'no-data-lost'),
        },
      };
      const told = brokenIn(honest, seed);
      expect(told, `seed ${seed}`).toEqual([]);
    }
  });
});

describe('with a volatile cache in each device', () => {
  // A read found it in the cache, and the write was acknowledged when it was sent again.
  it('what an aborted write left there is on the medium before it counts (seed 8)', () => {
    const aborted: readonly Plan[] = [
      ['hung-disk', 'role=host', [1_000, 100]],
      ['power-loss', 'role=host', [1_130, 300]],
      ['hung-disk', 'role=host', [2_000, 100]],
      ['power-loss', 'role=host', [2_110, 300]],
    ];
    const params = { 'hung-disk': { timeout: 20 * nsPerMs } };
    expect(brokenIn(onCaches(scenarioOf(1, aborted, params)), '8')).toEqual([]);
  });
});

/** Small volumes that are busy, on devices that lose what they have not flushed. */
function onCaches(scenario: Scenario): Scenario {
  const { cluster } = scenario;
  const hosts = cluster.hosts.map((host) => ({ ...host, device: 'nvme-consumer' }));
  const sizes = { sizeBytes: 512 * 1_024, rangeBytes: 256 * 1_024 };
  const volumes = cluster.volumes.map((volume) => ({ ...volume, ...sizes }));
  const workload = {
    kind: 'pattern',
    readShare: 0.5,
    blocksMin: 1,
    blocksMax: 5,
    ratePerSec: 400,
    keys: { kind: 'uniform' },
    flushEvery: 10,
  } as const;
  const clients = cluster.clients.map((client) => ({ ...client, workload }));
  return { ...scenario, cluster: { ...cluster, hosts, volumes, clients } };
}
