import { expect, it } from 'vitest';
import { nsPerSec } from '../../../sim/index.ts';
import { clusterWorld } from '../../support/block-store.ts';

it('hosts ask for their slots at drawn times, so that none stays in step with another', () => {
  const world = clusterWorld({ seed: '1', untilNs: nsPerSec });
  world.runUntil(100 * nsPerSec);
  const timesOf = (host: string) =>
    world.entries
      .filter((entry) => entry.kind === 'timer' && entry.actor === host && entry.key === 'verify')
      .map(({ atNs }) => atNs);
  for (const host of ['host-1', 'host-2', 'host-3']) {
    const times = timesOf(host);
    const waits = times.slice(1).map((atNs, i) => atNs - times[i]!);
    expect(waits.length).toBeGreaterThan(8);
    expect(Math.min(...waits)).toBeGreaterThan(7.4 * nsPerSec);
    expect(Math.max(...waits)).toBeLessThan(10.1 * nsPerSec);
    expect(new Set(waits).size).toBe(waits.length);
  }
});
