// Clusters of several cells whose volumes are moved, for tests.
import type { ClusterSpec, HostSpec } from '../../model/index.ts';
import type { MarkFacts } from '../../model/properties/marks.ts';
import { nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clusterWorld, marks, mebibyte } from './block-store.ts';

const zones = ['az-a', 'az-b', 'az-c'] as const;

type Lineage = NonNullable<ClusterSpec['lineage']>;

/** Three hosts in each cell, one in each zone. */
function hostsOf(cellCount: number): readonly HostSpec[] {
  return Array.from({ length: 3 * cellCount }, (_, index) => ({
    id: `host-${index + 1}`,
    zone: zones[index % 3]!,
    cell: `cell-${1 + Math.floor(index / 3)}`,
    device: 'nvme-plp',
    slotCount: 24,
  }));
}

/** A world with a volume in `cell-1`, clients that use it, and these moves; times in s. */
export function movedWorld(
  choice: Omit<ClusterChoice, 'hosts'> & {
    readonly moves: readonly (readonly [atSec: number, to: string])[];
    readonly cellCount?: number;
    readonly lineage?: Partial<Lineage>;
    readonly snapshotsEverySec?: number;
  },
): World {
  const { moves, cellCount = 2, lineage, snapshotsEverySec, more, ...rest } = choice;
  const snapshots: Lineage['snapshots'] =
    snapshotsEverySec === undefined
      ? []
      : [
          {
            id: 'requester-1',
            zone: 'az-a',
            volume: 'vol-1',
            firstNs: nsPerSec,
            everyNs: snapshotsEverySec * nsPerSec,
            count: null,
            retryNs: nsPerSec,
            askedAtOnce: 1,
            giveUpNs: null,
          },
        ];
  return clusterWorld({
    ...rest,
    hosts: hostsOf(cellCount),
    more: {
      cells: Array.from({ length: cellCount }, (_, index) => `cell-${index + 1}`),
      volumes: [
        {
          id: 'vol-1',
          sizeBytes: 8 * mebibyte,
          rangeBytes: mebibyte,
          replicas: 2,
          cells: ['cell-1'],
        },
      ],
      lineage: {
        routerCount: 2,
        moverCount: 1,
        cellLeaseNs: 5 * nsPerSec,
        snapshots,
        moves: moves.map(([atSec, to]) => ({ volume: 'vol-1', to, atNs: atSec * nsPerSec })),
        ...lineage,
      },
      ...more,
    },
  });
}

/** What the authority recorded last. */
export function newestPlace(world: World): MarkFacts['lineage.recorded'] {
  const all = marks(world, 'lineage.recorded').map((one) => one.facts);
  const facts = all as unknown as readonly MarkFacts['lineage.recorded'][];
  return facts.reduce((newest, one) => (one.logIndex >= newest.logIndex ? one : newest));
}

/** The cells in which copies lie at the end, by the changes of the map. */
export function cellsOfCopies(world: World, cellOf: (host: string) => string): readonly string[] {
  const entries = new Map<number, readonly { readonly host: string }[]>();
  type Created = MarkFacts['volume.created'];
  for (const { facts } of marks(world, 'volume.created')) {
    for (const { range, replicas } of (facts as unknown as Created).entries) {
      entries.set(range, replicas);
    }
  }
  for (const { facts } of marks(world, 'map.applied')) {
    const { range, replicas } = facts as unknown as MarkFacts['map.applied'];
    entries.set(range, replicas);
  }
  const hosts = [...entries.values()].flat().map(({ host }) => host);
  return [...new Set(hosts.map(cellOf))].sort();
}
