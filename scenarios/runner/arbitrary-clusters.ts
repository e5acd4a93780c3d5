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
  receiptLevels,
} from '../../model/index.ts';
import { bytesPerKiB, nsPerMs } from '../../sim/index.ts';
import { restoredFromOf } from './arbitrary-archives.ts';
import { arbitraryClients } from './arbitrary-clients.ts';
import { arbitrarySnapshots, snapshotReady, snapshotsOf } from './arbitrary-snapshots.ts';
import { arbitraryVolume, type Homes, volumeOf } from './arbitrary-volumes.ts';
import { deviceSpecs } from './device/catalog.ts';

const zoneNames = ['az-a', 'az-b', 'az-c', 'az-d'] as const;
const cellNames = ['cell-1', 'cell-2', 'cell-3'] as const;

/** Room for all that is drawn without contents of snapshots, and more. */
const slotCountRoomy = 32;
/** A copy, the past of its last four cuts, and of one under way. */
const slotsPerCutCopy = 6;

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
      homes: fc.constantFrom<Homes[]>('anywhere', 'apart'),
      device: fc.constantFrom('nvme-plp', 'nvme-consumer', 'sata-ssd'),
      volume: arbitraryVolume(),
      who: arbitraryClients(durationMs),
      policies: arbitraryPolicies(),
      optimizer: plainOr(arbitraryOptimizer().map((optimizer) => ({ optimizer }))),
      authority: arbitraryAuthority(),
      snapshots: arbitrarySnapshots(durationMs),
    })
    .map((draw) => ({ ...draw, workloadUntilNs: durationMs * nsPerMs }))
    .map(snapshotReady)
    .map((draw) => {
      const { device, who, cellCount } = draw;
      const zones = zoneNames.slice(0, draw.zoneCount);
      const cells = cellNames.slice(0, cellCount);
      const volumes = who.volumes.map((id) =>
        volumeOf(id, { ...draw, cells, restoredFrom: restoredFromOf(draw.snapshots.archive, id) }),
      );
      const rangeCount = volumes.length * draw.volume.rangeCount;
      const { isTight, ...life } = draw.policies;
      const slotCount = slotCountFor(rangeCount, isTight, draw.snapshots.archive !== undefined);
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
        ...snapshotsOf(draw.snapshots, { cells, volumes: who.volumes, device }),
        mutants,
        workloadUntilNs: draw.workloadUntilNs,
      });
    });
}

// A copy that takes part in cuts needs slots for what it held at each that is not uploaded.
function slotCountFor(rangeCount: number, isTight: boolean, isCut: boolean): number {
  if (isCut) return slotsPerCutCopy * rangeCount + 1;
  return isTight ? rangeCount + 1 : slotCountRoomy;
}

// The smallest log is as large as the cluster demands.
function withRoom(cluster: ClusterSpec): ClusterSpec {
  const { authority } = cluster;
  if (authority.logBytes !== smallestLog) return cluster;
  const { leastBlockCount } = authorityRoom(cluster);
  return { ...cluster, authority: { ...authority, logBytes: leastBlockCount * blockBytes } };
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
