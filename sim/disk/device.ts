import type { Message } from '../actor.ts';
import type { ChoiceSource } from '../choice.ts';
import type { Ns } from '../units.ts';
import type { Image, MediaFault, MediaFaults } from './media-faults.ts';

/** One command to a block device. Blocks are 4 KiB; `block` counts from 0. */
export interface IoRequest {
  readonly op: 'read' | 'write' | 'flush';
  /** First block; 0 for a flush. */
  readonly block: number;
  /** How many blocks; 0 for a flush. */
  readonly blockCount: number;
  /**
   * Write only: the 32-bit version stamp of each block (its contents, as far as verification goes).
   */
  readonly stamps?: ArrayLike<number>;
  /**
   * Write only: structured contents of each block (log records, slot headers), instead of stamps.
   */
  readonly payloads?: readonly unknown[];
  /** Write only: on stable media before it completes (forced unit access). */
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
}

/** A request that is done, and who asked for it. */
export interface Completed {
  readonly owner: number;
  readonly completion: Omit<IoCompletion, 'type' | 'device'>;
}

/** What a power loss decided for the blocks that were not yet durable. */
export interface CrashOutcome {
  /**
   * One base-36 digit for each block that had a choice, in ascending block order: 0 keeps the
   * oldest contents it could fall back to, n the n-th newer version. With one version: `1` kept,
   * `0` lost.
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
  /** The completion event of `slot` is due: applies its effect, starts queued requests. */
  complete(slot: number, nowNs: Ns, schedule: ScheduleCompletion): Completed;
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
  /** What is wrong with the medium; a device without it fails in no such way. */
  readonly faults?: MediaFaults;
  /** Begins requests that wait, where nothing keeps them: after a device was stuck. */
  pump?(nowNs: Ns, schedule: ScheduleCompletion): void;
  /** The device comes back empty; call it when the power is off. */
  wipe?(): void;
  /** Alters a share of the stored blocks. */
  rot?(where: Omit<MediaFault, 'kind'>): void;
  /** A share of the stored blocks becomes unreadable, in runs of `runCount`, until rewritten. */
  decay?(where: Omit<MediaFault, 'kind'>, runCount: number): void;
  /**
   * Aborts every request inside: each completes at this instant, in the order of submission, and
   * what a write in service stored is decided block by block. With `losesCache` so is what was not
   * flushed. The caller has cancelled the completions it had scheduled.
   */
  reset?(how: DeviceReset, choices: ChoiceSource, schedule: ScheduleCompletion): CrashOutcome;
  /** What is visible now, kept as it is. */
  image?(): Image;
  /** An independent copy, copy-on-write, for a fork. */
  copy(): Device;
}
