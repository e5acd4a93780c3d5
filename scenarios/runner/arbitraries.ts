// Clusters, workloads and fault plans for property-based tests. What fast-check draws is a
// scenario, so that whatever it shrinks to is a scenario file.
import fc from 'fast-check';
import {
  type AuthoritySpec,
  type ClientSpec,
  type ClusterSpec,
  type DegradedPolicy,
  defaultReMirror,
  type HostSpec,
  properties,
  type ReplicationMode,
  receiptLevels,
  type WorkloadSpec,
} from '../../model/index.ts';
import { bytesPerKiB, nsPerMs, nsPerUs, type Property } from '../../sim/index.ts';
import { arbitraryFault, drawn } from './arbitrary-faults.ts';
import { deviceSpecs } from './device/catalog.ts';
import type { DeclaredFault, Expectation, Scenario, ScenarioNetwork } from './scenario.ts';

const zoneNames = ['az-a', 'az-b', 'az-c', 'az-d'] as const;

const replications: readonly ReplicationMode[] = ['chain', 'primary-backup', 'client-quorum'];
const policies: readonly DegradedPolicy[] = ['after-config-change', 'block'];

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
        lostHost: fc.option(arbitraryLoss(cluster, durationMs), { freq: 2 }),
      })
      .map(({ seed, network, clockSkewPpm, faults, lostHost }) => ({
        name: 'drawn',
        summary: 'Drawn by a property-based test.',
        seed: String(seed),
        durationNs: durationMs * nsPerMs,
        settleNs: settleMs * nsPerMs,
        cluster,
        network,
        clockSkewPpm,
        faults: [...faults, ...(lostHost ?? [])].sort((a, b) => a.atNs - b.atNs),
        randomFaults: [],
        expect: safetyAndLiveness(),
        traces: {},
      })),
  );
}

/** A host is gone for longer than its clients' patience: other faults seldom change the map. */
function arbitraryLoss(
  { hosts }: ClusterSpec,
  durationMs: number,
): fc.Arbitrary<readonly DeclaredFault[]> {
  return fc
    .record({
      kind: fc.constantFrom('crash', 'power-loss'),
      host: fc.constantFrom(...hosts),
      atMs: fc.integer({ min: 0, max: Math.floor(durationMs / 4) }),
    })
    .map(({ kind, host, atMs }) => [
      {
        kind,
        atNs: atMs * nsPerMs,
        forNs: Math.floor(durationMs / 2) * nsPerMs,
        target: host.id,
        params: {},
        source: drawn,
      },
    ]);
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
    violates: [],
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
      replicas: fc.constantFrom(1, 2, 2, 2, 3),
      replication: fc.constantFrom(...replications),
      degraded: fc.constantFrom(...policies),
      workload: arbitraryWorkload(),
      timeoutMs: fc.constantFrom(500, 2000, 5000),
      suspectMs: fc.constantFrom(300, 1000, 3000),
      policies: arbitraryPolicies(),
      authority: arbitraryAuthority(),
      requestIdsRestartAfter: fc.constantFrom(0, 1, 3),
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
        volumes: ['vol-1'],
        workload: draw.workload,
        timeoutNs: draw.timeoutMs * nsPerMs,
        suspectNs: draw.suspectMs * nsPerMs,
        requestIdsRestartAfter: draw.requestIdsRestartAfter,
      };
      const sizeBytes = draw.rangeCount * rangeBytes;
      const { replication, degraded } = draw;
      const replicas = Math.min(draw.replicas, zones.length);
      return {
        zones,
        cells: ['cell-1'],
        hosts,
        authority: { zone: 'az-a', device: draw.device, ...draw.authority },
        devices: deviceSpecs([draw.device]),
        volumes: [{ id: 'vol-1', sizeBytes, rangeBytes, replicas, replication, degraded }],
        clients: [client],
        ...draw.policies,
        mutants,
        workloadUntilNs: durationMs * nsPerMs,
      };
    });
}

// One member or three; as it is by default, or with small pages, other receipts and checkpoints all
// the time.
function arbitraryAuthority(): fc.Arbitrary<Partial<AuthoritySpec>> {
  const other = fc.record({
    receipts: fc.constantFrom(...receiptLevels),
    checkpointEvery: fc.constantFrom(1, 4, 64),
    logBytes: fc.constantFrom(1024, 65_536).map((kib) => kib * bytesPerKiB),
    portionEntryMax: fc.constantFrom(1, 3, 64),
    prefetchCount: fc.constantFrom(0, 2),
    serviceTimeNs: fc.constantFrom(0, 20_000),
  });
  const members = fc.constantFrom(1, 1, 1, 3);
  return fc
    .record({ options: fc.oneof(fc.constant({}), other), members })
    .map((draw) => (draw.members === 1 ? draw.options : { ...draw.options, members: 3 }));
}

// As it is by default, or hardly any copies at once and slots that are soon asked for.
function arbitraryPolicies(): fc.Arbitrary<Pick<ClusterSpec, 'reMirror' | 'slotLife'>> {
  const tight = {
    reMirror: { ...defaultReMirror, copiesPerHost: 1, copiesPerCell: 2 },
    slotLife: { reserveNs: 5000 * nsPerMs, graceNs: 500 * nsPerMs },
  };
  return fc.constantFrom({}, {}, tight);
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
