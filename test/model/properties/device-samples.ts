// Records that keep and break what a device promises.
import { io, mark } from '../../support/entries.ts';

const powerLost = mark('host-a', 'device.power-lost', { device: 'disk', lostCount: 1 });
const flushedFive = [io('host-a', 'write', [5]), io('host-a', 'flush')];
const lostFive = [io('host-a', 'write', [5]), powerLost, io('host-a', 'read', [0])];
const tornAt = (stamp: number) => ({ sectors: [[5, 5, 5, 5, 5, 5, 5, stamp]] });

/** By property of a device. */
export const deviceSamples = {
  'flushed-writes-durable': {
    healthy: [...flushedFive, powerLost, io('host-a', 'read', [5])],
    broken: [...flushedFive, powerLost, io('host-a', 'read', [0])],
    words: /'host-a\/disk' answered a read of block 0.*stamp 5, flushed and.*stamp 0$/,
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
} as const;
