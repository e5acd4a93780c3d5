import { describe, expect, test } from 'vitest';
import { tableDevice } from '../../../sim/disk/make-device.ts';
import { type DeviceProfile, deviceProfiles } from '../../../sim/disk/profiles.ts';
import { closedLoop } from './closed-loop.ts';
import { crashImages, Rig } from './rig.ts';

// Published points that the profiles were fitted to: reproduced, not predicted.
describe('published points, within 5 percent', () => {
  test.each([
    ['nvme-plp', 'read', 1, 14_700],
    ['nvme-plp', 'write', 1, 60_000],
    ['nvme-plp', 'read', 512, 750_000],
    ['nvme-plp', 'write', 512, 525_000],
    ['nvme-consumer', 'read', 1, 17_000],
    ['nvme-consumer', 'write', 1, 54_000],
    ['nvme-consumer', 'read', 32, 500_000],
    ['nvme-consumer', 'write', 32, 480_000],
  ] as const)('%s %s QD%i: %d IOPS', (name, op, depth, iops) => {
    const found = closedLoop(deviceProfiles[name], op, depth).iops;
    expect(Math.abs(found / iops - 1)).toBeLessThan(0.05);
  });

  test.each([
    ['nvme-plp', 'read', 3_300],
    ['nvme-consumer', 'read', 3_500],
    ['nvme-consumer', 'write', 3_000],
  ] as const)('%s %s in 256 KiB: %d MB/s', (name, op, megabytesPerSec) => {
    const options = { ioCount: 2_000, blockCount: 64 };
    const found = closedLoop(deviceProfiles[name], op, 32, options).iops * 64 * 4096e-6;
    expect(Math.abs(found / megabytesPerSec - 1)).toBeLessThan(0.05);
  });

  test('nvme-consumer: 1000 to 2000 writes a second with a flush each, ten times without', () => {
    const profile = deviceProfiles['nvme-consumer'];
    const rig = new Rig(tableDevice(profile, 1024));
    for (let block = 0; block < 100; block += 1) {
      rig.write(block, [1]);
      rig.drain();
      rig.flush();
      rig.drain();
    }
    const perSec = 100 / (rig.nowNs / 1e9);
    expect(perSec).toBeGreaterThanOrEqual(1_000);
    expect(perSec).toBeLessThanOrEqual(2_000);
    expect(closedLoop(profile, 'write', 1).iops).toBeGreaterThan(10 * perSec);
  });
});

describe('every profile', () => {
  const names = Object.keys(deviceProfiles) as (keyof typeof deviceProfiles)[];

  test.each(names)('%s loses acknowledged writes exactly when its cache is volatile', (name) => {
    const profile: DeviceProfile = deviceProfiles[name];
    const rig = new Rig(tableDevice(profile, 16));
    rig.write(0, [1]);
    rig.drain();
    const images = crashImages(rig).map(({ image }) => image[0]);
    expect(images).toEqual(profile.cache === 'volatile' ? [0, 1] : [1]);
    expect(profile.cacheBlockCountMax > 0).toBe(profile.cache === 'volatile');
  });

  test.each(names)('%s counts in whole nanoseconds', (name) => {
    const profile: DeviceProfile = deviceProfiles[name];
    const costs = Object.values(profile.ops).flatMap((op) => [op.link, op.service, op.busy]);
    for (const { baseNs, perBlockNs } of [...costs, profile.flush]) {
      expect(Number.isInteger(baseNs) && Number.isInteger(perBlockNs)).toBe(true);
    }
  });
});
