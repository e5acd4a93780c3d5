import { plainDrive } from '../../../../scenarios/runner/device/gates/plain-devices.ts';
import type { SsdSpec } from '../../../../sim/disk/ssd/spec.ts';

type Overrides = { readonly [part in keyof SsdSpec]?: Partial<SsdSpec[part]> };

/** That of the gates with fewer, slower channels and counted cleaning: those count in laws here. */
const plain = {
  ...plainDrive,
  flash: {
    ...plainDrive.flash,
    channelCount: 8,
    pagesPerBlock: 64,
    channelBytesPerSec: 4_096_000_000,
  },
  cleaning: {
    ...plainDrive.cleaning,
    model: 'scalar',
    freeLowShare: 0.005,
    freeHighShare: 0.01,
  },
} satisfies SsdSpec;

/** A drive of round numbers that never varies, for laws: 1 GiB on 16 dies. */
export function plainSsd(overrides: Overrides = {}): SsdSpec {
  const { slc = plain.slc, stalls = plain.stalls, capacityBytes = plain.capacityBytes } = overrides;
  return {
    capacityBytes,
    flash: { ...plain.flash, ...overrides.flash },
    controller: { ...plain.controller, ...overrides.controller },
    buffer: { ...plain.buffer, ...overrides.buffer },
    cleaning: { ...plain.cleaning, ...overrides.cleaning },
    slc: slc as SsdSpec['slc'],
    stalls: stalls as SsdSpec['stalls'],
  };
}
