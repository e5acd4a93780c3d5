// G2: what the provider prints of its volumes.
import {
  gp2Volume,
  gp3Volume,
  sc1Volume,
  st1Volume,
  type VolumeSpec,
} from '../../../../sim/index.ts';
import { defaultFioJob } from '../fio-job.ts';
import { runDeviceJob } from '../job-run.ts';
import type { GateRow } from './gate.ts';
import { plainDevice } from './plain-devices.ts';

const sectorsPerMiB = 2_048;

/** gp2: size in GiB, baseline, seconds of burst, seconds to refill (EC2 user guide, 2023-05). */
const gp2Table = [
  [33, 100, 1_862, 54_000],
  [100, 300, 2_000, 18_000],
  [334, 1_002, 2_703, 5_389],
  [750, 2_250, 7_200, 2_400],
] as const;

/** Every row. */
export function volumeTables(requestCount: number): readonly GateRow[] {
  return [...gp2Rows(), ...scanRows(), ...capRows(requestCount)];
}

/** As the table prints them: whole seconds; it cuts some and rounds others. */
function gp2Rows(): GateRow[] {
  return gp2Table.flatMap(([sizeGiB, baseline, burstSec, refillSec]) => {
    const { ratePerSec, burstCount, peakPerSec } = gp2Volume(sizeGiB).envelope.io;
    return [
      row(`gp2 ${sizeGiB} GiB baseline`, baseline, ratePerSec, 'io/s'),
      row(`gp2 ${sizeGiB} GiB burst`, burstSec, whole(burstCount / (peakPerSec - ratePerSec)), 's'),
      row(`gp2 ${sizeGiB} GiB refill`, refillSec, whole(burstCount / ratePerSec), 's'),
    ];
  });
}

/** To the printed whole number: down, but up from a half, as the table does. */
function whole(seconds: number): number {
  return Math.round(seconds);
}

/** T3: a scan of all of a volume, at the burst rate while the credit lasts, then at the base. */
function scanRows(): GateRow[] {
  const cases: readonly (readonly [string, VolumeSpec, number])[] = [
    ['st1', st1Volume(5 * 1_024), 10_486],
    ['sc1', sc1Volume(5 * 1_024), 20_972],
  ];
  return cases.map(([type, volume, seconds]) => {
    const { ratePerSec, burstCount, peakPerSec } = volume.envelope.sectors;
    const sectorCount = volume.sizeGiB * 1_024 * sectorsPerMiB;
    const burstSec =
      peakPerSec > ratePerSec ? burstCount / (peakPerSec - ratePerSec) : Number.POSITIVE_INFINITY;
    const atPeak = Math.min(sectorCount, burstSec * peakPerSec);
    const found = atPeak / peakPerSec + (sectorCount - atPeak) / ratePerSec;
    return row(`${type} 5 TiB scan`, seconds, Math.round(found), 's');
  });
}

/** T4, measured on the device: the tighter of two caps. */
function capRows(countMax: number): GateRow[] {
  const measured = (volume: VolumeSpec, sizeBytes: number) => {
    const sizes = [{ sizeBytes, percent: 100 }];
    const job = {
      ...defaultFioJob('caps'),
      isRandom: true,
      iodepth: 64,
      loops: 1_000_000,
      blockSizes: { read: sizes, write: sizes },
    };
    const result = runDeviceJob(plainDevice({ kind: 'cloud', volume }), job, {
      rampCount: 256,
      countMax,
    });
    return (result.read.latencyNs.length / result.runtimeNs) * 1e9;
  };
  // In a window the latency of the first and the last do not cancel: one part in a thousand.
  const live = (what: string, expected: number, found: number): GateRow => ({
    ...row(what, expected, found, 'io/s'),
    tolerance: 1e-3,
  });
  return [
    live('gp2 1,000 GiB, 256 KiB at 250 MiB/s', 1_000, measured(gp2Volume(1_000), 262_144)),
    live('gp2 1,000 GiB, 4 KiB', 3_000, measured(gp2Volume(1_000), 4_096)),
    live('gp3, 64 KiB at 125 MiB/s', 2_000, measured(gp3Volume({ sizeGiB: 100 }), 65_536)),
    live('gp3, 4 KiB', 3_000, measured(gp3Volume({ sizeGiB: 100 }), 4_096)),
  ];
}

function row(what: string, expected: number, found: number, unit: string): GateRow {
  return { gate: 'G2', what, expected, found, tolerance: 0, unit };
}
