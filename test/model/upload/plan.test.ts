import { describe, expect, it } from 'vitest';
import {
  heldPieces,
  isCopied,
  planRange,
  takeBlocks,
  uploadedOf,
} from '../../../model/upload/plan.ts';

const replicas = [{ host: 'host-1', slot: 5, gen: 1 }];
const root = { snapshot: 'root', session: 128 };

/** A range of which one copy tells that these blocks have changed. */
function planOf(blocks: readonly number[], isRestored: boolean) {
  const begun = { base: null, root: isRestored ? root : null };
  const plan = planRange({ range: 7, version: 1, replicas }, begun);
  takeBlocks(plan, blocks);
  return plan;
}

describe('what a copy of a restored volume did not hold at a cut', () => {
  it('is left to the root, though a write had announced a change of it', () => {
    const plan = planOf([3, 4, 5, 6, 9], true);
    const [first, second] = plan.waiting;
    expect(heldPieces(plan, first!, [0, 70, 0, 71])).toEqual([
      { block: 4, blockCount: 1, stamps: [70] },
      { block: 6, blockCount: 1, stamps: [71] },
    ]);
    expect(plan.leftCount).toBe(3);
    expect(heldPieces(plan, second!, [0])).toEqual([]);
    expect(plan.leftCount).toBe(2);
    expect(uploadedOf(plan).blocks).toEqual([4, 6]);
  });

  it('may be all of it: then the range is copied', () => {
    const plan = planOf([3, 4], true);
    expect(heldPieces(plan, plan.waiting[0]!, [0, 0])).toEqual([]);
    expect(isCopied(plan)).toBe(true);
    expect(uploadedOf(plan)).toMatchObject({ base: 'root', blocks: [] });
  });

  it('is nothing to leave out where there is no root: it was never written', () => {
    const plan = planOf([3, 4], false);
    const [piece] = plan.waiting;
    expect(heldPieces(plan, piece!, [0, 70])).toEqual([{ ...piece, stamps: [0, 70] }]);
    expect(uploadedOf(plan).blocks).toEqual([3, 4]);
  });
});
