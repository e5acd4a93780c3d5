import { expect, test } from 'vitest';
import { SlcRegion } from '../../../../sim/disk/ssd/slc-region.ts';

const spec = {
  capacityBytes: 1_000_000_000,
  programNs: 200_000,
  foldBytesPerSec: 500_000_000,
  foldIdleNs: 1_000_000_000,
  resumeShare: 0.5,
};
const sizeBytes = 1_000_000;

/** How much it takes at a steady rate before it refuses. */
function takenBytes(region: SlcRegion, everyNs: number): number {
  for (let count = 0; count < 10_000; count += 1) {
    if (!region.take(sizeBytes, count * everyNs)) return count * sizeBytes;
  }
  return Number.POSITIVE_INFINITY;
}

// Law S4: t = C / (r_in - r_fold).
test('takes its capacity when it folds only while idle', () => {
  expect(takenBytes(new SlcRegion(spec), 500_000)).toBe(1_000_000_000);
});

test('takes r_in C / (r_in - r_fold) when it folds all the time (1 %)', () => {
  const region = new SlcRegion({ ...spec, foldIdleNs: 0 });
  // 2 GB/s in, 0.5 GB/s out.
  expect(takenBytes(region, 500_000) / (2e9 * (1e9 / 1.5e9))).toBeCloseTo(1, 2);
});

test('refuses until it is folded down to the resume share', () => {
  const region = new SlcRegion(spec);
  const atNs = (takenBytes(region, 500_000) / sizeBytes) * 500_000;
  // 1 s of idleness before it folds, then half of the region in another second.
  expect(region.take(sizeBytes, atNs + 1_990_000_000)).toBe(false);
  expect(region.usedBytes).toBeCloseTo(505_000_000, -3);
  expect(region.take(sizeBytes, atNs + 1_990_000_000 + 1_020_000_000)).toBe(true);
  expect(region.usedBytes).toBeCloseTo(496_000_000, -3);
});

test('is copied as it stands', () => {
  const region = new SlcRegion(spec);
  takenBytes(region, 500_000);
  const twin = region.copy();
  expect(twin.take(sizeBytes, 4_000_000_000)).toBe(true);
  expect(region.usedBytes).toBe(1_000_000_000);
});
