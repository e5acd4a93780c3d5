// From the data of a device to a device.
import { unreachable } from '../assert.ts';
import { blockDevice } from './block-device.ts';
import { calibratedMedium } from './calibrated/calibrated-medium.ts';
import { cloudMedium } from './cloud/cloud-medium.ts';
import type { Device } from './device.ts';
import type { DeviceSpec, MediumSpec } from './device-spec.ts';
import { Front } from './front.ts';
import { hdd } from './hdd/hdd.ts';
import { HostQueue } from './host/host-queue.ts';
import type { HostSpec } from './host/submission.ts';
import type { Medium } from './medium.ts';
import type { DeviceProfile } from './profiles.ts';
import { ssdMedium } from './ssd/ssd-medium.ts';
import { xpointMedium } from './ssd/xpoint-medium.ts';
import { Store } from './store.ts';
import { TableMedium } from './table-medium.ts';

/** What distinguishes one device from another with the same spec. */
export interface DeviceMake {
  /** In blocks of 4 KiB; at most what the medium holds. */
  readonly blockCount: number;
  /** 32 bits: tells its chance from that of other devices. */
  readonly seed: number;
}

/** A new device: nothing is stored in it, nothing has been asked of it. */
export function makeDevice(spec: DeviceSpec, { blockCount, seed }: DeviceMake): Device {
  return blockDevice({
    host: new HostQueue(spec.host),
    front: new Front(spec.front),
    medium: mediumOf(spec.medium, seed),
    store: new Store({ ...spec.guarantees, blockCount }),
  });
}

/** A device of `blockCount` blocks of 4 KiB that behaves by the numbers of `profile`. */
export function tableDevice(profile: DeviceProfile, blockCount: number): Device {
  return makeDevice(tableSpec('table', profile), { blockCount, seed: 0 });
}

/** A host that adds no time, waits in order of arrival and neither splits nor merges. */
const plainHost: HostSpec = {
  queueCount: 1,
  submitNs: 0,
  ioSectorCountMax: Number.MAX_SAFE_INTEGER,
  nomerges: 2,
  scheduler: { kind: 'none' },
};

function tableSpec(id: string, profile: DeviceProfile): DeviceSpec {
  const { summary, hwDepth, cache, cacheBlockCountMax, crashPolicy } = profile;
  return {
    id,
    summary,
    host: plainHost,
    // Controller and link are in the table. Assumed: a change of the mapping takes 10 us.
    front: {
      hwDepth,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 10_000,
    },
    guarantees: { isVolatile: cache === 'volatile', cacheBlockCountMax, crashPolicy },
    medium: { kind: 'table', profile },
  };
}

function mediumOf(medium: MediumSpec, seed: number): Medium {
  switch (medium.kind) {
    case 'hdd':
      return hdd(medium.disk);
    case 'ssd':
      return ssdMedium(medium.drive, { seed, isFull: medium.isFull });
    case 'xpoint':
      return xpointMedium(medium.drive, { seed });
    case 'calibrated':
      return calibratedMedium(medium.sweeps, { seed });
    case 'cloud':
      return cloudMedium(medium.volume, seed);
    case 'table':
      return new TableMedium(medium.profile);
    default:
      return unreachable(medium);
  }
}
