// G1, arms: what the numbers of a disk say of its rates, and what it does.
import type { DeviceSpec, MediumSpec } from '../../../../sim/index.ts';
import { defaultFioJob, type FioJob } from '../fio-job.ts';
import { runDeviceJob } from '../job-run.ts';
import type { DeviceProfileFile } from '../profile.ts';
import type { GateRow } from './gate.ts';

type Disk = Extract<MediumSpec, { kind: 'hdd' }>['disk'];

/** The laws of the first mechanical disk of some profiles; none without one. */
export function diskLaws(
  profiles: readonly DeviceProfileFile[],
  requestCount: number,
): readonly GateRow[] {
  const profile = profiles.find(({ kind }) => kind === 'hdd');
  if (profile === undefined || profile.spec.medium.kind !== 'hdd') return [];
  const { spec, blockCount } = profile;
  const { disk } = profile.spec.medium;
  const rate = (change: Partial<FioJob>) => readRate(spec, blockCount, change, requestCount);
  const single = rate({ isRandom: true });
  const deep = rate({ isRandom: true, iodepth: 32 });
  return [
    {
      gate: 'G1',
      what: `${spec.id}: random reads, one in flight: overhead, seek, half a turn, transfer`,
      expected: 1e9 / singleReadNs(disk),
      found: single,
      tolerance: 0.02,
      unit: 'io/s',
    },
    {
      gate: 'G1',
      what: `${spec.id}: gain of 32 in flight, expected 2 to 3.5`,
      expected: 2.65,
      found: deep / single,
      // From 2.0 to 3.5.
      tolerance: 0.325,
      unit: 'x',
    },
    {
      gate: 'G1',
      what: `${spec.id}: sequential reads of the first zone`,
      expected: zoneBytesPerSec(disk),
      found: 131_072 * rate({ blockSizes: blocksOf(131_072), iodepth: 8 }),
      tolerance: 0.01,
      unit: 'B/s',
    },
  ];
}

function blocksOf(sizeBytes: number): FioJob['blockSizes'] {
  const sizes = [{ sizeBytes, percent: 100 }];
  return { read: sizes, write: sizes };
}

function readRate(
  spec: DeviceSpec,
  blockCount: number,
  change: Partial<FioJob>,
  countMax: number,
): number {
  const job = { ...defaultFioJob('disk'), loops: 1_000, ...change };
  const { read, runtimeNs } = runDeviceJob(spec, job, { blockCount, rampCount: 64, countMax });
  return (read.latencyNs.length / runtimeNs) * 1e9;
}

const sectorsOfRead = 8;

/** H4: overhead + mean seek + half a turn + eight sectors + their way to the host. */
function singleReadNs(disk: Disk): number {
  const { overhead, rotationNs, transferNsPerSector, geometry } = disk;
  const trackNs = geometry.zones.reduce((sum, zone) => {
    const share = zoneSectors(disk, zone) / totalSectors(disk);
    return sum + (share * rotationNs) / zone.sectorsPerTrack;
  }, 0);
  return (
    overhead.readMissAfterReadNs +
    overhead.readCompletionNs +
    meanSeekNs(disk) +
    rotationNs / 2 +
    sectorsOfRead * trackNs +
    // What passes to the host while the rest is read costs nothing but its last sector.
    transferNsPerSector
  );
}

function zoneSectors({ geometry }: Disk, zone: Disk['geometry']['zones'][number]): number {
  return (zone.lastCylinder - zone.firstCylinder + 1) * geometry.headCount * zone.sectorsPerTrack;
}

function totalSectors(disk: Disk): number {
  return disk.geometry.zones.reduce((sum, zone) => sum + zoneSectors(disk, zone), 0);
}

const placeCount = 400;

/** Over pairs of places that hold equally many sectors: outer cylinders hold more. */
function meanSeekNs(disk: Disk): number {
  const places = cylinders(disk);
  let sum = 0;
  for (const from of places) {
    for (const to of places) sum += seekNs(disk, Math.abs(from - to));
  }
  return sum / (placeCount * placeCount);
}

/** The cylinders in the middle of `placeCount` equal parts of the disk. */
function cylinders(disk: Disk): number[] {
  const { zones, headCount, sectorCount } = disk.geometry;
  return Array.from({ length: placeCount }, (_, index) => {
    let left = ((index + 0.5) / placeCount) * Math.min(sectorCount, totalSectors(disk));
    for (const zone of zones) {
      const size = zoneSectors(disk, zone);
      if (left < size) return zone.firstCylinder + left / (headCount * zone.sectorsPerTrack);
      left -= size;
    }
    return zones.at(-1)!.lastCylinder;
  });
}

function seekNs({ seek }: Disk, distance: number): number {
  if (distance < 1) return 0;
  const to = seek.findIndex(({ cylinderCount }) => cylinderCount >= distance);
  if (to === -1) return seek.at(-1)!.seekNs;
  const end = seek[to]!;
  if (to === 0) return end.seekNs;
  const start = seek[to - 1]!;
  const share = (distance - start.cylinderCount) / (end.cylinderCount - start.cylinderCount);
  return start.seekNs + share * (end.seekNs - start.seekNs);
}

/** H5: a cylinder is its tracks and the skews between them. */
function zoneBytesPerSec({ geometry, rotationNs }: Disk): number {
  const zone = geometry.zones[0]!;
  const { sectorsPerTrack, trackSkewSectors, cylinderSkewSectors } = zone;
  const skews = trackSkewSectors * (geometry.headCount - 1) + cylinderSkewSectors;
  const cylinderNs = rotationNs * geometry.headCount + (rotationNs * skews) / sectorsPerTrack;
  return (512 * sectorsPerTrack * geometry.headCount * 1e9) / cylinderNs;
}
