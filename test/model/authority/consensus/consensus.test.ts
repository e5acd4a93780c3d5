import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLeading } from '../../../../model/authority/consensus/leading.ts';
import { type ConsensusRules, lastIndexOf } from '../../../../model/authority/consensus/state.ts';
import { Members, stepRules } from '../../../support/consensus-members.ts';

type Step = readonly [kind: number, at: number, more: number];

const steps = (countMax: number) =>
  fc.array(fc.tuple(fc.nat(99), fc.nat(11), fc.nat(11)) as fc.Arbitrary<Step>, {
    minLength: countMax / 2,
    maxLength: countMax,
    size: 'max',
  });

// Mostly progress, else nothing is ever committed; every trouble at any moment.
function take(all: Members, [kind, at, more]: Step, allowsDamage: boolean): void {
  if (kind < 30) all.work(2 + more);
  else if (kind < 46) all.deliver(at, more === 0);
  else if (kind < 58) all.save(at, more);
  else if (kind < 66) all.timeout(at);
  else if (kind < 78) all.propose(at);
  else if (kind < 84) all.drop(at);
  else if (kind < 89) all.crash(at);
  else if (kind < 95) all.restart(at);
  else if (kind < 97) all.compact(at);
  else if (allowsDamage && all.damagedCount === 0) all.damage(at, more % 2 === 0);
}

function story(
  played: readonly Step[],
  how: { readonly count: number; readonly rules?: ConsensusRules; readonly damage?: boolean },
): Members {
  const all = new Members(how.count, how.rules);
  for (const step of played) {
    take(all, step, how.damage ?? false);
    if (all.broken.length > 0) break;
  }
  return all;
}

// Everybody is up, everything arrives and is saved.
function calm(all: Members): void {
  for (const at of all.members.keys()) all.restart(at);
  for (let round = 0; round < 30; round++) {
    for (const at of all.members.keys()) {
      const { role } = all.member(at).state;
      if (role === 'learner' || role === 'leader') all.timeout(at);
    }
    if (all.leader === undefined || !isLeading(all.leader.state)) all.timeout(round);
    all.work(40);
  }
}

function rulesWith(change: Partial<ConsensusRules>): ConsensusRules {
  return { ...stepRules, ...change };
}

describe('the consensus core', () => {
  it.each([
    { count: 3, damage: false },
    { count: 3, damage: true },
    { count: 5, damage: true },
  ])('is safe whatever is lost, doubled, late or struck (%o)', ({ count, damage }) => {
    let committedCount = 0;
    let electedCount = 0;
    fc.assert(
      fc.property(steps(160), (played) => {
        const all = story(played, { count, damage });
        committedCount += all.committed.length;
        electedCount += all.leaderOf.size;
        expect(all.broken).toEqual([]);
      }),
      { numRuns: 600, seed: 7 },
    );
    expect(committedCount).toBeGreaterThan(600);
    expect(electedCount).toBeGreaterThan(600);
  });

  it('comes to one leader and one log when everything is well again', () => {
    fc.assert(
      fc.property(steps(100), (played) => {
        const all = story(played, { count: 3, damage: true });
        calm(all);
        const before = all.committed.length;
        all.propose(all.members.indexOf(all.leader!));
        calm(all);
        expect(all.broken).toEqual([]);
        expect(all.committed.length).toBeGreaterThan(before);
        for (const { state, applied } of all.members) {
          expect(state.role === 'leader' ? isLeading(state) : state.role === 'follower').toBe(true);
          expect(lastIndexOf(state)).toBe(all.committed.length - 1);
          expect(applied).toEqual(all.committed);
        }
      }),
      { numRuns: 150, seed: 8 },
    );
  });

  it('never commits an entry of an earlier term by counting alone (figure 8)', () => {
    const all = new Members(3);
    all.timeout(0);
    all.work(30);
    const { state } = all.member(0);
    const before = state.commitIndex;
    // As after an election: what is on all members is of term 1, and the leader's term is 2.
    state.term = 2;
    for (const peer of state.peers.values()) peer.matchIndex = lastIndexOf(state);
    state.entries.push({ term: 1, record: 'old' });
    state.durableIndex += 1;
    for (const peer of state.peers.values()) peer.matchIndex += 1;
    all.timeout(0);
    all.save(0, 2);
    expect(state.commitIndex).toBe(before);
  });

  it('elects two leaders in one term when votes are not saved', () => {
    for (const forgetsVotes of [false, true]) {
      const all = new Members(3, rulesWith({ forgetsVotes }));
      all.timeout(0);
      while (all.leader === undefined) all.work(1, [0, 1]);
      all.crash(1);
      all.restart(1);
      for (let i = 0; i < 3; i++) all.timeout(2);
      all.work(30, [1, 2]);
      expect(all.broken.some((what) => what.startsWith('election safety'))).toBe(forgetsVotes);
    }
  });

  it('does not let a member vote that has lost its log', () => {
    const all = new Members(3);
    all.timeout(0);
    all.work(40);
    all.propose(0);
    all.work(30, [0, 1]);
    expect(all.committed).toHaveLength(2);
    all.damage(1, true);
    all.crash(0);
    // With the vote of the damaged member the third would lead without the last record.
    for (let i = 0; i < 20; i++) {
      all.timeout(2);
      all.timeout(1);
      all.work(20, [1, 2]);
    }
    expect(all.member(2).state.role).not.toBe('leader');
    expect(all.member(1).state.role).toBe('learner');
    calm(all);
    expect(all.broken).toEqual([]);
    expect(all.damagedCount).toBe(0);
    expect(all.member(1).applied).toEqual(all.committed);
  });

  it('loses what was committed when a leader commits alone', () => {
    for (const commitsAlone of [false, true]) {
      const all = new Members(3, rulesWith({ commitsAlone }));
      all.timeout(0);
      all.work(40);
      all.propose(0);
      all.work(5, [0]);
      all.crash(0);
      for (let i = 0; i < 6; i++) all.timeout(1);
      all.work(60, [1, 2]);
      all.propose(1);
      all.work(60, [1, 2]);
      expect(all.broken.length > 0).toBe(commitsAlone);
    }
  });
});
