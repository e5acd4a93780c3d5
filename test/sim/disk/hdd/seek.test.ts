import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { SeekTable, sampledSeek, sheetSeek } from '../../../../sim/disk/hdd/seek.ts';

const ms = 1e6;

describe('seek times', () => {
  it('are straight between two measured points and level beyond the last', () => {
    const table = new SeekTable(
      [
        { cylinderCount: 1, seekNs: 1_000 },
        { cylinderCount: 5, seekNs: 2_000 },
        { cylinderCount: 7, seekNs: 4_000 },
      ],
      12,
    );
    const times = [0, 1, 2, 5, 6, 7, 11].map((distance) => table.seekNs(distance));
    expect(times).toEqual([0, 1_000, 1_250, 2_000, 3_000, 4_000, 4_000]);
  });

  it('share the mean of points that dip', () => {
    const points = [3_000, 1_000, 2_000, 5_000, 4_000].map((seekNs, index) => ({
      cylinderCount: index + 1,
      seekNs,
    }));
    const table = new SeekTable(points, 6);
    const times = [1, 2, 3, 4, 5].map((distance) => table.seekNs(distance));
    expect(times).toEqual([2_000, 2_000, 2_000, 4_500, 4_500]);
  });

  test.prop([
    fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 2, max: 200 }),
  ])('never fall with the distance, whatever was measured', (measured, cylinderCount) => {
    const points = measured.map((seekNs, index) => ({ cylinderCount: 3 * index + 1, seekNs }));
    const table = new SeekTable(points, cylinderCount);
    for (let distance = 1; distance < cylinderCount; distance += 1) {
      expect(table.seekNs(distance)).toBeGreaterThanOrEqual(table.seekNs(distance - 1));
    }
  });

  it('are refused without a point', () => {
    expect(() => new SeekTable([], 10)).toThrow('no seek times');
  });
});

describe('the curve of a data sheet', () => {
  const sheet = {
    cylinderCount: 50_000,
    singleTrackNs: 0.23 * ms,
    averageNs: 7.4 * ms,
    fullStrokeNs: 16 * ms,
  };
  const points = sheetSeek(sheet);
  const table = new SeekTable(points, sheet.cylinderCount);

  it('goes through a single track and the full stroke', () => {
    expect(table.seekNs(1)).toBe(0.23 * ms);
    expect(table.seekNs(49_999)).toBe(16 * ms);
  });

  it('is 0.23 + 9.57 sqrt(x) + 6.20 x ms for these three times (x = 0.25)', () => {
    expect(table.seekNs(12_500) / ms).toBeCloseTo(0.23 + 9.57 * 0.5 + 6.2 * 0.25, 2);
  });

  it('has the average of the sheet by the sum over all pairs of cylinders', () => {
    expect(table.averageNs() / ms).toBeCloseTo(7.4, 2);
  });
});

describe('the average', () => {
  it('weighs distances by how many pairs of cylinders have them', () => {
    const table = new SeekTable(
      sampledSeek(4, (distance) => distance * 100),
      4,
    );
    expect(table.averageNs()).toBeCloseTo((3 * 100 + 2 * 200 + 1 * 300) / 6, 9);
  });
});
