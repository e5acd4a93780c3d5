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

const untilNs = 9 * nsPerSec;
const target = 'lineage-store';
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [{ volume: 'vol-1', everyNs: 300 * nsPerMs, keepCount: 3 }],
};

// Some of the device decays, and the store has to read its records, then and once more later.
function decayed(choice: ClusterChoice, share: number): World {
  const world = clusterWorld({ untilNs, more: { archive }, ...choice });
  plan(world, { kind: 'latent-sector-error', atMs: 2_000, target, params: { share, run: 1 } });
  plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 50, target });
  plan(world, { kind: 'power-loss', atMs: 8_500, forMs: 50, target });
  runAndSettle(world, untilNs, 6 * nsPerSec);
  return world;
}

function recoveries(world: World): readonly number[] {
  return marks(world, 'archive.recovered').map(({ atNs }) => atNs / nsPerSec);
}

describe('records that cannot be read', () => {
  it('are given up after a while, and what follows goes on (2 seeds)', () => {
    let lostCount = 0;
    for (const seed of ['1', '2']) {
      const world = decayed({ seed }, 0.3);
      // It waited, and not for ever.
      expect(recoveries(world)[1]).toBeGreaterThan(6);
      expect(recoveries(world)[1]).toBeLessThan(8);
      // What was given up was mended, too: the next recovery has nothing to wait for.
      expect(recoveries(world)[2]).toBeLessThan(9);
      const last = marks(world, 'snapshot.completed').at(-1);
      expect(last?.atNs).toBeGreaterThan(recoveries(world).at(-1)! * nsPerSec);
      const isOfDevice = (line: string) => line.startsWith('device-reads-true');
      const ours = complaints(world).filter((line) => !isOfDevice(line));
      expect({ seed, ours }).toEqual({ seed, ours: [] });
      expect(judge(world).get('listing-monotone')?.status).toBe('held');
      lostCount += marks(world, 'snapshot.lost').length;
    }
    // Complete, for all that anybody knows, and its last manifest cannot be read.
    expect(lostCount).toBeGreaterThan(0);
  });

  it('are waited for as long as they may come back', () => {
    const world = clusterWorld({ seed: '1', untilNs, more: { archive } });
    const params = { share: 0.2 };
    plan(world, { kind: 'read-error', atMs: 2_000, forMs: 3_000, target, params });
    plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 50, target });
    runAndSettle(world, untilNs, 4 * nsPerSec);
    expect(recoveries(world)).toHaveLength(2);
    expect(recoveries(world)[1]).toBeGreaterThan(5);
    expect(recoveries(world)[1]).toBeLessThan(6);
    expect(marks(world, 'archive.damaged')).toEqual([]);
    expect(complaints(world)).toEqual([]);
  });

  it('are not given up where the whole device is away', () => {
    const world = clusterWorld({ seed: '1', untilNs, more: { archive } });
    plan(world, { kind: 'read-error', atMs: 2_000, forMs: 6_500, target });
    plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 50, target });
    runAndSettle(world, untilNs, 4 * nsPerSec);
    expect(recoveries(world)[1]).toBeGreaterThan(8);
    expect(marks(world, 'archive.damaged')).toEqual([]);
    expect(complaints(world)).toEqual([]);
  });
});
