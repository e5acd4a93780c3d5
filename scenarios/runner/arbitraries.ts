// Clusters, workloads and fault plans for property-based tests. What fast-check draws is a
// scenario, so that whatever it shrinks to is a scenario file.
import fc from 'fast-check';
import {
  type ClientSpec,
  type ClusterSpec,
  type HostSpec,
  properties,
  type WorkloadSpec,
} from '../../model/index.ts';
import { bytesPerKiB, type FaultParams, nsPerMs, nsPerUs, type Property } from '../../sim/index.ts';
import type { DeclaredFault, Expectation, Scenario, ScenarioNetwork } from './scenario.ts';

/** Where drawn parts say they come from: no file declares them. */
const drawn = { file: 'drawn', line: 1, column: 1 };

const zoneNames = ['az-a', 'az-b', 'az-c', 'az-d'] as const;

/** How large what is drawn may be; small by default, so that hundreds of runs take a minute. */
export interface DrawLimits {
  readonly durationMs?: number;
  readonly settleMs?: number;
  readonly faultsMax?: number;
  /** Known wrong variants to switch on in every drawn scenario. */
  readonly mutants?: readonly string[];
}

/** A whole scenario: cluster, wires, workload and faults. */
export function arbitraryScenario(limits: DrawLimits = {}): fc.Arbitrary<Scenario> {
  const { durationMs = 3000, settleMs = 60_000, faultsMax = 4, mutants = [] } = limits;
  return arbitraryCluster(durationMs, mutants).chain((cluster) =>
    fc
      .record({
        // Shrinking a seed would only move to another universe.
        seed: fc.noShrink(fc.integer({ min: 1, max: 1_000_000 })),
        network: arbitraryNetwork(),
        clockSkewPpm: fc.constantFrom(0, 100, 10_000),
        faults: fc.array(arbitraryFault(cluster, durationMs), { maxLength: faultsMax }),
      })
      .map(({ seed, network, clockSkewPpm, faults }) => ({
        name: 'drawn',
        summary: 'Drawn by a property-based test.',
        seed: String(seed),
        durationNs: durationMs * nsPerMs,
        settleNs: settleMs * nsPerMs,
        cluster,
        network,
        clockSkewPpm,
        faults: [...faults].sort((a, b) => a.atNs - b.atNs),
        randomFaults: [],
        expect: safetyAndLiveness(),
        traces: {},
      })),
  );
}

/** Every property that may never break and every one that must come true after healing. */
function safetyAndLiveness(): Scenario['expect'] {
  const all: readonly Property[] = Object.values(properties);
  const named = (mode: Property['mode']): Expectation[] =>
    all.filter((one) => one.mode === mode).map(({ id }) => ({ property: id, source: drawn }));
  return {
    always: named('always'),
    eventually: named('eventually'),
    sometimes: [],
    thresholds: [],
  };
}

function arbitraryCluster(
  durationMs: number,
  mutants: readonly string[],
): fc.Arbitrary<ClusterSpec> {
  return fc
    .record({
      zoneCount: fc.integer({ min: 2, max: 4 }),
      hostsPerZone: fc.integer({ min: 1, max: 2 }),
      device: fc.constantFrom('nvme-plp', 'nvme-consumer', 'sata-ssd'),
      rangeCount: fc.integer({ min: 1, max: 6 }),
      rangeKiB: fc.constantFrom(64, 256, 1024),
      replicas: fc.constantFrom(1, 2, 2, 2),
      workload: arbitraryWorkload(),
      timeoutMs: fc.constantFrom(500, 2000, 5000),
      suspectMs: fc.constantFrom(300, 1000, 3000),
    })
    .map((draw) => {
      const zones = zoneNames.slice(0, draw.zoneCount);
      const rangeBytes = draw.rangeKiB * bytesPerKiB;
      const hosts: HostSpec[] = [];
      for (let i = 0; i < draw.hostsPerZone * zones.length; i++) {
        const zone = zones[i % zones.length];
        const { device } = draw;
        hosts.push({ id: `host-${i + 1}`, zone, cell: 'cell-1', device, slotCount: 24 });
      }
      const client: ClientSpec = {
        id: 'client-1',
        zone: 'az-a',
        volume: 'vol-1',
        workload: draw.workload,
        timeoutNs: draw.timeoutMs * nsPerMs,
        suspectNs: draw.suspectMs * nsPerMs,
      };
      const sizeBytes = draw.rangeCount * rangeBytes;
      return {
        zones,
        cells: ['cell-1'],
        hosts,
        authority: { zone: 'az-a', device: draw.device },
        volumes: [{ id: 'vol-1', sizeBytes, rangeBytes, replicas: draw.replicas }],
        clients: [client],
        mutants,
        workloadUntilNs: durationMs * nsPerMs,
      };
    });
}

function arbitraryWorkload(): fc.Arbitrary<WorkloadSpec> {
  return fc
    .record({
      readShare: fc.constantFrom(0, 0.3, 0.7),
      blocksMax: fc.integer({ min: 1, max: 8 }),
      ratePerSec: fc.constantFrom(20, 100, 400),
      isZipf: fc.boolean(),
      flushEvery: fc.constantFrom(0, 10),
    })
    .map(({ readShare, blocksMax, ratePerSec, isZipf, flushEvery }) => ({
      kind: 'pattern',
      readShare,
      blocksMin: 1,
      blocksMax,
      ratePerSec,
      keys: isZipf ? { kind: 'zipf', exponent: 1 } : { kind: 'uniform' },
      flushEvery,
    }));
}

function arbitraryNetwork(): fc.Arbitrary<ScenarioNetwork> {
  return fc
    .record({
      crossUs: fc.constantFrom(200, 500, 5000),
      dropShare: fc.constantFrom(0, 0.001, 0.02),
      duplicateShare: fc.constantFrom(0, 0.01),
      reorderShare: fc.constantFrom(0, 0.05),
    })
    .map(({ crossUs, ...shares }) => ({
      sameZone: { kind: 'uniform', minNs: 50 * nsPerUs, maxNs: 200 * nsPerUs },
      crossZone: { kind: 'uniform', minNs: (crossUs * nsPerUs) / 2, maxNs: crossUs * nsPerUs * 2 },
      bandwidthBitsPerSec: 10_000_000_000,
      ...shares,
    }));
}

type DrawnFault = Pick<DeclaredFault, 'kind' | 'target' | 'params'>;

/**
 * A fault anywhere in the first act, short or lasting until all is healed. Not drawn is what no
 * store of two copies promises to outlive: wiped or rotten devices, flushes that lie, writes that
 * vanish or go astray, reads of something else, messages altered unnoticed.
 */
function arbitraryFault(cluster: ClusterSpec, durationMs: number): fc.Arbitrary<DeclaredFault> {
  const hosts = cluster.hosts.map((host) => host.id);
  const nodes = [...hosts, 'authority', 'cell-1', 'client-1'];
  const targets = fc.constantFrom(...nodes, ...cluster.zones);
  const times = fc.record({
    atNs: fc.integer({ min: 0, max: durationMs - 1 }).map((ms) => ms * nsPerMs),
    forNs: fc.option(
      fc.integer({ min: 1, max: durationMs }).map((ms) => ms * nsPerMs),
      { nil: undefined },
    ),
  });
  const kinds: fc.Arbitrary<DrawnFault> = fc.oneof(
    arbitraryWireFault(targets),
    arbitraryMachineFault(targets),
    arbitraryDeviceFault(fc.constantFrom(...hosts, 'authority')),
    fc.record({
      kind: fc.constantFrom('crash', 'power-loss', 'pause'),
      target: targets,
      params: fc.constant({}),
    }),
    fc.record({
      kind: fc.constant('isolate'),
      target: targets,
      params: fc.constantFrom(
        { inbound: true, outbound: true },
        { inbound: true, outbound: false },
        { inbound: false, outbound: true },
      ),
    }),
    fc.record({
      kind: fc.constantFrom('message-loss', 'message-duplication', 'message-reordering'),
      target: targets,
      params: fc.constantFrom(0.05, 0.3, 0.8).map((share) => ({ share })),
    }),
    fc.record({
      kind: fc.constant('slow-disk'),
      target: fc.constantFrom(...hosts, 'authority'),
      params: fc.constantFrom(5, 100).map((factor) => ({ factor })),
    }),
    fc.record({
      kind: fc.constant('clock-skew'),
      target: targets,
      params: fc.constantFrom(-500_000, 2_000_000).map((by) => ({ by })),
    }),
  );
  return fc.tuple(times, kinds).map(([{ atNs, forNs }, fault]) => ({
    ...fault,
    atNs,
    ...(forNs === undefined ? {} : { forNs }),
    source: drawn,
  }));
}

function arbitraryWireFault(target: fc.Arbitrary<string>): fc.Arbitrary<DrawnFault> {
  const ms = fc.constantFrom(1, 20, 300).map((count) => count * nsPerMs);
  const share = fc.constantFrom(0.05, 0.3, 0.8);
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('clog', 'hold-and-release'),
      target,
      params: fc.constant({}),
    }),
    fc.record({
      kind: fc.constant('swizzle-clog'),
      target,
      params: ms.map((every) => ({ every })),
    }),
    fc.record({ kind: fc.constant('ring-partition'), target: fc.constant('any'), params: none() }),
    fc.record({
      kind: fc.constant('partial-partition'),
      target: fc.constant('any'),
      params: share.map((cut) => ({ share: cut })),
    }),
    fc.record({
      kind: fc.constant('message-jitter'),
      target,
      params: ms.map((upTo) => ({ upTo })),
    }),
    fc.record({
      kind: fc.constant('slow-tail'),
      target,
      params: fc.record({ share, by: ms }),
    }),
    fc.record({
      kind: fc.constant('bandwidth'),
      target,
      params: fc.constantFrom(10, 1000).map((factor) => ({ factor })),
    }),
    fc.record({
      kind: fc.constant('message-corruption'),
      target,
      params: share.map((damaged) => ({ share: damaged, undetected: false })),
    }),
  );
}

function arbitraryMachineFault(target: fc.Arbitrary<string>): fc.Arbitrary<DrawnFault> {
  const ms = fc.constantFrom(5, 50, 500).map((count) => count * nsPerMs);
  const by = fc.constantFrom(-2000, -10, 10, 2000).map((count) => count * nsPerMs);
  return fc.oneof(
    fc.record({
      kind: fc.constant('crash-loop'),
      target,
      params: fc.record({ down: ms, up: ms }),
    }),
    fc.record({
      kind: fc.constant('kill-while-recovering'),
      target,
      params: fc.record({ down: ms, after: ms, times: fc.constantFrom(1, 3) }),
    }),
    fc.record({
      kind: fc.constant('rolling-restart'),
      target,
      params: fc.record({ down: ms, gap: ms }),
    }),
    fc.record({
      kind: fc.constant('slow-node'),
      target,
      params: fc.record({ stopped: fc.constantFrom(0.1, 0.5, 0.9), period: ms }),
    }),
    fc.record({ kind: fc.constant('clock-freeze'), target, params: none() }),
    fc.record({
      kind: fc.constant('clock-step'),
      target,
      params: by.map((byNs) => ({ by: byNs })),
    }),
    fc.record({
      kind: fc.constant('clock-strobe'),
      target,
      params: fc.record({ by, every: ms }),
    }),
  );
}

function arbitraryDeviceFault(target: fc.Arbitrary<string>): fc.Arbitrary<DrawnFault> {
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('stuck-disk', 'read-only', 'disk-death', 'disk-full'),
      target,
      params: none(),
    }),
    fc.record({
      kind: fc.constant('failed-flush'),
      target,
      params: fc.constantFrom(0.3, 1).map((share) => ({ share })),
    }),
    fc.record({
      kind: fc.constant('thermal'),
      target,
      params: fc.constantFrom(5, 50).map((factor) => ({ factor, every: 100 * nsPerMs })),
    }),
    fc.record({
      kind: fc.constantFrom('read-error', 'write-error'),
      target,
      params: fc.constantFrom(0.01, 0.3, 1).map((share) => ({ share })),
    }),
  );
}

function none(): fc.Arbitrary<FaultParams> {
  return fc.constant({});
}
