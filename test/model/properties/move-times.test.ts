// Moves that take their time, with faults and without.
import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { firstRouting } from '../../../model/lineage/routing.ts';
import {
  clearMove,
  commitMove,
  importedMove,
  newVolume,
  openMove,
  quarantine,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';
import { type Body, fault, judge, mark } from '../../support/entries.ts';

const born = newVolume('x');
const open = importedMove(openMove(born, 'y'), 1);
const committed = commitMove(open, 1);
const recorded = (atMs: number, logIndex: number, record: VolumeRecord): Body => ({
  ...mark('authority', 'lineage.recorded', {
    volume: 'vol-1',
    logIndex,
    change: logIndex === 0 ? null : { kind: 'clear', move: 1 },
    record,
    routing: firstRouting('x'),
  }),
  atMs,
});
const begun = [recorded(0, 0, born), recorded(1_000, 1, open)];
const lasting = (phase: 'start' | 'end', atMs: number): Body => ({
  ...fault(phase, 'pause', ['host-x']),
  atMs,
});
const looked = (atMs: number): Body => ({ ...mark('authority', 'log.flushed'), atMs });
const lateOf = (record: readonly Body[]): string | null =>
  judge(properties['lineage-converged'], record).violation?.what ?? null;

describe('a move', () => {
  it('is decided in 30 s', () => {
    expect(lateOf([...begun, looked(30_999)])).toBeNull();
    expect(lateOf([...begun, looked(31_001)])).toMatch(/move 1 of 'vol-1' .*: open/);
  });

  it('is over 30 s after that', () => {
    const decided = [...begun, recorded(20_000, 2, committed)];
    expect(lateOf([...decided, looked(49_999)])).toBeNull();
    expect(lateOf([...decided, looked(50_001)])).toMatch(/move 1 of 'vol-1' .*: commit/);
    const over = recorded(50_000, 3, clearMove(committed, 1));
    expect(lateOf([...decided, over, looked(89_999)])).toBeNull();
  });

  it('has its time from the end of the last fault on', () => {
    const broken = [...begun, lasting('start', 2_000)];
    expect(lateOf([...broken, looked(89_999)])).toBeNull();
    expect(lateOf([...broken, lasting('end', 60_000), looked(89_999)])).toBeNull();
    expect(lateOf([...broken, lasting('end', 60_000), looked(90_001)])).toMatch(/move 1/);
  });

  it('waits while its volume is in quarantine', () => {
    const held = recorded(20_000, 2, quarantine(open, 'held'));
    expect(lateOf([...begun, held, looked(89_999)])).toBeNull();
    const lifted = recorded(60_000, 3, open);
    expect(lateOf([...begun, held, lifted, looked(90_001)])).toMatch(/move 1/);
  });
});
