import { describe, expect, test } from 'vitest';
import type { Medium } from '../../../../sim/disk/medium.ts';
import type { SsdSpec } from '../../../../sim/disk/ssd/spec.ts';
import { type SsdMedium, ssdMedium } from '../../../../sim/disk/ssd/ssd-medium.ts';
import { closedLoop } from '../../../support/closed-loop.ts';
import { mediumSpec } from '../../../support/profile-spec.ts';
import { plainSsd } from './plain-ssd.ts';
import { Told } from './told.ts';

const fresh = { seed: 1, isFull: false };
const full = { seed: 1, isFull: true };
const gibSectors = 2_097_152;
const evo970Spec = mediumSpec('samsung-970-evo', 'ssd').drive;
const p3700Spec = mediumSpec('intel-p3700', 'ssd').drive;

/** Reads at random, or one after the other. */
function readRate(spec: SsdSpec, depth: number, isSequential: boolean): number {
  const load = { op: 'read', sizeSectors: 8, spanSectors: gibSectors, warmUpCount: 2_000 } as const;
  return closedLoop(ssdMedium(spec, fresh), { ...load, depth, isSequential, count: 20_000 }).iops;
}

// Law S1. c = 0.5 us, S = 60 us and 1 us of transfer, L = 5 us; 16 dies, 8 channels.
describe('reads in a closed loop', () => {
  test('take c + S + L at depth 1 (1 %)', () => {
    expect(readRate(plainSsd(), 1, false) / (1e9 / 66_500)).toBeCloseTo(1, 2);
  });

  test('are bound by the dies: M / S (1 %)', () => {
    expect(readRate(plainSsd(), 256, true) / (16 / 60e-6)).toBeCloseTo(1, 2);
  });

  test('are bound by the controller: 1 / c (1 %)', () => {
    const spec = plainSsd({ controller: { readNs: 10_000 } });
    expect(readRate(spec, 256, true) / 100_000).toBeCloseTo(1, 2);
    const moving = plainSsd({ controller: { readBytesPerSec: 409_600_000 } });
    expect(readRate(moving, 256, true) / 100_000).toBeCloseTo(1, 2);
  });

  test('are bound by the channels: BW / bs (1 %)', () => {
    const spec = plainSsd({ flash: { channelBytesPerSec: 81_920_000 } });
    expect(readRate(spec, 256, true) / ((8 * 81_920_000) / 4_096)).toBeCloseTo(1, 2);
  });

  test('never exceed min(N / (c + S + L), M / S), and rise with depth (random)', () => {
    let before = 0;
    for (const depth of [1, 2, 4, 8, 16, 32, 64]) {
      const rate = readRate(plainSsd(), depth, false);
      expect(rate).toBeLessThanOrEqual(Math.min((depth * 1e9) / 66_500, 16 / 60e-6) * 1.001);
      expect(rate).toBeGreaterThan(before);
      before = rate;
    }
  });
});

test('splits a large read over dies, which work side by side', () => {
  const told = new Told(ssdMedium(plainSsd(), fresh));
  // 16 pages on 16 dies, two to a channel.
  expect(told.begin('read', 0, 0, 128)).toBe(500 + 60_000 + 2_000 + 5_000);
  expect(told.begin('read', 1e6, 0, 256)).toBe(1e6 + 500 + 120_000 + 2_000 + 5_000);
});

// Law S3: t = tPROG + (WA - 1) / WA tR + tBERS / pages of a block; X = dies pages / (WA t).
describe('random writes to a full drive (3 %)', () => {
  test.each([
    [0.07, 7.817, 1],
    [0.15, 4.016, 1],
    [0.28, 2.481, 2],
    [0.5, 1.716, 1.5],
  ])('with %d spare reach what the dies leave at a WA of %d', (spareShare, wa, catchUp) => {
    const spec = plainSsd({ cleaning: { spareShare, catchUp } });
    const medium = ssdMedium(spec, full);
    const { iops } = closedLoop(medium, {
      op: 'write',
      depth: 64,
      sizeSectors: 8,
      spanSectors: gibSectors,
      count: 200_000,
      warmUpCount: 20_000,
    });
    const cycleNs = 600_000 + ((wa - 1) / wa) * 60_000 + 3_000_000 / 64;
    expect(Math.abs(iops / ((16 * 4 * 1e9) / (wa * cycleNs)) - 1)).toBeLessThan(0.03);
    const programCount = medium.hostProgramCount + medium.movedProgramCount;
    expect(Math.abs(programCount / medium.hostProgramCount / wa - 1)).toBeLessThan(0.03);
  });
});

test('a fresh drive writes at the rate of its dies until its flash is used up', () => {
  const medium = ssdMedium(plainSsd(), fresh);
  const load = { op: 'write', depth: 64, sizeSectors: 8, spanSectors: gibSectors } as const;
  const first = closedLoop(medium, { ...load, count: 300_000, warmUpCount: 1_000 });
  expect(first.iops / (16 * 4 * (1e9 / 600_000))).toBeCloseTo(1, 2);
  expect(medium.movedProgramCount).toBe(0);
  const later = {
    ...load,
    count: 100_000,
    warmUpCount: 700_000,
    startAtNs: first.endAtNs,
    seed: 2,
  };
  expect(closedLoop(medium, later).iops).toBeLessThan(0.5 * first.iops);
});

test('trimming half of a full drive raises its rate to that of more spare flash', () => {
  const rate = (isTrimmed: boolean): number => {
    const medium = ssdMedium(plainSsd({ cleaning: { spareShare: 0.07 } }), full);
    if (isTrimmed) medium.trim(gibSectors / 2, gibSectors / 2);
    expect(medium.spareShare).toBeCloseTo(isTrimmed ? 1.14 : 0.07, 4);
    const load = { op: 'write', depth: 64, sizeSectors: 8, count: 100_000 } as const;
    return closedLoop(medium, { ...load, warmUpCount: 9_000, spanSectors: gibSectors / 2 }).iops;
  };
  expect(rate(true) / rate(false)).toBeGreaterThan(5);
});

test('trims no page that only a part of is trimmed', () => {
  const medium = ssdMedium(plainSsd(), full);
  const before = medium.spareShare;
  medium.trim(1, 14);
  expect(medium.spareShare).toBe(before);
  medium.trim(1, 15);
  expect(medium.spareShare).toBeGreaterThan(before);
});

test('idle time makes room that a burst of writes finds', () => {
  const medium = ssdMedium(plainSsd({ cleaning: { freeHighShare: 0.05 } }), full);
  const load = { op: 'write', depth: 64, sizeSectors: 8, spanSectors: gibSectors } as const;
  const busy = closedLoop(medium, { ...load, count: 20_000, warmUpCount: 20_000 });
  const startAtNs = busy.endAtNs + 20e9;
  const rested = closedLoop(medium, { ...load, count: 10_000, startAtNs });
  expect(rested.iops).toBeGreaterThan(2 * busy.iops);
});

// Law S4, Samsung 970 EVO 1 TB: the cliff comes after 36 to 42 GB.
test('the SLC region is full at C / (r_in - r_fold), then the rate is the direct one (1 %)', () => {
  const medium = ssdMedium(evo970Spec, fresh);
  const [sizeSectors, perStep] = [2_048, 100];
  const rates: number[] = [];
  let stepAtNs = 0;
  closedLoop(medium, {
    op: 'write',
    depth: 8,
    sizeSectors,
    isSequential: true,
    spanSectors: 1_950_000_000,
    count: 60_000,
    onDone: (doneCount, atNs) => {
      if ((doneCount + 1) % perStep !== 0) return;
      rates.push((perStep * sizeSectors * 512) / (atNs - stepAtNs));
      stepAtNs = atNs;
    },
  });
  const cliff = rates.findIndex((rate) => rate < 1.8);
  const beforeBytes = cliff * perStep * sizeSectors * 512;
  expect(beforeBytes / 42e9).toBeCloseTo(1, 2);
  const mean = (part: number[]) => part.reduce((sum, rate) => sum + rate, 0) / part.length;
  expect(mean(rates.slice(5, cliff)) / 2.5).toBeCloseTo(1, 2);
  expect(mean(rates.slice(cliff + 5)) / 1.2).toBeCloseTo(1, 2);
});

describe('a flush', () => {
  const volatileSsd = (): SsdSpec => plainSsd({ buffer: { isProtected: false } });

  test('takes a fixed time over a protected buffer, whatever is in it', () => {
    const told = new Told(ssdMedium(plainSsd(), fresh));
    told.begin('write', 0, 0, 256);
    expect(told.flush(100)).toBe(12_100);
    expect(told.flush(100, 3)).toBe(36_100);
  });

  test('waits for the programs, then for the map (volatile buffer)', () => {
    const told = new Told(ssdMedium(volatileSsd(), fresh));
    expect(told.begin('write', 0)).toBe(10_500);
    // A program of 16 KiB takes 4 us of transfer; the map one more program and 100 us.
    expect(told.flush(20_000)).toBe(20_000 + 4_000 + 600_000 + 600_000 + 100_000);
    expect(told.destagedSectors).toEqual([]);
    told.medium.wake(624_000, told);
    expect(told.destagedSectors).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // Nothing is left to do for the next one.
    expect(told.flush(5e6)).toBe(5_012_000);
  });

  test('is what a forced write does for itself (volatile buffer)', () => {
    const told = new Told(ssdMedium(volatileSsd(), fresh));
    expect(told.begin('forcedWrite', 0)).toBe(500 + 4_000 + 600_000 + 600_000 + 100_000);
    const safe = new Told(ssdMedium(plainSsd(), fresh));
    expect(safe.begin('forcedWrite', 0)).toBe(10_500);
  });
});

test('writes wait when the buffer is full, and read latency shows the programs', () => {
  const told = new Told(ssdMedium(plainSsd({ buffer: { capacityBytes: 65_536 } }), fresh));
  const ends = Array.from({ length: 32 }, () => told.begin('write', 0));
  expect(ends[15]).toBe(16 * 500 + 10_000);
  // The first program starts with the fourth write.
  expect(ends[16]).toBe(4 * 500 + 4_000 + 600_000 + 10_000);
  const reads = Array.from({ length: 16 }, (_, die) => told.begin('read', 100_000, die * 8));
  expect(reads.filter((endNs) => endNs > 600_000).length).toBeGreaterThanOrEqual(4);
});

test('a program that is not full starts after the idle time, and is told', () => {
  const told = new Told(ssdMedium(plainSsd(), fresh));
  told.begin('write', 0, 16, 4);
  told.medium.wake(1_604_499, told);
  expect(told.destagedSectors).toEqual([]);
  told.medium.wake(1_604_500, told);
  expect(told.destagedSectors).toEqual([16, 17, 18, 19]);
});

test('a power loss leaves nothing under way', () => {
  const told = new Told(ssdMedium(plainSsd({ buffer: { isProtected: false } }), fresh));
  for (let count = 0; count < 500; count += 1) told.begin('write', 0, count * 8);
  told.medium.powerOff(1_000);
  expect(told.begin('read', 2_000)).toBe(2_000 + 66_500);
  expect(told.flush(2_000)).toBe(14_000);
  told.medium.wake(1e9, told);
  expect(told.destagedSectors).toEqual([]);
});

describe('a die that failed', () => {
  const failing = (count: number): SsdMedium => {
    const medium = ssdMedium(plainSsd(), fresh);
    for (let die = 0; die < count; die += 1) medium.failDie(die * 2);
    return medium;
  };

  test('serves again when it was revived as often as it failed', () => {
    const medium = failing(4);
    medium.failDie(0);
    expect(medium.servingCount).toBe(12);
    for (const die of [0, 2, 4, 6]) medium.reviveDie(die);
    expect(medium.servingCount).toBe(15);
    medium.reviveDie(0);
    expect(medium.servingCount).toBe(16);
    expect(() => medium.reviveDie(0)).toThrow('die 0 revived while it serves');
  });

  test.each(['read', 'write'] as const)('leaves its work to the others (%s)', (op) => {
    const load = { op, depth: 64, sizeSectors: 8, isSequential: true } as const;
    const rate = (medium: Medium): number =>
      closedLoop(medium, { ...load, count: 40_000, warmUpCount: 5_000, spanSectors: gibSectors })
        .iops;
    // 12 of 16 dies; the reads of the failed ones crowd where they are sent.
    expect(rate(failing(4)) / rate(failing(0))).toBeGreaterThan(0.65);
    expect(rate(failing(4)) / rate(failing(0))).toBeLessThan(0.76);
  });
});

test('a slow factor makes every part of a command that much longer', () => {
  const told = new Told(ssdMedium(plainSsd({ controller: { replyNs: 0 } }), fresh));
  // Transfers are not slowed.
  expect(told.begin('read', 0, 0, 8, 10)).toBe(5_000 + 600_000 + 1_000);
  const other = new Told(ssdMedium(plainSsd(), fresh));
  expect(other.begin('write', 0, 0, 8, 10)).toBe(105_000);
});

test.each([
  ['scalar', 'P3700', p3700Spec],
  ['scalar', 'with stalls', plainSsd({ stalls: { ...p3700Spec.stalls!, intervalNs: 3_000_000 } })],
  [
    'pageMap',
    'plain',
    plainSsd({ cleaning: { model: 'pageMap' }, buffer: { isProtected: false } }),
  ],
] as const)('a copy goes on as its source does, undisturbed by it (%s, %s)', (...row) => {
  const medium = ssdMedium(row[2], full);
  const load = { op: 'write', readShare: 0.5, depth: 32, sizeSectors: 16, count: 5_000 } as const;
  const { endAtNs } = closedLoop(medium, { ...load, spanSectors: gibSectors });
  const twin = medium.copy();
  const later = { ...load, spanSectors: gibSectors, seed: 2, startAtNs: endAtNs };
  const own = closedLoop(medium, later).latenciesNs;
  closedLoop(medium, { ...later, startAtNs: endAtNs + 1e9 });
  expect(closedLoop(twin, later).latenciesNs).toEqual(own);
});

test('gives whole instants, never before the command is there', () => {
  const told = new Told(ssdMedium(p3700Spec, full));
  for (let count = 0; count < 3_000; count += 1) {
    const readyAtNs = count * 3_777;
    const op = count % 3 === 0 ? 'read' : 'write';
    const atNs = told.begin(op, readyAtNs, count * 1_237, 1 + (count % 37), 1 + (count % 7) / 3);
    expect(Number.isSafeInteger(atNs)).toBe(true);
    expect(atNs).toBeGreaterThan(readyAtNs);
  }
});

const refused: readonly [Parameters<typeof plainSsd>[0], string][] = [
  [{ flash: { dieCount: 0 } }, 'dieCount 0'],
  [{ flash: { channelCount: 17 } }, 'channelCount 17, max 16'],
  [{ flash: { pageBytes: 6_000 } }, 'expected a multiple of 4096'],
  [{ flash: { channelBytesPerSec: 0 } }, 'channelBytesPerSec'],
  [{ flash: { readNs: 0 } }, 'readNs and programNs'],
  [{ buffer: { capacityBytes: 20_000 } }, 'expected two programs (32768 B)'],
  [{ cleaning: { spareShare: 0 } }, 'spareShare 0'],
  [{ cleaning: { freeHighShare: 0.3 } }, 'below the spare share'],
  [{ cleaning: { catchUp: 0.5 } }, 'catchUp 0.5'],
  [{ slc: { ...evo970Spec.slc!, resumeShare: 1 } }, 'resumeShare 1'],
  [{ controller: { readNs: -1 } }, 'controller times'],
  [{ controller: { writeBytesPerSec: 0 } }, 'moves 0 B/s'],
];

test.each(refused)('refuses a spec that means nothing: %j', (overrides, text) => {
  expect(() => ssdMedium(plainSsd(overrides), fresh)).toThrow(text);
});

test('refuses a sector beyond the drive', () => {
  const told = new Told(ssdMedium(plainSsd(), fresh));
  expect(() => told.begin('read', 0, gibSectors)).toThrow('of a drive of 2097152');
});
