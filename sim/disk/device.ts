import type { Message } from '../actor.ts';
import type { ChoiceSource } from '../choice.ts';
import type { Ns } from '../units.ts';
import type { Image, MediaFault, MediaFaults } from './media-faults.ts';
import type { MediumDies } from './medium.ts';
import type { BlockMark } from './odd-block.ts';

/**
 * One command to a block device. Blocks are 4 KiB; `block` counts from 0. `verify` reads without
 * moving data, `write-zeroes` and `discard` leave zeros.
 */
export interface IoRequest {
  readonly op: 'read' | 'write' | 'flush' | 'verify' | 'write-zeroes' | 'discard';
  /** First block; 0 for a flush. */
  readonly block: number;
  /** How many blocks; 0 for a flush. */
  readonly blockCount: number;
  /**
   * Sectors of 512 bytes that are left out at the start of the first block: 0 (all of it) to 7.
   */
  readonly startSector?: number;
  /** Where it ends in the last block, in sectors of 512 bytes: 1 to 8 (all of it). */
  readonly endSector?: number;
  /** The host's submission queue, a whole number from 0 (the default); wrapped. */
  readonly queue?: number;
  /**
   * Write only: the 32-bit version stamp of each block (its contents, as far as verification goes).
   */
  readonly stamps?: ArrayLike<number>;
  /**
   * Write only: structured contents of each block (log records, slot headers), instead of stamps.
   */
  readonly payloads?: readonly unknown[];
  /**
   * Forced unit access. A write is on stable media before it completes. A read answers what stable
   * media hold: what waits in a cache is written first (FUA of the Read command, NVM Command Set
   * Specification 1.0, section 3.2.4; O_DIRECT where the cache is the kernel's). A read takes the
   * time of any other: flush first where much may wait.
   */
  readonly fua?: boolean;
  /** Write only: the volatile cache is flushed before this write's data. */
  readonly preflush?: boolean;
  /** Comes back in the completion; plain data that the actor recognises its request by. */
  readonly tag: unknown;
}

/**
 * `io-error`: the medium failed. `no-space`: nothing is left to store the block in.
 * `out-of-range`: beyond the device. `aborted`: the device was reset, and what a write stored is
 * unknown. All are simulated answers, not throws.
 */
export type IoStatus = 'ok' | 'io-error' | 'no-space' | 'out-of-range' | 'aborted';

/** What an actor receives when its request is done. */
export interface IoCompletion extends Message {
  readonly type: 'io.completed';
  readonly device: string;
  readonly tag: unknown;
  readonly op: IoRequest['op'];
  readonly block: number;
  readonly blockCount: number;
  readonly status: IoStatus;
  /** Read only: stamps as they are on the medium or in the cache; 0 for a block never written. */
  readonly stamps?: readonly number[];
  /** Read only: structured contents; undefined where a block has none. */
  readonly payloads?: readonly unknown[];
  /** Read only: see `IoDone`; absent where no block differs inside. */
  readonly sectors?: IoDone['sectors'] & object;
  /** Read only: see `IoDone`; absent where nothing is wrong. */
  readonly marks?: IoDone['marks'] & object;
}

/** A request that is done. The object is reused by its device: copy what is to stay. */
export interface IoDone {
  owner: number;
  request: IoRequest;
  status: IoStatus;
  /** After a read that is ok: the stamp of each of its blocks, in the first `blockCount` places. */
  stamps: Uint32Array;
  /** After a read that is ok: structured contents of each block, or null where there are none. */
  payloads: readonly unknown[] | null;
  /**
   * After a read that is ok: for each block whose sectors differ, the stamp of each of the eight (0
   * where it was not read or is structured); its place among the stamps has a digest of them.
   */
  sectors: readonly (readonly number[] | undefined)[] | null;
  /**
   * After a read that is ok: what is wrong with each block. The device does not know it: who looks
   * must have the protection that would notice, see `BlockMark`.
   */
  marks: readonly (BlockMark | undefined)[] | null;
}

/** What the actor that asked receives. */
export function ioCompletion(device: string, done: Readonly<IoDone>): IoCompletion {
  const { request, status, payloads, sectors, marks } = done;
  const { tag, op, block, blockCount } = request;
  const type = 'io.completed';
  if (op !== 'read' || status !== 'ok') return { type, device, tag, op, block, blockCount, status };
  const stamps = Array.from(done.stamps.subarray(0, blockCount));
  const read = { type, device, tag, op, block, blockCount, status, stamps } as const;
  const plain = payloads === null ? read : { ...read, payloads };
  if (sectors === null && marks === null) return plain;
  return { ...plain, ...(sectors && { sectors }), ...(marks && { marks }) };
}

/** A request in service when the power goes or the device is reset. */
export interface CutOff {
  readonly request: IoRequest;
  readonly submittedAtNs: Ns;
  /** The flush before its data has not ended: nothing of the data is written. */
  readonly isFlushing: boolean;
}

/** What a power loss decided for the blocks that were not yet durable. */
export interface CrashOutcome {
  /**
   * One base-36 digit for each choice (more where there are more than 36 answers), in the order of
   * crash.ts; in general one for each block that had a choice, ascending: 0 keeps the oldest
   * contents it could fall back to, n the n-th newer version. With one version: `1` kept, `0` lost.
   * Replays through `keptChoices`; shrinks towards zeros.
   */
  readonly kept: string;
  /** Blocks whose completed but unflushed contents were lost. */
  readonly lostCount: number;
}

/** A reset of a device while the power stays. */
export interface DeviceReset {
  readonly nowNs: Ns;
  /** Names its choices. */
  readonly key: string;
  readonly losesCache: boolean;
}

/** Ask the world for a completion event at `atNs` for the request in `slot`. */
export type ScheduleCompletion = (slot: number, atNs: Ns) => void;

/** What a device stores, for faults. */
export interface DeviceContents {
  /** What is visible now, kept as it is. */
  image(): Image;
  /** Alters a share of the stored blocks. */
  rot(where: Omit<MediaFault, 'kind'>): void;
  /** A share of the stored blocks becomes unreadable, in runs of `runCount`, until rewritten. */
  decay(where: Omit<MediaFault, 'kind'>, runCount: number): void;
}

/**
 * A simulated block device: when a request completes, and what is on the medium after things go
 * wrong.
 */
export interface Device {
  readonly blockCount: number;
  /**
   * Accepts a request now; it may wait inside for queue depth. `owner` is handed back by
   * `complete`.
   */
  submit(request: IoRequest, owner: number, nowNs: Ns, schedule: ScheduleCompletion): void;
  /**
   * The event of `slot` is due. Answers the request that is done, or null when it was a step within
   * the device.
   */
  complete(slot: number, nowNs: Ns, schedule: ScheduleCompletion): IoDone | null;
  /** Who asked for what a pending event is about; -1 when it is a step within the device. */
  ownerOf(slot: number): number;
  /**
   * Power is lost at this instant: in-flight requests vanish, each block not yet durable is kept or
   * lost by choice.
   */
  crash(nowNs: Ns, choices: ChoiceSource, key: string): CrashOutcome;
  /** Makes every service time `factor` times as long from now on; 1 is healthy. */
  setSlowFactor(factor: number): void;
  readonly slowFactor: number;
  /** How many requests are inside, queued or in service. */
  readonly inFlightCount: number;
  /** Flash dies that can fail, where its medium has some. */
  readonly dies?: MediumDies | undefined;
  /** What is wrong with the medium; a device without it fails in no such way. */
  readonly faults?: MediaFaults;
  /** Begins requests that wait, where nothing keeps them: after a device was stuck. */
  pump?(nowNs: Ns, schedule: ScheduleCompletion): void;
  /** The device comes back empty; call it when the power is off. */
  wipe?(): void;
  /** What is stored, to be looked at and damaged; a device without it is beyond such faults. */
  readonly contents?: DeviceContents;
  /**
   * Aborts every request inside: each completes at this instant, in the order of submission, and
   * what a write in service stored is decided block by block. With `losesCache` so is what was not
   * flushed. The caller has cancelled the completions it had scheduled.
   */
  reset?(how: DeviceReset, choices: ChoiceSource, schedule: ScheduleCompletion): CrashOutcome;
  /** An independent copy, copy-on-write, for a fork. */
  copy(): Device;
}
