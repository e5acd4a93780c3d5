// G7: how many simulated requests a second one thread does: random writes of one block over 64 GiB,
// 32 in flight, a flush after each 1,024, on a drive with a volatile cache.
import { type DeviceProfile, deviceProfiles } from '../../../../sim/index.ts';
import { defaultFioJob } from '../fio-job.ts';
import { runDeviceJob } from '../job-run.ts';
import type { GateRow } from './gate.ts';
import { plainDevice } from './plain-devices.ts';

const perSecMin = 1_000_000;
const spanBlocks = 64 * 262_144;

/** The row; `nowMs` is a wall clock. */
export function speedRow(requestCount: number, nowMs: () => number): GateRow {
  const profile: DeviceProfile = deviceProfiles['nvme-consumer'];
  const { cacheBlockCountMax, crashPolicy } = profile;
  const guarantees = { isVolatile: true, cacheBlockCountMax, crashPolicy };
  const spec = { ...plainDevice({ kind: 'table', profile }), guarantees };
  const job = {
    ...defaultFioJob('speed'),
    direction: 'write' as const,
    isRandom: true,
    iodepth: 32,
    fsyncEvery: 1_024,
    loops: 1_000_000,
  };
  const options = { blockCount: spanBlocks, countMax: requestCount };
  runDeviceJob(spec, job, { ...options, countMax: Math.round(requestCount / 20) });
  const startMs = nowMs();
  runDeviceJob(spec, job, options);
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
