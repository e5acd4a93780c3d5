import { describe, expect, it } from 'vitest';
import { nsPerMs } from '../../../sim/index.ts';
import { judge, marks } from '../../support/block-store.ts';
import {
  alsoClient,
  crashAt,
  mutePointsOf,
  type Point,
  pointsOf,
  troubleOf,
} from '../../support/crash-points.ts';
import { wayOfTurn } from '../../support/enumerated-choices.ts';

function countsOf(points: readonly Point[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { role, name } of points) {
    const key = `${role} ${name}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Longer than the others wait for it: another one leads when it comes back. */
const longNs = 60 * nsPerMs;

describe('a member of a map authority that loses power', () => {
  const points = pointsOf({ memberCount: 3 });
  const reached = new Set<string>();

  function breaksNothing(tried: readonly Point[], how: Parameters<typeof crashAt>[2]): void {
    for (const [turn, point] of tried.entries()) {
      const world = crashAt(point, wayOfTurn(turn), how);
      const { name, role } = point;
      expect({ turn, name, role, trouble: troubleOf(world) }).toEqual({
        turn,
        name,
        role,
        trouble: [],
      });
      if (marks(world, 'log.repaired').length > 0) reached.add('log-repaired');
      if (judge(world).get('leader-changed')?.status === 'held') reached.add('leader-changed');
    }
  }

  it('stops at every point of a leader, and of those that vote, follow and recover', () => {
    expect(points.length).toBeGreaterThan(900);
    const counts = countsOf(points);
    for (const name of [
      'leader before append write',
      'leader before append flush',
      'leader before append read-back',
      'leader before a receipt',
      'leader after the receipts, before a decision',
      'leader between two decisions',
      'leader after the decisions, before the answer',
      'leader before checkpoint write',
      'leader before checkpoint flush',
      // The superblock that names the checkpoint gives the log before it up.
      'leader before save write 0',
      'leader before save write 1',
      'leader before save flush',
      'recovering before open superblock',
      'recovering before open checkpoint',
      'recovering before open log',
      'pre-candidate before save write 0',
      'candidate before save flush',
      'follower before save flush',
      'follower before append write',
      'follower before append flush',
      'follower before checkpoint flush',
    ]) {
      expect({ name, isReached: (counts[name] ?? 0) > 0 }).toEqual({ name, isReached: true });
    }
  });

  // What only follows is stopped together with the client, below.
  it('breaks no promise when another leads (disks keep nothing, all or some, in turn)', () => {
    const leading = points.filter(({ role }) => role !== 'follower');
    expect(leading.length).toBeGreaterThan(350);
    breaksNothing(leading, { forNs: longNs });
    expect(reached).toContain('leader-changed');
  });

  it('breaks none when nobody hears its last words', () => {
    const mute = mutePointsOf({ memberCount: 3 });
    const counts = countsOf(mute);
    expect(mute.length).toBeGreaterThan(20);
    expect(counts['mute before append write']).toBe(1);
    expect(counts['mute before append flush']).toBeGreaterThan(0);
    breaksNothing(mute, { forNs: longNs });
    breaksNothing(mute, { forNs: longNs, ...alsoClient });
    expect(reached).toContain('log-repaired');
  });

  it('breaks none when its client dies at the same instant', () => {
    breaksNothing(points, alsoClient);
  });
});

describe('a wrong member of a map authority that loses power at every point', () => {
  it.each([
    ['commit-without-majority', 'committed-prefix-agrees', mutePointsOf],
    ['request-dedup-lost-on-failover', 'applied-once', pointsOf],
  ] as const)('is caught at one of them (%s)', (mutant, property, all) => {
    const caught = all({ memberCount: 3, mutants: [mutant] })
      .filter(({ role }) => role === 'leader' || role === 'mute')
      .some((point, turn) => {
        const world = crashAt(point, wayOfTurn(turn), { forNs: longNs });
        return judge(world).get(property)?.status === 'violated';
      });
    expect(caught).toBe(true);
  });
});
