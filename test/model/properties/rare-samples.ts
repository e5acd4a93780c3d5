// Short records that reach the rare paths, and those that just miss them.

import { firstRouting } from '../../../model/lineage/routing.ts';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import {
  abortMove,
  commitMove,
  importedMove,
  liftQuarantine,
  newVolume,
  openMove,
  type Quarantine,
  quarantine,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';
import { type Body, mark, message, op, readOf, start, stop } from '../../support/entries.ts';
import type { Sample } from './samples.ts';
import { applied, recovered, refused, request, stamp } from './story.ts';

const one = { stamps: [stamp(1)] };
const never = { stamps: [0] };
const begun = op('client-1', 1, 'write', 'invoke', one);
const acked = op('client-1', 1, 'write', 'ok', one);
const receipt = (status: string, logIndex: number | null): Body =>
  mark('authority', 'receipt.sent', {
    ...request(),
    payload: 7,
    status,
    logIndex,
    durableIndex: 5,
  });
const told = (appliedTo: readonly { range: number; version: number }[], refusedOf: number[]) =>
  mark('authority', 'map.updated.sent', { ...request(), applied: appliedTo, refused: refusedOf });
const portion = (of: { readonly reqId?: number; readonly client?: string } = {}) =>
  mark('authority', 'map.portion.sent', { ...request(), pageIndex: 0, pageCount: 1, ...of });
const damage = { volume: 'vol-1', range: 0, slot: 0, gen: 1, block: 0 };
const damaged = mark('host-a', 'corruption.detected', { ...damage, expected: stamp(1), found: 7 });
const mended = mark('host-a', 'corruption.repaired', { ...damage, stamp: stamp(1) });
const held = (volume: string): Body =>
  mark('host-a', 'cut.held', { volume, range: 0, slot: 0, gen: 1, cut: 'cut-1' });
const cutMark = (name: string, cut: string): Body =>
  mark('host-a', name, { volume: 'vol-1', range: 0, slot: 0, gen: 1, cut });
const freed = (reason: string): Body =>
  mark('host-a', 'slot.freed', { volume: 'vol-1', range: 0, slot: 0, gen: 1, reason, untilNs: 0 });
const voidBetween = (name: string): readonly Body[] => [
  cutMark('cut.taken', 'cut-1'),
  cutMark('cut.committed', 'cut-2'),
  cutMark('cut.voided', 'cut-2'),
  cutMark('cut.taken', 'cut-3'),
  mark('lineage-store', name, { volume: 'vol-1', snapshot: 'cut-3', deltaBase: 'cut-1' }),
];
const ofVolume = { volume: 'vol-1', block: 0, stamps: [stamp(1)] };
const onWay = op('client-1', 1, 'write', 'invoke', ofVolume);
const open = importedMove(openMove(newVolume('x'), 'y'), 1);
const rollBack = (record: VolumeRecord): readonly Body[] => {
  const change: VolumeChange = { kind: 'swap-merits', lastMove: 1, preferred: 'x' };
  const facts = { volume: 'vol-1', logIndex: 1, change, record, routing: firstRouting('x') };
  return [mark('authority', 'lineage.recorded', facts)];
};
const recordedAs = (logIndex: number, change: VolumeChange, record: VolumeRecord): Body => {
  const facts = { volume: 'vol-1', logIndex, change, record, routing: firstRouting('x') };
  return mark('authority', 'lineage.recorded', facts);
};
const lifted = (reason: Quarantine): Body => {
  const record = liftQuarantine(quarantine(newVolume('x'), reason), 'y');
  return recordedAs(1, { kind: 'lift-quarantine' }, record);
};
const publishedIn = (epoch: number): Body => {
  const snapshot = { request: 'r1', cell: 'x', epoch };
  const record = { ...newVolume('x'), epoch, chain: [snapshot] };
  return recordedAs(2, { kind: 'publish', snapshot, parent: null }, record);
};
const thenOpened = (to: string): readonly Body[] => {
  const cleared = { ...commitMove(open, 1), move: null };
  const change: VolumeChange = { kind: 'open', lastMove: 1, target: 'z' };
  const facts = { volume: 'vol-1', logIndex: 2, change, routing: firstRouting('y') };
  return [
    mark('mover-1', 'volume-move.awaited', { volume: 'vol-1', move: 1, to }),
    mark('authority', 'lineage.recorded', { ...facts, record: openMove(cleared, 'z') }),
  ];
};
const ofRange = { volume: 'vol-1', range: 0 };
const filled = (name: string, more: object = {}): Body =>
  mark('host-a', name, { ...ofRange, target: { host: 'host-b', slot: 0, gen: 2 }, ...more });
const stay = (name: string, gen: number): Body =>
  mark('host-a', name, { ...ofRange, slot: 0, gen });
const lateAt = (host: string): Body =>
  mark(host, 'request.refused', { ...ofRange, reason: 'stale-gen' });
const headChange = (from: string, to: string, after: readonly string[] = [to]): Body =>
  mark('authority', 'map.applied', {
    ...ofRange,
    previous: [from, 'host-z'].map((host) => ({ host, slot: 0, gen: 1 })),
    replicas: after.map((host) => ({ host, slot: 0, gen: 1 })),
  });
const granted = (client: string): Body =>
  mark('authority', 'attach.granted', { volume: 'vol-1', client, session: 1 });
const rare: Sample['words'] = /^$/;

const handOver = [
  ['not-found', 'active'],
  ['active', 'creating'],
  ['migrating', 'creating'],
  ['creating', 'sealed'],
  ['sealed', 'active'],
  ['active', 'retired'],
].map((pair) => mark('router-1/request-1', 'rule.applied', { pair }));

const ofCell = { cell: 'x', volume: 'vol-1' };
const proposed = (member: string, kind: string, before: object, after: object = {}): Body => {
  const command = { kind, move: 1 };
  return mark(`${member}:control`, 'record.proposed', {
    ...ofCell,
    command,
    before,
    record: after,
  });
};
const sealedNow = { state: 'sealed', moveId: 1 };
const twoTaken = ['r-1', 'r-2'].map((request) => ({ request, cell: 'x', epoch: 1 }));
const giveAway = (lineage: readonly object[]): Body =>
  proposed(
    'host-a',
    'retire',
    { state: 'sealed', lineage: twoTaken },
    { state: 'retired', lineage },
  );
const committedMove = commitMove(open, 1);
const afterMove = (record: VolumeRecord, pair: readonly string[]): readonly Body[] => {
  const facts = { volume: 'vol-1', logIndex: 2, change: null, routing: firstRouting('x') };
  const asked = { volume: 'vol-1', request: 'r-1', cells: ['x', 'y'], taker: null };
  return [
    mark('authority', 'lineage.recorded', { ...facts, record }),
    mark('router-1/request-1', 'rule.applied', { ...asked, pair }),
  ];
};
const ledTo = (taker: string): readonly Body[] => {
  const asked = (cells: readonly string[], pair: readonly string[], by: string | null) =>
    mark('router-1/request-1', 'rule.applied', { request: 'r-1', cells, pair, taker: by });
  return [
    asked(['x', 'y'], ['retired', 'retired'], null),
    asked([taker, 'y'], ['active', 'retired'], taker),
  ];
};

/** By property of mode `sometimes`. */
export const rareSamples = {
  'stale-map-refused': {
    healthy: [mark('client-1', 'stale-map.refused', { range: 0, reason: 'wrong-epoch' })],
    broken: [mark('client-1', 'map.cached', { range: 0, version: 1, replicas: [] })],
    words: rare,
  },
  'forward-followed': {
    healthy: [mark('client-1', 'forward.followed', { range: 0, version: 2 })],
    broken: [mark('client-1', 'stale-map.refused', { range: 0, reason: 'wrong-epoch' })],
    words: rare,
  },
  'cell-was-split': {
    healthy: [mark('mover-1:splitter', 'cell.split', { cell: 'x', to: 'y', volumes: ['vol-1'] })],
    broken: [mark('mover-1', 'volume-move.opened', { volume: 'vol-1', move: 1 })],
    words: rare,
  },
  'owner-restored': {
    healthy: [lifted('no-owner'), publishedIn(2)],
    broken: [lifted('held'), publishedIn(1)],
    words: rare,
  },
  'two-seen-active': {
    healthy: [mark('router-1/request-1', 'rule.applied', { pair: ['active', 'migrating'] })],
    broken: [mark('router-1/request-1', 'rule.applied', { pair: ['active', 'sealed'] })],
    words: rare,
  },
  'move-rolled-back': {
    healthy: rollBack(abortMove(open, 1)),
    broken: rollBack(commitMove(open, 1)),
    words: rare,
  },
  'decision-outlived-roll-back': {
    healthy: rollBack(commitMove(open, 1)),
    broken: rollBack(abortMove(open, 1)),
    words: rare,
  },
  'void-cut-spanned': {
    healthy: voidBetween('snapshot.completed'),
    broken: [
      ...voidBetween('snapshot.registered'),
      cutMark('cut.taken', 'cut-4'),
      mark('lineage-store', 'snapshot.completed', {
        volume: 'vol-1',
        snapshot: 'cut-4',
        deltaBase: 'cut-3',
      }),
    ],
    words: rare,
  },
  'hand-over-seen': { healthy: handOver, broken: handOver.slice(1), words: rare },
  'late-decision-ignored': {
    healthy: [proposed('host-a', 'activate', { state: 'retired', closedMove: 2 })],
    broken: [
      proposed('host-a', 'activate', { state: 'active', closedMove: 1 }),
      proposed('host-a', 'prepare', { state: 'retired', closedMove: 2 }),
    ],
    words: rare,
  },
  'seal-repeated': {
    healthy: [
      proposed('host-a', 'seal', { state: 'active', moveId: 0 }),
      proposed('host-b', 'seal', sealedNow),
    ],
    broken: [
      proposed('host-a', 'seal', { state: 'active', moveId: 0 }),
      proposed('host-a', 'seal', sealedNow),
      proposed('host-b', 'seal', { state: 'retired', moveId: 0 }),
    ],
    words: rare,
  },
  'decided-target-awaited': {
    healthy: afterMove(committedMove, ['sealed', 'unreachable']),
    broken: [
      ...afterMove(committedMove, ['unreachable', 'creating']),
      ...afterMove(open, ['sealed', 'unreachable']),
    ],
    words: rare,
  },
  'unpublished-tail-dropped': {
    healthy: [giveAway(twoTaken.slice(0, 1))],
    broken: [giveAway(twoTaken)],
    words: rare,
  },
  'third-cell-found': { healthy: ledTo('z'), broken: ledTo('x'), words: rare },
  'move-waited': { healthy: thenOpened('z'), broken: thenOpened('x'), words: rare },
  'volume-stuck': {
    healthy: [mark('client-1', 'volume.stuck', { volume: 'vol-1' })],
    broken: [mark('client-1', 'volume.unstuck', { volume: 'vol-1' })],
    words: rare,
  },
  're-mirrored': {
    healthy: [mark('client-1/re-mirror-0', 're-mirror.finished', { range: 0 })],
    broken: [mark('client-1/re-mirror-0', 're-mirror.abandoned', { range: 0 })],
    words: rare,
  },
  'authority-recovered': {
    healthy: [recovered(3, 'd')],
    broken: [recovered(-1, 'd')],
    words: rare,
  },
  'host-recovered': {
    healthy: [start('host-a', 1), mark('host-a', 'host.recovered', { slots: 2 })],
    broken: [start('host-a', 0), mark('host-a', 'host.recovered', { slots: 2 })],
    words: rare,
  },
  'past-damage-found': {
    healthy: [mark('host-a', 'past.damaged', { ...damage, cut: 'cut-1' })],
    broken: [mark('host-a', 'shadows.dropped', { ...damage, reason: 'damaged' })],
    words: rare,
  },
  'archive-damage-found': {
    healthy: [mark('lineage-store', 'archive.damaged', { snapshot: 's-1', range: 0, block: 0 })],
    broken: [mark('lineage-store', 'archive.served', { snapshot: 's-1', range: 0, block: 0 })],
    words: rare,
  },
  'write-straddled-cut': {
    healthy: [onWay, held('vol-1')],
    broken: [onWay, held('vol-2'), op('client-1', 1, 'write', 'ok', ofVolume), held('vol-1')],
    words: rare,
  },
  'session-fenced': {
    healthy: [mark('host-a', 'request.refused', { reason: 'fenced' })],
    broken: [mark('host-a', 'request.refused', { reason: 'stale-gen' })],
    words: rare,
  },
  'message-lost': {
    healthy: [message('dropped', 'client-1', 'host-a')],
    broken: [message('delivered', 'client-1', 'host-a')],
    words: rare,
  },
  'unflushed-write-lost': {
    healthy: [mark('host-a', 'device.power-lost', { device: 'disk', kept: '10', lostCount: 1 })],
    broken: [mark('host-a', 'device.power-lost', { device: 'disk', kept: '11', lostCount: 0 })],
    words: rare,
  },
  'writes-repeated': {
    healthy: [mark('client-1', 'writes.repeated', { volume: 'vol-1', range: 0, blocks: 1 })],
    broken: [mark('host-a', 'block.stored', { ...damage, stamps: [1], inMemory: true })],
    words: rare,
  },
  'request-repeated': {
    healthy: [receipt('duplicate', null)],
    broken: [receipt('logged', 5)],
    words: rare,
  },
  'request-id-reused': {
    healthy: [receipt('conflict', null)],
    broken: [receipt('duplicate', null)],
    words: rare,
  },
  'device-formatted': {
    healthy: [mark('host-a', 'device.formatted')],
    broken: [mark('host-a', 'host.recovered', { slots: 1 })],
    words: rare,
  },
  'change-refused': { healthy: [refused()], broken: [applied()], words: rare },
  'changes-partly-applied': {
    healthy: [told([{ range: 0, version: 2 }], [1])],
    broken: [told([{ range: 0, version: 2 }], []), told([], [1])],
    words: rare,
  },
  'changes-and-need-in-one': {
    healthy: [told([], [1]), portion()],
    broken: [told([], [1]), portion({ reqId: 2 }), portion({ client: 'client-2' })],
    words: rare,
  },
  'portion-outrun': {
    healthy: [mark('client-1', 'portion.outrun', { ...request(), oldVersion: 1, mapVersion: 2 })],
    broken: [mark('client-1', 'map.walked', { volume: 'vol-1', rangeCount: 4, isWhole: true })],
    words: rare,
  },
  'torn-tail-dropped': {
    healthy: [mark('authority', 'torn-tail.dropped', { logIndex: 3 })],
    broken: [recovered(3, 'd')],
    words: rare,
  },
  'corruption-repaired': { healthy: [damaged, mended], broken: [damaged], words: rare },
  'log-damage-found': {
    healthy: [mark('authority', 'log.damaged', { block: 3 })],
    broken: [mark('authority', 'torn-tail.dropped', { logIndex: 3 })],
    words: rare,
  },
  'acknowledged-write': {
    healthy: [begun, acked],
    broken: [begun, op('client-1', 1, 'write', 'info', one), stop('client-1')],
    words: rare,
  },
  'read-verified': {
    healthy: readOf('client-1', 1, one),
    broken: readOf('client-1', 1, never),
    words: rare,
  },
  'copy-merged': {
    healthy: [filled('copy.started', { mode: 'merge' }), filled('copy.caught-up')],
    broken: [filled('copy.started', { mode: 'full' }), filled('copy.caught-up')],
    words: rare,
  },
  'earlier-stay-refused': {
    healthy: [stay('slot.reserved', 2), lateAt('host-a')],
    broken: [stay('slot.reserved', 2), lateAt('host-b'), stay('slot.freed', 2), lateAt('host-a')],
    words: rare,
  },
  'head-changed-again': {
    healthy: [headChange('host-a', 'host-b'), headChange('host-b', 'host-c')],
    broken: [headChange('host-a', 'host-b'), headChange('host-b', 'host-b')],
    words: rare,
  },
  'last-copy-left': {
    healthy: [headChange('host-a', 'host-b', ['host-b'])],
    broken: [headChange('host-a', 'host-b', ['host-b', 'host-c'])],
    words: rare,
  },
  'released-slot-refused': {
    healthy: [mark('authority', 'map.refused', { range: 0, reason: 'slot-released' })],
    broken: [mark('authority', 'map.refused', { range: 0, reason: 'version-moved' })],
    words: rare,
  },
  'stale-session-answered': {
    healthy: [mark('authority', 'receipt.sent', { ...request(), status: 'stale-session' })],
    broken: [mark('authority', 'receipt.sent', { ...request(), status: 'duplicate' })],
    words: rare,
  },
  'many-changes-partly-applied': {
    healthy: [told([{ range: 0, version: 2 }], [1, 2, 3, 4, 5, 6, 7, 8, 9])],
    broken: [
      told([{ range: 0, version: 2 }], [1, 2, 3, 4, 5, 6, 7, 8]),
      told([], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
    words: rare,
  },
  'cell-was-full': {
    healthy: [mark('cell-1', 'slot.refused', { volume: 'vol-1', range: 0, reason: 'no-slot' })],
    broken: [mark('cell-1', 'slot.refused', { volume: 'vol-1', range: 0, reason: 'budget' })],
    words: rare,
  },
  'collected-amid-upload': {
    healthy: [cutMark('cut.taken', 'cut-1'), freed('released')],
    broken: [
      freed('released'),
      cutMark('cut.taken', 'cut-1'),
      freed('unreadable'),
      mark('backup', 'upload.over', { volume: 'vol-1', snapshot: 'cut-1', state: 'lost' }),
      freed('released'),
    ],
    words: rare,
  },
  'volume-taken-over': {
    healthy: [granted('client-1'), granted('client-2')],
    broken: [granted('client-1'), granted('client-1')],
    words: rare,
  },
} as const satisfies Readonly<Record<string, Sample>>;
