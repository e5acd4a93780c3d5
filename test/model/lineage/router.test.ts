import { describe, expect, it } from 'vitest';
import { nextToPublish } from '../../../model/lineage/router.ts';
import { newVolume } from '../../../model/lineage/volume-record.ts';

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
