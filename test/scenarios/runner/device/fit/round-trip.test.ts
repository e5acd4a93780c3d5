import { expect, test } from 'vitest';
import { roundTrip } from '../../../../../scenarios/runner/device/gates/round-trip.ts';

// Gate G8.
test('a profile comes back from the fio report of its own simulation (5 %)', () => {
  const returned = roundTrip(5_000);
  expect(returned.length).toBe(10);
  for (const { name, expected, found } of returned) {
    const ratio = Math.max(found / expected, expected / found);
    expect(ratio, `${name}: ${found} of ${expected}`).toBeLessThan(1.05);
  }
}, 120_000);
