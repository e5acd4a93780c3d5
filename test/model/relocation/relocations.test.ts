import { describe, expect, it } from 'vitest';
import { pieceSizeMax } from '../../../model/authority/map-checkpoint.ts';
import { relocationChangeMax } from '../../../model/relocation/relocations.ts';

/** As text, what is remembered of a notification in which all changes were applied. */
function outcomeSize(changeCount: number, copyCount: number): number {
  const big = 9_999_999;
  const replica = { host: 'host-12', slot: big, gen: big };
  const entry = { range: 99, version: big, replicas: new Array(copyCount).fill(replica) };
  const change = { entry, previous: entry, mapVersion: big };
  const applied = new Array(changeCount).fill(change);
  const outcome = { kind: 'notified', repeated: false, applied, refused: [] };
  const request = { client: 'optimizer', payloadDigest: 4_294_967_295, outcome };
  return JSON.stringify([Number.MAX_SAFE_INTEGER, request]).length;
}

describe('the changes that one notification asks for', () => {
  it('are as many as what comes of them fits a block, by the number of copies', () => {
    for (const copyCount of [2, 3, 4, 5, 6, 7, 8]) {
      const changeCount = relocationChangeMax(copyCount);
      expect(outcomeSize(changeCount, copyCount), `${copyCount} copies`).toBeLessThan(pieceSizeMax);
      expect(outcomeSize(changeCount + 2, copyCount)).toBeGreaterThan(pieceSizeMax);
    }
    expect([2, 3, 8].map(relocationChangeMax)).toEqual([10, 8, 4]);
  });
});
