import { expect, test } from 'vitest';
import { type StallSpec, Stalls } from '../../../../sim/disk/ssd/stalls.ts';

const spec: StallSpec = {
  intervalNs: 900_000,
  intervalShape: [
    { share: 0, factor: 0 },
    { share: 1, factor: 2 },
  ],
  durationNs: 100_000,
  durationShape: [{ share: 0.5, factor: 1 }],
};

test('stands still for the share of time that interval and duration give (2 %)', () => {
  const stalls = Stalls.of(spec, 1);
  let waitingCount = 0;
  const count = 1_000_000;
  for (let index = 0; index < count; index += 1) {
    const atNs = index * 10_000;
    if (stalls.serviceFromNs(atNs) > atNs) waitingCount += 1;
  }
  // 100 us in every 1000 us; 10,000 stalls, so a standard error of about half a percent.
  expect(waitingCount / count / 0.1).toBeGreaterThan(0.98);
  expect(waitingCount / count / 0.1).toBeLessThan(1.02);
});

test('serves whoever waits at the end of the stall, no sooner and no later', () => {
  const stalls = Stalls.of(spec, 1);
  let atNs = 0;
  while (stalls.serviceFromNs(atNs) === atNs) atNs += 1_000;
  const endAtNs = stalls.serviceFromNs(atNs);
  expect(endAtNs - atNs).toBeGreaterThan(99_000 - 1);
  expect(endAtNs - atNs).toBeLessThanOrEqual(100_000);
  expect(stalls.serviceFromNs(endAtNs - 1)).toBe(endAtNs);
  expect(stalls.serviceFromNs(endAtNs)).toBe(endAtNs);
});

test('goes on as its copy does', () => {
  const stalls = Stalls.of(spec, 1);
  stalls.serviceFromNs(50_000_000);
  const twin = stalls.copy();
  const later = Array.from({ length: 2_000 }, (_, index) => 50_000_000 + index * 7_000);
  expect(later.map((atNs) => twin.serviceFromNs(atNs))).toEqual(
    later.map((atNs) => stalls.serviceFromNs(atNs)),
  );
});

test('serves on after a year of idle time', () => {
  const stalls = Stalls.of(spec, 1);
  const yearNs = 2 ** 52;
  const waits = Array.from({ length: 1_000 }, (_, index) => {
    const atNs = yearNs + index * 10_000;
    return stalls.serviceFromNs(atNs) - atNs;
  });
  expect(Math.max(...waits)).toBeLessThanOrEqual(100_000);
  expect(waits.filter((waitNs) => waitNs > 0).length).toBeGreaterThan(20);
});

test('differs by seed', () => {
  const firstStall = (seed: number): number => {
    const stalls = Stalls.of(spec, seed);
    let atNs = 0;
    while (stalls.serviceFromNs(atNs) === atNs) atNs += 1_000;
    return atNs;
  };
  expect(new Set([1, 2, 3, 4].map(firstStall)).size).toBeGreaterThan(2);
});
