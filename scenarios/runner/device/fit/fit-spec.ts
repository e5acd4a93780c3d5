// From fitted numbers to a drive. What a sweep of fio cannot tell is assumed, the same for all.
import type { DeviceSpec } from '../../../../sim/index.ts';
import {
  channelBytesPerSec,
  dieShape,
  type ReadParameters,
  readTimes,
  type SingleRead,
} from './read-model.ts';
import type { FittedWrites } from './write-model.ts';

/** Everything that was found out about a drive. */
export interface FittedDrive {
  readonly id: string;
  readonly capacityBytes: number;
  readonly read: ReadParameters;
  readonly single: SingleRead;
  /** null: no large reads were measured. */
  readonly readBytesPerSec: number | null;
  readonly writes: FittedWrites;
}

/** What is the same for all fitted drives. */
const assumed = {
  hwDepth: 4_096,
  metadataNs: 10_000,
  pageBytes: 16_384,
  planeCount: 2,
  pagesPerBlock: 256,
  eraseNs: 5_000_000,
  suspendNs: 5_000,
  readsAheadMaxNs: 3_000_000,
  bufferBytes: 8_388_608,
  idleCloseNs: 1_000_000,
  spareShare: 0.28,
  freeLowShare: 0.01,
  freeHighShare: 0.015,
  catchUp: 1.5,
  cacheBlockCountMax: 16_384,
} as const;

/** The drive as data of the kernel. */
export function fittedSpec(fit: FittedDrive): DeviceSpec {
  const { id, capacityBytes, read, single, readBytesPerSec, writes } = fit;
  const { dieNs, delayNs } = readTimes(read, single);
  const { isProtected } = writes;
  return {
    id,
    summary: `drive fitted to measurements of fio`,
    host: {
      queueCount: 1_024,
      submitNs: single.submitNs,
      ioSectorCountMax: 2_560,
      nomerges: 2,
      scheduler: { kind: 'none' },
    },
    front: {
      hwDepth: assumed.hwDepth,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: assumed.metadataNs,
    },
    guarantees: {
      isVolatile: !isProtected,
      cacheBlockCountMax: isProtected ? 0 : assumed.cacheBlockCountMax,
      crashPolicy: isProtected ? 'all' : 'any',
    },
    medium: {
      kind: 'ssd',
      isFull: false,
      drive: {
        capacityBytes,
        flash: {
          dieCount: read.dieCount,
          channelCount: Math.min(read.dieCount, 32),
          pageBytes: pageBytesFor(read.dieCount, dieNs, readBytesPerSec ?? 0),
          planeCount: assumed.planeCount,
          pagesPerBlock: assumed.pagesPerBlock,
          readNs: dieNs,
          readShape: dieShape(read, single),
          programNs: writes.programNs,
          programShape: [{ share: 0.5, factor: 1 }],
          eraseNs: assumed.eraseNs,
          suspendNs: assumed.suspendNs,
          readsAheadMaxNs: assumed.readsAheadMaxNs,
          channelBytesPerSec,
          placement: 'leastBusy',
        },
        controller: {
          readNs: read.controllerNs,
          writeNs: writes.controllerNs,
          readBytesPerSec,
          writeBytesPerSec: writes.bytesPerSec,
          replyNs: delayNs,
        },
        buffer: {
          capacityBytes: assumed.bufferBytes,
          ackNs: writes.ackNs,
          isProtected,
          flushNs: writes.flushNs,
          mapCommitNs: writes.mapCommitNs,
          idleCloseNs: assumed.idleCloseNs,
        },
        cleaning: {
          spareShare: assumed.spareShare,
          model: 'scalar',
          policy: 'fifo',
          freeLowShare: assumed.freeLowShare,
          freeHighShare: assumed.freeHighShare,
          catchUp: assumed.catchUp,
        },
        slc: null,
        stalls: null,
      },
    },
  };
}

/** Pages so large that dies do not bound what was measured of large reads. */
function pageBytesFor(dieCount: number, dieNs: number, bytesPerSec: number): number {
  let pageBytes: number = assumed.pageBytes;
  const pageBytesMax = 1_048_576;
  while (pageBytes < pageBytesMax && (dieCount * pageBytes * 1e9) / dieNs < 1.3 * bytesPerSec) {
    pageBytes *= 2;
  }
  return pageBytes;
}
