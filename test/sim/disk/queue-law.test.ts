import { describe, expect, test } from 'vitest';
import { type DeviceProfile, deviceProfiles } from '../../../sim/disk/profiles.ts';
import { closedLoop } from './closed-loop.ts';

const names = Object.keys(deviceProfiles) as (keyof typeof deviceProfiles)[];
const ops = ['read', 'write'] as const;
const depths = [1, 2, 8, 32, 128];

/** min(N / (link + service), channels / busy, 1 / link, with N no deeper than the hardware). */
function lawIops(profile: DeviceProfile, op: 'read' | 'write', depth: number): number {
  const { link, service, busy } = profile.ops[op];
  const linkNs = Math.max(link.baseNs, link.perBlockNs);
  const serviceNs = service.baseNs + service.perBlockNs;
  const busyNs = busy.baseNs + busy.perBlockNs;
  const inService = Math.min(depth, profile.hwDepth);
  const perNs = Math.min(
    inService / (linkNs + serviceNs),
    profile.channelCount / busyNs,
    1 / linkNs,
  );
  return perNs * 1e9;
}

describe.each(names)('%s in a closed loop', (name) => {
  const profile: DeviceProfile = deviceProfiles[name];

  test.each(ops)('follows the operational bounds at every depth (%s)', (op) => {
    for (const depth of depths) {
      const expected = lawIops(profile, op, depth);
      const { iops } = closedLoop(profile, op, depth);
      expect(iops).toBeLessThanOrEqual(expected * 1.002);
      expect(iops).toBeGreaterThan(expected * 0.97);
    }
  });

  test.each(ops)('obeys N = X R over a run that starts and ends empty (%s)', (op) => {
    for (const depth of [1, 3, 64]) {
      const { insideNs, latencySumNs, elapsedNs } = closedLoop(profile, op, depth, {
        ioCount: 2_000,
      });
      expect(insideNs).toBe(latencySumNs);
      expect(insideNs / elapsedNs).toBeGreaterThan(depth * 0.9);
    }
  });
});
