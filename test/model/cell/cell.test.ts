import { describe, expect, it } from 'vitest';
import { defaultReMirror } from '../../../model/index.ts';
import { nsPerSec, type World } from '../../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 8 * nsPerSec;
const reMirror = { ...defaultReMirror, hostsPerMinute: 1 };

/** A host is away for longer than its client's patience, and comes back. */
function returningHost(hostCount: number): World {
  const zones = ['az-a', 'az-b', 'az-c'];
  const hosts = Array.from({ length: hostCount }, (_, i) => ({
    id: `host-${i + 1}`,
    zone: zones[i % zones.length]!,
    cell: 'cell-1',
    device: 'nvme-plp',
    slotCount: 32,
  }));
  const clients = [clientSpec('client-1', 'vol-1', { suspectNs: nsPerSec })];
  const world = clusterWorld({
    seed: '1',
    replicas: 3,
    hosts,
    clients,
    untilNs,
    more: { reMirror },
  });
  plan(world, { kind: 'crash', atMs: 1_000, forMs: 4_000, target: 'host-2' });
  runAndSettle(world, untilNs);
  return world;
}

describe('a cell that evacuates one host in a minute', () => {
  it('has a host that is back take its own copies, where no other can (3 hosts, 3 zones)', () => {
    const world = returningHost(3);
    const targets = new Set(
      marks(world, 'copy.admitted').map(({ facts }) => (facts as { target: string }).target),
    );
    expect([...targets]).toEqual(['host-2']);
    expect(complaints(world)).toEqual([]);
  });

  it('has others take them where they can (6 hosts, 3 zones)', () => {
    const world = returningHost(6);
    const targets = new Set(
      marks(world, 'copy.admitted').map(({ facts }) => (facts as { target: string }).target),
    );
    expect([...targets]).toEqual(['host-5']);
    expect(complaints(world)).toEqual([]);
  });
});
