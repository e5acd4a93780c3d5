import { expect, test } from 'vitest';
import { type XpointSpec, xpointMedium } from '../../../../sim/disk/ssd/xpoint-medium.ts';
import { closedLoop } from '../../../support/closed-loop.ts';
import { mediumSpec } from '../../../support/profile-spec.ts';
import { Told } from './told.ts';

const p4800xSpec = mediumSpec('intel-p4800x', 'xpoint').drive;

const spec: XpointSpec = {
  capacityBytes: 1_073_741_824,
  bankCount: 8,
  stripeBytes: 4_096,
  readNs: 6_000,
  readShape: [{ share: 0.5, factor: 1 }],
  writeNs: 7_000,
  writeShape: [{ share: 0.5, factor: 1 }],
  flushNs: 4_000,
  controller: {
    readNs: 400,
    writeNs: 500,
    readBytesPerSec: null,
    writeBytesPerSec: null,
    replyNs: 1_000,
  },
  stalls: null,
};
const load = { sizeSectors: 8, spanSectors: 2_097_152, count: 20_000, warmUpCount: 1_000 } as const;

test.each([
  ['read', 7_400],
  ['write', 8_500],
] as const)('takes c + S + L at depth 1 (%s)', (op, latencyNs) => {
  const { meanNs } = closedLoop(xpointMedium(spec, { seed: 1 }), { ...load, op, depth: 1 });
  expect(meanNs).toBe(latencyNs);
});

test('is bound by its banks, then by its controller (1 %)', () => {
  const rate = (own: XpointSpec): number => {
    const medium = xpointMedium(own, { seed: 1 });
    return closedLoop(medium, { ...load, op: 'read', depth: 64, isSequential: true }).iops;
  };
  expect(rate(spec) / (8 / 6e-6)).toBeCloseTo(1, 2);
  const moving = { ...spec.controller, readBytesPerSec: 409_600_000 };
  expect(rate({ ...spec, controller: moving }) / 100_000).toBeCloseTo(1, 2);
});

test('stays as fast however much is written, and forces writes for nothing', () => {
  const medium = xpointMedium(p4800xSpec, { seed: 1 });
  const writes = { ...load, op: 'write', depth: 16, count: 200_000 } as const;
  const first = closedLoop(medium, writes);
  const later = closedLoop(medium, { ...writes, op: 'forcedWrite', startAtNs: first.endAtNs });
  expect(later.iops / first.iops).toBeCloseTo(1, 2);
});

test('splits a large command over its banks', () => {
  const told = new Told(xpointMedium(spec, { seed: 1 }));
  expect(told.begin('read', 0, 4, 64)).toBe(400 + 2 * 6_000 + 1_000);
  expect(told.begin('read', 1e6, 0, 64)).toBe(1e6 + 400 + 6_000 + 1_000);
});

test('flushes in a fixed time, slowed like the rest', () => {
  const told = new Told(xpointMedium(spec, { seed: 1 }));
  told.begin('write', 0);
  expect(told.flush(100)).toBe(4_100);
  expect(told.flush(100, 2)).toBe(8_100);
  expect(told.begin('read', 1e6, 0, 8, 3)).toBe(1e6 + 3 * 6_400 + 1_000);
});

test('forgets what was under way at a power loss', () => {
  const told = new Told(xpointMedium(spec, { seed: 1 }));
  for (let count = 0; count < 100; count += 1) told.begin('write', 0);
  told.medium.powerOff(10);
  expect(told.begin('read', 20)).toBe(20 + 7_400);
});

test('a copy goes on as its source does', () => {
  const medium = xpointMedium(p4800xSpec, { seed: 1 });
  const mixed = { ...load, op: 'write', readShare: 0.7, depth: 16 } as const;
  const { endAtNs } = closedLoop(medium, mixed);
  const twin = medium.copy();
  const later = { ...mixed, seed: 2, startAtNs: endAtNs };
  const own = closedLoop(medium, later).latenciesNs;
  expect(closedLoop(twin, later).latenciesNs).toEqual(own);
});

test('refuses no banks, and stripes that are not whole sectors', () => {
  expect(() => xpointMedium({ ...spec, bankCount: 0 }, { seed: 1 })).toThrow('0 banks');
  expect(() => xpointMedium({ ...spec, stripeBytes: 700 }, { seed: 1 })).toThrow('of 700 B');
});
