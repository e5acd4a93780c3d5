import type { SsdSpec } from '../../../../sim/disk/ssd/spec.ts';

type Overrides = { readonly [part in keyof SsdSpec]?: Partial<SsdSpec[part]> };

const plain = {
  capacityBytes: 16_777_216 * 64,
  flash: {
    dieCount: 16,
    channelCount: 8,
    pageBytes: 4_096,
    planeCount: 4,
    pagesPerBlock: 64,
    readNs: 60_000,
    readShape: [{ share: 0.5, factor: 1 }],
    programNs: 600_000,
    programShape: [{ share: 0.5, factor: 1 }],
    eraseNs: 3_000_000,
    suspendNs: null,
    readsAheadMaxNs: 2_000_000,
    channelBytesPerSec: 4_096_000_000,
    placement: 'leastBusy',
  },
  controller: {
    readNs: 500,
    writeNs: 500,
    readBytesPerSec: null,
    writeBytesPerSec: null,
    replyNs: 5_000,
  },
  buffer: {
    capacityBytes: 1_048_576,
    ackNs: 10_000,
    isProtected: true,
    flushNs: 12_000,
    mapCommitNs: 100_000,
    idleCloseNs: 1_000_000,
  },
  cleaning: {
    spareShare: 0.28,
    model: 'scalar',
    policy: 'fifo',
    freeLowShare: 0.005,
    freeHighShare: 0.01,
    catchUp: 1,
  },
  slc: null,
  stalls: null,
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
