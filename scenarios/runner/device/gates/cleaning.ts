// G5: writes to a drive that is full, and to one whose fast region fills up.
import type { DeviceSpec } from '../../../../sim/index.ts';
import { blockCountOf } from '../driven-device.ts';
import { defaultFioJob } from '../fio-job.ts';
import { runDeviceJob } from '../job-run.ts';
import type { GateRow } from './gate.ts';
import { plainDevice, plainDrive } from './plain-devices.ts';

/**
 * S2: pages programmed for each page of the host, uniform random writes, blocks cleaned in the
 * order they were filled: a / (a + W0(-a e^-a)), a = 1 + spare (P. Desnoyers, ACM Transactions on
 * Storage 10, 2014).
 */
const amplifications = [
  [0.28, 2.481],
  [0.5, 1.716],
] as const;

/** Every row; `overwrites`: how often the drive is written over, before and while measured. */
export function cleaningRows(overwrites: number): readonly GateRow[] {
  return [
    ...amplifications.map(([spareShare, expected]) =>
      amplificationRow(spareShare, expected, overwrites),
    ),
    cliffRow(),
  ];
}

/**
 * S3, solved for the amplification: with T = dies / (X / pages of a program), the time that a die
 * has for a program of the host, T = tPROG + (WA - 1)(tR + tPROG) + WA tBERS / programs of a block.
 */
function amplificationRow(spareShare: number, expected: number, overwrites: number): GateRow {
  const drive = { ...plainDrive, cleaning: { ...plainDrive.cleaning, spareShare } };
  const spec = plainDevice({ kind: 'ssd', drive, isFull: true });
  const count = Math.round(overwrites * blockCountOf(spec));
  const { flash } = drive;
  const perSec = writeRate(spec, { rampCount: count, countMax: count });
  const perProgramNs = (flash.dieCount * flash.planeCount * 1e9) / perSec;
  const perCleaned = flash.programNs + flash.readNs + flash.eraseNs / flash.pagesPerBlock;
  return {
    gate: 'G5',
    what: `write amplification with ${Math.round(spareShare * 100)} % spare, from the steady rate`,
    expected,
    found: (perProgramNs + flash.readNs) / perCleaned,
    tolerance: 0.03,
    unit: 'x',
  };
}

function writeRate(
  spec: DeviceSpec,
  counts: { readonly rampCount: number; readonly countMax: number },
): number {
  const job = {
    ...defaultFioJob('writes'),
    direction: 'write' as const,
    isRandom: true,
    iodepth: 512,
    loops: 1_000_000,
  };
  const { write, runtimeNs } = runDeviceJob(spec, job, counts);
  return (write.latencyNs.length / runtimeNs) * 1e9;
}

const cliff = {
  capacityBytes: 268_435_456,
  foldBytesPerSec: 200_000_000,
  programNs: 30_000,
} as const;

/** S4: the fast region lasts t = C / (r_in - r_fold). */
function cliffRow(): GateRow {
  const inBytesPerSec = 1_000_000_000;
  const drive = {
    ...plainDrive,
    controller: { ...plainDrive.controller, writeBytesPerSec: inBytesPerSec },
    slc: { ...cliff, foldIdleNs: 0, resumeShare: 0.1 },
  };
  const spec = plainDevice({ kind: 'ssd', drive, isFull: false });
  const sizes = [{ sizeBytes: 131_072, percent: 100 }];
  const result = runDeviceJob(
    spec,
    {
      ...defaultFioJob('cliff'),
      direction: 'write',
      iodepth: 8,
      blockSizes: { read: sizes, write: sizes },
      loops: 10,
    },
    { countMax: 6_000 },
  );
  // The first write that waits several times as long as those before it is at the cliff.
  const { latencyNs } = result.write;
  const usualNs = latencyNs.slice(100, 200).reduce((sum, each) => sum + each, 0) / 100;
  const at = latencyNs.findIndex((each, index) => index > 200 && each > 1.5 * usualNs);
  const doneBytes = at * 131_072;
  return {
    gate: 'G5',
    what: 'write cliff of a fast region of 256 MiB at 1 GB/s, folding 200 MB/s',
    expected: cliff.capacityBytes / (inBytesPerSec - cliff.foldBytesPerSec),
    found: doneBytes / inBytesPerSec,
    tolerance: 0.02,
    unit: 's',
    note: 'the buffer of 1 MiB is in it',
  };
}
