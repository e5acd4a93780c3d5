// Records that keep and break what a device promises, and what is promised because of it.
import { io, mark, op } from '../../support/entries.ts';
import { created, on, stamp, stored } from './story.ts';

const powerLost = mark('host-a', 'device.power-lost', { device: 'disk', lostCount: 1 });
const flushedFive = [io('host-a', 'write', [5]), io('host-a', 'flush')];
const lostFive = [io('host-a', 'write', [5]), powerLost, io('host-a', 'read', [0])];
const tornAt = (stamp: number) => ({ sectors: [[5, 5, 5, 5, 5, 5, 5, stamp]] });

const one = [stamp(1)];
/** A write that host-a writes through, and host-b has in the cache of its device. */
const cached = [
  created(),
  op('client-1', 1, 'write', 'invoke', { stamps: one }),
  io('host-a', 'write', one, { fua: true }),
  stored(on('a'), 0, one),
  io('host-b', 'write', one),
  stored(on('b'), 0, one),
  op('client-1', 1, 'write', 'ok', { stamps: one }),
];
const flushLater = io('host-b', 'flush', [], { submittedAtNs: 10e9 });
const flushed = [op('client-1', 2, 'flush', 'invoke'), op('client-1', 2, 'flush', 'ok')];
const powerLostAtB = mark('host-b', 'device.power-lost', { device: 'disk', lostCount: 1 });

/** By property of a device. */
export const deviceSamples = {
  'flushed-writes-durable': {
    healthy: [...flushedFive, powerLost, io('host-a', 'read', [5])],
    broken: [...flushedFive, powerLost, io('host-a', 'read', [0])],
    words: /'host-a\/disk' answered a read of block 0.*stamp 5, flushed and.*stamp 0$/,
  },
  'flushed-write-durable': {
    healthy: [...cached, flushLater, ...flushed],
    broken: [...cached, powerLostAtB, flushLater, ...flushed],
    words: /flush, operation 2 of 'client-1'.*sequence 1\) in block 0.*not in.*'host-b'/,
  },
  'crash-leaves-old-or-new': {
    healthy: [...lostFive, io('host-a', 'read', [0])],
    broken: [...lostFive, io('host-a', 'read', [5])],
    words: /block 0.*stamp 0, as it was read after the power loss; stamp 5$/,
  },
  'device-reads-true': {
    healthy: [io('host-a', 'write', [5]), io('host-a', 'read', [5])],
    broken: [io('host-a', 'write', [5]), io('host-a', 'read', [7])],
    words: /block 0.*stamp 5, last written; stamp 7$/,
  },
  'writes-tear-between-sectors': {
    healthy: [io('host-a', 'write', [5]), powerLost, io('host-a', 'read', [1], tornAt(0))],
    broken: [io('host-a', 'write', [5]), io('host-a', 'read', [1], tornAt(3))],
    words: /block 0.*stamp 5, written to the block.*stamp 3$/,
  },
  'unread-log-found': {
    healthy: [mark('authority', 'log.unread', { logIndex: 3 })],
    broken: [mark('authority', 'log.damaged', { logIndex: 3 })],
    words: /^$/,
  },
} as const;
