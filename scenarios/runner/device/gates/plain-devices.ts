// Devices of round numbers for laws: one thing limits each of them.
import type { DeviceSpec, MediumSpec } from '../../../../sim/index.ts';

type Drive<Kind extends 'ssd' | 'xpoint'> = Extract<MediumSpec, { kind: Kind }>['drive'];
/** Quantiles of a time over its mean. */
export type Shape = Drive<'xpoint'>['readShape'];

const constant: Shape = [{ share: 0.5, factor: 1 }];

/** A device whose host and front add nothing. */
export function plainDevice(medium: MediumSpec): DeviceSpec {
  return {
    id: 'plain',
    summary: 'a device for a law',
    host: {
      queueCount: 1,
      submitNs: 0,
      ioSectorCountMax: 1_000_000,
      nomerges: 2,
      scheduler: { kind: 'none' },
    },
    front: {
      hwDepth: 1_000_000,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 0,
    },
    guarantees: { isVolatile: false, cacheBlockCountMax: 0, crashPolicy: 'all' },
    medium,
  };
}

/** Stations of equal speed; a command goes to that of its address. 1 GiB. */
export function stationDevice(
  stationCount: number,
  serviceNs: number,
  shape: Shape = constant,
): DeviceSpec {
  const drive: Drive<'xpoint'> = {
    capacityBytes: 1_073_741_824,
    bankCount: stationCount,
    stripeBytes: 4_096,
    readNs: serviceNs,
    readShape: shape,
    writeNs: serviceNs,
    writeShape: shape,
    flushNs: 0,
    controller: {
      readNs: 0,
      writeNs: 0,
      readBytesPerSec: null,
      writeBytesPerSec: null,
      replyNs: 0,
    },
    stalls: null,
  };
  return plainDevice({ kind: 'xpoint', drive });
}

/** A solid-state drive that never varies: 16 dies of 4 KiB pages, 1 GiB. */
export const plainDrive: Drive<'ssd'> = {
  capacityBytes: 1_073_741_824,
  flash: {
    dieCount: 16,
    channelCount: 16,
    pageBytes: 4_096,
    planeCount: 4,
    pagesPerBlock: 32,
    readNs: 60_000,
    readShape: constant,
    programNs: 600_000,
    programShape: constant,
    eraseNs: 3_000_000,
    suspendNs: null,
    readsAheadMaxNs: 2_000_000,
    channelBytesPerSec: 64_000_000_000,
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
    model: 'pageMap',
    policy: 'fifo',
    freeLowShare: 0,
    freeHighShare: 0,
    catchUp: 1,
  },
  slc: null,
  stalls: null,
};
