// Short records of requests for snapshots: what was recorded, decided and answered.
import { firstRecord, type Snapshot } from '../../../model/lineage/cell-record.ts';
import { firstRouting, type Routing, withTarget } from '../../../model/lineage/routing.ts';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import { newVolume, type VolumeRecord } from '../../../model/lineage/volume-record.ts';
import { type Body, mark } from '../../support/entries.ts';
import { decided } from './lineage-story.ts';
import type { Sample } from './samples.ts';

const volume = 'vol-1';
const snapshot = (request: string, epoch = 1): Snapshot => ({ request, cell: 'x', epoch });
const routing: Routing = withTarget(firstRouting('x'), 'x', 'y');
const [r1, r2] = [snapshot('r1'), snapshot('r2')];

const recorded = (
  logIndex: number,
  change: VolumeChange | null,
  record: Partial<VolumeRecord> = {},
): Body =>
  mark('authority', 'lineage.recorded', {
    volume,
    logIndex,
    change,
    routing,
    record: { ...newVolume('x'), ...record },
  });
const publish = (one: Snapshot, parent: Snapshot | null): VolumeChange => ({
  kind: 'publish',
  snapshot: one,
  parent,
});
const created = recorded(0, null);
const none = firstRecord(1);
/** The cell takes both, one after the other. */
const taken: readonly Body[] = [
  { ...none, lineage: [r1] },
  { ...none, lineage: [r1, r2] },
].flatMap((record, i) => {
  const { request } = record.lineage[i]!;
  const command = { kind: 'take', request, epoch: 1 } as const;
  const before = { ...none, lineage: record.lineage.slice(0, i) };
  return decided({ cell: 'x', count: i + 1, command, before, record });
});
const first = recorded(1, publish(r1, null), { chain: [r1] });
const second = recorded(4, publish(r2, r1), { chain: [r1, r2] });

const request = 'router-1/request-0.1';
const answered = (status: string, one: Snapshot | null): Body =>
  mark(request, 'request.answered', { volume, request: 'r1', status, snapshot: one });
const looked = (
  pair: readonly [string, string],
  taker: { readonly cell: string; readonly epoch: number } | null,
  epochs: readonly [number, number] = [1, 0],
): Body =>
  mark(request, 'rule.applied', {
    volume,
    request: 'r1',
    cells: ['x', 'y'],
    pair,
    epochs,
    rule: pair.join('/'),
    taker: taker?.cell ?? null,
    takerEpoch: taker?.epoch ?? null,
  });
const take = (cell: string, epoch: number): Body =>
  mark(request, 'take.sent', { volume, request: 'r1', cell, epoch });
const alarm = mark(request, 'volume.quarantined', { volume, request: 'r1', reason: 'two' });
const aside = { kind: 'quarantine', reason: 'no-owner', epoch: 1, lastMove: 0 } as const;
const held = recorded(2, aside, { chain: [r1], quarantine: 'no-owner' });
const lifted = recorded(3, { kind: 'lift-quarantine' }, { chain: [r1] });
const inX = { cell: 'x', epoch: 1 };
const asked = (opId: number, phase: 'invoke' | 'ok'): Body => ({
  kind: 'op',
  actor: 'requester-1',
  opId,
  name: 'snapshot',
  phase,
  value: { volume, request: `r${opId}` },
});
const begun = asked(1, 'invoke');
const ended = asked(1, 'ok');

/** By property. */
export const requestSamples = {
  'lineage-chain': {
    healthy: [created, ...taken, first, first, second, recorded(3, null, { chain: [r1, r2] })],
    broken: [created, ...taken, first, recorded(2, publish(r2, null), { chain: [r1, r2] })],
    words: /the chain of 'vol-1' has grown .* a child of r1@x\/1; .*, a child of nothing/,
  },
  'lineage-hints-harmless': {
    healthy: [created, recorded(1, { kind: 'fix-hint', active: 'y' })],
    broken: [created, recorded(1, { kind: 'fix-hint', active: 'y' }, { owner: 'y' })],
    words: /a hint about 'vol-1' .*owner 'x' since epoch 1.*owner 'y'/,
  },
  'lineage-published-once': {
    healthy: [created, first, second],
    broken: [
      created,
      first,
      recorded(2, publish(snapshot('r1', 2), r1), { chain: [r1, snapshot('r1', 2)] }),
    ],
    words: /request 'r1' has two published snapshots; r1@x\/1 only; r1@x\/2, too/,
  },
  'lineage-not-lost': {
    healthy: [created, first, answered('taken', r1), second],
    broken: [created, answered('taken', r1), first],
    words: /was acknowledged and is not published; r1@x\/1; nothing published/,
  },
  'lineage-no-zombie': {
    healthy: [created, answered('failed', null), recorded(1, publish(r2, null), { chain: [r2] })],
    broken: [created, answered('failed', null), first],
    words: /request 'r1' was reported failed, and has a snapshot; none, ever; r1@x\/1/,
  },
  'lineage-rule-followed': {
    healthy: [created, looked(['active', 'not-found'], inX), take('x', 1)],
    broken: [created, looked(['active', 'not-found'], { cell: 'y', epoch: 0 })],
    words: /what no rule says; active\/not-found: a take in 'x' in epoch 1; .* take in 'y'/,
  },
  'lineage-alarm-justified': {
    healthy: [created, looked(['active', 'active'], null, [1, 2]), take('y', 2)],
    broken: [created, looked(['active', 'active'], null, [1, 2]), alarm],
    words: /request 'r1' gave an alarm about 'vol-1'; a second look.*; authoritative is 'x'/,
  },
  'lineage-quarantine-holds': {
    healthy: [created, first, held, answered('quarantined', null), lifted, second],
    broken: [created, first, held, second],
    words: /'vol-1' is in quarantine, and is changed by 'publish'; 1 snapshots.*; 2 snapshots/,
  },
  'snapshots-answered': {
    healthy: [begun, ended],
    broken: [begun, ended, asked(2, 'invoke')],
    words: /1 requests for snapshots have no answer, among them operation 2 of 'requester-1'/,
  },
} as const satisfies Record<string, Sample>;

const twice = looked(['active', 'active'], null, [1, 2]);
const resolved = (fenced: readonly string[]): Body =>
  mark(request, 'conflict.resolved', {
    volume,
    request: 'r1',
    owner: 'y',
    ownerSince: 2,
    fenced,
  });
/** More ways to decide beside the table. */
export const ruleSamples: readonly (Pick<Sample, 'healthy' | 'broken'> & {
  readonly claim: string;
})[] = [
  {
    claim: 'a take where the rule says none',
    healthy: [looked(['active', 'not-found'], inX), take('x', 1)],
    broken: [looked(['active', 'active'], null, [1, 2]), take('x', 1)],
  },
  {
    claim: 'a fence after one look',
    healthy: [created, twice, twice, resolved(['x'])],
    broken: [created, twice, resolved(['x'])],
  },
  {
    claim: 'a fence against the owner',
    healthy: [created, twice, twice, resolved(['x'])],
    broken: [created, twice, twice, resolved(['y'])],
  },
  {
    claim: 'a volume that the authority knows does not exist',
    healthy: [answered('not-found', null), created],
    broken: [created, answered('not-found', null)],
  },
];
