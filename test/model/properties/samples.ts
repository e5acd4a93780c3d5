// For each property a short record that keeps it and one that breaks it, with the words it must
// be told in.
import type { PropertyId } from '../../../model/invariants.ts';
import { type Body, fault, mark, op, readOf, start, stop, written } from '../../support/entries.ts';
import { cellSamples } from './cell-samples.ts';
import { clientSamples } from './client-samples.ts';
import { deviceSamples } from './device-samples.ts';
import { lineageSamples } from './lineage-samples.ts';
import { memberSamples } from './member-samples.ts';
import { moveSamples } from './move-samples.ts';
import { rareSamples } from './rare-samples.ts';
import { requestSamples } from './request-samples.ts';
import { routedSamples } from './routed-samples.ts';
import { slotSamples } from './slot-samples.ts';
import { snapshotSamples } from './snapshot-samples.ts';
import {
  accepted,
  adopted,
  applied,
  created,
  fenced,
  flushed,
  granted,
  hosts,
  on,
  type Place,
  recovered,
  refused,
  request,
  reserved,
  stamp,
  stored,
} from './story.ts';

export interface Sample {
  readonly healthy: readonly Body[];
  readonly broken: readonly Body[];
  /** In the finding or in what is pending; not used for `sometimes`. */
  readonly words: RegExp;
}

const one = { stamps: [stamp(1)] };
const two = { stamps: [stamp(2)] };
const never = { stamps: [0] };
const switched = { replicas: [on('a'), on('c')] };
/** Volume 1 has cell c1 for itself, where hosts a, b and c are; host d is in another. */
const atHome = [
  ...['a', 'b', 'c', 'd'].map((name) =>
    start(`host-${name}`, 0, { zone: name, role: 'host', cell: name === 'd' ? 'c2' : 'c1' }),
  ),
  created([on('a'), on('b')], 'vol-1', { cells: ['c1'] }),
];
const receipt = (status: string, logIndex: number | null, durableIndex: number, payload = 7) =>
  mark('authority', 'receipt.sent', { ...request(), payload, status, logIndex, durableIndex });
const reply = (appliedTo: readonly { range: number; version: number }[], refusedOf: number[]) =>
  mark('authority', 'map.updated.sent', { ...request(), applied: appliedTo, refused: refusedOf });
const arrived = mark('authority', 'notification.received', { ...request(), payload: 7 });
const change = [{ range: 0, version: 2 }];
const both = [stored(on('a'), 0, [stamp(1)]), stored(on('b'), 0, [stamp(1)])];
const begun = op('client-1', 1, 'write', 'invoke', one);
const acked = op('client-1', 1, 'write', 'ok', one);
const wasDiscarded = [
  ...written('client-1', 1, one),
  op('client-1', 2, 'discard', 'invoke', two),
  op('client-1', 2, 'discard', 'ok', two),
];
const flushOfAll = { volume: 'vol-1', block: 0, blockCount: 0 };
const wasFlushed = [
  op('client-1', 2, 'flush', 'invoke', flushOfAll),
  op('client-1', 2, 'flush', 'ok', flushOfAll),
];
const damaged = (found: number, block = 0) =>
  mark('host-a', 'corruption.detected', { ...place, block, expected: stamp(1), found });
const place = { volume: 'vol-1', range: 0, slot: 0, gen: 1 };
const mended = mark('host-a', 'corruption.repaired', { ...place, block: 0, stamp: stamp(1) });
const lost = mark('client-1', 'data.lost', {
  volume: 'vol-1',
  block: 0,
  blockCount: 64,
  reason: 'corrupt',
});
const inOther = { ...one, volume: 'vol-2' };
const begunInOther = op('client-2', 1, 'write', 'invoke', inOther);
/** Volume 1 has its copies in cell c1, volume 2 in c2, and a host of c1 crashes. */
const struck = [
  start('host-a', 0, { cell: 'c1' }),
  start('host-b', 0, { cell: 'c2' }),
  created([on('a')]),
  created([on('b')], 'vol-2'),
  fault('start', 'crash', ['host-a']),
];

const budget = mark('cell-1', 'budget.set', {
  copiesPerHost: 1,
  copiesPerCell: 4,
  hostsPerMinute: 1,
});
const admitted = (
  reserveId: string,
  source: string,
  target: string,
  replaces: string | null = null,
) =>
  mark('cell-1', 'copy.admitted', {
    reserveId,
    volume: 'vol-1',
    range: 0,
    source: `host-${source}`,
    target: `host-${target}`,
    replaces,
  });
const released = (reserveId: string) =>
  mark('cell-1', 'copy.released', { reserveId, reason: 'released' });
const copyTo = (target: Place, cfgEpoch: number, memberCount = 1) =>
  mark('host-a', 'copy.started', {
    volume: 'vol-1',
    range: 0,
    cfgEpoch,
    target,
    memberCount,
    blocks: 1,
  });
const copying = copyTo(on('c'), 1);

const freed = ({ host, slot, gen }: Place) =>
  mark(host, 'slot.freed', {
    slot,
    gen,
    volume: 'vol-1',
    range: 0,
    reason: 'released',
    untilNs: 7e9,
  });
const scrubbed = ({ host, slot }: Place) => mark(host, 'slot.scrubbed', { slot });
const up = (host: string) => mark(`host-${host}`, 'host.recovered', { slots: 1, keptNs: 60e9 });
const later: Body = { ...mark('host-a', 'slot.read', { slot: 0, gen: 1 }), atMs: 90_000 };
const notified = (changes: readonly number[]) =>
  mark('authority', 'notification.received', { ...request(), changes });
/** A portion with range 0. */
const portion = (mapVersion: number, version: number) =>
  mark('authority', 'map.portion.sent', {
    ...request(),
    mapVersion,
    pageIndex: 0,
    pageCount: 1,
    entries: [{ range: 0, version }],
  });

/** By property. */
export const samples: Readonly<Record<PropertyId, Sample>> = {
  'no-lost-acked-write': {
    healthy: [...written('client-1', 1, one), ...readOf('client-1', 2, one)],
    broken: [...written('client-1', 1, one), ...readOf('client-1', 2, never)],
    words: /lost block 0 of 'vol-1'.*session 1, sequence 1.*'client-1', acknowledged at.*never wri/,
  },
  'discarded-reads-zero': {
    healthy: [...wasDiscarded, ...readOf('client-1', 3, two), ...readOf('client-1', 4, never)],
    broken: [...wasDiscarded, ...readOf('client-1', 3, one)],
    words: /shows what was discarded.*zeros.*block 0.*by operation 2 of 'client-1'.*sequence 1/,
  },
  'flushed-write-survives': {
    healthy: [...written('client-1', 1, one), ...wasFlushed, ...readOf('client-1', 3, one)],
    broken: [...written('client-1', 1, one), ...wasFlushed, ...readOf('client-1', 3, never)],
    words: /lost block 0 of 'vol-1'.*sequence 1.*flushed by operation 2 of 'client-1'.*never wri/,
  },
  'no-stale-read': {
    healthy: [begun, ...readOf('client-1', 2, one), ...readOf('client-1', 3, two)],
    broken: [begun, ...readOf('client-1', 2, one), ...readOf('client-1', 3, never)],
    words: /went back on block 0.*sequence 1.*operation 2 of 'client-1'.*stamp 0/,
  },
  'read-your-writes': {
    healthy: [...written('client-1', 1, one), ...readOf('client-1', 2, one)],
    broken: [...written('client-1', 1, two), ...readOf('client-1', 2, one)],
    words: /missed what its own client wrote.*sequence 2.*block 0 of 'vol-1'.*sequence 1/,
  },
  'unwritten-reads-zero': {
    healthy: [begun, ...readOf('client-1', 2, { ...never, block: 1 })],
    broken: [begun, ...readOf('client-1', 2, { ...one, block: 1 })],
    words: /found something where nobody wrote; zeros in block 1 of 'vol-1'.*sequence 1/,
  },
  'identity-checked': {
    healthy: [created(), accepted(on('a'), 1)],
    broken: [created(), reserved(on('a', 0, 2)), accepted(on('a'), 1)],
    words: /slot 0 generation 1 of 'host-a' accepted.*generation 2.*generation 1$/,
  },
  'no-invented-value': {
    healthy: [begun, ...readOf('client-1', 2, one)],
    broken: [begun, ...readOf('client-1', 2, { ...one, block: 1 })],
    words: /returned what nobody wrote.*block 1 of 'vol-1'.*session 1, sequence 1/,
  },
  'linearizable-blocks': {
    healthy: [...written('client-1', 1, one), ...readOf('client-1', 2, one)],
    broken: [...written('client-1', 1, one), ...readOf('client-1', 2, never)],
    words: /no order of the operations explains block 0 of 'vol-1'/,
  },
  'corruption-never-served': {
    healthy: [created(), begun, damaged(7), ...readOf('client-1', 2, one)],
    broken: [created(), begun, damaged(7), ...readOf('client-1', 2, { stamps: [7] })],
    words: /'client-1', returned what slot 0 generation 1 of 'host-a' had found.*block 0.*stamp 7/,
  },
  'no-data-lost': {
    healthy: readOf('client-1', 1, one),
    broken: [lost],
    words: /'client-1' cannot get back what it wrote: corrupt.*64 blocks from block 0 of 'vol-1'/,
  },
  'map-version-monotone': {
    healthy: [created(), applied()],
    broken: [created(), applied(), applied({ range: 1, mapVersion: 1 })],
    words: /range 1 of 'vol-1'.*map version above 1.*map version 1/,
  },
  'epoch-monotone-at-host': {
    healthy: [adopted(on('a'), 2), accepted(on('a'), 1, 2), accepted(on('a'), 2, 2)],
    broken: [adopted(on('a'), 2), accepted(on('a'), 1, 1)],
    words: /slot 0 generation 1 of 'host-a' went back.*epoch 2 or later.*epoch 1$/,
  },
  'single-writer': {
    healthy: [granted(1), ...written('client-1', 1, one)],
    broken: [granted(1), granted(2, 'client-2'), ...written('client-1', 1, one)],
    words: /operation 1 of 'client-1'.*session that had ended.*session 2 of 'vol-1'.*session 1/,
  },
  'fenced-write': {
    healthy: [fenced(on('a'), 2), accepted(on('a'), 2)],
    broken: [fenced(on('a'), 2), accepted(on('a'), 1)],
    words: /'host-a' accepted a write from behind its fence.*session 2 or later.*session 1$/,
  },
  'exclusive-slot': {
    healthy: [created(), adopted(on('a'), 2), reserved(on('a', 0, 2), 1)],
    broken: [created(), reserved(on('a'), 1)],
    words: /slot 0 generation 1 of 'host-a'.*vol-1\/0 only.*vol-1\/1$/,
  },
  'replicas-in-distinct-zones': {
    healthy: [...hosts, created(), applied(switched)],
    broken: [
      ...hosts,
      start('host-d', 0, { zone: 'a' }),
      applied({ replicas: [on('a'), on('d')] }),
    ],
    words: /range 0 of 'vol-1'.*'host-a' and 'host-d' both in zone 'a'/,
  },
  'copies-stay-in-cells': {
    healthy: [...atHome, applied(switched)],
    broken: [...atHome, applied({ replicas: [on('a'), on('d')] })],
    words: /range 0 of 'vol-1' left the cells.*hosts of 'c1'.*'host-d' of 'c2'/,
  },
  'stale-replica-never-serves': {
    healthy: [created(), begun, ...both, acked],
    broken: [created(), begun, ...both.slice(0, 1), acked],
    words: /slot 0 generation 1 of 'host-b' does not have.*sequence 1.*never written/,
  },
  ...clientSamples,
  'receipt-implies-durable': {
    healthy: [receipt('logged', 5, 5), recovered(5, 'd')],
    broken: [receipt('logged', 5, 4)],
    words:
      /request 1 of 'client-1' in session 1.*before its record was durable.*record 5.*record 4/,
  },
  'receipt-implies-applied': {
    healthy: [notified([0, 1]), applied(), refused({ range: 1 }), receipt('applied', 5, 5)],
    broken: [notified([0, 1]), applied(), receipt('applied', 5, 5), refused({ range: 1 })],
    words: /request 1 of 'client-1' in session 1 was affirmed.*range 1 of 'vol-1'.*1 of its chan/,
  },
  'portion-of-one-version': {
    healthy: [created(), portion(0, 1), applied(), portion(1, 2)],
    broken: [created(), applied(), portion(0, 2)],
    words: /request 1 of 'client-1'.*another version.*as it was in version 0.*version 2 of it/,
  },
  'update-reply-is-truth': {
    healthy: [applied(), reply(change, [1])],
    broken: [applied(), reply([], [0])],
    words: /hides a change that it made.*range 0 of 'vol-1' named as applied.*named as refused/,
  },
  'applied-once': {
    healthy: [applied(), refused({ range: 1 }), refused({ reqId: 2 })],
    broken: [applied(), refused()],
    words: /request 1 of 'client-1'.*decided twice.*version 2, once.*refused as version-moved/,
  },
  'duplicates-answered-alike': {
    healthy: [receipt('logged', 5, 5), reply(change, [1]), receipt('duplicate', null, 6)],
    broken: [reply(change, [1]), reply([], [0, 1])],
    words: /request 1 of 'client-1'.*heard something else.*applied ranges 0 at.*applied nothing/,
  },
  'conflicting-request-refused': {
    healthy: [receipt('logged', 5, 5), receipt('conflict', null, 6, 8)],
    broken: [receipt('logged', 5, 5), receipt('duplicate', null, 6, 8)],
    words: /request 1 of 'client-1'.*stands for another.*hash 7.*'duplicate' for one with hash 8/,
  },
  'route-never-empty': {
    healthy: [created(), applied(), receipt('logged', 0, 0)],
    broken: [created(), applied({ replicas: [] })],
    words: /range 0 of 'vol-1' has no copy in the map.*none in version 2/,
  },
  'relocate-compare-and-set': {
    healthy: [created(), applied()],
    broken: [created(), applied({ expectVersion: 0 })],
    words: /without having seen what it replaced.*version 0.*version 1$/,
  },
  'copied-before-switch': {
    healthy: [created(), begun, ...both, acked, stored(on('c'), 0, [stamp(1)]), applied(switched)],
    broken: [created(), begun, ...both, acked, applied(switched)],
    words: /names slot 0 generation 1 of 'host-c', which lacks.*sequence 1.*block 0.*never written/,
  },
  'no-dangling-entry': {
    healthy: [created(), applied(), freed(on('b'))],
    broken: [created(), applied(), freed(on('a'))],
    words:
      /names 1 slots that were given up, the first slot 0 generation 1 of 'host-a' for range 0/,
  },
  'garbage-bounded': {
    healthy: [up('b'), created(), applied(), freed(on('b')), later],
    broken: [up('b'), created(), freed(on('c')), applied(), later],
    words: /1 slots are kept that no map names, the first slot 0 generation 1 of 'host-b' since/,
  },
  'gc-safe': {
    healthy: [created(), applied(), freed(on('b'))],
    broken: [created(), applied(), freed(on('a'))],
    words:
      /slot 0 generation 1 of 'host-a' was given up while the map names it.*version 2 names it/,
  },
  'slot-grace-kept': {
    healthy: [freed(on('a')), reserved(on('a', 0, 2), 0, 8e9)],
    broken: [freed(on('a')), reserved(on('a', 0, 2), 0, 6e9)],
    words: /slot 0 generation 2 of 'host-a' began in the grace.*at 7 s or later.*one at 6 s/,
  },
  'scrubbed-before-reuse': {
    healthy: [stored(on('a'), 0, [1]), scrubbed(on('a')), reserved(on('a', 0, 2))],
    broken: [stored(on('a'), 0, [1]), reserved(on('a', 0, 2))],
    words: /slot 0 generation 2 of 'host-a' began with what another tenant wrote/,
  },
  're-mirror-load-bounded': {
    healthy: [budget, admitted('r1', 'a', 'c'), released('r1'), admitted('r2', 'b', 'c'), copying],
    broken: [budget, admitted('r1', 'a', 'c'), admitted('r2', 'b', 'c')],
    words: /target 'host-c' has more copies under way than it may; at most 1; 2/,
  },
  ...cellSamples,
  'one-re-mirror-per-range': {
    healthy: [created(), copyTo(on('c'), 1), copyTo(on('c', 1), 2)],
    broken: [created(), copyTo(on('c'), 1), copyTo(on('c', 1), 1)],
    words: /version 1.*range 0 of 'vol-1' fills two targets; slot 0.*'host-c' only; slot 1/,
  },
  'copies-bounded': {
    healthy: [created(), copyTo(on('c'), 1)],
    broken: [created(), copyTo(on('c'), 1, 3)],
    words: /range 0 of 'vol-1' has more copies.*at most 2 and one being made; 4/,
  },
  'recovery-equivalence': {
    healthy: [...flushed(3, 'd3'), recovered(3, 'd3'), recovered(4, 'd4')],
    broken: [...flushed(3, 'd3'), recovered(3, 'other')],
    words: /replaying 4 records.*digest d3.*digest other/,
  },
  'checkpoint-has-room': {
    healthy: [
      mark('authority', 'checkpoint.started', { recordCount: 8, pieceCount: 5 }),
      mark('authority', 'checkpoint.abandoned', { recordCount: 8, reason: 'io-error' }),
    ],
    broken: [mark('authority', 'checkpoint.abandoned', { recordCount: 9, reason: 'too-large' })],
    words: /'authority' has no room for a checkpoint after 9 records.*larger than the area/,
  },
  'blast-radius-confined': {
    healthy: [...struck, ...written('client-1', 1, one), ...written('client-2', 1, inOther)],
    broken: [...struck, begunInOther, op('client-2', 1, 'write', 'info', inOther)],
    words: /write.*'client-2'.*'vol-2' ended info.*no copy in 'c1', where faults struck; info$/,
  },
  ...deviceSamples,
  ...memberSamples,
  ...requestSamples,
  ...lineageSamples,
  ...moveSamples,
  ...slotSamples,
  ...snapshotSamples,
  ...routedSamples,
  'receipt-for-every-notification': {
    healthy: [arrived, receipt('logged', 0, 0)],
    broken: [arrived],
    words: /receipts missing for 1 notifications, the first request 1 of 'client-1' in session 1/,
  },
  'replication-restored': {
    healthy: [created(), applied(), applied({ ...switched, version: 3, mapVersion: 2 })],
    broken: [created(), applied()],
    words: /1 entries have too few replicas, the first range 0 of 'vol-1' with 1 of 2/,
  },
  'all-operations-settle': {
    healthy: [begun, acked],
    broken: [begun],
    words: /1 operations have not ended, among them write, operation 1 of 'client-1', begun at 0 s/,
  },
  'written-blocks-verified': {
    healthy: [begun, acked, mark('client-1', 'verified', { blocks: 1 })],
    broken: [begun, acked],
    words: /'client-1' has not read back 1 writes/,
  },
  'corruption-mended': {
    healthy: [created(), damaged(7), mended, damaged(8), stop('host-a'), damaged(9), lost],
    broken: [created(), damaged(7), damaged(8, 1), mended],
    words:
      /1 damaged blocks are not repaired, the first block 1 in slot 0 generation 1 of 'host-a'/,
  },
  ...rareSamples,
};
