// What a profile says of a solid-state drive. Times are whole ns, sizes bytes, shares 0 to 1.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { ControllerSpec } from './controller.ts';
import type { LatencyShape } from './latency-shape.ts';
import type { StallSpec } from './stalls.ts';

/** The flash: dies behind channels. */
export interface FlashSpec {
  /** Units that read or program at a time (chips, or planes that read on their own). */
  readonly dieCount: number;
  readonly channelCount: number;
  /** One flash page: what a single read senses, and the unit of striping over dies. */
  readonly pageBytes: number;
  /** Pages that a die programs at once; a program writes `planeCount` x `pageBytes`. */
  readonly planeCount: number;
  /** Pages of one plane that are erased together. */
  readonly pagesPerBlock: number;
  /** From the array to the page register (tR), mean. */
  readonly readNs: Ns;
  readonly readShape: LatencyShape;
  /** One program of all planes (tPROG), mean. */
  readonly programNs: Ns;
  readonly programShape: LatencyShape;
  /** One erase (tBERS). */
  readonly eraseNs: Ns;
  /** How long a read waits at most for a program or erase to pause; null: it waits to its end. */
  readonly suspendNs: Ns | null;
  /** For how long reads may go ahead of a program that waits on the same die. */
  readonly readsAheadMaxNs: Ns;
  readonly channelBytesPerSec: number;
  /** Where programs go: the die that is free first, or one after the other. */
  readonly placement: 'leastBusy' | 'stripe';
}

/** The write-back buffer between host and flash. */
export interface BufferSpec {
  /** At least two programs. */
  readonly capacityBytes: number;
  /** From room in the buffer to the reply. */
  readonly ackNs: Ns;
  /** The buffer survives a power loss (capacitors). */
  readonly isProtected: boolean;
  /** A flush that finds nothing to do, and every flush of a protected buffer. */
  readonly flushNs: Ns;
  /** To make the map durable after the data; unprotected buffers only. */
  readonly mapCommitNs: Ns;
  /** A program that is not full starts when no write came for this long. */
  readonly idleCloseNs: Ns;
}

/** How room is made for writes. */
export interface CleaningSpec {
  /** Flash beyond the capacity, as a share of the capacity. */
  readonly spareShare: number;
  /** `scalar`: a closed form says how much is moved. `pageMap`: every page is followed. */
  readonly model: 'scalar' | 'pageMap';
  /** Which block is cleaned first: the oldest, or the one with least to move (page map only). */
  readonly policy: 'fifo' | 'greedy';
  /** Cleaning starts when the free share of all flash falls below the first ... */
  readonly freeLowShare: number;
  /** ... and ends when it has reached this. */
  readonly freeHighShare: number;
  /** Scalar only: what is freed for each program of the host while cleaning, 1 or more. */
  readonly catchUp: number;
}

/** The part of the flash that is written as single-level cells first. */
export interface SlcSpec {
  readonly capacityBytes: number;
  /** One program of as many bytes as `FlashSpec` programs at once. */
  readonly programNs: Ns;
  /** How fast it is emptied into the rest of the flash ... */
  readonly foldBytesPerSec: number;
  /** ... which happens only when no write came for this long; 0: always. */
  readonly foldIdleNs: Ns;
  /** Once full it takes writes again when no more than this share is used. */
  readonly resumeShare: number;
}

/** A solid-state drive. */
export interface SsdSpec {
  readonly capacityBytes: number;
  readonly flash: FlashSpec;
  readonly controller: ControllerSpec;
  readonly buffer: BufferSpec;
  readonly cleaning: CleaningSpec;
  readonly slc: SlcSpec | null;
  readonly stalls: StallSpec | null;
}

/** Bytes that the map of a drive keeps track of together. */
export const mapPageBytes = 4096;
/** The most dies a drive has. */
const dieCountMax = 4096;

/** Bytes of one program. */
export function programBytesOf(flash: FlashSpec): number {
  return flash.planeCount * flash.pageBytes;
}

/** Refuses a spec that means nothing. */
export function assertSsdSpec(spec: SsdSpec): void {
  const { flash, buffer, cleaning, slc } = spec;
  assertCount('dieCount', flash.dieCount, dieCountMax);
  assertCount('channelCount', flash.channelCount, flash.dieCount);
  assertCount('planeCount', flash.planeCount, 64);
  assertCount('pagesPerBlock', flash.pagesPerBlock, 65_536);
  assert(
    flash.pageBytes >= mapPageBytes && flash.pageBytes % mapPageBytes === 0,
    `pageBytes ${flash.pageBytes}, expected a multiple of ${mapPageBytes}`,
  );
  assert(flash.channelBytesPerSec > 0, 'channelBytesPerSec, expected above 0');
  assert(flash.readNs > 0 && flash.programNs > 0, 'readNs and programNs, expected above 0');
  const bufferMin = 2 * programBytesOf(flash);
  assert(
    buffer.capacityBytes >= bufferMin,
    `buffer of ${buffer.capacityBytes} B, expected two programs (${bufferMin} B) or more`,
  );
  assert(cleaning.spareShare > 0, `spareShare ${cleaning.spareShare}, expected above 0`);
  const freeMax = cleaning.spareShare / (1 + cleaning.spareShare);
  assert(
    cleaning.freeLowShare <= cleaning.freeHighShare && cleaning.freeHighShare < freeMax,
    `free shares ${cleaning.freeLowShare} and ${cleaning.freeHighShare}, expected rising and ` +
      `below the spare share of all flash, ${freeMax}`,
  );
  assert(cleaning.catchUp >= 1, `catchUp ${cleaning.catchUp}, expected 1 or more`);
  if (slc !== null) {
    assert(slc.resumeShare < 1, `resumeShare ${slc.resumeShare}, expected below 1`);
  }
}

function assertCount(name: string, count: number, max: number): void {
  assert(Number.isInteger(count) && count >= 1 && count <= max, `${name} ${count}, max ${max}`);
}
