import { describe, expect, test } from 'vitest';
import {
  type CalibratedSpec,
  calibratedMedium,
} from '../../../../sim/disk/calibrated/calibrated-medium.ts';
import { closedLoop } from '../../../support/closed-loop.ts';
import { Told } from '../ssd/told.ts';

const skewed = [
  { share: 0, factor: 0.8 },
  { share: 0.5, factor: 0.95 },
  { share: 0.99, factor: 1.6 },
  { share: 1, factor: 4 },
];
const never = [{ share: 0.5, factor: 1 }];

/** Samsung PM9A3 as in its published sweep: vitastor bench2.en.md, random 4 KiB. */
const readRates: readonly [number, number][] = [
  [1, 14_700],
  [16, 120_000],
  [32, 195_000],
  [128, 195_000],
  [512, 750_000],
];
const writeRates: readonly [number, number][] = [
  [1, 60_000],
  [16, 180_000],
  [128, 180_000],
  [512, 525_000],
];
const pointsOf = (rates: readonly [number, number][]) =>
  rates.map(([inFlight, commandsPerSec]) => ({ inFlight, commandsPerSec }));

const spec: CalibratedSpec = {
  curves: [
    { op: 'read', sectorCount: 8, readShare: 1, points: pointsOf(readRates), shape: skewed },
    { op: 'write', sectorCount: 8, readShare: 0, points: pointsOf(writeRates), shape: skewed },
  ],
  flushNs: 15_000,
  forcedExtraNs: 5_000,
};
const load = { sizeSectors: 8, spanSectors: 2_097_152 } as const;

describe('a closed loop', () => {
  test.each([
    ...readRates.map(([depth, rate]) => ['read', depth, rate] as const),
    ...writeRates.map(([depth, rate]) => ['write', depth, rate] as const),
  ])('returns the sweep (0.5 %): %s at depth %d, %d commands/s', (op, depth, rate) => {
    const medium = calibratedMedium(spec, { seed: 1 });
    const { iops, meanNs } = closedLoop(medium, {
      ...load,
      op,
      depth,
      count: 200_000,
      warmUpCount: 20_000,
    });
    expect(Math.abs(iops / rate - 1)).toBeLessThan(0.005);
    expect(Math.abs(meanNs / ((depth / rate) * 1e9) - 1)).toBeLessThan(0.005);
  });

  test('lies between two points of a sweep as a straight line in log-log (0.5 %)', () => {
    const medium = calibratedMedium(spec, { seed: 1 });
    const options = { ...load, op: 'read', depth: 4, count: 200_000, warmUpCount: 1_000 } as const;
    // 4 is halfway between 1 and 16, so the rate is the geometric mean.
    const expected = Math.sqrt(14_700 * 120_000);
    expect(Math.abs(closedLoop(medium, options).iops / expected - 1)).toBeLessThan(0.005);
  });

  test('returns a sweep of one point, however its latencies vary (0.5 %)', () => {
    const curves = spec.curves.map((curve) => ({ ...curve, points: curve.points.slice(0, 1) }));
    const medium = calibratedMedium({ ...spec, curves }, { seed: 1 });
    const { iops } = closedLoop(medium, { ...load, op: 'read', depth: 1, count: 400_000 });
    expect(Math.abs(iops / 14_700 - 1)).toBeLessThan(0.005);
  });

  test('twice as deep as the sweep stays at its top rate (0.5 %)', () => {
    const medium = calibratedMedium(spec, { seed: 1 });
    const deep = {
      ...load,
      op: 'read',
      depth: 1_024,
      count: 400_000,
      warmUpCount: 50_000,
    } as const;
    const { iops } = closedLoop(medium, deep);
    expect(Math.abs(iops / 750_000 - 1)).toBeLessThan(0.005);
  });

  test('varies by the shape', () => {
    const medium = calibratedMedium(spec, { seed: 1 });
    const result = closedLoop(medium, { ...load, op: 'read', depth: 1, count: 200_000 });
    expect(result.quantileNs(0.99) / result.quantileNs(0.5)).toBeGreaterThan(1.6);
    expect(result.quantileNs(0.99) / result.quantileNs(0.5)).toBeLessThan(1.77);
  });
});

test('an open load above the top of the sweep leaves at the top rate (1 %)', () => {
  const told = new Told(calibratedMedium(spec, { seed: 1 }));
  const count = 400_000;
  let lastNs = 0;
  // 1.5 M commands/s into 750 k.
  for (let index = 0; index < count; index += 1) {
    lastNs = Math.max(lastNs, told.begin('read', Math.round((index * 1e9) / 1.5e6)));
  }
  expect(Math.abs((count / lastNs) * 1e9) / 750_000).toBeLessThan(1.01);
  expect(Math.abs((count / lastNs) * 1e9) / 750_000).toBeGreaterThan(0.97);
});

test('no window gives more than the top rate and the burst that chance may need', () => {
  const told = new Told(calibratedMedium(spec, { seed: 1 }));
  // A million at one instant.
  const endsNs = Float64Array.from({ length: 1_000_000 }, () => told.begin('read', 0)).sort();
  for (const index of [9_999, 99_999, 999_999]) {
    expect(index - (endsNs[index]! / 1e9) * 750_000).toBeLessThan(256 + 512 + 1);
  }
});

test('a load between two mixtures gets what lies between their sweeps (1 %)', () => {
  const curve = (op: 'read' | 'write', readShare: number, rate: number) =>
    ({ op, sectorCount: 8, readShare, points: pointsOf([[8, rate]]), shape: never }) as const;
  const mixed: CalibratedSpec = {
    curves: [
      curve('read', 1, 100_000),
      curve('read', 0.5, 50_000),
      curve('write', 0, 40_000),
      curve('write', 0.5, 50_000),
    ],
    flushNs: 0,
    forcedExtraNs: 0,
  };
  const rate = (readShare: number): number =>
    closedLoop(calibratedMedium(mixed, { seed: 1 }), {
      ...load,
      op: 'write',
      readShare,
      depth: 8,
      count: 100_000,
      warmUpCount: 2_000,
    }).iops;
  expect(rate(0) / 40_000).toBeCloseTo(1, 2);
  expect(rate(0.5) / 50_000).toBeCloseTo(1, 1);
  // At 75 % reads: reads of 120 us, and writes as at one half, 160 us.
  expect(rate(0.75) / (8e9 / (0.75 * 120_000 + 0.25 * 160_000))).toBeCloseTo(1, 1);
});

test('sizes between two sweeps, below and above them', () => {
  const curve = (sectorCount: number, rate: number) =>
    ({
      op: 'read',
      sectorCount,
      readShare: 1,
      points: pointsOf([[1, rate]]),
      shape: never,
    }) as const;
  const write = { ...curve(8, 1_000), op: 'write', readShare: 0 } as const;
  const sized = {
    curves: [curve(64, 5_000), curve(8, 10_000), write],
    flushNs: 0,
    forcedExtraNs: 0,
  };
  const told = new Told(calibratedMedium(sized, { seed: 1 }));
  const sizes = [1, 8, 36, 64, 128];
  const latencies = sizes.map(
    (size, index) => told.begin('read', index * 1e6, 0, size) - index * 1e6,
  );
  expect(latencies).toEqual([100_000, 100_000, 150_000, 200_000, 400_000]);
});

test('flushes and forces writes by their own times, slowed like the rest', () => {
  const told = new Told(
    calibratedMedium({ ...spec, curves: spec.curves.map(steady) }, { seed: 1 }),
  );
  const readNs = Math.round(1e9 / 14_700);
  expect(told.begin('read', 0)).toBe(readNs);
  expect(told.begin('read', 1e9, 0, 8, 2)).toBe(1e9 + Math.round(2e9 / 14_700));
  expect(told.begin('forcedWrite', 2e9)).toBe(2e9 + 16_667 + 5_000);
  expect(told.flush(3e9)).toBe(3e9 + 15_000);
  expect(told.flush(3e9, 2)).toBe(3e9 + 30_000);
});

test('a power loss leaves nothing in flight', () => {
  const told = new Told(
    calibratedMedium({ ...spec, curves: spec.curves.map(steady) }, { seed: 1 }),
  );
  for (let count = 0; count < 10_000; count += 1) told.begin('read', 0);
  told.medium.powerOff(10);
  expect(told.begin('read', 10)).toBe(10 + Math.round(1e9 / 14_700));
});

test('a copy goes on as its source does, and neither disturbs the other', () => {
  const medium = calibratedMedium(spec, { seed: 1 });
  const options = { ...load, op: 'write', readShare: 0.5, depth: 32, count: 5_000 } as const;
  const { endAtNs } = closedLoop(medium, options);
  const twin = medium.copy();
  const later = { ...options, seed: 2, startAtNs: endAtNs };
  const own = closedLoop(medium, later).latenciesNs;
  closedLoop(medium, { ...later, startAtNs: endAtNs + 1e9 });
  expect(closedLoop(twin, later).latenciesNs).toEqual(own);
});

function steady(curve: CalibratedSpec['curves'][number]): CalibratedSpec['curves'][number] {
  return { ...curve, shape: never };
}

const [read, write] = spec.curves as readonly [
  CalibratedSpec['curves'][number],
  CalibratedSpec['curves'][number],
];
const refused: readonly [string, CalibratedSpec['curves'], string][] = [
  ['no writes', [read], 'no sweep of a write'],
  ['no points', [write, { ...read, points: [] }], 'without a point'],
  [
    'a fall',
    [
      write,
      {
        ...read,
        points: pointsOf([
          [1, 9],
          [2, 8],
        ]),
      },
    ],
    '8 commands/s after 9',
  ],
  [
    'a return',
    [
      write,
      {
        ...read,
        points: pointsOf([
          [2, 8],
          [2, 9],
        ]),
      },
    ],
    '2 in flight after 2',
  ],
  ['a part of one', [write, { ...read, points: pointsOf([[1.5, 8]]) }], '1.5 in flight'],
  ['two of a kind', [write, read, read], 'two sweeps of a read'],
  ['no size', [write, { ...read, sectorCount: 0 }], 'read of 0 sectors'],
  ['a share above 1', [write, { ...read, readShare: 2 }], 'read share 2'],
];

test.each(refused)('refuses sweeps with %s', (_what, curves, text) => {
  expect(() => calibratedMedium({ ...spec, curves }, { seed: 1 })).toThrow(text);
});
