import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../model/authority/data-map.ts';
import {
  emptyScan,
  encodeBatch,
  isScanned,
  type LogBlock,
  type LogScan,
  scanBlocks,
} from '../../../model/authority/log.ts';

const record = (slot: number): LogRecord => ({ kind: 'slot.released', host: 'h', slot, gen: 1 });
const records = (...slots: number[]) => slots.map(record);

const first = { batch: 0, logIndex: 0, position: 0, previousChecksum: 0 };
const batch0 = encodeBatch(records(0, 1), first);
const second = {
  batch: 1,
  logIndex: 2,
  position: 2,
  previousChecksum: batch0[0]!.batchChecksum,
};
const batch1 = encodeBatch(records(2, 3, 4), second);
const third = {
  batch: 2,
  logIndex: 5,
  position: 5,
  previousChecksum: batch1[0]!.batchChecksum,
};
const batch2 = encodeBatch(records(5), third);

function scan(blocks: readonly (LogBlock | undefined)[], applyTorn = false): LogScan {
  const result = emptyScan();
  scanBlocks(result, [...blocks, undefined], applyTorn);
  return result;
}

function slotsOf(result: LogScan): number[] {
  return result.records.map((one) => (one.kind === 'slot.released' ? one.slot : -1));
}

describe('a scan of the log', () => {
  it('finds the records of whole batches in order and the place of the next batch', () => {
    const result = scan([...batch0, ...batch1]);
    expect(slotsOf(result)).toEqual([0, 1, 2, 3, 4]);
    expect([result.blockCount, result.batchCount, result.torn]).toEqual([5, 2, false]);
  });

  it('drops the last batch as a whole for every proper subset of its blocks', () => {
    for (let kept = 0; kept < 7; kept++) {
      const tail = batch1.map((block, i) => (((kept >> i) & 1) === 1 ? block : undefined));
      const result = scan([...batch0, ...tail]);
      expect(slotsOf(result)).toEqual([0, 1]);
      expect(result.torn).toBe(kept > 0);
    }
  });

  it('drops a batch that is mixed with an older attempt at the same place', () => {
    const older = encodeBatch(records(7, 8, 9), second);
    const result = scan([...batch0, batch1[0], older[1], older[2]]);
    expect(slotsOf(result)).toEqual([0, 1]);
    expect(result.torn).toBe(true);
  });

  it('does not take blocks of an older, longer attempt for the next batch', () => {
    const older = encodeBatch(records(7, 8, 9), second);
    const shorter = encodeBatch(records(2), second);
    expect(slotsOf(scan([...batch0, ...shorter, older[1], older[2]]))).toEqual([0, 1, 2]);
  });

  it('gives the same result in reads of any size', () => {
    const blocks = [...batch0, ...batch1, undefined];
    for (let size = 1; size <= blocks.length; size++) {
      const result = emptyScan();
      for (let at = 0; at < blocks.length; at += size) {
        scanBlocks(result, blocks.slice(at, at + size), false);
      }
      expect(slotsOf(result)).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('takes no block that lies elsewhere than it says', () => {
    const astray = batch1.map((block) => ({ ...block, position: block.position + 1 }));
    expect(slotsOf(scan([...batch0, ...astray]))).toEqual([0, 1]);
  });

  it('takes no batch that does not follow the one before it', () => {
    const other = encodeBatch(records(2, 3, 4), { ...second, previousChecksum: 7 });
    expect(slotsOf(scan([...batch0, ...other]))).toEqual([0, 1]);
  });

  it('takes a hole before a later batch for damage, wherever it is', () => {
    const whole = [...batch0, ...batch1, ...batch2];
    expect(scan(whole).damaged).toBe(false);
    for (let hole = 0; hole < whole.length - 1; hole++) {
      const holed = whole.map((block, i) => (i === hole ? undefined : block));
      expect(scan(holed).damaged, `hole at ${hole}`).toBe(true);
    }
  });

  it('looks for a later batch beyond the end before it is done', () => {
    const result = scan([...batch0]);
    expect(result.ended).toBe(true);
    expect(isScanned(result)).toBe(false);
    scanBlocks(result, new Array<undefined>(600).fill(undefined), false);
    expect(isScanned(result)).toBe(true);
  });

  it('believes the readable parts of a torn batch in the variant that does', () => {
    expect(slotsOf(scan([...batch0, batch1[0]], true))).toEqual([0, 1, 2]);
  });
});
