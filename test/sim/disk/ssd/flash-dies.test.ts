import { expect, test } from 'vitest';
import { FlashDies } from '../../../../sim/disk/ssd/flash-dies.ts';
import type { FlashSpec } from '../../../../sim/disk/ssd/spec.ts';
import { plainSsd } from './plain-ssd.ts';

/** 4096 B in 1 us; reads of 60 us, programs of 600 us. */
function dies(overrides: Partial<FlashSpec> = {}): FlashDies {
  const spec = { dieCount: 4, channelCount: 2, channelBytesPerSec: 4_096_000_000, ...overrides };
  return new FlashDies(plainSsd({ flash: spec }).flash);
}

const read = (own: FlashDies, die: number, atNs: number) => own.read(die, atNs, 60_000, 4_096);

test('reads of one die follow each other, those of one channel share its transfers', () => {
  const own = dies();
  expect(read(own, 0, 0)).toBe(61_000);
  expect(read(own, 0, 0)).toBe(121_000);
  expect(read(own, 1, 0)).toBe(61_000);
  // Dies 0 and 2 lie on one channel, which is free again at 121 us.
  expect(read(own, 2, 0)).toBe(122_000);
});

test('a read waits for the rest of a program, not for those behind it (no suspension)', () => {
  const own = dies();
  expect(own.program(0, 0, 0, 600_000, 4_096, 1)).toBe(601_000);
  expect(own.program(0, 0, 0, 600_000, 4_096, 1)).toBe(1_201_000);
  expect(read(own, 0, 100_000)).toBe(601_000 + 61_000);
  // The second program ends later by the read.
  expect(own.program(0, 100_000, 100_000, 600_000, 4_096, 1)).toBe(1_201_000 + 60_000 + 600_000);
});

test('a read suspends a program, which loses that time and the read', () => {
  const own = dies({ suspendNs: 5_000 });
  own.program(0, 0, 0, 600_000, 0, 1);
  expect(read(own, 0, 100_000)).toBe(100_000 + 5_000 + 61_000);
  expect(own.program(0, 100_000, 100_000, 600_000, 0, 1)).toBe(600_000 + 65_000 + 600_000);
  // Short of its end it is not worth it: the read waits for the rest.
  const late = dies({ suspendNs: 5_000 });
  late.program(0, 0, 0, 600_000, 0, 1);
  expect(read(late, 0, 597_000)).toBe(600_000 + 61_000);
});

test('a read that follows a read does not suspend again', () => {
  const own = dies({ suspendNs: 5_000, channelCount: 4 });
  own.program(0, 0, 0, 600_000, 0, 1);
  read(own, 0, 100_000);
  expect(read(own, 0, 110_000)).toBe(165_000 + 61_000);
});

test('reads go ahead of a program only for so long, then it is finished', () => {
  const own = dies({ suspendNs: 5_000, readsAheadMaxNs: 200_000 });
  own.program(0, 0, 0, 600_000, 0, 1);
  const ends = [1, 2, 3, 4].map(() => read(own, 0, 10_000));
  expect(ends.slice(0, 3)).toEqual([76_000, 136_000, 196_000]);
  // At 195 us the program has had 10 us of its 600, and three reads and a suspension of 5 us.
  expect(ends[3]).toBe(600_000 + 185_000 + 61_000);
});

test('an erase starts when the reads of its die are over', () => {
  const own = dies();
  read(own, 0, 0);
  own.erase(0, 0, 3_000_000);
  expect(read(own, 0, 1_000_000)).toBe(60_000 + 3_000_000 + 61_000);
});

test('a program that waits for data keeps no read from its channel', () => {
  const own = dies();
  expect(own.program(0, 0, 5_000_000, 600_000, 4_096, 1)).toBe(5_600_000);
  expect(read(own, 2, 100_000)).toBe(161_000);
});

test('a read waits for the rest of an erase', () => {
  const own = dies();
  own.erase(0, 0, 3_000_000);
  expect(read(own, 0, 1_000_000)).toBe(3_061_000);
});

test.each(['leastBusy', 'stripe'] as const)('spreads programs evenly over the dies (%s)', (p) => {
  const own = dies({ placement: p });
  const counts = [0, 0, 0, 0];
  for (let count = 0; count < 40; count += 1) {
    const die = own.nextDie();
    counts[die]! += 1;
    own.program(die, 0, 0, 600_000, 0, 1);
  }
  expect(counts).toEqual([10, 10, 10, 10]);
});

test('sends programs where least waits, or in turns whatever waits', () => {
  const busy = dies();
  busy.program(2, 0, 0, 600_000, 0, 1);
  expect([0, 0, 0].map(() => busy.nextDie())).not.toContain(2);
  const striped = dies({ placement: 'stripe' });
  striped.program(2, 0, 0, 600_000, 0, 1);
  expect([0, 0, 0, 0].map(() => striped.nextDie())).toEqual([1, 2, 3, 0]);
});

test.each(['leastBusy', 'stripe'] as const)(
  'a die that failed twice serves nothing until it is revived twice (%s)',
  (p) => {
    const own = dies({ placement: p });
    own.fail(1);
    own.fail(1);
    expect(own.servingCount).toBe(3);
    expect(new Set(Array.from({ length: 12 }, () => own.nextDie()))).toEqual(new Set([0, 2, 3]));
    // The three others answer for it: the fourth read of a failed die waits for one of them.
    const ends = [1, 2, 3, 4].map(() => read(own, 1, 0));
    expect(ends.filter((endNs) => endNs > 120_000)).toHaveLength(1);
    own.revive(1);
    expect(own.servingCount).toBe(3);
    own.revive(1);
    expect(own.servingCount).toBe(4);
    expect(new Set(Array.from({ length: 12 }, () => own.nextDie())).size).toBe(4);
    expect(() => own.revive(1)).toThrow('die 1 revived while it serves');
  },
);

test('refuses to fail the last die', () => {
  const own = dies();
  for (const die of [0, 1, 2]) own.fail(die);
  expect(() => own.fail(3)).toThrow('the last die');
  expect(() => own.fail(4)).toThrow('die 4 of 4');
});
