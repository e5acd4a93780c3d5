import { describe, expect, it } from 'vitest';
import { firstRouting, preferred } from '../../../model/lineage/routing.ts';
import {
  changedPlace,
  type VolumeChange,
  type VolumePlace,
} from '../../../model/lineage/volume-change.ts';
import { allVolumeChecks, newVolume } from '../../../model/lineage/volume-record.ts';

const first: VolumePlace = { record: newVolume('x'), routing: firstRouting('x') };
const apply = (place: VolumePlace, ...changes: readonly VolumeChange[]) =>
  changes.reduce((now, change) => changedPlace(now, change, allVolumeChecks), place);
const open = { kind: 'open', target: 'y', lastMove: 0 } as const;
const snapshot = { request: 'r1', cell: 'x', epoch: 1 };
const published = { kind: 'publish', snapshot, parent: null } as const;

describe('changes of the record of a volume', () => {
  it('change nothing the second time', () => {
    const changes: readonly VolumeChange[] = [
      published,
      open,
      { kind: 'imported', move: 1 },
      { kind: 'commit', move: 1, isForced: false },
      { kind: 'fix-hint', active: 'y' },
      { kind: 'clear', move: 1 },
      { kind: 'give-up', request: 'r2' },
      { kind: 'delete', snapshot },
      { kind: 'swap-merits', lastMove: 1, preferred: 'x' },
    ];
    let place = first;
    for (const change of changes) {
      const after = apply(place, change);
      expect(after, change.kind).not.toBe(place);
      expect(apply(after, change), `${change.kind} again`).toBe(after);
      place = after;
    }
    // Not even once all is over: the move that it would open is another one.
    expect(apply(place, open)).toBe(place);
    expect(place.record).toMatchObject({ owner: 'y', epoch: 2, ownerSince: 2, move: null });
    expect(place.record.chain).toEqual([snapshot]);
  });

  it('decide a move once', () => {
    const aborted = apply(first, open, { kind: 'abort', move: 1 });
    expect(aborted.record).toMatchObject({ owner: 'x', epoch: 2, ownerSince: 1 });
    expect(apply(aborted, { kind: 'commit', move: 1, isForced: true })).toBe(aborted);
  });

  const aside = { kind: 'quarantine', reason: 'no-owner', epoch: 2, lastMove: 1 } as const;
  const lift = { kind: 'lift-quarantine' } as const;
  const there = apply(
    first,
    published,
    open,
    { kind: 'imported', move: 1 },
    { kind: 'commit', move: 1, isForced: false },
    { kind: 'clear', move: 1 },
  );

  it('put a volume in quarantine, where nothing is published and no cell becomes the owner', () => {
    const held = apply(there, aside);
    const next = { request: 'r2', cell: 'y', epoch: 2 };
    const refused: readonly VolumeChange[] = [
      { kind: 'publish', snapshot: next, parent: snapshot },
      { kind: 'open', target: 'x', lastMove: 1 },
      { kind: 'swap-merits', lastMove: 1, preferred: 'x' },
      { ...aside, reason: 'held' },
    ];
    for (const change of refused) expect(apply(held, change), change.kind).toBe(held);
    const over = apply(held, { kind: 'give-up', request: 'r2' });
    expect(over.record).toMatchObject({ quarantine: 'no-owner', tombstones: ['r2'] });
    // Who has seen an older record knows nothing of what was decided meanwhile.
    expect(apply(there, { ...aside, epoch: 1 })).toBe(there);
    expect(apply(there, { ...aside, lastMove: 0 })).toBe(there);
    expect(apply(there, lift)).toBe(there);
  });

  it('lift a quarantine: an owner that has forgotten is told again, in a new epoch', () => {
    const told = apply(there, aside, lift).record;
    const ends = { source: 'x', target: 'y', decision: 'commit', decidedChain: [snapshot] };
    expect(told).toMatchObject({ owner: 'y', epoch: 3, ownerSince: 3, quarantine: null });
    expect(told.move).toMatchObject({ id: 2, ...ends });
    expect(apply(there, { ...aside, reason: 'held' }, lift)).toEqual(there);
  });

  const rollBack = { kind: 'swap-merits', lastMove: 1, preferred: 'x' } as const;

  it('roll merits back: what is not decided is aborted, what is decided stays', () => {
    const imported = apply(first, open, { kind: 'imported', move: 1 });
    const turned = apply(imported, rollBack);
    expect(preferred(turned.routing)).toBe('x');
    expect(turned.record.move?.decision).toBe('abort');
    const commit = { kind: 'commit', move: 1, isForced: false } as const;
    expect(apply(turned, commit)).toBe(turned);
    const committed = apply(imported, commit);
    const stayed = apply(committed, rollBack);
    expect(preferred(stayed.routing)).toBe('x');
    expect(stayed.record).toBe(committed.record);
  });

  it('never roll back a later move, nor to a cell that is not named', () => {
    const second = { kind: 'open', target: 'z', lastMove: 1 } as const;
    const later = apply(
      first,
      open,
      { kind: 'abort', move: 1 },
      { kind: 'clear', move: 1 },
      second,
    );
    expect(later.record.lastMove).toBe(2);
    expect(apply(later, rollBack)).toBe(later);
    const opened = apply(first, open);
    expect(apply(opened, { ...rollBack, preferred: 'elsewhere' })).toBe(opened);
    expect(apply(first, { ...rollBack, lastMove: 0 })).toBe(first);
  });

  it('never publish what was given up, and never give up what is published', () => {
    const givenUp = apply(first, { kind: 'give-up', request: 'r1' });
    expect(apply(givenUp, published)).toBe(givenUp);
    const place = apply(first, published);
    expect(apply(place, { kind: 'give-up', request: 'r1' })).toBe(place);
  });

  it('leave the routing metadata alone where they decide, and the record where they hint', () => {
    const opened = apply(first, open);
    expect(apply(opened, { kind: 'abort', move: 1 }).routing).toBe(opened.routing);
    const hinted = apply(opened, { kind: 'fix-hint', active: 'y' });
    expect(hinted.record).toBe(opened.record);
    expect(hinted.routing.active.cell).toBe('y');
  });
});
