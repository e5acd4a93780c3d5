import { describe, expect, it } from 'vitest';
import {
  emptyScan,
  encodeBatch,
  type LogBlock,
  type LogScan,
  scanBlocks,
} from '../../model/authority-log.ts';
import type { LogRecord } from '../../model/data-map.ts';

const record = (slot: number): LogRecord => ({ kind: 'slot.released', host: 'h', slot, gen: 1 });
const records = (...slots: number[]) => slots.map(record);

const batch0 = encodeBatch(records(0, 1), { batch: 0, logIndex: 0 });
const batch1 = encodeBatch(records(2, 3, 4), { batch: 1, logIndex: 2 });

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
    const older = encodeBatch(records(7, 8, 9), { batch: 1, logIndex: 2 });
    const result = scan([...batch0, batch1[0], older[1], older[2]]);
    expect(slotsOf(result)).toEqual([0, 1]);
    expect(result.torn).toBe(true);
  });

  it('does not take blocks of an older, longer attempt for the next batch', () => {
    const older = encodeBatch(records(7, 8, 9), { batch: 1, logIndex: 2 });
    const shorter = encodeBatch(records(2), { batch: 1, logIndex: 2 });
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

  it('believes the readable parts of a torn batch in the variant that does', () => {
    expect(slotsOf(scan([...batch0, batch1[0]], true))).toEqual([0, 1, 2]);
  });
});
