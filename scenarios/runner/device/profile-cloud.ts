// From what a profile says of a cloud volume to the volume, or to what it cannot be. The limits are
// those of sim/disk/cloud/volume-types.ts, where their sources are.
import type * as z from 'zod';
import {
  gp2Volume,
  gp3Volume,
  io1Volume,
  io2BlockExpressVolume,
  io2Volume,
  sc1Volume,
  st1Volume,
  type VolumeSpec,
} from '../../../sim/index.ts';
import type { mediumSchemas } from './profile-media.ts';

type CloudText = z.output<typeof mediumSchemas.cloud>;
type Key = 'sizeGiB' | 'iops' | 'mibPerSec';

/** What is wrong with a volume, and with which number. */
export interface VolumeProblem {
  readonly key: Key;
  readonly message: string;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

interface VolumeLimits {
  readonly sizeGiB: Range;
  /** null: it follows from the size. */
  readonly iops: ((sizeGiB: number) => Range) | null;
  readonly mibPerSec: ((iops: number) => Range) | null;
}

const provisioned = (perGiB: number, most: number) => (sizeGiB: number) => ({
  min: 100,
  max: Math.min(perGiB * sizeGiB, most),
});
const within = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);

const limits: Readonly<Record<CloudText['type'], VolumeLimits>> = {
  gp2: { sizeGiB: { min: 1, max: 16_384 }, iops: null, mibPerSec: null },
  gp3: {
    sizeGiB: { min: 1, max: 65_536 },
    iops: (sizeGiB) => ({ min: 3_000, max: within(500 * sizeGiB, 3_000, 80_000) }),
    mibPerSec: (iops) => ({ min: 125, max: within(Math.floor(iops / 4), 125, 2_000) }),
  },
  io1: { sizeGiB: { min: 4, max: 16_384 }, iops: provisioned(50, 64_000), mibPerSec: null },
  io2: { sizeGiB: { min: 4, max: 16_384 }, iops: provisioned(500, 64_000), mibPerSec: null },
  'io2-block-express': {
    sizeGiB: { min: 4, max: 65_536 },
    iops: provisioned(1_000, 256_000),
    mibPerSec: null,
  },
  st1: { sizeGiB: { min: 128, max: 16_384 }, iops: null, mibPerSec: null },
  sc1: { sizeGiB: { min: 128, max: 16_384 }, iops: null, mibPerSec: null },
};

/** Why there is no such volume; null when there is. */
export function volumeProblem(volume: CloudText): VolumeProblem | null {
  const { type, sizeGiB } = volume;
  const limit = limits[type];
  const iops = iopsOf(volume);
  return (
    outside('sizeGiB', `a size of ${type}`, sizeGiB, limit.sizeGiB) ??
    provision('iops', volume, limit.iops?.(sizeGiB) ?? null) ??
    provision('mibPerSec', volume, limit.mibPerSec?.(iops) ?? null)
  );
}

/** The volume. */
export function volumeOf(volume: CloudText): VolumeSpec {
  const { type, sizeGiB, mibPerSec } = volume;
  const iops = iopsOf(volume);
  switch (type) {
    case 'gp2':
      return gp2Volume(sizeGiB);
    case 'gp3':
      return gp3Volume({ sizeGiB, iops, throughputMiBPerSec: mibPerSec ?? 125 });
    case 'io1':
      return io1Volume({ sizeGiB, iops });
    case 'io2':
      return io2Volume({ sizeGiB, iops });
    case 'io2-block-express':
      return io2BlockExpressVolume({ sizeGiB, iops });
    case 'st1':
      return st1Volume(sizeGiB);
    case 'sc1':
      return sc1Volume(sizeGiB);
  }
}

/** Where nothing is provisioned it is the least that can be. */
function iopsOf({ type, iops }: CloudText): number {
  return iops ?? (type === 'gp3' ? 3_000 : 100);
}

function provision(
  key: 'iops' | 'mibPerSec',
  volume: CloudText,
  range: Range | null,
): VolumeProblem | null {
  const value = volume[key];
  if (value === undefined) return null;
  const { type, sizeGiB } = volume;
  if (range === null) {
    return { key, message: `${type} takes no '${key}': it follows from the other numbers` };
  }
  return outside(key, `'${key}' of ${type} with ${sizeGiB} GiB`, value, range);
}

function outside(key: Key, what: string, value: number, range: Range): VolumeProblem | null {
  const { min, max } = range;
  if (value >= min && value <= max) return null;
  return { key, message: `expected ${what} from ${min} to ${max}, found ${value}` };
}
