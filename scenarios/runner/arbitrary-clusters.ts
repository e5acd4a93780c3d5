// Clusters for property-based tests. What is drawn is whole and valid as it is, and shrinks towards
// a plain one: one cell, one volume, one client, one member of the authority, defaults for the
// rest.
import fc from 'fast-check';
import {
  type AuthoritySpec,
  authorityRoom,
  blockBytes,
  type ClusterSpec,
  defaultReMirror,
  type HostSpec,
  type OptimizerSpec,
  type ReplicationMode,
  receiptLevels,
  type VolumeSpec,
} from '../../model/index.ts';
import { bytesPerKiB, nsPerMs } from '../../sim/index.ts';
import { arbitraryClients, type VolumeId } from './arbitrary-clients.ts';
import { arbitrarySnapshots, type DrawnSnapshots, snapshotsOf } from './arbitrary-lineage.ts';
import { deviceSpecs } from './device/catalog.ts';

const zoneNames = ['az-a', 'az-b', 'az-c', 'az-d'] as const;
const cellNames = ['cell-1', 'cell-2'] as const;

const replications: readonly ReplicationMode[] = ['chain', 'primary-backup', 'client-quorum'];
const promises: readonly Pick<VolumeSpec, 'degraded' | 'durability'>[] = [
  { degraded: 'after-config-change' },
  { degraded: 'block' },
  { degraded: 'after-config-change', durability: 'on-flush' },
  { degraded: 'block', durability: 'on-flush' },
];

/** Room for all that is drawn, and more. */
const slotCountRoomy = 24;

/** A cluster whose workload ends after the given time. */
export function arbitraryCluster(
  durationMs: number,
  mutants: readonly string[],
): fc.Arbitrary<ClusterSpec> {
  return fc
    .record({
      zoneCount: fc.integer({ min: 2, max: 4 }),
      hostsPerZone: fc.integer({ min: 1, max: 2 }),
      cellCount: fc.constantFrom(1, 1, 2),
      areHomes: fc.boolean(),
      device: fc.constantFrom('nvme-plp', 'nvme-consumer', 'sata-ssd'),
      volume: arbitraryVolume(),
      who: arbitraryClients(durationMs),
      policies: arbitraryPolicies(),
      optimizer: plainOr(arbitraryOptimizer().map((optimizer) => ({ optimizer }))),
      authority: arbitraryAuthority(),
      snapshots: arbitrarySnapshots(durationMs),
    })
    .map(snapshotReady)
    .map((draw) => {
      const { device, who, cellCount } = draw;
      const zones = zoneNames.slice(0, draw.zoneCount);
      const cells = cellNames.slice(0, cellCount);
      const volumes = who.volumes.map((id) => volumeOf(id, draw));
      const rangeCount = volumes.length * draw.volume.rangeCount;
      const { isTight, ...life } = draw.policies;
      const slotCount = isTight ? rangeCount + 1 : slotCountRoomy;
      // Each cell has hosts in each zone.
      const hostsPerZone = Math.max(draw.hostsPerZone, cells.length);
      const hosts: HostSpec[] = [];
      for (let i = 0; i < hostsPerZone * zones.length; i++) {
        const zone = zones[i % zones.length]!;
        const cell = cells[Math.floor(i / zones.length) % cells.length]!;
        hosts.push({ id: `host-${i + 1}`, zone, cell, device, slotCount });
      }
      return withRoom({
        zones,
        cells,
        hosts,
        authority: { zone: 'az-a', device, ...draw.authority },
        devices: deviceSpecs([device]),
        volumes,
        clients: who.clients,
        ...life,
        ...draw.optimizer,
        ...snapshotsOf(draw.snapshots, cells, device),
        mutants,
        workloadUntilNs: durationMs * nsPerMs,
      });
    });
}

/** What of a draw snapshots and moves have needs of. */
interface Ground {
  readonly snapshots: DrawnSnapshots;
  readonly volume: DrawnVolume;
  readonly cellCount: number;
  readonly areHomes: boolean;
  readonly optimizer: Partial<{ readonly optimizer: OptimizerSpec }>;
}

/** Snapshots need a head that orders writes and a home; moves a second cell and two copies. */
function snapshotReady<T extends Ground>(draw: T): T {
  const { lineage, archive } = draw.snapshots;
  if (lineage === undefined && archive === undefined) return draw;
  const { volume } = draw;
  const isMoved = lineage !== undefined && lineage.moveTimesNs.length > 0;
  return {
    ...draw,
    ...(lineage === undefined ? {} : { areHomes: true }),
    ...(isMoved ? { cellCount: cellNames.length, optimizer: {} } : {}),
    volume: {
      ...volume,
      replicas: isMoved ? Math.max(2, volume.replicas) : volume.replicas,
      replication: volume.replication === 'client-quorum' ? 'chain' : volume.replication,
      promises: { degraded: volume.promises.degraded },
    },
  };
}

// The smallest log is as large as the cluster demands.
function withRoom(cluster: ClusterSpec): ClusterSpec {
  const { authority } = cluster;
  if (authority.logBytes !== smallestLog) return cluster;
  const { leastBlockCount } = authorityRoom(cluster);
  return { ...cluster, authority: { ...authority, logBytes: leastBlockCount * blockBytes } };
}

function arbitraryVolume() {
  return fc.record({
    rangeCount: fc.integer({ min: 1, max: 6 }),
    rangeKiB: fc.constantFrom(64, 256, 1024),
    replicas: fc.constantFrom(2, 2, 2, 3, 1),
    replication: fc.constantFrom(...replications),
    promises: fc.constantFrom(...promises),
  });
}

type DrawnVolume = ReturnType<typeof arbitraryVolume> extends fc.Arbitrary<infer T> ? T : never;

function volumeOf(
  id: VolumeId,
  draw: {
    readonly volume: DrawnVolume;
    readonly zoneCount: number;
    readonly cellCount: number;
    readonly areHomes: boolean;
  },
): VolumeSpec {
  const { rangeCount, rangeKiB, replicas, replication, promises: kept } = draw.volume;
  const home = cellNames[id === 'vol-1' ? 0 : draw.cellCount - 1]!;
  const rangeBytes = rangeKiB * bytesPerKiB;
  return {
    id,
    sizeBytes: rangeCount * rangeBytes,
    rangeBytes,
    replicas: Math.min(replicas, draw.zoneCount),
    ...(draw.areHomes ? { cells: [home] } : {}),
    replication,
    ...kept,
  };
}

/** Stands for the least room that its cluster can do with. */
const smallestLog = 0;

// One member or three; as it is by default, or with small pages, other receipts, checkpoints all
// the time, leases and a short queue.
function arbitraryAuthority(): fc.Arbitrary<Partial<AuthoritySpec>> {
  const other = fc.record({
    receipts: fc.constantFrom(...receiptLevels),
    checkpointEvery: fc.constantFrom(1, 4, 64),
    logBytes: fc.constantFrom(smallestLog, 65_536 * bytesPerKiB),
    portionEntryMax: fc.constantFrom(1, 3, 64),
    prefetchCount: fc.constantFrom(0, 2),
  });
  const lease = fc.constantFrom(3000, 1000).map((ms) => ({ leaseNs: ms * nsPerMs }));
  const slow = fc.record(
    {
      serviceTimeNs: fc.constantFrom(20_000, 2 * nsPerMs),
      queueMax: fc.constantFrom(4, 1),
    },
    { requiredKeys: ['serviceTimeNs'] },
  );
  return fc
    .tuple(fc.constantFrom({}, {}, { members: 3 }), plainOr(other), plainOr(lease), plainOr(slow))
    .map(([members, ...options]) => Object.assign({}, members, ...options));
}

function plainOr<T extends object>(other: fc.Arbitrary<T>): fc.Arbitrary<Partial<T>> {
  return fc.oneof({ withCrossShrink: true }, fc.constant({}), other);
}

interface Policies extends Pick<ClusterSpec, 'reMirror' | 'slotLife'> {
  /** Hosts have no more slots than they may come to need. */
  readonly isTight: boolean;
}

// As it is by default, or hardly any copies at once and slots that are soon asked for, or few hosts
// at once that may be given up.
function arbitraryPolicies(): fc.Arbitrary<Policies> {
  const tight = {
    reMirror: { ...defaultReMirror, copiesPerHost: 1, copiesPerCell: 2 },
    slotLife: { reserveNs: 5000 * nsPerMs, graceNs: 500 * nsPerMs },
    isTight: true,
  };
  const merging = { reMirror: { ...defaultReMirror, merge: true }, isTight: false };
  const probation = { firstNs: 2000 * nsPerMs, maxNs: 8000 * nsPerMs };
  const limited = {
    reMirror: { ...defaultReMirror, hostsPerMinute: 1, probation },
    isTight: false,
  };
  const plain = { isTight: false };
  return fc.constantFrom<Policies[]>(plain, plain, merging, limited, tight);
}

function arbitraryOptimizer(): fc.Arbitrary<OptimizerSpec> {
  return fc.record({
    zone: fc.constantFrom('az-a', 'az-b'),
    everyNs: fc.constantFrom(500, 2000).map((ms) => ms * nsPerMs),
    movesAtOnce: fc.constantFrom(1, 3),
  });
}
