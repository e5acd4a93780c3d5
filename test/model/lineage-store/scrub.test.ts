import { describe, expect, it } from 'vitest';
import type { ArchiveSpec } from '../../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import {
  type ClusterChoice,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 2 * nsPerSec;
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [{ volume: 'vol-1', everyNs: 300 * nsPerMs, keepCount: 3 }],
};

function archived(choice: ClusterChoice): World {
  return clusterWorld({ untilNs, more: { archive }, ...choice });
}

function snapshotsOf(world: World, name: string, afterNs: number): ReadonlySet<unknown> {
  const found = marks(world, name).filter(({ atNs }) => atNs > afterNs);
  return new Set(found.map(({ facts }) => facts.snapshot));
}

describe('all that a lineage store has', () => {
  it('is read back when nothing has changed for a while, once', () => {
    const world = archived({ seed: '1' });
    runAndSettle(world, untilNs, 10 * nsPerSec);
    const kept = marks(world, 'snapshot.completed').slice(-3);
    const lastNs = Math.max(...marks(world, 'snapshot.deleted').map(({ atNs }) => atNs));
    const names = new Set(kept.map(({ facts }) => facts.snapshot));
    expect(snapshotsOf(world, 'archive.served', lastNs + nsPerSec)).toEqual(names);
    expect(snapshotsOf(world, 'archive.served', lastNs + 3 * nsPerSec)).toEqual(new Set());
    expect(judge(world).get('snapshots-read-back')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });

  it('is found to have rotted before anybody restores from it', () => {
    const world = archived({ seed: '2' });
    const params = { share: 1 };
    plan(world, { kind: 'bit-rot', atMs: 1_999, target: 'lineage-store', params });
    runAndSettle(world, untilNs, 10 * nsPerSec);
    const [newest] = marks(world, 'snapshot.completed').slice(-1);
    expect(snapshotsOf(world, 'archive.damaged', untilNs)).toContain(newest?.facts.snapshot);
    expect(complaints(world)).toEqual([expect.stringMatching(/^device-reads-true: .*archive/)]);
  });

  it('is read from the beginning again after a crash in the middle', () => {
    const world = archived({ seed: '3' });
    const target = 'lineage-store';
    const params = { factor: 100 };
    plan(world, { kind: 'slow-disk', atMs: 2_600, forMs: 4_000, target, params });
    plan(world, { kind: 'power-loss', atMs: 3_400, forMs: 100, target });
    runAndSettle(world, 3_600 * nsPerMs, 10 * nsPerSec);
    const served = marks(world, 'archive.served').map(({ atNs }) => atNs / nsPerMs);
    expect(served.filter((atMs) => atMs > 2_900 && atMs < 3_400).length).toBeGreaterThan(0);
    expect(served.filter((atMs) => atMs > 3_500).length).toBeGreaterThan(0);
    expect(judge(world).get('snapshots-read-back')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });
});
