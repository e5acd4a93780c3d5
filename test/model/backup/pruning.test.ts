import { describe, expect, it } from 'vitest';
import { nextPruning } from '../../../model/backup/pruning.ts';

type State = 'pending' | 'completed' | 'error';
const archived = (...states: readonly (readonly [string, State])[]) =>
  states.map(([snapshot, state]) => {
    const none = { origin: null, isLoaded: false, lineageParent: null, deltaBase: null };
    return { snapshot, state, ...none };
  });
const three = archived(['c1', 'completed'], ['c2', 'completed'], ['c3', 'completed']);
const tried = new Set<string>();
const lineage = (...deleted: readonly string[]) => ({
  chain: ['c1', 'c2', 'c3'].map((cut) => ({ request: `r-${cut}`, cell: 'x', epoch: 1, cut })),
  deleted: deleted.map((cut) => `r-${cut}`),
});

describe('which snapshots go', () => {
  it('are those over the count, the oldest first, and those that are lost before them', () => {
    const rules = { keepCount: 2, lineage: null, tried };
    expect(nextPruning(three, rules)).toEqual({ kind: 'erase', snapshot: 'c1' });
    const lost = archived(['c1', 'completed'], ['c2', 'error']);
    expect(nextPruning(lost, rules)).toEqual({ kind: 'erase', snapshot: 'c2' });
    expect(nextPruning(three.slice(1), rules)).toBeNull();
  });

  it('is said by the lineage where they come from it, and carried out then', () => {
    const rules = { keepCount: 2, tried };
    const spare = nextPruning(three, { ...rules, lineage: lineage() });
    expect(spare).toEqual({ kind: 'delete', snapshot: 'c1' });
    const unwanted = nextPruning(three, { ...rules, lineage: lineage('c3') });
    expect(unwanted).toEqual({ kind: 'erase', snapshot: 'c3' });
  });

  it('are others where one is in use', () => {
    const rules = { keepCount: 3, lineage: lineage('c1', 'c3') };
    expect(nextPruning(three, { ...rules, tried: new Set(['c1']) })?.snapshot).toBe('c3');
    expect(nextPruning(three, { ...rules, tried: new Set(['c1', 'c3']) })).toBeNull();
  });
});
