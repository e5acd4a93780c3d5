// G8: a drive is simulated as fio would measure it, a profile is fitted to the report, and the
// parameters come back.
import { defaultFioJob, type FioJob } from '../fio-job.ts';
import { readFioJson } from '../fio-json-reader.ts';
import { fitDrive } from '../fit/fit-drive.ts';
import { type FittedDrive, fittedSpec } from '../fit/fit-spec.ts';
import { measuredPoints } from '../fit/measured.ts';
import { readTimes } from '../fit/read-model.ts';
import { fioReportOf } from '../job-report.ts';
import { runDeviceJob } from '../job-run.ts';

/** One parameter, as it was and as it came back. */
export interface ReturnedParameter {
  readonly name: string;
  readonly expected: number;
  readonly found: number;
}

/**
 * A drive whose parameters show in its sweep: the controller allows 100 k reads a second and the
 * dies 123 k, so that both bend the curve.
 */
const sample: FittedDrive = {
  id: 'round-trip',
  capacityBytes: 256 * 1024 ** 3,
  read: { controllerNs: 10_000, dieCount: 9, dieShare: 0.9 },
  single: {
    submitNs: 1_500,
    meanNs: 92_000,
    quantiles: [
      { share: 0, ns: 70_000 },
      { share: 0.5, ns: 91_000 },
      { share: 0.9, ns: 104_000 },
      { share: 0.99, ns: 118_000 },
      { share: 1, ns: 140_000 },
    ],
  },
  readBytesPerSec: 1_200_000_000,
  writes: {
    controllerNs: 7_000,
    ackNs: 11_000,
    bytesPerSec: 1_500_000_000,
    programNs: 150_000,
    isProtected: true,
    flushNs: 9_000,
    mapCommitNs: 0,
    isMeasured: true,
    isFlushMeasured: true,
  },
};

const depths = [1, 2, 4, 8, 16, 32, 128] as const;

/** Simulates, fits and compares; `requestCount` for each run. */
export function roundTrip(requestCount: number): readonly ReturnedParameter[] {
  const spec = fittedSpec(sample);
  const results = jobs().map((job) => {
    const countMax = job.blockSizes.read[0]!.sizeBytes > 4_096 ? 2_000 : 3 * requestCount;
    return runDeviceJob(spec, job, { rampCount: 4 * job.iodepth, countMax, seed: 77 });
  });
  const text = JSON.stringify(fioReportOf(results, { hasBins: true }));
  const reading = readFioJson(text);
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  const points = measuredPoints([{ file: 'round-trip.json', text, report: reading.report }]);
  const effort = { requestCount, sweepCountMax: 40 };
  const { id, capacityBytes } = sample;
  const fitting = fitDrive(points, { id, capacityBytes, effort });
  if (!fitting.ok) throw new Error(fitting.message);
  return compared(fitting.fit.drive);
}

function jobs(): FioJob[] {
  const base = { ...defaultFioJob('run'), isRandom: true, isDirect: true, loops: 1_000_000 };
  const large = [{ sizeBytes: 1_048_576, percent: 100 }];
  const sweep = (direction: 'read' | 'write') =>
    depths.map((iodepth) => ({ ...base, name: `${direction} ${iodepth}`, direction, iodepth }));
  const stream = (direction: 'read' | 'write') => ({
    ...base,
    name: `large ${direction}`,
    direction,
    isRandom: false,
    iodepth: 8,
    blockSizes: { read: large, write: large },
  });
  const flushed = { ...base, name: 'flushed', direction: 'write' as const, fsyncEvery: 1 };
  return [...sweep('read'), ...sweep('write'), stream('read'), stream('write'), flushed];
}

function compared({ read, single, writes, readBytesPerSec }: FittedDrive): ReturnedParameter[] {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['read controller ns', sample.read.controllerNs, read.controllerNs],
    ['dies', sample.read.dieCount, read.dieCount],
    ['die read ns', readTimes(sample.read, sample.single).dieNs, readTimes(read, single).dieNs],
    ['read mean ns', sample.single.meanNs, single.meanNs],
    ['host ns', sample.single.submitNs, single.submitNs],
    ['read B/s', sample.readBytesPerSec!, readBytesPerSec ?? 0],
    ['write controller ns', sample.writes.controllerNs, writes.controllerNs],
    ['write ack ns', sample.writes.ackNs, writes.ackNs],
    ['write B/s', sample.writes.bytesPerSec!, writes.bytesPerSec ?? 0],
    ['flush ns', sample.writes.flushNs, writes.flushNs],
  ];
  return pairs.map(([name, expected, found]) => ({ name, expected, found }));
}
