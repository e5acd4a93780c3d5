import { describe, expect, it } from 'vitest';
import { nsPerSec } from '../../../sim/index.ts';
import { complaints, marks, plan, runAndSettle } from '../../support/block-store.ts';
import { idle, movedAway } from '../../support/routed-stories.ts';

const untilNs = 40 * nsPerSec;

describe('an upload whose ranges have moved away since the cut', () => {
  it('waits for the hosts that they were on, and calls them lost after a while', () => {
    const storeBackMs = 9_000;
    for (const { hostsBackMs, isLost } of [
      { hostsBackMs: 16_000, isLost: false },
      { hostsBackMs: 30_000, isLost: true },
    ]) {
      const choice = { seed: '1', clients: [idle] };
      const world = movedAway(choice, { everyMs: 500, awayMs: storeBackMs, count: 1 });
      for (const target of ['host-1', 'host-2', 'host-3']) {
        plan(world, { kind: 'power-loss', target, atMs: 5_000, forMs: hostsBackMs - 5_000 });
      }
      runAndSettle(world, untilNs, 20 * nsPerSec);
      expect({ isLost, complaints: complaints(world) }).toEqual({ isLost, complaints: [] });
      const lost = marks(world, 'snapshot.lost');
      expect(lost.length > 0).toBe(isLost);
      if (isLost) expect(lost[0]!.atNs).toBeGreaterThan(18 * nsPerSec);
      expect(marks(world, 'snapshot.completed').length > 0).toBe(!isLost);
    }
  });
});
