// Takes of a cell that was overruled, under clocks that are right enough for leases, or are not.
import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { nsPerMs } from '../../../sim/index.ts';
import { type Body, fault, judge, start } from '../../support/entries.ts';
import { lineageTroubles } from './lineage-samples.ts';

const member = 'host-x:control';
const property = properties['lineage-one-authority'];
const overruled = lineageTroubles.find(({ words }) => words.source.includes('overruled'))!.record;

type Clock = readonly [kind: string, by: number, node: string];
const begins = ([kind, by, node]: Clock, faultId = 1): Body =>
  fault('start', kind, [node], { faultId, by });
const ends = ([kind, by, node]: Clock): Body => fault('end', kind, [node], { by });
/** The member asks for a lease up to 10 ns of its clock, which it takes under. */
const leased = (sentAtMs: number): readonly Body[] => {
  const ask = { volume: 'vol-1', cell: 'x', sentNs: 4 };
  const way = { kind: 'message', outcome: 'delivered', sentAtNs: sentAtMs * nsPerMs } as const;
  return [
    { ...way, type: 'cell-lease.ask', from: member, actor: 'authority', message: ask },
    {
      ...way,
      type: 'cell-lease.granted',
      from: 'authority',
      actor: member,
      message: { ...ask, leaseNs: 6 },
    },
  ];
};
const isJudged = (record: readonly Body[]): boolean => {
  const members = [{ ...start(member), node: 'host-x' } as Body, start('authority')];
  return judge(property, [...members, ...record, ...overruled]).violation !== null;
};

const skewed: Clock = ['clock-skew', -150_000, 'host-x'];
const within: Clock = ['clock-skew', -100_000, 'host-x'];

describe('a lease', () => {
  it.each<readonly [claim: string, clock: Clock, isMeant: boolean]>([
    ['within the drift that leases allow', within, true],
    ['beyond it', skewed, false],
    ['of the authority, beyond it', ['clock-skew', 150_000, 'authority'], false],
    ['of a host that has no part in it', ['clock-skew', -150_000, 'host-y'], true],
    ['that jumps', ['clock-step', 1, 'host-x'], false],
    ['that stands still', ['clock-freeze', 0, 'authority'], false],
  ])('is judged by a clock as it is (%s)', (_, clock, isMeant) => {
    expect(isJudged([begins(clock)])).toBe(isMeant);
  });

  it('is none by two faults of one clock that are within the bound, each alone', () => {
    expect(isJudged([begins(within), begins(within, 2)])).toBe(false);
  });

  it('means something again when it was asked for after the clock was wrong', () => {
    expect(isJudged([begins(skewed), ends(skewed), ...leased(1)])).toBe(false);
    expect(isJudged([begins(skewed), ends(skewed), ...leased(9)])).toBe(true);
  });

  it('means nothing when the clock was wrong since it was asked for', () => {
    expect(isJudged([...leased(1), begins(skewed), ends(skewed)])).toBe(false);
  });
});
