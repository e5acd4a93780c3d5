import { describe, expect, it } from 'vitest';
import { slotKey } from '../../model/map-entry.ts';
import { placeVolumes } from '../../model/placement.ts';
import { clusterSpec } from '../support/block-store.ts';

describe('the first placement', () => {
  it('puts the copies of a range into zones of their own and uses no slot twice', () => {
    const spec = clusterSpec({ seed: '1', replicas: 3, volumeCount: 2 });
    const zoneOf = new Map(spec.hosts.map(({ id, zone }) => [id, zone]));
    const used = new Set<string>();
    let count = 0;
    for (const entries of placeVolumes(spec.volumes, spec.hosts).values()) {
      for (const { replicas } of entries) {
        expect(new Set(replicas.map(({ host }) => zoneOf.get(host))).size).toBe(3);
        for (const replica of replicas) used.add(slotKey(replica));
        count += replicas.length;
      }
    }
    expect(count).toBe(2 * 8 * 3);
    expect(used.size).toBe(count);
  });

  it('fills hosts evenly (no two differ by more than one slot)', () => {
    const spec = clusterSpec({ seed: '1', replicas: 2, volumeCount: 3 });
    const counts = new Map(spec.hosts.map(({ id }) => [id, 0]));
    for (const entries of placeVolumes(spec.volumes, spec.hosts).values()) {
      for (const { replicas } of entries) {
        for (const { host } of replicas) counts.set(host, (counts.get(host) ?? 0) + 1);
      }
    }
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });

  it('refuses more replicas than zones', () => {
    const spec = clusterSpec({ seed: '1', replicas: 4 });
    expect(() => placeVolumes(spec.volumes, spec.hosts)).toThrow(
      "'vol-1' wants 4 replicas in 3 zones",
    );
  });
});
