import { describe, expect, it } from 'vitest';
import { Interner, type StateSpace, searchStates } from '../../sim/index.ts';

const limits = { stateMax: 100_000 };

/** Two jugs, of 5 and 3: fill, empty, pour. Steps 0 to 5. */
function jugs(what: {
  readonly wrong?: (row: Uint16Array) => boolean;
  readonly done?: (row: Uint16Array) => boolean;
  readonly steps?: readonly number[];
}): StateSpace {
  const sizes = [5, 3] as const;
  const after = (row: Uint16Array, step: number): Uint16Array => {
    const next = Uint16Array.from(row);
    const jug = step % 2;
    const other = 1 - jug;
    if (step < 2) next[jug] = sizes[jug]!;
    else if (step < 4) next[jug] = 0;
    else {
      const poured = Math.min(next[jug]!, sizes[other]! - next[other]!);
      next[jug]! -= poured;
      next[other]! += poured;
    }
    return next;
  };
  const { steps = [0, 1, 2, 3, 4, 5] } = what;
  return {
    width: 2,
    initial: [0, 0],
    expand(row, found) {
      for (const step of steps) found(after(row, step), step);
    },
    rescue(row, found) {
      for (const step of steps) found(after(row, step));
    },
    violation: (row) => (what.wrong?.(row) === true ? `jugs hold ${row.join(' and ')}` : null),
    isDone: what.done ?? (() => true),
  };
}

describe('an exhaustive search', () => {
  it('visits every state once: 16 of two jugs', () => {
    const { stateCount, stepCount, complete, violation, stuck } = searchStates(jugs({}), limits);
    expect({ stateCount, stepCount, complete, violation, stuck }).toEqual({
      stateCount: 16,
      stepCount: 96,
      complete: true,
      violation: null,
      stuck: null,
    });
  });

  it('finds the shortest way to what is wrong: 4 of 5 and 3 takes six steps', () => {
    const { violation, complete } = searchStates(jugs({ wrong: (row) => row[0] === 4 }), limits);
    expect(complete).toBe(false);
    expect(violation?.what).toMatch(/^jugs hold 4 and/);
    expect(violation?.path.steps).toHaveLength(6);
    expect(violation?.path.rows).toHaveLength(7);
    expect(Array.from(violation?.path.rows[0] ?? [])).toEqual([0, 0]);
  });

  it('sees what is wrong with the very first state', () => {
    const { violation, stateCount } = searchStates(jugs({ wrong: () => true }), limits);
    expect(violation?.path.steps).toEqual([]);
    expect(stateCount).toBe(1);
  });

  it('tells the states that cannot come to an end, and the shortest way into a corner', () => {
    // Without emptying nor pouring there is no way back to empty jugs.
    const space = jugs({ steps: [0, 1], done: (row) => row[0] === 0 });
    const { stuck, stateCount } = searchStates(space, limits);
    expect(stateCount).toBe(4);
    expect(stuck?.count).toBe(2);
    // With the first jug full the second can still be filled; then nothing more can happen.
    expect(stuck?.path.steps).toEqual([0, 1]);
  });

  it('says that it is incomplete where it meets its limit', () => {
    const { complete, stuck } = searchStates(jugs({}), { stateMax: 5 });
    expect(complete).toBe(false);
    expect(stuck).toBeNull();
  });

  it('keeps rows apart however many there are (300,000, over more than one chunk)', () => {
    const space: StateSpace = {
      width: 2,
      initial: [0, 0],
      expand(row, found) {
        const [low = 0, high = 0] = row;
        if (high < 5) found(Uint16Array.of(low === 59_999 ? 0 : low + 1, high), 0);
        if (high < 4) found(Uint16Array.of(low, high + 1), 1);
      },
      rescue: () => {},
      violation: () => null,
      isDone: () => true,
    };
    const { stateCount, complete } = searchStates(space, { stateMax: 1_000_000 });
    expect({ stateCount, complete }).toEqual({ stateCount: 300_000, complete: true });
  });
});

describe('numbers for values', () => {
  it('gives equal values one number, in order of first sight', () => {
    const interner = new Interner<readonly number[]>((value) => value.join());
    expect([[3], [1, 2], [3], [1, 2]].map((value) => interner.numberOf(value))).toEqual([
      0, 1, 0, 1,
    ]);
    expect(interner.count).toBe(2);
    expect(interner.valueOf(1)).toEqual([1, 2]);
    expect(() => interner.valueOf(2)).toThrow('number 2 of 2 values');
  });
});
