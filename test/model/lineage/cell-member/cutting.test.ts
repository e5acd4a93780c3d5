import { describe, expect, it } from 'vitest';
import type { CutStep } from '../../../../model/messages/cuts.ts';
import { nsPerMs, nsPerSec, type World } from '../../../../sim/index.ts';
import { complaints, judge, marks, plan, runAndSettle } from '../../../support/block-store.ts';
import { askedEarly } from '../../../support/restore-stories.ts';
import { asking, idle, lostPast, movedAway, routedWorld } from '../../../support/routed-stories.ts';

const untilNs = 6 * nsPerSec;

/** Published snapshots, by their cuts. */
function publishedCuts(world: World): readonly string[] {
  const { record } = marks(world, 'lineage.recorded').at(-1)!.facts as {
    readonly record: { readonly chain: readonly { readonly cut?: string }[] };
  };
  return record.chain.map(({ cut }) => cut!);
}

/** The first so many cuts that count are followed at once by a fault. */
function strikeAtCuts(
  world: World,
  { times, ...fault }: { readonly kind: string; readonly target: string; readonly times: number },
): void {
  const trigger = {
    steps: [{ on: 'mark', name: 'cut.taken', nth: 1 }],
    delayNs: 0,
    times,
  } as const;
  world.scheduleFault({ ...fault, atNs: 0, trigger, forNs: 200 * nsPerMs, params: {} });
}

describe('a snapshot that routers are asked for, of a volume with an archive', () => {
  it('is cut for the epoch that its cell is active in, also when the volume has moved', () => {
    const world = movedAway({ seed: '4', clients: [idle] }, { everyMs: 500, awayMs: 2_000 });
    runAndSettle(world, untilNs, 40 * nsPerSec);
    const epochs = world.entries.flatMap((entry) => {
      if (entry.kind !== 'message' || entry.type !== 'cut.step') return [];
      const { phase, line } = entry.message as CutStep;
      return phase === 'reserve' ? [line?.epoch ?? null] : [];
    });
    const activated = marks(world, 'record.proposed').map(
      ({ facts }) => (facts.before as { readonly epoch: number }).epoch,
    );
    expect(new Set(epochs).size).toBeGreaterThan(1);
    for (const epoch of new Set(epochs)) {
      expect(epoch).toBeGreaterThan(0);
      expect(activated).toContain(epoch);
    }
  });

  it('has contents, and is uploaded in the order of the lineage', () => {
    const world = routedWorld({ seed: '1' }, asking(700));
    runAndSettle(world, untilNs, 20 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    const cuts = publishedCuts(world);
    expect(cuts.length).toBeGreaterThan(10);
    const completed = marks(world, 'snapshot.completed').map(({ facts }) => facts.snapshot);
    expect(completed).toEqual(cuts);
    for (const id of ['snapshot-is-prefix', 'lineage-cuts-in-order', 'archive-follows-lineage']) {
      expect(judge(world).get(id)).toMatchObject({ status: 'held' });
    }
  });

  it('is cut again where another one was taken meanwhile; the first cut is let go', () => {
    const world = routedWorld({ seed: '2' }, asking(300));
    runAndSettle(world, untilNs, 20 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    const reasons = marks(world, 'cut.voided').map(({ facts }) => facts.reason);
    expect(reasons).toContain('disowned');
  });

  it('is taken all the same when the members that cut die (power losses of hosts)', () => {
    for (const seed of ['1', '2', '3']) {
      const world = routedWorld({ seed }, asking(500));
      for (const [at, target] of ['host-1', 'host-2', 'host-3'].entries()) {
        plan(world, { kind: 'power-loss', target, atMs: 1_500 + at * 1_200, forMs: 300 });
      }
      runAndSettle(world, untilNs, 40 * nsPerSec);
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(publishedCuts(world).length).toBeGreaterThan(10);
      expect(judge(world).get('snapshot-is-prefix')?.status).toBe('held');
    }
  });

  it('is taken though five members in a row have died between their cut and the record', () => {
    const world = routedWorld({ seed: '1' }, asking(700));
    strikeAtCuts(world, { kind: 'power-loss', target: 'there', times: 5 });
    runAndSettle(world, untilNs, 20 * nsPerSec);
    const taken = marks(world, 'cut.taken').map(({ facts }) => String(facts.cut));
    const released = marks(world, 'cut.released').map(({ facts }) => String(facts.cut));
    const published = publishedCuts(world);
    expect(published.filter((cut) => taken.slice(0, 5).includes(cut))).toEqual([]);
    expect(published.length).toBeGreaterThan(5);
    expect(released.filter((cut) => published.includes(cut))).toEqual([]);
    // Of each of the three members one may be left.
    expect(new Set(released).size).toBeGreaterThanOrEqual(2);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('released-cuts-unwanted')?.status).toBe('held');
  });

  it('is taken though six in a row were given up between their cut and the record', () => {
    const lineage = asking(700);
    const snapshots = lineage.snapshots.map((one) => ({ ...one, giveUpNs: 300 * nsPerMs }));
    const world = routedWorld({ seed: '1' }, { ...lineage, snapshots });
    strikeAtCuts(world, { kind: 'crash', target: 'role=router', times: 6 });
    runAndSettle(world, untilNs, 20 * nsPerSec);
    const published = publishedCuts(world);
    const taken = marks(world, 'cut.taken').map(({ facts }) => String(facts.cut));
    const dead = taken.slice(0, 6).filter((cut) => !published.includes(cut));
    const released = marks(world, 'cut.released').map(({ facts }) => String(facts.cut));
    expect(dead.length).toBeGreaterThan(4);
    expect(dead.filter((cut) => released.includes(cut)).length).toBeGreaterThan(3);
    expect(published.length).toBeGreaterThan(5);
    expect(complaints(world)).toEqual([]);
  });

  it('is taken when its volume has begun, where that is restored from another one', () => {
    const world = askedEarly({ seed: '1' });
    expect(complaints(world)).toEqual([]);
    const cuts = marks(world, 'cut.begun').filter(({ facts }) => facts.volume === 'vol-2');
    const isRoot = (one: (typeof cuts)[number]) => one.facts.snapshot === 'vol-2-root';
    const [root] = marks(world, 'snapshot.completed').filter(isRoot);
    expect(cuts.length).toBeGreaterThan(3);
    expect(cuts[0]!.atNs).toBeGreaterThan(root!.atNs);
    expect(marks(world, 'take.sent')[0]!.atNs).toBeLessThan(root!.atNs - nsPerSec);
    for (const id of ['root-comes-first', 'restore-exact', 'snapshot-is-prefix', 'delta-exact']) {
      expect(judge(world).get(id)).toMatchObject({ status: 'held' });
    }
  });

  it('is complete in the end, though its volume moves before anything is uploaded', () => {
    const world = movedAway({ seed: '4', clients: [idle] }, { everyMs: 500, awayMs: 6_000 });
    runAndSettle(world, untilNs, 20 * nsPerSec);
    expect(complaints(world)).toEqual([]);
    const completed = marks(world, 'snapshot.completed').map(({ facts }) => facts.snapshot);
    expect(completed).toEqual(publishedCuts(world));
    for (const id of ['old-place-read', 'delta-exact', 'past-outlasts-move']) {
      expect({ id, held: judge(world).get(id)?.status }).toEqual({ id, held: 'held' });
    }
  });

  it('ends in an error, and never complete, where its past is lost with the disks', () => {
    const world = lostPast({ seed: '4' });
    expect(complaints(world)).toEqual([]);
    const lost = marks(world, 'snapshot.lost').map(({ facts }) => facts.snapshot);
    expect(lost.length).toBeGreaterThan(0);
    const completed = marks(world, 'snapshot.completed').map(({ facts }) => facts.snapshot);
    expect(completed.filter((snapshot) => lost.includes(snapshot))).toEqual([]);
    expect([...new Set([...lost, ...completed])].length).toBe(publishedCuts(world).length);
  });
});
