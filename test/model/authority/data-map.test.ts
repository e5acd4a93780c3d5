import { describe, expect, it } from 'vitest';
import { applyRecord } from '../../../model/authority/data-map.ts';
import { piecesOf, restoreMap } from '../../../model/authority/map-checkpoint.ts';
import {
  copyDataMap,
  type DataMapRules,
  digestMap,
  emptyDataMap,
  type LogRecord,
  type NotifiedOutcome,
} from '../../../model/authority/map-state.ts';
import { allVolumeChecks } from '../../../model/lineage/volume-record.ts';
import type { Replica } from '../../../model/map-entry.ts';
import type { ChangeNotification, EntryChange } from '../../../model/messages/notifications.ts';

const zoneOf = new Map([
  ['a1', 'az-a'],
  ['a2', 'az-a'],
  ['b1', 'az-b'],
  ['c1', 'az-c'],
]);
const on = (host: string, slot = 0, gen = 1): Replica => ({ host, slot, gen });
const first: readonly LogRecord[] = [
  { kind: 'volume.created', volume: 'v', replicaCount: 2 },
  {
    kind: 'entries.created',
    volume: 'v',
    entries: [
      { range: 0, version: 1, replicas: [on('a1'), on('b1')] },
      { range: 1, version: 1, replicas: [on('a1', 1), on('c1')] },
    ],
  },
  { kind: 'attached', volume: 'v', client: 'c', attachId: '0.1' },
];

function mapAfter(records: readonly LogRecord[], rules: Partial<DataMapRules> = {}) {
  const map = emptyDataMap(zoneOf, {
    compareAndSet: true,
    deduplicate: true,
    refuseConflicts: true,
    keepFailed: true,
    takeOut: true,
    ofPlaces: allVolumeChecks,
    ...rules,
  });
  for (const record of records) applyRecord(map, record);
  return map;
}

function notified(reqId: number, changes: readonly EntryChange[], session = 1): LogRecord {
  const request: ChangeNotification = {
    type: 'notify',
    volume: 'v',
    client: 'c',
    session,
    reqId,
    seenVersion: 0,
    changes,
  };
  return { kind: 'notified', request };
}

function change(next: readonly Replica[], expectVersion = 1, range = 0): EntryChange {
  return { range, expectVersion, next };
}

function reasonsOf(changes: readonly EntryChange[], more: readonly LogRecord[] = []) {
  const outcome = applyRecord(mapAfter([...first, ...more]), notified(9, changes));
  return (outcome as NotifiedOutcome).refused.map(({ reason }) => reason);
}

describe('a change of the map', () => {
  it('is applied when the entry has the expected version, and counts both versions up', () => {
    const map = mapAfter(first);
    const outcome = applyRecord(map, notified(1, [change([on('b1')])])) as NotifiedOutcome;
    expect(outcome.applied.map(({ entry }) => entry)).toEqual([
      { range: 0, version: 2, replicas: [on('b1')] },
    ]);
    expect(map.volumes.get('v')?.mapVersion).toBe(1);
  });

  it('is refused with the reason, one case each', () => {
    expect(reasonsOf([change([on('b1')], 7)])).toEqual(['version-moved']);
    expect(reasonsOf([change([on('b1')], 1, 5)])).toEqual(['no-such-range']);
    expect(reasonsOf([change([])])).toEqual(['no-replica']);
    expect(reasonsOf([change([on('c1', 3)])])).toEqual(['no-survivor']);
    expect(reasonsOf([change([on('a1'), on('a2')])])).toEqual(['zone-shared']);
    expect(reasonsOf([change([on('a1'), on('c1', 0, 2)])])).toEqual(['slot-bound']);
    const released: LogRecord = { kind: 'slot.released', host: 'c1', slot: 5, gen: 2 };
    expect(reasonsOf([change([on('a1'), on('c1', 5, 2)])], [released])).toEqual(['slot-released']);
    expect(reasonsOf([change([on('a1'), on('c1', 5, 3)])], [released])).toEqual([]);
  });

  it('is refused for the session before, even when logged after the next attached', () => {
    const attached: LogRecord = { kind: 'attached', volume: 'v', client: 'd', attachId: '0.1' };
    expect(reasonsOf([change([on('b1')])], [attached])).toEqual(['stale-session']);
  });

  it('leaves the others of its request untouched when it is refused', () => {
    const map = mapAfter(first);
    const both = [change([on('b1')]), change([on('c1')], 4, 1)];
    const outcome = applyRecord(map, notified(1, both)) as NotifiedOutcome;
    expect(outcome.applied.map(({ entry }) => entry.range)).toEqual([0]);
    expect(outcome.refused.map(({ range }) => range)).toEqual([1]);
    expect(map.volumes.get('v')?.entries[1]?.version).toBe(1);
  });
});

describe('a repeated request', () => {
  it('is answered with the first outcome and changes nothing', () => {
    const map = mapAfter(first);
    const record = notified(1, [change([on('b1')])]);
    const before = applyRecord(map, record) as NotifiedOutcome;
    const again = applyRecord(map, record) as NotifiedOutcome;
    expect(again.applied).toEqual(before.applied);
    expect(again.repeated).toBe(true);
    expect(map.volumes.get('v')?.mapVersion).toBe(1);
  });

  it('is decided anew by the variant that forgets requests', () => {
    const map = mapAfter(first, { deduplicate: false });
    const record = notified(1, [change([on('b1')])]);
    applyRecord(map, record);
    const again = applyRecord(map, record) as NotifiedOutcome;
    expect(again.refused.map(({ reason }) => reason)).toEqual(['version-moved']);
  });

  it('of an attachment is known over thousands, and only the last of each client is kept', () => {
    const map = mapAfter(first);
    const asked = (n: number): LogRecord => ({
      kind: 'attached',
      volume: 'v',
      client: `c${n % 3}`,
      attachId: `${Math.floor(n / 300)}.${Math.floor(n / 3) % 100}`,
    });
    for (let n = 3; n < 6_000; n++) {
      const session = map.volumes.get('v')!.session + 1;
      expect(applyRecord(map, asked(n))).toEqual({ kind: 'attached', session, superseded: false });
      expect(applyRecord(map, asked(n))).toEqual({ kind: 'attached', session, superseded: false });
    }
    const volume = map.volumes.get('v')!;
    const { session } = volume;
    expect([...volume.attachments.keys()].filter((key) => key !== 'c 0.1')).toHaveLength(3);
    for (const n of [3, 700, 5_990, 5_996, 5_998]) {
      expect(applyRecord(map, asked(n))).toMatchObject({ kind: 'attached', superseded: true });
    }
    expect(volume.session).toBe(session);
    const restored = emptyDataMap(map.zoneOf, map.rules);
    restoreMap(restored, piecesOf(map, false));
    expect(digestMap(restored)).toBe(digestMap(map));
  });

  it('of an attachment gets the same session, and is superseded once another attached', () => {
    const map = mapAfter(first);
    const same = applyRecord(map, first[2]!);
    expect(same).toEqual({ kind: 'attached', session: 1, superseded: false });
    applyRecord(map, { kind: 'attached', volume: 'v', client: 'd', attachId: '0.1' });
    const late = applyRecord(map, first[2]!);
    expect(late).toEqual({ kind: 'attached', session: 1, superseded: true });
  });
});

describe('the fold of the log', () => {
  it('gives the same digest for the same records, another for one record less', () => {
    const records = [...first, notified(1, [change([on('b1')])])];
    expect(digestMap(mapAfter(records))).toBe(digestMap(mapAfter(records)));
    expect(digestMap(mapAfter(records))).not.toBe(digestMap(mapAfter(first)));
  });

  it('goes on independently in a copy', () => {
    const map = mapAfter(first);
    const copy = copyDataMap(map);
    applyRecord(copy, notified(1, [change([on('b1')])]));
    expect(map.volumes.get('v')?.entries[0]?.version).toBe(1);
    expect(digestMap(map)).toBe(digestMap(mapAfter(first)));
  });

  it('keeps a slot that the map names from being released', () => {
    const map = mapAfter(first);
    const bound: LogRecord = { kind: 'slot.released', host: 'a1', slot: 0, gen: 1 };
    expect(applyRecord(map, bound)).toEqual({ kind: 'released', released: false });
    applyRecord(map, notified(1, [change([on('b1')])]));
    expect(applyRecord(map, bound)).toEqual({ kind: 'released', released: true });
  });
});

describe('requests of who moves copies, in the session of the holder', () => {
  const moverId = 2 ** 51;
  const asked = (client: string, reqId: number, openReqId: number): LogRecord => {
    const plain = { type: 'notify', volume: 'v', session: 1, seenVersion: 0 } as const;
    return { kind: 'notified', request: { ...plain, client, reqId, openReqId } };
  };
  const all = [
    ...first,
    asked('c', 7, 7),
    asked('mover', moverId, moverId),
    asked('mover', moverId + 1, moverId + 1),
    asked('c', 8, 7),
  ];

  it('are forgotten by what the mover says, and those of the holder by what it says', () => {
    const volume = mapAfter(all).volumes.get('v')!;
    expect([...volume.requests.keys()]).toEqual([7, moverId + 1, 8]);
    expect([...volume.openReqIds]).toEqual([
      ['c', 7],
      ['mover', moverId + 1],
    ]);
  });

  it('are the same after a checkpoint', () => {
    const map = mapAfter(all);
    const restored = mapAfter([]);
    restoreMap(restored, piecesOf(map, false));
    expect(digestMap(restored)).toBe(digestMap(map));
    expect(restored.volumes.get('v')).toEqual(map.volumes.get('v'));
  });
});
