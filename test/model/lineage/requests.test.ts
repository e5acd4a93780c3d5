// Requests for snapshots in a whole cluster: cells of hosts, an authority, routers, under faults.
import { describe, expect, it } from 'vitest';
import type { ClusterSpec, HostSpec } from '../../../model/index.ts';
import { nsPerSec, type World } from '../../../sim/index.ts';
import { clusterWorld, complaints, marks, plan, runAndSettle } from '../../support/block-store.ts';

const zones = ['az-a', 'az-b', 'az-c'] as const;

const hosts: readonly HostSpec[] = Array.from({ length: 6 }, (_, index) => ({
  id: `host-${index + 1}`,
  zone: zones[index % 3]!,
  cell: index < 3 ? 'cell-1' : 'cell-2',
  device: 'nvme-plp',
  slotCount: 32,
}));

type Plan = NonNullable<ClusterSpec['lineage']>['snapshots'][number];

function snapshotWorld(seed: string, more: Partial<Plan> = {}): World {
  return clusterWorld({
    seed,
    hosts,
    more: {
      cells: ['cell-1', 'cell-2'],
      volumes: [
        {
          id: 'vol-1',
          sizeBytes: 8_388_608,
          rangeBytes: 1_048_576,
          replicas: 2,
          cells: ['cell-1'],
        },
      ],
      lineage: {
        routerCount: 2,
        moverCount: 0,
        cellLeaseNs: 10 * nsPerSec,
        snapshots: [
          {
            id: 'requester-1',
            zone: 'az-a',
            volume: 'vol-1',
            firstNs: nsPerSec,
            everyNs: nsPerSec,
            count: null,
            retryNs: nsPerSec,
            askedAtOnce: 1,
            giveUpNs: null,
            ...more,
          },
        ],
        moves: [],
      },
    },
  });
}

function opCounts(world: World): readonly number[] {
  const phases = ['invoke', 'ok', 'fail'] as const;
  return phases.map(
    (phase) =>
      world.entries.filter((e) => e.kind === 'op' && e.name === 'snapshot' && e.phase === phase)
        .length,
  );
}

describe('requests for snapshots in a cluster', () => {
  it('are served while nothing happens', () => {
    const world = snapshotWorld('1');
    runAndSettle(world, 10 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    const [invoked, ok] = opCounts(world);
    expect([invoked, ok]).toEqual([9, 9]);
    expect(marks(world, 'volume.quarantined')).toEqual([]);
  });

  it('are served once each, though routers, hosts and messages are lost', {
    timeout: 60_000,
  }, () => {
    for (const seed of ['1', '2', '3']) {
      const world = snapshotWorld(seed, { askedAtOnce: 2 });
      plan(world, { kind: 'crash', target: 'router-1', atMs: 2_005, forMs: 1_500 });
      plan(world, { kind: 'power-loss', target: 'host-2', atMs: 3_000, forMs: 2_000 });
      plan(world, { kind: 'isolate', target: 'authority', atMs: 6_002, forMs: 1_500 });
      const lossy = { target: 'role=router', atMs: 1_000, forMs: 8_000 };
      plan(world, { kind: 'message-loss', ...lossy, params: { share: 0.2 } });
      plan(world, { kind: 'message-duplication', ...lossy, params: { share: 0.3 } });
      runAndSettle(world, 10 * nsPerSec);
      expect(complaints(world)).toEqual([]);
      const [invoked, ok] = opCounts(world);
      expect([seed, invoked, ok]).toEqual([seed, 9, 9]);
    }
  });
});
