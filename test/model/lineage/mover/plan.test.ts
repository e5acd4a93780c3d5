import { describe, expect, it } from 'vitest';
import { plannedSteps, wantedNow } from '../../../../model/lineage/mover/plan.ts';
import { firstRouting, withPreferred, withTarget } from '../../../../model/lineage/routing.ts';
import {
  abortMove,
  commitMove,
  importedMove,
  newVolume,
  openMove,
} from '../../../../model/lineage/volume-record.ts';

const move = (atNs: number, to: string | null) => ({ volume: 'vol-1', to, atNs });
const rollBack = (atNs: number) => ({ volume: 'vol-1', atNs });
const plan = plannedSteps(
  { moves: [move(1, 'y'), move(5, null)], rollBacks: [rollBack(3)] },
  'vol-1',
  'x',
);

const open = importedMove(openMove(newVolume('x'), 'y'), 1);
const routing = withTarget(firstRouting('x'), 'x', 'y');
const rolledBack = withPreferred(routing, 'x');

describe('the plan of a volume', () => {
  it('has moves and roll-backs in order, each roll-back with the cell before', () => {
    expect(plan).toEqual([
      { kind: 'move', to: 'y', atNs: 1 },
      { kind: 'roll-back', to: 'x', atNs: 3 },
      { kind: 'move', to: null, atNs: 5 },
    ]);
    const moves = [move(1, 'y'), move(2, 'z')];
    const twice = plannedSteps({ moves, rollBacks: [rollBack(3), rollBack(4)] }, 'vol-1', 'x');
    expect(twice.map(({ to }) => to)).toEqual(['y', 'z', 'y', 'z']);
    expect(plannedSteps({ moves }, 'vol-2', 'x')).toEqual([]);
  });

  it('wants nothing before its first step, then what the last one says', () => {
    const first = { record: newVolume('x'), routing: firstRouting('x') };
    expect(wantedNow(plan, first, 0)).toEqual({ cell: null, rollBackTo: null });
    expect(wantedNow(plan, first, 2)).toEqual({ cell: 'y', rollBackTo: null });
  });

  it('wants merits back until they are, and a move to end that is open by then', () => {
    const place = { record: open, routing };
    expect(wantedNow(plan, place, 3)).toEqual({ cell: 'x', rollBackTo: 'x' });
    const turned = { record: abortMove(open, 1), routing: rolledBack };
    expect(wantedNow(plan, turned, 3)).toEqual({ cell: null, rollBackTo: null });
  });

  it('moves nothing back that was decided, until a move is wanted: by the merits', () => {
    const stayed = { record: commitMove(open, 1), routing: rolledBack };
    expect(wantedNow(plan, stayed, 3)).toEqual({ cell: null, rollBackTo: null });
    expect(wantedNow(plan, stayed, 5)).toEqual({ cell: 'x', rollBackTo: null });
  });
});
