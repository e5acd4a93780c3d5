import { describe, expect, it } from 'vitest';
import {
  emptyScan,
  encodeBatch,
  isScanned,
  type LogBlock,
  type LogCut,
  type LogEntry,
  type LogScan,
  scanBlocks,
} from '../../../model/authority/log.ts';

const entry = (slot: number): LogEntry => ({
  term: 0,
  record: { kind: 'slot.released', host: 'h', slot, gen: 1 },
});
const entries = (...slots: number[]) => slots.map(entry);
const limits = { ringLength: 2_048, batchMax: 512 };
const rules = { ...limits, cutOffAs: [], appliesTorn: false };
const noCut: LogCut = { count: 0, logIndex: 0 };

function batchAfter(before: readonly LogBlock[], slots: readonly number[], cutCount = 0) {
  return encodeBatch(entries(...slots), {
    logIndex: before.length,
    previousChecksum: before.at(-1)?.checksum ?? 0,
    cutCount,
  });
}

const batch0 = batchAfter([], [0, 1]);
const batch1 = batchAfter(batch0, [2, 3, 4]);
const batch2 = batchAfter([...batch0, ...batch1], [5]);

function scan(blocks: readonly (LogBlock | undefined)[], cut = noCut): LogScan {
  const result = emptyScan(cut);
  scanBlocks(result, [...blocks, undefined], rules);
  return result;
}

function slotsOf(result: LogScan): number[] {
  return result.entries.map(({ record }) => (record.kind === 'slot.released' ? record.slot : -1));
}

describe('a scan of the log', () => {
  it('finds the records of whole batches in order and the place of the next batch', () => {
    const result = scan([...batch0, ...batch1]);
    expect(slotsOf(result)).toEqual([0, 1, 2, 3, 4]);
    expect([result.endIndex, result.torn]).toEqual([5, false]);
    expect(result.checksums).toEqual([...batch0, ...batch1].map(({ checksum }) => checksum));
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
    const older = batchAfter(batch0, [7, 8, 9]);
    const result = scan([...batch0, batch1[0], older[1], older[2]]);
    expect(slotsOf(result)).toEqual([0, 1]);
    expect(result.torn).toBe(true);
  });

  it('does not take blocks of an older, longer attempt for the next batch', () => {
    const older = batchAfter(batch0, [7, 8, 9]);
    const shorter = batchAfter(batch0, [2]);
    const result = scan([...batch0, ...shorter, older[1], older[2]]);
    expect(slotsOf(result)).toEqual([0, 1, 2]);
    expect(result.damaged).toBe(false);
  });

  it('gives the same result in reads of any size', () => {
    const blocks = [...batch0, ...batch1, undefined];
    for (let size = 1; size <= blocks.length; size++) {
      const result = emptyScan();
      for (let at = 0; at < blocks.length; at += size) {
        scanBlocks(result, blocks.slice(at, at + size), rules);
      }
      expect(slotsOf(result)).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('takes no block that lies elsewhere than it says', () => {
    const astray = batch1.map((block) => ({ ...block, logIndex: block.logIndex + 1 }));
    expect(slotsOf(scan([...batch0, ...astray]))).toEqual([0, 1]);
  });

  it('takes no batch that does not follow the one before it', () => {
    const other = encodeBatch(entries(2, 3, 4), { logIndex: 2, previousChecksum: 7, cutCount: 0 });
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

  it('takes what a later lap of the ring left for damage, but not what an earlier one did', () => {
    const small = { ...rules, ringLength: 4 };
    for (const [lap, isDamaged] of [
      [1, true],
      [-1, false],
    ] as const) {
      const place = { logIndex: 2 + 4 * lap, previousChecksum: 7, cutCount: 0 };
      const [other] = encodeBatch(entries(9), place);
      const result = emptyScan();
      scanBlocks(result, [...batch0, other, undefined], small);
      expect([slotsOf(result), result.damaged]).toEqual([[0, 1], isDamaged]);
    }
  });

  it('looks for a later batch beyond the end before it is done', () => {
    const result = scan([...batch0]);
    expect(result.ended).toBe(true);
    expect(isScanned(result)).toBe(false);
    scanBlocks(result, new Array<undefined>(600).fill(undefined), rules);
    expect(isScanned(result)).toBe(true);
  });

  it('looks behind a torn batch however long it is', () => {
    const long = batchAfter(
      batch0,
      Array.from({ length: 700 }, (_, i) => i),
    );
    const later = batchAfter([...batch0, ...long], [9]);
    const holed = [...batch0, undefined, ...long.slice(1)];
    const result = emptyScan();
    scanBlocks(result, holed, rules);
    expect([isScanned(result), result.torn]).toEqual([false, true]);
    scanBlocks(result, later, rules);
    expect(result.damaged).toBe(true);
  });

  it('believes the readable parts of a torn batch in the variant that does', () => {
    const result = emptyScan();
    scanBlocks(result, [...batch0, batch1[0], undefined], { ...rules, appliesTorn: true });
    expect(slotsOf(result)).toEqual([0, 1, 2]);
  });
});

describe('a log that was cut', () => {
  const cut = { count: 1, logIndex: 3 };
  const kept = [...batch0, batch1[0]!];

  it('ends at the cut, within a batch, while nothing is written after it', () => {
    const result = scan([...batch0, ...batch1, ...batch2], cut);
    expect(slotsOf(result)).toEqual([0, 1, 2]);
    expect([result.damaged, result.torn]).toEqual([false, false]);
  });

  it('goes on with what was written after it, and no older blocks behind that count', () => {
    const again = batchAfter(kept, [7], 1);
    const result = scan([...kept, ...again, batch1[2], ...batch2], cut);
    expect(slotsOf(result)).toEqual([0, 1, 2, 7]);
    expect([result.damaged, result.torn]).toEqual([false, false]);
  });

  it('drops what was torn after the cut as a whole', () => {
    const again = batchAfter(kept, [7, 8], 1);
    const result = scan([...kept, again[0], batch1[2], ...batch2], cut);
    expect(slotsOf(result)).toEqual([0, 1, 2]);
    expect([result.damaged, result.torn]).toEqual([false, true]);
  });

  it('is read through both cuts when it was cut again further on', () => {
    const again = batchAfter(kept, [7, 8], 1);
    const third = batchAfter([...kept, again[0]!], [9], 2);
    const result = scan([...kept, again[0], ...third, ...batch2], { count: 2, logIndex: 4 });
    expect(slotsOf(result)).toEqual([0, 1, 2, 7, 9]);
    expect(result.damaged).toBe(false);
  });

  it('has its damage found where a later batch was written after the cut', () => {
    const again = batchAfter(kept, [7], 1);
    const next = batchAfter([...kept, ...again], [8], 1);
    expect(scan([...kept, undefined, ...next], cut).damaged).toBe(true);
  });
});
