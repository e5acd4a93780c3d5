import { describe, expect, it } from 'vitest';
import { noDriveFaults, notSeen, type Seen } from '../../../model/lineage/drive.ts';
import { ledOn, nextToPublish, routerActions } from '../../../model/lineage/router.ts';
import { importedMove, newVolume, openMove } from '../../../model/lineage/volume-record.ts';

const taken = (request: string) => ({ request, cell: 'x', epoch: 1 });

describe('what is published next', () => {
  const lineage = [taken('r1'), taken('r2'), taken('r3')];
  const volume = { ...newVolume('x'), chain: [taken('r1')] };

  it('is the first of the lineage that the chain lacks, behind the one before it', () => {
    expect(nextToPublish(lineage, volume)).toEqual({
      snapshot: taken('r2'),
      parent: taken('r1'),
    });
    expect(nextToPublish(lineage.slice(0, 1), volume)).toBeNull();
  });

  it('is not held up by a request that was given up', () => {
    const buried = { ...volume, tombstones: ['r2'] };
    expect(nextToPublish(lineage, buried)).toEqual({
      snapshot: taken('r3'),
      parent: taken('r1'),
    });
    expect(nextToPublish(lineage.slice(0, 2), buried)).toBeNull();
  });
});

describe('a forward pointer', () => {
  it('leads to a cell that was not asked, and on from the one that points there', () => {
    const x = { cell: 'x', forward: 'y' };
    expect(ledOn([x, { cell: 'y', forward: 'z' }])).toEqual(['z', 'y']);
    expect(ledOn([x, { cell: 'y', forward: null }])).toBeNull();
    expect(ledOn([x, { cell: 'z', forward: null }])).toEqual(['y', 'x']);
  });
});

describe('a router that drives', () => {
  const open = importedMove(openMove(newVolume('x'), 'y'), 1);
  const seen = (cell: string, state: Seen['state']) => ({ cell, seen: { ...notSeen, state } });

  it('aborts for a target that does not answer, and not for one that it never asked', () => {
    const source = seen('x', 'migrating');
    const kinds = (pair: readonly ReturnType<typeof seen>[]) =>
      routerActions(open, pair, noDriveFaults).map(({ kind }) => kind);
    expect(kinds([source, seen('y', 'unreachable')])).toEqual(['abort']);
    expect(kinds([source, seen('z', 'not-found')])).toEqual([]);
  });
});
