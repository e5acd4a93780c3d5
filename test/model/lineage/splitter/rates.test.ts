import { describe, expect, it } from 'vitest';
import { leavers, type Reading, ratePerSecOf } from '../../../../model/lineage/splitter/rates.ts';
import { nsPerSec } from '../../../../sim/index.ts';

const reading = (atSec: number, mutationCount: number, owner = 'x'): Reading => ({
  atNs: atSec * nsPerSec,
  owner,
  isMoving: false,
  lastMove: 0,
  mutationCount,
});
const windowNs = 3 * nsPerSec;

describe('the rate of a volume', () => {
  it('is counted over the window, not over all that is known', () => {
    const readings = [0, 1, 2, 3, 4].map((sec) => reading(sec, sec < 2 ? 0 : 10 * (sec - 1)));
    expect(ratePerSecOf(readings, windowNs)).toBe(10);
  });

  it('is not known before a whole window, nor over a change of the owner', () => {
    expect(ratePerSecOf([], windowNs)).toBeNull();
    expect(ratePerSecOf([reading(0, 0), reading(2, 50)], windowNs)).toBeNull();
    expect(ratePerSecOf([reading(0, 0, 'y'), reading(4, 50)], windowNs)).toBeNull();
  });
});

describe('who leaves a cell', () => {
  const rated = [
    { volume: 'a', ratePerSec: 1 },
    { volume: 'b', ratePerSec: 8 },
    { volume: 'c', ratePerSec: 3 },
  ];
  const names = (limit: number) => leavers(rated, limit).map(({ volume }) => volume);

  it('changes most, and nobody more than has to', () => {
    expect(names(12)).toEqual([]);
    expect(names(11)).toEqual(['b']);
    expect(names(2)).toEqual(['b', 'c']);
  });

  it('is never the last one', () => {
    expect(names(0)).toEqual(['b', 'c']);
    expect(leavers([{ volume: 'a', ratePerSec: 100 }], 1)).toEqual([]);
  });
});
