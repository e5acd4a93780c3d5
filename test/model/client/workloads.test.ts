import { describe, expect, it } from 'vitest';
import {
  firstCursor,
  nextCursor,
  prepareWorkload,
  requestAt,
  type Workload,
} from '../../../model/client/workloads.ts';
import type { TraceRequest } from '../../../model/index.ts';
import { nsPerSec, type Self, streamTable } from '../../../sim/index.ts';
import { mebibyte } from '../../support/block-store.ts';

function selfWith(seed: string): Self {
  const streams = streamTable(seed);
  return {
    id: 'client-1',
    node: 'client-1',
    labels: {},
    incarnation: 0,
    nowNs: () => 0,
    choose: (purpose, n) => (n === 1 ? 0 : streams.below(purpose, n)),
    faultPoint: () => false,
  };
}

function play(workload: Workload, startNs: number, untilNs: number) {
  const self = selfWith('1');
  const played = [];
  let cursor = firstCursor(workload, startNs, self);
  while (cursor !== null && cursor.nextNs < untilNs) {
    played.push({ ...requestAt(workload, cursor, self), atNs: cursor.nextNs });
    cursor = nextCursor(workload, cursor, self);
  }
  return played;
}

describe('a pattern', () => {
  const pattern = prepareWorkload(
    {
      kind: 'pattern',
      readShare: 0.7,
      blocksMin: 1,
      blocksMax: 4,
      ratePerSec: 500,
      keys: { kind: 'zipf', exponent: 0.99 },
      flushEvery: 10,
    },
    4 * mebibyte,
  );
  const played = play(pattern, 0, 20 * nsPerSec);

  it('keeps its rate, its share of reads and its flushes', () => {
    expect(played.length / 20).toBeGreaterThan(470);
    expect(played.length / 20).toBeLessThan(530);
    const flushes = played.filter(({ op }) => op === 'flush').length;
    expect(flushes).toBe(Math.floor(played.length / 10));
    const reads = played.filter(({ op }) => op === 'read').length;
    expect(reads / (played.length - flushes)).toBeCloseTo(0.7, 1);
  });

  it('stays within the volume and favours some blocks', () => {
    const hits = new Map<number, number>();
    for (const { op, block, blockCount } of played) {
      if (op === 'flush') continue;
      expect(block + blockCount).toBeLessThanOrEqual(1_024);
      hits.set(block, (hits.get(block) ?? 0) + 1);
    }
    expect(Math.max(...hits.values())).toBeGreaterThan(20 * (played.length / 1_024));
  });
});

describe('a trace', () => {
  const at = (atNs: number, op: TraceRequest['op'], offsetBytes: number, lengthBytes: number) => ({
    atNs,
    op,
    offsetBytes,
    lengthBytes,
  });
  const requests = [
    at(0, 'read', 0, 4_096),
    at(100, 'write', 6_000, 4_096),
    at(200, 'flush', 0, 0),
  ];
  const trace = (repeat: boolean, speed = 1) =>
    prepareWorkload({ kind: 'trace', requests, speed, repeat }, mebibyte);

  it('is played at its times, in whole blocks that cover what was asked', () => {
    expect(play(trace(false), 0, 10_000)).toEqual(
      [
        { atNs: 0, op: 'read', block: 0, blockCount: 1 },
        { atNs: 100, op: 'write', block: 1, blockCount: 2 },
        { atNs: 200, op: 'flush', block: 0, blockCount: 0 },
      ].map((one) => expect.objectContaining(one)),
    );
  });

  it('is played faster by its speed', () => {
    expect(play(trace(false, 2), 0, 10_000).map(({ atNs }) => atNs)).toEqual([0, 50, 100]);
  });

  it('begins again one mean gap after its end, and goes on in the middle after a restart', () => {
    expect(play(trace(true), 0, 600).map(({ atNs }) => atNs)).toEqual([
      0, 100, 200, 266, 366, 466, 532,
    ]);
    expect(play(trace(true), 350, 600).map(({ atNs }) => atNs)).toEqual([366, 466, 532]);
  });
});
