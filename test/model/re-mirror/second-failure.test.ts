import { describe, expect, it } from 'vitest';
import { nsPerMs, nsPerSec } from '../../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 12 * nsPerSec;

// A head dies, and as soon as the map is without it the next one does: while it fills a target.
function twoHeads(seed: string) {
  const clients = [clientSpec('client-1', 'vol-1', { suspectNs: 300 * nsPerMs })];
  const world = clusterWorld({ seed, untilNs, replicas: 3, clients });
  const target = 'primary-of vol-1 range=0';
  plan(world, { kind: 'crash', atMs: 3_000, forMs: 8_000, target });
  world.scheduleFault({
    kind: 'crash',
    atNs: 3 * nsPerSec,
    trigger: { steps: [{ on: 'mark', name: 'map.applied', nth: 1 }], delayNs: 0, times: 1 },
    forNs: 6 * nsPerSec,
    target,
    params: {},
  });
  runAndSettle(world, untilNs);
  return world;
}

describe('a head that dies while it restores a copy', () => {
  it.each(['1', '2', '3'])('is dropped as the first one was (seed %s)', (seed) => {
    const world = twoHeads(seed);
    const changes = marks(world, 'map.applied').filter(({ facts }) => facts.range === 0);
    const [first, second] = changes.filter(
      ({ facts }) => headOf(facts.replicas) !== headOf(facts.previous),
    );
    expect(first).toBeDefined();
    // Silent for 300 ms, and reviewed every 250 ms; it is down for 6 s.
    expect(second!.atNs - first!.atNs).toBeLessThan(nsPerSec);
    expect(complaints(world)).toEqual([]);
  });
});

function headOf(replicas: unknown): string | undefined {
  return (replicas as readonly { readonly host: string }[])[0]?.host;
}
