import { describe, expect, it } from 'vitest';
import {
  deletedCuts,
  lastPublished,
  nextPublished,
  toldOf,
} from '../../../model/backup/following.ts';

const all = ['c1', 'c2', 'c3'].map((cut) => ({ request: `r-${cut}`, cell: 'x', epoch: 1, cut }));
const bare = { request: 'r-0', cell: 'x', epoch: 1 };

const lineage = (deleted: readonly string[] = [], chain = all) => ({
  chain,
  deleted: deleted.map((cut) => `r-${cut}`),
});
const archived = (...states: readonly (readonly [string, 'pending' | 'completed' | 'error'])[]) =>
  states.map(([snapshot, state]) => {
    const none = { origin: null, isLoaded: false, lineageParent: null, deltaBase: null };
    return { snapshot, state, ...none };
  });

describe('the next published snapshot', () => {
  it('is the first one where none is known', () => {
    expect(nextPublished(lineage(), [])).toEqual({ snapshot: 'c1', parent: null });
  });

  it('is the first one that is not over, and a pending one is not', () => {
    const known = archived(['c1', 'completed'], ['c2', 'error']);
    expect(nextPublished(lineage(), known)).toEqual({ snapshot: 'c3', parent: 'c2' });
    const waits = archived(['c1', 'completed'], ['c2', 'pending']);
    expect(nextPublished(lineage(), waits)).toEqual({ snapshot: 'c2', parent: 'c1' });
  });

  it('is none that was deleted, which stays a parent all the same', () => {
    expect(nextPublished(lineage(['c1']), [])).toEqual({ snapshot: 'c2', parent: 'c1' });
    const known = archived(['c1', 'completed']);
    expect(nextPublished(lineage(['c2', 'c3']), known)).toBeNull();
  });

  it('is none when all are there', () => {
    const known = archived(['c1', 'completed'], ['c2', 'completed'], ['c3', 'completed']);
    expect(nextPublished(lineage(), known)).toBeNull();
  });

  it('is never one without contents', () => {
    expect(nextPublished({ chain: [bare], deleted: [] }, [])).toBeNull();
    const mixed = { chain: [bare, ...all], deleted: ['r-0'] };
    expect(nextPublished(mixed, [])).toEqual({ snapshot: 'c1', parent: null });
    expect([...deletedCuts(mixed)]).toEqual([]);
  });
});

describe('the variant that takes the last one', () => {
  it('skips those before it, and does not know what it stands behind', () => {
    expect(lastPublished(lineage(), archived(['c1', 'completed']))).toEqual({ snapshot: 'c3' });
    expect(lastPublished(lineage(), archived(['c3', 'completed']))).toBeNull();
  });
});

describe('what is told of cuts', () => {
  const cuts = ['c1', 'c2', 'c3', 'c4'];

  it('is that published ones are wanted until they are over; of others nothing is known', () => {
    const known = archived(['c1', 'completed'], ['c2', 'pending']);
    expect(toldOf(cuts, lineage(), known)).toEqual({ wanted: ['c2', 'c3'], over: ['c1'] });
    const lost = archived(['c1', 'error'], ['c2', 'completed']);
    expect(toldOf(cuts, lineage(), lost)).toEqual({ wanted: ['c3'], over: ['c1', 'c2'] });
  });

  it('is that deleted ones are over, uploaded or not', () => {
    const known = archived(['c2', 'pending']);
    expect(toldOf(cuts, lineage(['c1', 'c2']), known)).toEqual({
      wanted: ['c3'],
      over: ['c1', 'c2'],
    });
  });

  it('is what the store has where no lineage is known', () => {
    const known = archived(['c1', 'completed'], ['c2', 'pending']);
    expect(toldOf(cuts, null, known)).toEqual({ wanted: ['c2'], over: ['c1'] });
  });
});
