import { describe, expect, test } from 'vitest';
import { measures, meters } from '../../model/index.ts';
import { type MeasuredValue, MeterPanel } from '../../sim/index.ts';
import { type Body, fault, mark, op, recordOf, start, stop, written } from '../support/entries.ts';
import { applied, created, on, refused, request, reserved, stamp } from './properties/story.ts';

/** What a short record is measured to be, at its last entry. */
function measured(bodies: readonly Body[]): ReadonlyMap<MeasuredValue['measure'], number | null> {
  const panel = new MeterPanel(meters);
  const entries = recordOf(bodies);
  for (const entry of entries) panel.observe(entry);
  return panel.read(entries.at(-1)?.atNs ?? 0);
}

const sec = 1_000_000_000;
const at = (atSec: number, body: Body): Body => ({ ...body, atMs: atSec * 1000 });
const write = (opId: number, phase: 'invoke' | 'ok' | 'fail' | 'info', volume = 'vol-1') =>
  op('client-1', opId, 'write', phase, { volume });
const copyTo = (source: string, target: string, range = 0): Body =>
  mark(source, 'copy.started', { volume: 'vol-1', range, cfgEpoch: 1, target: on(target) });
const written1 = (from: string): Body => ({
  kind: 'message',
  outcome: 'delivered',
  from,
  actor: 'host-a',
  type: 'write',
  sentAtNs: 0,
  message: {},
});

describe('measures', () => {
  test('have names in the dotted form, a unit and words', () => {
    for (const [name, { summary }] of Object.entries(measures)) {
      expect(name).toMatch(/^[a-z-]+(\.[a-z0-9-]+)+$/);
      expect(summary).toMatch(/^[a-z].*[^.]$/);
    }
    const count = meters.flatMap((meter) => Object.keys(meter.measures)).length;
    expect(Object.keys(measures)).toHaveLength(count);
  });

  test('are all read, and by the names of the table', () => {
    expect([...measured([]).keys()]).toEqual(Object.keys(measures));
  });

  test('take no snapshot that waits for a program that does', () => {
    const snapshot = (phase: 'invoke' | 'ok') =>
      ({ ...op('requester-1', 1, 'read', phase), name: 'snapshot' }) as Body;
    const values = measured([
      at(0, snapshot('invoke')),
      at(1, write(1, 'invoke')),
      at(1.5, write(1, 'ok')),
      at(9, snapshot('ok')),
    ]);
    expect(values.get('volume.stuck.max')).toBe(0);
    expect(values.get('volume.unavailable.max')).toBe(0.5 * sec);
    expect(values.get('ops.slow.count')).toBe(0);
  });

  test('find windows in which a volume is stuck (waits overlap, one is open at the end)', () => {
    const values = measured([
      at(0, write(1, 'invoke')),
      at(1, write(2, 'invoke')),
      at(3, write(1, 'ok')),
      at(4, write(2, 'ok')),
      at(10, write(3, 'invoke')),
      at(10, op('client-2', 1, 'read', 'invoke', { volume: 'vol-2' })),
      at(10.5, op('client-2', 1, 'read', 'ok', { volume: 'vol-2' })),
      at(15, mark('client-1', 'verified')),
    ]);
    expect(values.get('volume.stuck.max')).toBe(4 * sec);
    expect(values.get('volume.stuck.total')).toBe(7 * sec);
    expect(values.get('volume.stuck.count')).toBe(1);
    expect(values.get('ops.slow.count')).toBe(2);
  });

  test('find the longest time in which nothing ended well, failures and all', () => {
    const values = measured([
      at(0, write(1, 'invoke')),
      at(1, write(1, 'ok')),
      at(5, write(2, 'invoke')),
      at(6, write(2, 'fail')),
      at(9, write(3, 'invoke')),
      at(10, write(3, 'ok')),
    ]);
    expect(values.get('volume.unavailable.max')).toBe(5 * sec);
  });

  test('count nobody as waiting who died', () => {
    const values = measured([
      at(0, write(1, 'invoke')),
      at(3, stop('client-1')),
      at(60, mark('client-1', 'verified')),
    ]);
    expect(values.get('volume.stuck.max')).toBe(2 * sec);
    expect(values.get('volume.unavailable.max')).toBe(3 * sec);
  });

  test('count copies at once, by host and by cell', () => {
    const caughtUp = { volume: 'vol-1', range: 0, cfgEpoch: 2, target: on('c') };
    const values = measured([
      ...['a', 'b', 'c', 'd'].map((name) => start(`host-${name}`, 0, { cell: 'c1' })),
      copyTo('host-a', 'c', 0),
      copyTo('host-a', 'c', 0),
      copyTo('host-b', 'c', 1),
      mark('host-a', 'copy.caught-up', caughtUp),
      copyTo('host-a', 'd', 2),
      stop('host-b'),
      copyTo('host-a', 'd', 3),
    ]);
    expect(values.get('copies.in-flight.max')).toBe(2);
    expect(values.get('copies.per-host.max')).toBe(2);
    expect(values.get('copies.per-cell.max')).toBe(2);
  });

  test('count attempts to re-mirror, and those of the busiest second', () => {
    const place = { volume: 'vol-1', range: 0 };
    const values = measured([
      at(0.1, mark('client-1/re-mirror-0', 're-mirror.started', place)),
      at(0.2, mark('client-1/re-mirror-1', 're-mirror.started', place)),
      at(1.1, mark('client-1/re-mirror-0', 're-mirror.abandoned', place)),
      at(1.2, mark('client-1/re-mirror-0', 're-mirror.started', place)),
      at(4.2, mark('client-1/re-mirror-0', 're-mirror.finished', place)),
    ]);
    expect(values.get('re-mirror.attempts')).toBe(3);
    expect(values.get('re-mirror.attempts.rate.max')).toBe(2);
    expect(values.get('re-mirror.abandoned')).toBe(1);
    expect(values.get('re-mirror.in-flight.max')).toBe(2);
    expect(values.get('re-mirror.time.max')).toBe(3 * sec);
  });

  test('add up the time without a live copy, from the crash to the new place', () => {
    const up = (name: string) => mark(`host-${name}`, 'host.recovered', { slots: 2 });
    const values = measured([
      created(),
      up('a'),
      at(1, up('b')),
      up('c'),
      at(10, stop('host-b')),
      at(13, applied({ replicas: [on('a'), on('c')], range: 0 })),
      at(14, applied({ replicas: [on('a'), on('c', 1)], range: 1, mapVersion: 2 })),
      at(20, mark('client-1', 'verified')),
    ]);
    expect(values.get('redundancy.reduced.time')).toBe(4 * sec);
    expect(values.get('redundancy.single.time')).toBe(4 * sec);
    expect(values.get('volumes.impaired')).toBe(0);
  });

  test('see how far behind a refused client was', () => {
    const values = measured([
      created(),
      mark('authority', 'attach.granted', { volume: 'vol-1', client: 'client-1', session: 1 }),
      applied(),
      applied({ version: 3, mapVersion: 2, previousVersion: 2, expectVersion: 2 }),
      written1('client-1'),
      written1('host-b'),
      mark('client-1', 'stale-map.refused', { range: 0, version: 1, reason: 'wrong-epoch' }),
    ]);
    expect(values.get('map.staleness.max')).toBe(2);
    expect(values.get('map.stale-hits.share')).toBe(1);
  });

  test('time how long the authority was away', () => {
    const back = (logIndex: number) =>
      mark('authority', 'log.recovered', { logIndex, recordCount: 9, digest: '' });
    const values = measured([
      at(0, start('authority')),
      at(1, mark('authority', 'log.flushed', { logIndex: 8 })),
      at(2, stop('authority')),
      at(5, start('authority', 1)),
      at(6, back(8)),
      at(7, { kind: 'gauge', actor: 'authority', name: 'authority.queue', value: 4 }),
      at(8, { kind: 'gauge', actor: 'authority', name: 'authority.queue', value: 3 }),
    ]);
    expect(values.get('authority.queue.max')).toBe(4);
    expect(values.get('authority.recoveries')).toBe(1);
    expect(values.get('authority.recovery.max')).toBe(1 * sec);
    expect(values.get('authority.down.max')).toBe(4 * sec);
    expect(values.get('log.records.max')).toBe(9);
    expect(values.get('log.replayed.max')).toBe(9);
  });

  test('time how long no member of the authority led, whoever else comes and goes', () => {
    const began = (actor: string, term: number) =>
      mark(actor, 'leader.began', { term, logIndex: 8, digest: '' });
    const flushed = (actor: string) => mark(actor, 'log.flushed', { logIndex: 8 });
    const values = measured([
      at(0, flushed('authority-3')),
      at(1, began('authority-1', 1)),
      at(2, flushed('authority-2')),
      at(3, stop('authority-2')),
      at(5, start('authority-2', 1)),
      at(6, stop('authority-1')),
      at(8, began('authority-2', 2)),
      at(9, began('authority-3', 3)),
      at(10, mark('authority-2', 'leader.deposed', { term: 2 })),
      at(11, mark('authority-3', 'leader.deposed', { term: 3 })),
      at(12, began('authority-3', 4)),
    ]);
    expect(values.get('authority.recoveries')).toBe(2);
    expect(values.get('authority.recovery.max')).toBeNull();
    expect(values.get('authority.down.max')).toBe(2 * sec);
    expect(values.get('authority.down.total')).toBe(3 * sec);
  });

  test('count slots that the map does not name', () => {
    const values = measured([
      created(),
      reserved(on('c')),
      reserved(on('d')),
      applied({ replicas: [on('a'), on('c')] }),
      mark('host-b', 'slot.freed', { slot: 0, gen: 1 }),
    ]);
    expect(values.get('slots.orphan.max')).toBe(2);
    expect(values.get('slots.orphan.end')).toBe(1);
  });

  test('tell volumes in the reach of a fault from others', () => {
    const other = { volume: 'vol-2', stamps: [stamp(1)] };
    const values = measured([
      start('host-a', 0, { cell: 'c1' }),
      start('host-b', 0, { cell: 'c2' }),
      created([on('a')]),
      created([on('b')], 'vol-2'),
      ...written('client-1', 1, { stamps: [stamp(1)] }),
      fault('start', 'crash', ['host-a']),
      write(2, 'invoke'),
      write(2, 'fail'),
      ...written('client-2', 1, other),
    ]);
    expect(values.get('blast.touched.errors.share')).toBe(1);
    expect(values.get('blast.untouched.errors.share')).toBe(0);
    expect(values.get('blast.untouched.latency.p99')).toBe(1_000_000);
  });

  test('count marks by what they say', () => {
    const receipt = { ...request(), logIndex: 1, durableIndex: 1 };
    const values = measured([
      mark('authority', 'receipt.sent', { ...receipt, status: 'logged' }),
      mark('authority', 'receipt.sent', { ...receipt, status: 'duplicate' }),
      mark('authority', 'receipt.sent', { ...receipt, status: 'duplicate' }),
      refused(),
      refused({ reason: 'slot-bound' }),
      mark('host-a', 'request.refused', { reason: 'fenced' }),
    ]);
    expect(values.get('receipts.logged')).toBe(1);
    expect(values.get('receipts.duplicate')).toBe(2);
    expect(values.get('map.refusals')).toBe(2);
    expect(values.get('compare-and-set.refusals')).toBe(1);
    expect(values.get('fencing.refusals.fenced')).toBe(1);
    expect(values.get('fencing.refusals.stale-gen')).toBe(0);
  });

  test('count messages by their type, and requests for each operation', () => {
    const sent = (from: string, outcome: 'delivered' | 'dropped' = 'delivered'): Body => ({
      kind: 'message',
      outcome,
      from,
      actor: 'host-a',
      type: 'write',
      sentAtNs: 0,
      message: {},
    });
    const values = measured([
      write(1, 'invoke'),
      sent('client-1', 'dropped'),
      sent('client-1'),
      sent('host-b'),
      sent('client-1'),
    ]);
    expect(values.get('requests.per-operation')).toBe(3);
    expect(values.get('messages.lost.share')).toBe(0.25);
    expect(values.get('message.write.rate.max')).toBe(3);
    expect(values.get('message.read.rate.max')).toBeNull();
  });
});
