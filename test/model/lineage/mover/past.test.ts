import { describe, expect, it } from 'vitest';
import { isPastNeeded } from '../../../../model/lineage/mover/past.ts';
import type { MoverState } from '../../../../model/lineage/mover/state.ts';
import { noWaits } from '../../../../model/lineage/mover/waits.ts';
import { firstRouting } from '../../../../model/lineage/routing.ts';
import { newVolume, openMove } from '../../../../model/lineage/volume-record.ts';
import type { ArchivedSnapshot, SnapshotState } from '../../../../model/messages/archive.ts';
import { nsPerSec } from '../../../../sim/index.ts';

const snapshot = { request: 'r1', cell: 'x', epoch: 1, cut: 'c1' };
const record = openMove({ ...newVolume('x'), chain: [snapshot] }, 'y');
const archived = (state: SnapshotState): readonly ArchivedSnapshot[] => [
  { snapshot: 'c1', state, lineageParent: null, deltaBase: null } as ArchivedSnapshot,
];
const mover = (more: Partial<MoverState>, store: string | null = 'lineage-store') => ({
  input: { store } as MoverState['input'],
  place: { record, routing: firstRouting('x') },
  archived: archived('completed'),
  waits: noWaits(0),
  ...more,
});

describe('an import waits for uploads', () => {
  it('while one is pending, or published and not registered', () => {
    expect(isPastNeeded(mover({ archived: archived('pending') }), nsPerSec)).toBe(true);
    expect(isPastNeeded(mover({ archived: [] }), nsPerSec)).toBe(true);
    expect(isPastNeeded(mover({ archived: archived('completed') }), nsPerSec)).toBe(false);
    expect(isPastNeeded(mover({ archived: archived('error') }), nsPerSec)).toBe(false);
  });

  it('while the lineage store is silent, and not for ever', () => {
    expect(isPastNeeded(mover({ archived: null }), 4 * nsPerSec)).toBe(true);
    expect(isPastNeeded(mover({ archived: null }), 5 * nsPerSec)).toBe(false);
  });

  it('never where nobody keeps contents, or no move is open', () => {
    expect(isPastNeeded(mover({ archived: null }, null), nsPerSec)).toBe(false);
    const place = { record: newVolume('x'), routing: firstRouting('x') };
    expect(isPastNeeded(mover({ archived: null, place }), nsPerSec)).toBe(false);
  });
});
