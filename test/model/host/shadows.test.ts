import { describe, expect, it } from 'vitest';
import { contentsOfKept, keptOf } from '../../../model/host/shadows.ts';
import { sequenceMax, stampOf } from '../../../model/stamps.ts';

describe('what a shadow holds', () => {
  it('tells a block that was never written at the cut, in each generation by another stamp', () => {
    const gens = [1, 2, 65_537, 65_538, sequenceMax - 1, sequenceMax];
    const kept = gens.map((gen) => keptOf(0, { gen }));
    expect(new Set(kept).size).toBe(gens.length);
    expect(Math.min(...kept)).toBeGreaterThan(0);
    expect(Math.max(...kept)).toBeLessThan(stampOf(1, 1));
    expect(kept.map(contentsOfKept)).toEqual(gens.map(() => 0));
  });

  it('is what was there, else', () => {
    for (const stamp of [stampOf(1, 1), stampOf(3, 7)]) {
      expect(keptOf(stamp, { gen: 5 })).toBe(stamp);
      expect(contentsOfKept(stamp)).toBe(stamp);
    }
  });
});
