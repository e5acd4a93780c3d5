import { describe, expect, it } from 'vitest';
import type { ArchiveSpec } from '../../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import { purgedBackups } from '../../support/backup-stories.ts';
import {
  type ClusterChoice,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  planStorm,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 6 * nsPerSec;
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [{ volume: 'vol-1', everyNs: 400 * nsPerMs, keepCount: 2 }],
};

function archived(choice: ClusterChoice): World {
  return clusterWorld({ untilNs, more: { archive }, ...choice });
}

describe('snapshots on a schedule', () => {
  it('are completed as deltas, and as many as are wanted stay', () => {
    const world = archived({ seed: '1' });
    runAndSettle(world, untilNs);
    const completed = marks(world, 'snapshot.completed');
    expect(completed.length).toBeGreaterThan(6);
    expect(marks(world, 'snapshot.deleted').length).toBe(completed.length - 2);
    expect(completed.slice(1).every(({ facts }) => facts.deltaBase === facts.lineageParent)).toBe(
      true,
    );
    expect(marks(world, 'cut.voided')).toEqual([]);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('completed-immutable')?.status).toBe('held');
  });

  it('are the same whichever way the copies of a volume are kept alike', () => {
    const world = archived({ seed: '2', replication: 'primary-backup' });
    runAndSettle(world, untilNs);
    expect(marks(world, 'snapshot.completed').length).toBeGreaterThan(6);
    expect(complaints(world)).toEqual([]);
  });

  it('hold a prefix of all writes, though hosts lose power with old contents on them', () => {
    for (const seed of ['1', '2', '3']) {
      const world = archived({ seed });
      plan(world, { kind: 'power-loss', atMs: 2_500, forMs: 300, target: 'host-1' });
      plan(world, { kind: 'power-loss', atMs: 3_500, forMs: 300, target: 'host-2' });
      runAndSettle(world, untilNs);
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(marks(world, 'snapshot.completed').length).toBeGreaterThan(4);
      expect(judge(world).get('snapshot-is-prefix')?.status).toBe('held');
    }
  });

  it('are uploaded in full where another copy has to be read', () => {
    const world = archived({ seed: '4', untilNs: 12 * nsPerSec });
    plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 8_000, target: 'host-1' });
    runAndSettle(world, 12 * nsPerSec);
    expect(marks(world, 're-mirror.finished').length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([]);
    const sealed = marks(world, 'snapshot.sealed').flatMap(
      ({ facts }) => facts.ranges as readonly { readonly base: string | null }[],
    );
    expect(sealed.filter(({ base }) => base === null).length).toBeGreaterThan(8);
    expect(sealed.filter(({ base }) => base !== null).length).toBeGreaterThan(8);
  });

  it('wait, and are never half there, while hosts have no slot for old contents', () => {
    const world = archived({ seed: '5', slotCount: 4 });
    runAndSettle(world, untilNs);
    expect(marks(world, 'snapshot.completed')).toEqual([]);
    const reasons = new Set(marks(world, 'cut.voided').map(({ facts }) => facts.reason));
    expect([...reasons]).toEqual(['no-space']);
    expect(complaints(world)).toEqual([]);
  });

  it('go on wherever the store or who drives it dies', () => {
    const steps = ['cut.held', 'snapshot.registered', 'object.stored', 'snapshot.sealed'];
    for (const name of steps) {
      for (const target of ['backup', 'lineage-store']) {
        const world = archived({ seed: '6', untilNs: 4 * nsPerSec });
        world.scheduleFault({
          kind: 'power-loss',
          atNs: 0,
          trigger: { steps: [{ on: 'mark', name, nth: 3 }], delayNs: 0, times: 2 },
          forNs: 200 * nsPerMs,
          target,
          params: {},
        });
        runAndSettle(world, 4 * nsPerSec);
        expect({ name, target, complaints: complaints(world) }).toEqual({
          name,
          target,
          complaints: [],
        });
        expect(marks(world, 'snapshot.completed').length).toBeGreaterThan(1);
      }
    }
  });

  it('pass no damage of the archive on to those that come later', () => {
    const world = archived({ seed: '7' });
    plan(world, { kind: 'bit-rot', atMs: 2_000, target: 'lineage-store', params: { share: 1 } });
    runAndSettle(world, untilNs);
    const at = (name: string) => marks(world, name).map(({ atNs }) => atNs);
    const last = Math.max(...at('archive.damaged'));
    expect(last).toBeGreaterThan(2_000 * nsPerMs);
    // Three snapshots later all that is there was uploaded after the damage was found.
    expect(last).toBeLessThan(4_000 * nsPerMs);
    expect(at('archive.served').filter((served) => served > last).length).toBeGreaterThan(0);
    expect(complaints(world)).toEqual([expect.stringMatching(/^device-reads-true: .*archive/)]);
  });

  it('are completed later, and leave nothing behind, where the last write of all fails', () => {
    const world = archived({ seed: '8' });
    world.scheduleFault({
      kind: 'write-error',
      atNs: 0,
      trigger: { steps: [{ on: 'mark', name: 'snapshot.sealed', nth: 3 }], delayNs: 0, times: 2 },
      forNs: 50 * nsPerMs,
      target: 'lineage-store',
      params: {},
    });
    runAndSettle(world, untilNs);
    expect(marks(world, 'archive.recovered').length).toBeGreaterThan(1);
    expect(marks(world, 'snapshot.completed').length).toBeGreaterThan(4);
    expect(marks(world, 'snapshot.lost')).toEqual([]);
    expect(judge(world).get('references-exact')?.evaluatedCount).toBeGreaterThan(4);
    expect(complaints(world)).toEqual([]);
  });

  it('are bases as long as they are needed, whoever deletes the newest', () => {
    const world = purgedBackups({ seed: '1' });
    expect(complaints(world)).toEqual([]);
    // Some were in use, and were asked for again; but not all the time.
    const asked = marks(world, 'deletion.asked').map(({ facts }) => facts.snapshot);
    expect(asked.length).toBeGreaterThan(new Set(asked).size);
    expect(asked.length).toBeLessThan(30);
    expect(judge(world).get('delta-base-usable')?.status).toBe('held');
  });

  it('stay away once deleted, though the store has had earlier manifests of them', () => {
    const world = archived({ seed: '1', untilNs: 3 * nsPerSec });
    for (const atMs of [1_400, 1_900, 2_400]) {
      plan(world, { kind: 'power-loss', atMs, forMs: 50, target: 'lineage-store' });
    }
    runAndSettle(world, 3 * nsPerSec);
    const deleted = new Set<unknown>();
    for (const entry of world.entries) {
      if (entry.kind !== 'mark') continue;
      if (entry.name === 'snapshot.deleted') deleted.add(entry.facts.snapshot);
      if (entry.name !== 'archive.recovered') continue;
      const found = entry.facts.snapshots as readonly { readonly snapshot: string }[];
      expect(found.filter(({ snapshot }) => deleted.has(snapshot))).toEqual([]);
    }
    expect(deleted.size).toBeGreaterThan(0);
    expect(judge(world).get('listing-monotone')?.status).toBe('held');
  });

  it('hold a prefix of all writes in storms (4 seeds)', () => {
    let completedCount = 0;
    for (const seed of ['1', '2', '3', '4']) {
      const world = archived({ seed, untilNs: 10 * nsPerSec });
      planStorm(world, seed, 10_000);
      runAndSettle(world, 10 * nsPerSec, 60 * nsPerSec);
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      completedCount += marks(world, 'snapshot.completed').length;
    }
    expect(completedCount).toBeGreaterThan(10);
  });
});
