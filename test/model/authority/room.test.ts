import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../../model/authority/map-checkpoint.ts';
import {
  emptyDataMap,
  emptyVolume,
  putAttachment,
  putEntry,
  putJoined,
  putReleased,
  putRequest,
} from '../../../model/authority/map-state.ts';
import { authorityRoom } from '../../../model/authority/room.ts';
import { logLayout } from '../../../model/authority/superblock.ts';
import type { ClusterSpec } from '../../../model/index.ts';
import { allVolumeChecks } from '../../../model/lineage/volume-record.ts';
import { type Replica, slotKey } from '../../../model/map-entry.ts';
import { clusterSpec, clusterWorld, complaints, judge, marks } from '../../support/block-store.ts';
import { smallLog } from '../../support/full-log-story.ts';

const spec = clusterSpec({ seed: '1', volumeCount: 3, replicas: 3 });
const { leastBlockCount } = authorityRoom(spec);

function withLog(blockCount: number, more: Partial<ClusterSpec> = {}): ClusterSpec {
  return { ...spec, ...more, authority: { ...spec.authority, logBytes: blockCount * 4_096 } };
}

/** A map in which every list is as long as it may become, with as many requests as the window. */
function fullMap(cluster: ClusterSpec, requestCount: number) {
  const big = 1_000_000;
  const rules = { compareAndSet: true, deduplicate: true, refuseConflicts: true };
  const map = emptyDataMap(new Map(), {
    ...rules,
    keepFailed: true,
    takeOut: true,
    ofPlaces: allVolumeChecks,
  });
  for (const { id, sizeBytes, rangeBytes, replicas: copyCount } of cluster.volumes) {
    const volume = emptyVolume(id, copyCount);
    map.volumes.set(id, volume);
    for (let range = 0; range < sizeBytes / rangeBytes; range++) {
      const replicas: Replica[] = [];
      for (let i = 0; i < copyCount; i++) replicas.push({ host: `host-${i}`, slot: 31, gen: big });
      const entry = { range, version: big, replicas };
      putEntry(map, volume, entry);
      putAttachment(volume, 'client-1 1.9', big);
      volume.openReqIds.set('client-1', big);
      for (let reqId = 0; reqId < requestCount; reqId++) {
        const applied = [{ entry, previous: entry, mapVersion: big }];
        const outcome = { kind: 'notified', repeated: false, applied, refused: [] } as const;
        putRequest(volume, big + reqId, { client: 'client-1', payloadDigest: 2 ** 31, outcome });
      }
    }
  }
  for (const { id: host, slotCount } of cluster.hosts) {
    putJoined(map, host, 1);
    for (let slot = 0; slot < slotCount; slot++) putReleased(map, slotKey({ host, slot }), big);
  }
  return map;
}

describe('the least log that a cluster may have', () => {
  it('has room for a checkpoint of whatever its map may come to', () => {
    for (const blockCount of [leastBlockCount, 2 * leastBlockCount, 65_536]) {
      const { requestWindow } = authorityRoom(withLog(blockCount));
      const pieces = piecesOf(fullMap(spec, requestWindow), false);
      expect(pieces.length).toBeLessThanOrEqual(logLayout(blockCount).areaLength);
    }
  });

  it('is no larger than it has to be by far', () => {
    const pieces = piecesOf(fullMap(spec, 8), false);
    expect(logLayout(leastBlockCount).areaLength).toBeLessThan(2 * pieces.length);
  });

  it('grows with ranges, slots, clients and snapshots', () => {
    const least = (more: Partial<ClusterSpec>) =>
      authorityRoom({ ...spec, ...more }).leastBlockCount;
    const { volumes, hosts, clients } = spec;
    const widths = volumes.map((volume) => ({ ...volume, rangeBytes: 16_384 }));
    expect(least({ volumes: widths })).toBeGreaterThan(leastBlockCount);
    const slots = hosts.map((host) => ({ ...host, slotCount: 512 }));
    expect(least({ hosts: slots })).toBeGreaterThan(leastBlockCount);
    const many = Array.from({ length: 500 }, (_, i) => ({ ...clients[0]!, id: `client-${i}` }));
    expect(least({ clients: many })).toBeGreaterThan(leastBlockCount);
    const plan = { id: 'requester-1', zone: 'az-a', volume: 'vol-1', firstNs: 0, everyNs: 1e6 };
    const asked = { ...plan, count: null, retryNs: 1e9, askedAtOnce: 1, giveUpNs: null };
    const lineage = {
      routerCount: 1,
      moverCount: 1,
      cellLeaseNs: 1e9,
      snapshots: [asked],
      moves: [],
    };
    expect(least({ lineage })).toBeGreaterThan(leastBlockCount);
  });

  it('has a narrow window, and a large one a wide window', () => {
    expect(authorityRoom(withLog(leastBlockCount)).requestWindow).toBe(8);
    expect(authorityRoom(spec).requestWindow).toBe(256);
  });
});

describe('an authority with the least log, full while clients ask for the map all the time', () => {
  const world = smallLog({ seed: '3' });

  it('refuses, and serves again once a checkpoint succeeds', () => {
    const statuses = marks(world, 'receipt.sent').map(({ facts }) => facts.status);
    expect(statuses.filter((status) => status === 'overloaded').length).toBeGreaterThan(10);
    expect(judge(world).get('checkpoint-has-room')?.evaluatedCount).toBeGreaterThan(50);
    expect(complaints(world)).toEqual([]);
  });
});

describe('an authority with less than that', () => {
  it('is not begun', () => {
    const authority = { logBytes: (leastBlockCount - 8) * 4_096 };
    const tooSmall = { seed: '1', volumeCount: 3, replicas: 3, authority };
    expect(() => clusterWorld(tooSmall)).toThrow(/has no room for the map, expected/);
  });
});
