// G7: how many simulated requests a second one thread does: random writes of one block over 64 GiB,
// 32 in flight, a flush after each 1,024, on a device with a volatile cache, contents and all. The
// device is driven by nothing but a heap of what is due.
import { deviceProfiles, tableDevice } from '../../../../sim/index.ts';
import type { GateRow } from './gate.ts';
import { WriteLoop } from './write-loop.ts';

const perSecMin = 1_000_000;
const spanBlocks = 64 * 262_144;
const depth = 32;

/** The row; `nowMs` is a wall clock. */
export function speedRow(requestCount: number, nowMs: () => number): GateRow {
  const loop = new WriteLoop(tableDevice(deviceProfiles['nvme-consumer'], spanBlocks), depth);
  loop.run(Math.round(requestCount / 20));
  const startMs = nowMs();
  loop.run(requestCount);
  const tookMs = Math.max(1e-3, nowMs() - startMs);
  return {
    gate: 'G7',
    what: 'random writes over 64 GiB, 32 in flight, a flush each 1,024',
    expected: perSecMin,
    found: (requestCount / tookMs) * 1e3,
    tolerance: 0,
    bound: 'above',
    unit: 'io/s',
    note: 'wall clock: what else this machine does counts',
  };
}
