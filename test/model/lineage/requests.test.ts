// Requests for snapshots in a whole cluster: cells of hosts, an authority, routers, under faults.
import { describe, expect, it } from 'vitest';
import { nsPerSec, type World } from '../../../sim/index.ts';
import { complaints, marks, plan, runAndSettle } from '../../support/block-store.ts';
import { lineageSpec, snapshotWorld } from '../../support/snapshot-stories.ts';

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
    const world = snapshotWorld({ seed: '1' }, lineageSpec({}));
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
      const world = snapshotWorld({ seed }, lineageSpec({ askedAtOnce: 2 }));
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

  it('fence a source that was overruled and is back, and its move comes to an end', () => {
    const moves = [{ volume: 'vol-1', to: 'cell-2', atNs: 2 * nsPerSec }];
    const lineage = { moverCount: 1, cellLeaseNs: 2 * nsPerSec, moves };
    const asking = { everyNs: 0.4 * nsPerSec };
    const world = snapshotWorld({ seed: '1', clients: [] }, lineageSpec(asking, lineage));
    for (const target of ['host-1', 'host-2', 'host-3']) {
      world.scheduleFault({
        kind: 'isolate',
        atNs: 0,
        forNs: 6 * nsPerSec,
        target,
        params: {},
        trigger: {
          steps: [{ on: 'mark', name: 'volume-move.imported', nth: 1 }],
          delayNs: 0,
          times: 1,
        },
      });
    }
    runAndSettle(world, 14 * nsPerSec);
    expect(marks(world, 'conflict.resolved')[0]!.facts).toMatchObject({ fenced: ['cell-1'] });
    expect(complaints(world)).toEqual([]);
  });
});
