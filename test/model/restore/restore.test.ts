import { describe, expect, it } from 'vitest';
import type { PropertyId } from '../../../model/invariants.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import { judge, marks, planStorm, runAndSettle } from '../../support/block-store.ts';
import { restoredAtNs, restoring } from '../../support/restore-stories.ts';

const untilNs = 4 * nsPerSec;

/** What was violated or never settled, and what of these properties was not judged. */
function flaws(world: World, exercised: readonly PropertyId[]): readonly string[] {
  const judged = [...judge(world).values()];
  const bad = judged.filter(({ status }) => status === 'violated' || status === 'stalled');
  const idle = judged.filter(({ id, status }) => {
    return status !== 'held' && exercised.some((one) => one === id);
  });
  return [...bad, ...idle].map(({ id, status }) => `${id}: ${status}`);
}

const all = [
  'restore-exact',
  'restore-completes',
  'lineage-forest',
  'snapshot-is-prefix',
  'delta-exact',
] as const;

describe('a volume that begins with a snapshot of another one', () => {
  it('is used while it is loaded, and has snapshots of its own', { timeout: 60_000 }, () => {
    const world = restoring({ seed: '1', untilNs });
    runAndSettle(world, untilNs);
    expect(flaws(world, all)).toEqual([]);
    const completed = marks(world, 'snapshot.completed');
    const ofClone = completed.filter(({ facts }) => facts.volume === 'vol-2');
    expect(ofClone.length).toBeGreaterThan(2);
    // What nobody wrote is not uploaded again: it is as in the root.
    expect(ofClone[1]?.facts.deltaBase).toBe('vol-2-root');
    const put = marks(world, 'object.stored').filter(({ facts }) => facts.volume === 'vol-2');
    const putCount = put.reduce((sum, { facts }) => sum + (facts.stamps as number[]).length, 0);
    const written = marks(world, 'write.accepted').length;
    expect(putCount).toBeLessThan(2 * written);
  });

  it('is loaded whole by way of a client that knows one range of it', { timeout: 60_000 }, () => {
    const world = restoring({ seed: '5', untilNs: 3 * nsPerSec }, { cacheRangeMax: 1 });
    runAndSettle(world, 3 * nsPerSec);
    expect(marks(world, 'map.forgotten').length).toBeGreaterThan(100);
    expect(marks(world, 'restore.completed')).toHaveLength(1);
    expect(flaws(world, ['restore-exact', 'restore-completes'])).toEqual([]);
  });

  it('keeps what it shares when its origin is deleted', { timeout: 60_000 }, () => {
    const world = restoring({ seed: '2', untilNs });
    runAndSettle(world, untilNs);
    const root = marks(world, 'snapshot.completed').find(
      ({ facts }) => facts.snapshot === 'vol-2-root',
    );
    const origin = root?.facts.origin as { readonly snapshot: string } | undefined;
    const deleted = marks(world, 'snapshot.deleted').find(
      ({ facts }) => facts.snapshot === origin?.snapshot,
    );
    const [loaded] = marks(world, 'restore.completed');
    expect(deleted?.atNs).toBeLessThan(loaded?.atNs ?? 0);
    expect(flaws(world, [...all, 'delete-keeps-others', 'completed-immutable'])).toEqual([]);
  });

  it('answers no read of what nobody wrote before it is restored', { timeout: 60_000 }, () => {
    const attachAtNs = restoredAtNs / 3;
    const world = restoring({ seed: '3', untilNs: 3 * nsPerSec }, { attachAtNs });
    runAndSettle(world, 3 * nsPerSec);
    const early = world.entries.filter((entry) => {
      if (entry.kind !== 'op' || entry.name !== 'read' || entry.atNs >= restoredAtNs) return false;
      if (entry.actor !== 'client-2' || entry.phase !== 'ok') return false;
      const { stamps } = entry.value as { readonly stamps: readonly number[] };
      return stamps.includes(0);
    });
    expect(early).toEqual([]);
    expect(flaws(world, ['restore-exact'])).toEqual([]);
  });

  it('is restored wherever the store or who drives it dies', { timeout: 120_000 }, () => {
    for (const [target, name] of [
      ['lineage-store', 'snapshot.sealed'],
      ['backup', 'archive.served'],
    ] as const) {
      const world = restoring({ seed: '4', untilNs });
      world.scheduleFault({
        kind: 'power-loss',
        atNs: 0,
        trigger: { steps: [{ on: 'mark', name, nth: 4 }], delayNs: 0, times: 3 },
        forNs: 200 * nsPerMs,
        target,
        params: {},
      });
      runAndSettle(world, untilNs);
      expect({ target, flaws: flaws(world, all) }).toEqual({ target, flaws: [] });
    }
  });

  it('is restored in storms', { timeout: 120_000 }, () => {
    for (const seed of ['1', '2']) {
      const world = restoring({ seed, untilNs: 2 * untilNs });
      planStorm(world, seed, 8_000);
      runAndSettle(world, 2 * untilNs, 60 * nsPerSec);
      expect({ seed, flaws: flaws(world, ['restore-exact', 'restore-completes']) }).toEqual({
        seed,
        flaws: [],
      });
    }
  });
});
